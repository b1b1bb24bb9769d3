package io.quorate.persistence.journal;

import java.util.List;
import java.util.Optional;

/**
 * Questions that a replica answers from its own store. Answers are bounded, whatever is asked for: at most {@code max} items and
 * {@link #MAX_PAGE_BYTES}, whichever comes first, but always at least one item where there is one.
 *
 * @param <A> type of the answer
 */
public sealed interface Query<A> {

    /** How many bytes of events one answer carries at most, with all that is sent of them; a single event may have more. */
    int MAX_PAGE_BYTES = 256 * 1024;

    /** How many ids one answer carries at most. */
    int MAX_IDS = 1000;

    /** How many bytes a part of a checkpoint, or of the journal stream, has at most; a single entry may have more. */
    int MAX_PART_BYTES = 512 * 1024;

    /** Events of one entity, both bounds inclusive, in sequence; {@code upTo} of the page is of no use here. */
    record EventsByPersistenceId(String persistenceId, long fromSequenceNr, long toSequenceNr, int max)
            implements Query<Page<StoredEvent>> {}

    /** Events of all entities after an offset, in order of offsets. */
    record EventsAfter(Offset after, Filter filter, int max) implements Query<Page<StoredEvent>> {}

    /** The highest sequence number ever stored for an entity, deleted events included; 0 where there is none. */
    record HighestSequenceNr(String persistenceId) implements Query<Long> {}

    /** The newest snapshot within both ranges, all bounds inclusive. */
    record LatestSnapshot(
            String persistenceId,
            long minSequenceNr,
            long maxSequenceNr,
            long minTimestampMillis,
            long maxTimestampMillis)
            implements Query<Optional<StoredSnapshot>> {}

    /** Ids of entities in order, after a given one ({@code ""} for the first page); at most {@link #MAX_IDS}. */
    record PersistenceIds(String after, int max) implements Query<List<String>> {}

    /**
     * The journal stream: committed entries as they are stored, after an index; what seeds and feeds a replica outside of the
     * group. Entries without any effect are left out. Ranges let a follower have several chunks on their way at once.
     *
     * @param last index of the last entry that is wanted; one entry comes in any case, where there is one
     */
    record EntriesAfter(long index, int maxBytes, long last) implements Query<Entries> {
        /** As far as there are any. */
        public EntriesAfter(long index, int maxBytes) {
            this(index, maxBytes, Long.MAX_VALUE);
        }
    }

    /**
     * @param entries in order of index
     * @param upTo the asker may set its applied index to this once it has stored the entries
     * @param term Raft term of the last entry, or of {@code upTo}
     * @param appliedIndex of the answering replica
     * @param killedAt the last entry that has deleted something before it there: where it is above {@code upTo} something may be missing here
     *     that was there at {@code upTo}
     */
    record Entries(List<Entry> entries, long upTo, long term, long appliedIndex, long killedAt) {
        public Entries {
            entries = List.copyOf(entries);
        }

        /** Of a replica that does not say when it deleted something: it may have been the last thing it did. */
        public Entries(List<Entry> entries, long upTo, long term, long appliedIndex) {
            this(entries, upTo, term, appliedIndex, appliedIndex);
        }
    }

    /**
     * @param index in the Raft log
     * @param bytes as stored, with its own checksum
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(long index, byte[] bytes) {}

    /**
     * The files of the replica's store as they are now, kept for who asks for a while. Without any where it has none, or so little that the
     * journal stream brings it as soon.
     */
    record TakeCheckpoint() implements Query<Checkpoint> {}

    /**
     * A part of a file of a checkpoint; fewer bytes only at the file's end. Fails as {@link JournalException.Kind#INVALID} where the
     * checkpoint is not here, or not any more.
     *
     * @param file number of it, from 0 on
     */
    record CheckpointPart(long checkpoint, int file, long offset, int maxBytes) implements Query<Part> {}

    /** A checkpoint is wanted no longer; the answer is whether it was here still. */
    record DropCheckpoint(long checkpoint) implements Query<Boolean> {}

    /** @param id by which it is asked for, at the node that has it */
    record Checkpoint(long id, List<CheckpointFile> files) {
        public Checkpoint {
            files = List.copyOf(files);
        }
    }

    /** A file of a checkpoint. */
    record CheckpointFile(String name, long bytes) {}

    /** @param appliedIndex of the answering replica */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Part(byte[] bytes, long appliedIndex) {}

    /** Which events a reader wants. */
    sealed interface Filter {
        /** Every event. */
        record All() implements Filter {}

        /** Events with this tag. */
        record Tagged(String tag) implements Filter {}

        /** Events of entities within a range of {@link Slices}, both bounds inclusive; entity type "" for all. */
        record InSlices(String entityType, int min, int max) implements Filter {}
    }
}
