package io.quorate.persistence.contract;

import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Operation.Barrier;
import io.quorate.persistence.contract.Operation.DeleteEvents;
import io.quorate.persistence.contract.Operation.DeleteSnapshots;
import io.quorate.persistence.contract.Operation.SaveSnapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * The one binary form of a batch of operations, as it lies in the log and in the store.
 *
 * <p>Version 1: {@code version count (kind length body)*}. Numbers are unsigned varints, text is UTF-8 with its length before
 * it. A reader skips what follows the fields it knows in a body: later versions may add fields at the end.
 */
public final class OperationCodec {
    private static final int VERSION = 1;

    private static final int APPEND_EVENTS = 1;
    private static final int SAVE_SNAPSHOT = 2;
    private static final int DELETE_SNAPSHOTS = 3;
    private static final int DELETE_EVENTS = 4;
    private static final int BARRIER = 5;

    private OperationCodec() {}

    /** Encodes a batch; the first byte is the version of the form. */
    public static byte[] encode(List<Operation> operations) {
        int size = 16;
        for (Operation operation : operations) {
            size += sizeOf(operation);
        }
        ByteWriter out = new ByteWriter(size).u8(VERSION).varint(operations.size());
        for (Operation operation : operations) {
            switch (operation) {
                case Barrier b -> out.u8(BARRIER).varint(0);
                case AppendEvents append -> {
                    int mark = out.u8(APPEND_EVENTS).openBlock();
                    write(out, append);
                    out.closeBlock(mark);
                }
                case SaveSnapshot save -> {
                    int mark = out.u8(SAVE_SNAPSHOT).openBlock();
                    out.text(save.persistenceId()).varint(save.sequenceNr()).varint(save.timestampMillis());
                    write(out, save.snapshot());
                    out.closeBlock(mark);
                }
                case DeleteSnapshots delete -> {
                    int mark = out.u8(DELETE_SNAPSHOTS).openBlock();
                    out.text(delete.persistenceId())
                            .varint(delete.minSequenceNr())
                            .varint(delete.maxSequenceNr())
                            .varint(delete.minTimestampMillis())
                            .varint(delete.maxTimestampMillis());
                    out.closeBlock(mark);
                }
                case DeleteEvents delete -> {
                    int mark = out.u8(DELETE_EVENTS).openBlock();
                    out.text(delete.persistenceId())
                            .varint(delete.toSequenceNr())
                            .varint(delete.highestSequenceNr());
                    out.closeBlock(mark);
                }
            }
        }
        return out.toBytes();
    }

    private static void write(ByteWriter out, AppendEvents append) {
        out.text(append.persistenceId())
                .varint(append.fromSequenceNr())
                .text(append.writer())
                .varint(append.timestampMillis())
                .varint(append.events().size());
        append.events().forEach(event -> write(out, event));
    }

    /** Writes one event as it stands in an append. */
    public static void write(ByteWriter out, EventData event) {
        write(out, event.payload());
        out.varint(event.tags().size());
        event.tags().forEach(out::text);
        out.block(event.metadata());
    }

    /** Writes a payload as it stands in an event or a snapshot. */
    public static void write(ByteWriter out, Payload payload) {
        out.varint(payload.serializerId()).text(payload.manifest()).block(payload.bytes());
    }

    /**
     * Decodes a batch.
     *
     * @throws IllegalArgumentException naming the position, when the bytes are not a batch of a known version
     */
    public static List<Operation> decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int count = start(in);
        List<Operation> operations = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            operations.add(operation(in));
        }
        return operations;
    }

    /**
     * Decodes one operation of a batch without decoding those before it.
     *
     * @throws IllegalArgumentException as {@link #decode}, and when the batch has no such operation
     */
    public static Operation decodeAt(byte[] bytes, int position) {
        ByteReader in = new ByteReader(bytes);
        int count = start(in);
        if (position < 0 || position >= count) {
            throw new IllegalArgumentException("a batch of " + count + " operations has none at " + position);
        }
        for (int i = 0; i < position; i++) {
            in.u8();
            int length = in.count();
            in.skipTo(in.position() + length);
        }
        return operation(in);
    }

    private static int start(ByteReader in) {
        int version = in.u8();
        if (version != VERSION) {
            throw new IllegalArgumentException("a batch of version " + version + "; known is " + VERSION
                    + ": a newer release wrote it, upgrade this node");
        }
        return in.count();
    }

    private static Operation operation(ByteReader in) {
        int kind = in.u8();
        int length = in.count();
        int end = in.position() + length;
        Operation operation = switch (kind) {
            case APPEND_EVENTS -> append(in);
            case SAVE_SNAPSHOT -> new SaveSnapshot(in.text(), in.varint(), in.varint(), payload(in));
            case DELETE_SNAPSHOTS -> new DeleteSnapshots(in.text(), in.varint(), in.varint(), in.varint(), in.varint());
            case DELETE_EVENTS -> new DeleteEvents(in.text(), in.varint(), in.varint());
            case BARRIER -> new Barrier();
            default ->
                throw new IllegalArgumentException(
                        "unknown kind of operation " + kind + " before byte " + in.position());
        };
        in.skipTo(end);
        return operation;
    }

    private static AppendEvents append(ByteReader in) {
        String persistenceId = in.text();
        long from = in.varint();
        String writer = in.text();
        long timestamp = in.varint();
        int count = in.count();
        List<EventData> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            events.add(event(in));
        }
        return new AppendEvents(persistenceId, from, writer, timestamp, events);
    }

    /** Reads what {@link #write(ByteWriter, EventData)} wrote. */
    public static EventData event(ByteReader in) {
        Payload payload = payload(in);
        int tagCount = in.count();
        List<String> tags = new ArrayList<>(tagCount);
        for (int t = 0; t < tagCount; t++) {
            tags.add(in.text());
        }
        return new EventData(payload, tags, in.block());
    }

    /** Reads what {@link #write(ByteWriter, Payload)} wrote. */
    public static Payload payload(ByteReader in) {
        int serializerId = (int) in.varint();
        return new Payload(serializerId, in.text(), in.block());
    }

    /** An upper bound of the bytes that an operation takes in a batch; exact enough for limits. */
    public static int sizeOf(Operation operation) {
        return switch (operation) {
            case Barrier b -> 2;
            case AppendEvents append -> {
                int size = 48
                        + 3 * (append.persistenceId().length() + append.writer().length());
                for (EventData event : append.events()) {
                    size += sizeOf(event);
                }
                yield size;
            }
            case SaveSnapshot save -> 48 + 3 * save.persistenceId().length() + sizeOf(save.snapshot());
            case DeleteSnapshots delete -> 64 + 3 * delete.persistenceId().length();
            case DeleteEvents delete -> 40 + 3 * delete.persistenceId().length();
        };
    }

    /** Likewise, of the bytes that {@link #write(ByteWriter, EventData)} writes. */
    public static int sizeOf(EventData event) {
        int size = 24 + sizeOf(event.payload()) + event.metadata().length;
        for (String tag : event.tags()) {
            size += 5 + 3 * tag.length();
        }
        return size;
    }

    private static int sizeOf(Payload payload) {
        return 20 + 3 * payload.manifest().length() + payload.bytes().length;
    }
}
