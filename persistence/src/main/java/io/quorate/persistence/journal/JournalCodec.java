package io.quorate.persistence.journal;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Queries, answers, outcomes and failures as bytes, for the way between nodes. Numbers are unsigned varints. Each read method
 * throws {@link IllegalArgumentException} with a position when the bytes are not what they should be.
 */
public final class JournalCodec {
    private static final int EVENTS_BY_PERSISTENCE_ID = 1;
    private static final int EVENTS_AFTER = 2;
    private static final int HIGHEST_SEQUENCE_NR = 3;
    private static final int LATEST_SNAPSHOT = 4;
    private static final int PERSISTENCE_IDS = 5;
    private static final int ENTRIES_AFTER = 6;
    private static final int ENTRIES_BETWEEN = 7;
    private static final int TAKE_CHECKPOINT = 8;
    private static final int CHECKPOINT_PART = 9;
    private static final int DROP_CHECKPOINT = 10;

    private static final int ALL = 0;
    private static final int TAGGED = 1;
    private static final int IN_SLICES = 2;

    private JournalCodec() {}

    public static void writeQuery(ByteWriter out, Query<?> query) {
        switch (query) {
            case Query.EventsByPersistenceId q ->
                out.u8(EVENTS_BY_PERSISTENCE_ID)
                        .text(q.persistenceId())
                        .varint(q.fromSequenceNr())
                        .varint(q.toSequenceNr())
                        .varint(q.max());
            case Query.EventsAfter q -> {
                out.u8(EVENTS_AFTER);
                writeOffset(out, q.after());
                writeFilter(out, q.filter());
                out.varint(q.max());
            }
            case Query.HighestSequenceNr q -> out.u8(HIGHEST_SEQUENCE_NR).text(q.persistenceId());
            case Query.LatestSnapshot q ->
                out.u8(LATEST_SNAPSHOT)
                        .text(q.persistenceId())
                        .varint(q.minSequenceNr())
                        .varint(q.maxSequenceNr())
                        .varint(q.minTimestampMillis())
                        .varint(q.maxTimestampMillis());
            case Query.PersistenceIds q ->
                out.u8(PERSISTENCE_IDS).text(q.after()).varint(q.max());
            case Query.EntriesAfter q
            when q.last() == Long.MAX_VALUE ->
                out.u8(ENTRIES_AFTER).varint(q.index()).varint(q.maxBytes());
            case Query.EntriesAfter q ->
                out.u8(ENTRIES_BETWEEN).varint(q.index()).varint(q.maxBytes()).varint(q.last());
            case Query.TakeCheckpoint q -> out.u8(TAKE_CHECKPOINT);
            case Query.CheckpointPart q ->
                out.u8(CHECKPOINT_PART)
                        .varint(q.checkpoint())
                        .varint(q.file())
                        .varint(q.offset())
                        .varint(q.maxBytes());
            case Query.DropCheckpoint q -> out.u8(DROP_CHECKPOINT).varint(q.checkpoint());
        }
    }

    public static Query<?> readQuery(ByteReader in) {
        int kind = in.u8();
        return switch (kind) {
            case EVENTS_BY_PERSISTENCE_ID ->
                new Query.EventsByPersistenceId(in.text(), in.varint(), in.varint(), in.int32());
            case EVENTS_AFTER -> new Query.EventsAfter(readOffset(in), readFilter(in), in.int32());
            case HIGHEST_SEQUENCE_NR -> new Query.HighestSequenceNr(in.text());
            case LATEST_SNAPSHOT ->
                new Query.LatestSnapshot(in.text(), in.varint(), in.varint(), in.varint(), in.varint());
            case PERSISTENCE_IDS -> new Query.PersistenceIds(in.text(), in.int32());
            case ENTRIES_AFTER -> new Query.EntriesAfter(in.varint(), in.int32());
            case ENTRIES_BETWEEN -> new Query.EntriesAfter(in.varint(), in.int32(), in.varint());
            case TAKE_CHECKPOINT -> new Query.TakeCheckpoint();
            case CHECKPOINT_PART -> new Query.CheckpointPart(in.varint(), in.int32(), in.varint(), in.int32());
            case DROP_CHECKPOINT -> new Query.DropCheckpoint(in.varint());
            default -> throw new IllegalArgumentException("unknown kind of query " + kind);
        };
    }

