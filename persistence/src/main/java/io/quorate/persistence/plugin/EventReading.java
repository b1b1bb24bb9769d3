package io.quorate.persistence.plugin;

import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Readings of events: of one entity, and of many. */
final class EventReading {
    private EventReading() {}

    /** Events of one entity in sequence, both bounds inclusive; a current one ends at what was acknowledged when it began. */
    static final class OfOne implements Reading<StoredEvent> {
        private final PatientJournal journal;
        private final String persistenceId;
        private final int pageEvents;
        private final boolean live;
        private long next;
        private long to;
        private long barrier = -1;

        OfOne(
                PatientJournal journal,
                String persistenceId,
                long fromSequenceNr,
                long toSequenceNr,
                int pageEvents,
                boolean live) {
            this.journal = journal;
            this.persistenceId = persistenceId;
            this.next = Math.max(1, fromSequenceNr);
            this.to = toSequenceNr;
            this.pageEvents = pageEvents;
            this.live = live;
        }

        @Override
        public CompletionStage<Batch<StoredEvent>> next() {
            if (live || barrier >= 0) {
                return page();
            }
            record Bound(long barrier, long highest) {}
            return journal.call(j -> j.barrier()
                            .thenCompose(index -> j.ask(new Query.HighestSequenceNr(persistenceId))
                                    .thenApply(highest -> new Bound(index, highest))))
                    .thenCompose(bound -> {
                        barrier = bound.barrier();
                        to = Math.min(to, bound.highest());
                        return page();
                    });
        }

        private CompletionStage<Batch<StoredEvent>> page() {
            if (next > to) {
                return CompletableFuture.completedFuture(new Batch<>(List.of(), Then.END, barrier));
            }
            Query<Page<StoredEvent>> query = new Query.EventsByPersistenceId(persistenceId, next, to, pageEvents);
            return journal.call(j -> j.ask(query).thenCompose(page -> EventPages.notBehind(page, barrier)))
                    .thenApply(page -> {
                        if (!page.items().isEmpty()) {
                            next = page.items().getLast().sequenceNr() + 1;
                        }
                        Then then = next > to ? Then.END : page.complete() ? Then.CAUGHT_UP : Then.MORE;
                        return new Batch<>(page.items(), then, page.appliedIndex());
                    });
        }
    }

    /** Events of all entities that a filter lets through; a current one ends at what was acknowledged when it began. */
    static final class OfMany implements Reading<StoredEvent> {
        private final PatientJournal journal;
        private final Query.Filter filter;
        private final int pageEvents;
        private final boolean live;
        private Offset after;
        private long barrier = -1;

        OfMany(PatientJournal journal, Query.Filter filter, Offset after, int pageEvents, boolean live) {
            this.journal = journal;
            this.filter = filter;
            this.after = after;
            this.pageEvents = pageEvents;
            this.live = live;
        }

        @Override
        public CompletionStage<Batch<StoredEvent>> next() {
            if (live || barrier >= 0) {
                return page();
            }
            return journal.call(j -> j.barrier()).thenCompose(index -> {
                barrier = index;
                return page();
            });
        }

        private CompletionStage<Batch<StoredEvent>> page() {
            Query<Page<StoredEvent>> query = new Query.EventsAfter(after, filter, pageEvents);
            return journal.call(j -> j.ask(query).thenCompose(page -> EventPages.notBehind(page, barrier)))
                    .thenApply(page -> {
                        after = page.upTo();
                        Then then = page.complete() ? Then.CAUGHT_UP : Then.MORE;
                        if (live || after.index() <= barrier) {
                            return new Batch<>(page.items(), then, page.appliedIndex());
                        }
                        List<StoredEvent> known = page.items().stream()
                                .filter(event -> event.offset().index() <= barrier)
                                .toList();
                        return new Batch<>(known, Then.END, page.appliedIndex());
                    });
        }
    }
}
