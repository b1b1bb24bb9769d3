package io.quorate.persistence.events;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key layout of the event store. Names go with their length before them, numbers in eight bytes, most significant first, so
 * that keys of one kind and name stand together in order.
 *
 * <pre>
 * m                        how far the store is, version of this layout ({@link Applied})
 * o index                  an entry of the log that had an effect, as it was committed ({@link StoredEntry})
 * p id lastSequenceNr      an append of an entity: where it is ({@link Place}), its first sequence number
 * h id                     head of an entity: deleted up to, highest sequence number
 * n id sequenceNr          a snapshot: where it is, its timestamp
 * t tag index ordinal      a tagged event
 * d id                     an entity whose deleted events are still to be taken away ({@link Reclaim})
 * y                        up to where everything is certain to be on disk ({@link SyncPoint})
 * f index                  a flush since then ({@link FlushRecord})
 * </pre>
 */
final class Keys {
    static final byte ENTRY = 'o';
    static final byte APPEND = 'p';
    static final byte HEAD = 'h';
    static final byte SNAPSHOT = 'n';
    static final byte TAG = 't';
    static final byte FLUSH = 'f';
    static final byte RECLAIM = 'd';
    static final byte[] APPLIED = {'m'};
    static final byte[] SYNCED = {'y'};

    private Keys() {}

    static byte[] entry(long index) {
        return ByteBuffer.allocate(9).put(ENTRY).putLong(index).array();
    }

    static byte[] flush(long index) {
        return ByteBuffer.allocate(9).put(FLUSH).putLong(index).array();
    }

    /** Of the key of an entry or a flush. */
    static long entryIndex(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1);
    }

    static byte[] head(String persistenceId) {
        return of(HEAD, persistenceId);
    }

    static byte[] reclaim(String persistenceId) {
        return of(RECLAIM, persistenceId);
    }

    private static byte[] of(byte kind, String persistenceId) {
        byte[] id = utf8(persistenceId);
        return ByteBuffer.allocate(1 + id.length).put(kind).put(id).array();
    }

    /** The entity of the key of a head, or of what is to be taken away. */
    static String headId(byte[] key) {
        return new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
    }

    static byte[] append(String persistenceId, long lastSequenceNr) {
        return named(APPEND, persistenceId, 8).putLong(lastSequenceNr).array();
    }

    /** The entity of the key of an append. */
    static String appendId(byte[] key) {
        return new String(key, 3, key.length - 11, StandardCharsets.UTF_8);
    }

    static byte[] snapshot(String persistenceId, long sequenceNr) {
        return named(SNAPSHOT, persistenceId, 8).putLong(sequenceNr).array();
    }

    static byte[] tag(String tag, long index, int ordinal) {
        return named(TAG, tag, 12).putLong(index).putInt(ordinal).array();
    }

    /** Everything of a key before its last {@code suffix} bytes. */
    static byte[] prefix(byte[] key, int suffix) {
        return Arrays.copyOf(key, key.length - suffix);
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** The eight bytes that end {@code suffix} bytes before the end of a key begin there. */
    static long numberAt(byte[] key, int suffix) {
        return ByteBuffer.wrap(key).getLong(key.length - suffix);
    }

    private static ByteBuffer named(byte kind, String name, int more) {
        byte[] bytes = utf8(name);
        return ByteBuffer.allocate(3 + bytes.length + more)
                .put(kind)
                .putShort((short) bytes.length)
                .put(bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