    private static void writeFilter(ByteWriter out, Query.Filter filter) {
        switch (filter) {
            case Query.Filter.All all -> out.u8(ALL);
            case Query.Filter.Tagged tagged -> out.u8(TAGGED).text(tagged.tag());
            case Query.Filter.InSlices slices ->
                out.u8(IN_SLICES).text(slices.entityType()).varint(slices.min()).varint(slices.max());
        }
    }

    private static Query.Filter readFilter(ByteReader in) {
        int kind = in.u8();
        return switch (kind) {
            case ALL -> new Query.Filter.All();
            case TAGGED -> new Query.Filter.Tagged(in.text());
            case IN_SLICES -> new Query.Filter.InSlices(in.text(), in.int32(), in.int32());
            default -> throw new IllegalArgumentException("unknown kind of filter " + kind);
        };
    }

    /** Writes the answer to a query. */
    @SuppressWarnings("unchecked") // the answer's type is the query's
    public static void writeAnswer(ByteWriter out, Query<?> query, Object answer) {
        switch (query) {
            case Query.EventsByPersistenceId q -> writePage(out, (Page<StoredEvent>) answer);
            case Query.EventsAfter q -> writePage(out, (Page<StoredEvent>) answer);
            case Query.HighestSequenceNr q -> out.varint((Long) answer);
            case Query.LatestSnapshot q -> {
                Optional<StoredSnapshot> snapshot = (Optional<StoredSnapshot>) answer;
                out.u8(snapshot.isPresent() ? 1 : 0);
                snapshot.ifPresent(s -> {
                    out.text(s.persistenceId()).varint(s.sequenceNr()).varint(s.timestampMillis());
                    OperationCodec.write(out, s.snapshot());
                });
            }
            case Query.PersistenceIds q -> writeList(out, (List<String>) answer, ByteWriter::text);
            case Query.EntriesAfter q -> {
                Query.Entries entries = (Query.Entries) answer;
                out.varint(entries.upTo()).varint(entries.term()).varint(entries.appliedIndex());
                writeList(
                        out,
                        entries.entries(),
                        (o, entry) -> o.varint(entry.index()).block(entry.bytes()));
                out.varint(entries.killedAt());
            }
            case Query.TakeCheckpoint q -> {
                Query.Checkpoint checkpoint = (Query.Checkpoint) answer;
                out.varint(checkpoint.id());
                writeList(
                        out,
                        checkpoint.files(),
                        (o, file) -> o.text(file.name()).varint(file.bytes()));
            }
            case Query.CheckpointPart q -> {
                Query.Part part = (Query.Part) answer;
                out.varint(part.appliedIndex()).block(part.bytes());
            }
            case Query.DropCheckpoint q -> out.u8((Boolean) answer ? 1 : 0);
        }
    }

    /** Reads the answer to a query. */
    @SuppressWarnings("unchecked") // the answer's type is the query's
    public static <A> A readAnswer(ByteReader in, Query<A> query) {
        return (A)
                switch (query) {
                    case Query.EventsByPersistenceId q -> readPage(in);
                    case Query.EventsAfter q -> readPage(in);
                    case Query.HighestSequenceNr q -> in.varint();
                    case Query.LatestSnapshot q ->
                        in.u8() == 0
                                ? Optional.empty()
                                : Optional.of(new StoredSnapshot(
                                        in.text(), in.varint(), in.varint(), OperationCodec.payload(in)));
                    case Query.PersistenceIds q -> readList(in, ByteReader::text);
                    case Query.EntriesAfter q -> {
                        long upTo = in.varint();
                        long term = in.varint();
                        long applied = in.varint();
                        List<Query.Entry> entries = readList(in, i -> new Query.Entry(i.varint(), i.block()));
                        yield in.hasMore()
                                ? new Query.Entries(entries, upTo, term, applied, in.varint())
                                : new Query.Entries(entries, upTo, term, applied);
                    }
                    case Query.TakeCheckpoint q ->
                        new Query.Checkpoint(
                                in.varint(), readList(in, i -> new Query.CheckpointFile(i.text(), i.varint())));
                    case Query.CheckpointPart q -> {
                        long applied = in.varint();
                        yield new Query.Part(in.block(), applied);
                    }
                    case Query.DropCheckpoint q -> in.u8() == 1;
                };
    }

