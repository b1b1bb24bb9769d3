package io.quorate.control.kv;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.Origin;
import java.nio.charset.StandardCharsets;

/** What may be asked of the key-value store, and its form on the way to the leader. */
public sealed interface KeyValueCommand {
    int MAX_KEY_BYTES = 512;
    int MAX_VALUE_BYTES = 256 * 1024;

    /** Any revision will do. */
    long ANY = -1;

    /** The key must not be there. */
    long ABSENT = 0;

    String key();

    /** Who asks; of no use where nothing is written. */
    Origin origin();

    /** @param expected revision that the key must have, {@link #ANY} or {@link #ABSENT} */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Put(String key, byte[] value, long expected, Origin origin) implements KeyValueCommand {
        public Put(String key, byte[] value, long expected) {
            this(key, value, expected, Origin.UNKNOWN);
        }

        public Put {
            checkKey(key);
            if (value.length > MAX_VALUE_BYTES) {
                throw new IllegalArgumentException(
                        "a value has at most " + MAX_VALUE_BYTES + " bytes, this one has " + value.length);
            }
        }
    }

    record Get(String key) implements KeyValueCommand {
        public Get {
            checkKey(key);
        }

        @Override
        public Origin origin() {
            return Origin.UNKNOWN;
        }
    }

    record Delete(String key, long expected, Origin origin) implements KeyValueCommand {
        public Delete(String key, long expected) {
            this(key, expected, Origin.UNKNOWN);
        }

        public Delete {
            checkKey(key);
        }
    }

    private static void checkKey(String key) {
        int bytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MAX_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "a key has 1 to " + MAX_KEY_BYTES + " bytes of UTF-8, this one has " + bytes);
        }
    }

    /** Writes a command. Who asks stands at the end, where older releases do not look. */
    static byte[] bytes(KeyValueCommand command) {
        ByteWriter out = switch (command) {
            case Put put ->
                new ByteWriter(put.value().length + put.key().length() + 96)
                        .u8(1)
                        .text(put.key())
                        .varint(put.expected() + 1)
                        .block(put.value());
            case Get get -> new ByteWriter(64).u8(2).text(get.key());
            case Delete delete -> new ByteWriter(96).u8(3).text(delete.key()).varint(delete.expected() + 1);
        };
        Origin origin = command.origin();
        return origin.equals(Origin.UNKNOWN)
                ? out.toBytes()
                : out.text(origin.by()).text(origin.commandId()).toBytes();
    }

    /** Reads a command; {@link IllegalArgumentException} when it is none. */
    static KeyValueCommand read(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int kind = in.u8();
        String key = in.text();
        return switch (kind) {
            case 1 -> {
                long expected = in.varint() - 1;
                byte[] value = in.block();
                yield new Put(key, value, expected, origin(in));
            }
            case 2 -> new Get(key);
            case 3 -> {
                long expected = in.varint() - 1;
                yield new Delete(key, expected, origin(in));
            }
            default -> throw new IllegalArgumentException("unknown kind of command " + kind);
        };
    }

    private static Origin origin(ByteReader in) {
        return in.hasMore() ? new Origin(in.text(), in.text()) : Origin.UNKNOWN;
    }
}
