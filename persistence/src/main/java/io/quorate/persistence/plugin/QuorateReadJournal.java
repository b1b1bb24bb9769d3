package io.quorate.persistence.plugin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByTagQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentLastSequenceNumberByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentPersistenceIdsQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByTagQuery;
import org.apache.pekko.persistence.query.javadsl.PagedPersistenceIdsQuery;
import org.apache.pekko.persistence.query.javadsl.PersistenceIdsQuery;
import org.apache.pekko.persistence.query.typed.javadsl.CurrentEventsBySliceQuery;
import org.apache.pekko.persistence.query.typed.javadsl.EventTimestampQuery;
import org.apache.pekko.persistence.query.typed.javadsl.EventsBySliceQuery;
import org.apache.pekko.persistence.query.typed.javadsl.LoadEventQuery;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The read journal for Java: {@code PersistenceQuery.get(system).getReadJournalFor(QuorateReadJournal.class,
 * QuorateReadJournal.IDENTIFIER)}.
 *
 * <p>Every query of many entities is in the order of the journal, the same on every replica, without gaps and without
 * duplicates; offsets are those of {@link QueryOffset} and exclusive. A current query sees everything acknowledged before it
 * began and ends there. A live one reads the nearest replica, is told of new events instead of polling for them, rides out
 * elections and lost nodes, and never ends. Each running query holds one page of {@code quorate.query.page-events}; deleted
 * events are left out.
 */
public final class QuorateReadJournal
        implements CurrentEventsByPersistenceIdQuery,
                CurrentEventsBySliceQuery,
                CurrentEventsByTagQuery,
                CurrentLastSequenceNumberByPersistenceIdQuery,
                CurrentPersistenceIdsQuery,
                EventTimestampQuery,
                EventsByPersistenceIdQuery,
                EventsBySliceQuery,
                EventsByTagQuery,
                LoadEventQuery,
                PagedPersistenceIdsQuery,
                PersistenceIdsQuery {
    /** The plugin's id, for {@code getReadJournalFor}. */
    public static final String IDENTIFIER = "quorate.query";

    private final JournalQueries queries;
    private final Persistence persistence;

    QuorateReadJournal(JournalQueries queries, Persistence persistence) {
        this.queries = queries;
        this.persistence = persistence;
    }

    /** Each id once: those that are there, then each new one with its first event. */
    @Override
    public Source<String, NotUsed> persistenceIds() {
        return queries.persistenceIds();
    }

    @Override
    public Source<String, NotUsed> currentPersistenceIds() {
        return queries.currentPersistenceIds("");
    }

    /** Ids in order of their UTF-8 bytes. */
    @Override
    public Source<String, NotUsed> currentPersistenceIds(Optional<String> afterId, long limit) {
        return queries.currentPersistenceIds(afterId.orElse("")).take(limit);
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByPersistenceId(
            String persistenceId, long fromSequenceNr, long toSequenceNr) {
        return queries.eventsByPersistenceId(persistenceId, fromSequenceNr, toSequenceNr, true);
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(
            String persistenceId, long fromSequenceNr, long toSequenceNr) {
        return queries.eventsByPersistenceId(persistenceId, fromSequenceNr, toSequenceNr, false);
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByTag(String tag, Offset offset) {
        return queries.eventsByTag(tag, offset, true);
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByTag(String tag, Offset offset) {
        return queries.eventsByTag(tag, offset, false);
    }

    /** Both bounds inclusive; entity type {@code ""} for all. */
    @Override
    public <E> Source<org.apache.pekko.persistence.query.typed.EventEnvelope<E>, NotUsed> eventsBySlices(
            String entityType, int minSlice, int maxSlice, Offset offset) {
        return queries.<E>eventsBySlices(entityType, minSlice, maxSlice, offset, true);
    }

    /** Both bounds inclusive; entity type {@code ""} for all. */
    @Override
    public <E> Source<org.apache.pekko.persistence.query.typed.EventEnvelope<E>, NotUsed> currentEventsBySlices(
            String entityType, int minSlice, int maxSlice, Offset offset) {
        return queries.<E>eventsBySlices(entityType, minSlice, maxSlice, offset, false);
    }

    @Override
    public int sliceForPersistenceId(String persistenceId) {
        return persistence.sliceForPersistenceId(persistenceId);
    }

    @Override
    public List<Pair<Integer, Integer>> sliceRanges(int numberOfRanges) {
        return persistence.getSliceRanges(numberOfRanges);
    }

    @Override
    public CompletionStage<Optional<Long>> currentLastSequenceNumberByPersistenceId(String persistenceId) {
        return queries.lastSequenceNr(persistenceId);
    }

    @Override
    public CompletionStage<Optional<Instant>> timestampOf(String persistenceId, long sequenceNr) {
        return queries.timestampOf(persistenceId, sequenceNr);
    }

    /** Fails with {@link java.util.NoSuchElementException} where there is no such event. */
    @Override
    public <E> CompletionStage<org.apache.pekko.persistence.query.typed.EventEnvelope<E>> loadEnvelope(
            String persistenceId, long sequenceNr) {
        return queries.load(persistenceId, sequenceNr);
    }
}