    private static void writePage(ByteWriter out, Page<StoredEvent> page) {
        writeOffset(out, page.upTo());
        out.u8(page.complete() ? 1 : 0).varint(page.appliedIndex());
        writeList(out, page.items(), JournalCodec::writeEvent);
    }

    private static Page<StoredEvent> readPage(ByteReader in) {
        Offset upTo = readOffset(in);
        boolean complete = in.u8() == 1;
        long applied = in.varint();
        return new Page<>(readList(in, JournalCodec::readEvent), upTo, complete, applied);
    }

    private static void writeEvent(ByteWriter out, StoredEvent event) {
        writeOffset(out, event.offset());
        out.text(event.persistenceId())
                .varint(event.sequenceNr())
                .text(event.writer())
                .varint(event.timestampMillis());
        OperationCodec.write(out, event.event());
    }

    /** An upper bound of the bytes that an event takes in an answer. */
    public static int sizeOf(StoredEvent event) {
        return 48
                + 3 * (event.persistenceId().length() + event.writer().length())
                + OperationCodec.sizeOf(event.event());
    }

    private static StoredEvent readEvent(ByteReader in) {
        return new StoredEvent(
                readOffset(in), in.text(), in.varint(), in.text(), in.varint(), OperationCodec.event(in));
    }

    /** The ordinal goes one higher: {@link Offset#ZERO} has -1. */
    private static void writeOffset(ByteWriter out, Offset offset) {
        out.varint(offset.index()).varint(offset.ordinal() + 1L);
    }

    private static Offset readOffset(ByteReader in) {
        return new Offset(in.varint(), in.int32() - 1);
    }

    private static <T> void writeList(ByteWriter out, List<T> items, BiConsumer<ByteWriter, T> item) {
        out.varint(items.size());
        items.forEach(i -> item.accept(out, i));
    }

    private static <T> List<T> readList(ByteReader in, Function<ByteReader, T> item) {
        int size = in.count();
        List<T> items = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            items.add(item.apply(in));
        }
        return items;
    }

    public static void writeOutcome(ByteWriter out, Outcome outcome) {
        switch (outcome) {
            case Outcome.Applied applied -> out.u8(0).varint(applied.index()).varint(applied.ordinal());
            case Outcome.Fenced fenced -> out.u8(1).varint(fenced.index()).varint(fenced.highestSequenceNr());
        }
    }

    public static Outcome readOutcome(ByteReader in) {
        return in.u8() == 0
                ? new Outcome.Applied(in.varint(), in.int32())
                : new Outcome.Fenced(in.varint(), in.varint());
    }

    public static void writeFailure(ByteWriter out, JournalException failure) {
        out.text(failure.kind().name()).text(String.valueOf(failure.getMessage()));
    }

    /** A kind that this release does not know is read as unknown: nothing may be concluded from it. */
    public static JournalException readFailure(ByteReader in) {
        String name = in.text();
        String message = in.text();
        for (JournalException.Kind kind : JournalException.Kind.values()) {
            if (kind.name().equals(name)) {
                return new JournalException(kind, message);
            }
        }
        return new JournalException(JournalException.Kind.UNKNOWN, name + ": " + message);
    }
}
