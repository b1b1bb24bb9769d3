package io.quorate.persistence.plugin;

import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Readings of persistence ids: those there are, and those that come. */
final class IdReading {
    private IdReading() {}

    /** Ids in order of their UTF-8 bytes, all that had written when it began; later ones may be among them. */
    static final class Present implements Reading<String> {
        private final PatientJournal journal;
        private String after;
        private long barrier = -1;

        /** @param after {@code ""} to begin with the first */
        Present(PatientJournal journal, String after) {
            this.journal = journal;
            this.after = after;
        }

        @Override
        public CompletionStage<Batch<String>> next() {
            if (barrier >= 0) {
                return page();
            }
            return journal.call(j -> j.barrier()).thenCompose(index -> {
                barrier = index;
                return page();
            });
        }

        private CompletionStage<Batch<String>> page() {
            return journal.call(j -> j.ask(new Query.PersistenceIds(after, Query.MAX_IDS)))
                    .thenApply(ids -> {
                        if (!ids.isEmpty()) {
                            after = ids.getLast();
                        }
                        return new Batch<>(ids, ids.size() < Query.MAX_IDS ? Then.END : Then.MORE, barrier);
                    });
        }
    }

    /**
     * Ids that are there, then new ones as their first event comes; each once. An entity whose first event is deleted before
     * this reading has seen it is missed.
     *
     * <p>A list of ids is no picture of one moment: behind each of its pages this reading looks at the events since it began, and
     * leaves out who was born meanwhile; those follow when the list is done. So it remembers no more than the newborn of that
     * time.
     */
    static final class Live implements Reading<String> {
        private final PatientJournal journal;
        private final Present present;
        private final int pageEvents;
        private final Set<String> newborn = new LinkedHashSet<>();
        private Offset after = Offset.ZERO;
        private boolean begun;
        private boolean listed;
        private @Nullable Batch<String> heldBack;

        Live(PatientJournal journal, int pageEvents) {
            this.journal = journal;
            this.present = new Present(journal, "");
            this.pageEvents = pageEvents;
        }

        @Override
        public CompletionStage<Batch<String>> next() {
            if (!begun) {
                return journal.call(j -> j.barrier()).thenCompose(index -> {
                    after = Offset.endOf(index);
                    begun = true;
                    return next();
                });
            }
            return listed ? born() : list();
        }

        private CompletionStage<Batch<String>> born() {
            return events(after.index())
                    .thenApply(page -> new Batch<>(
                            firstBorn(page), page.complete() ? Then.CAUGHT_UP : Then.MORE, page.appliedIndex()));
        }

        private CompletionStage<Batch<String>> list() {
            // A failure further down keeps the page: it is not read again.
            Batch<String> held = heldBack;
            return (held == null ? present.next() : CompletableFuture.completedFuture(held)).thenCompose(page -> {
                heldBack = page;
                return journal.call(j -> j.barrier())
                        .thenCompose(this::lookAtEvents)
                        .thenApply(seen -> {
                            heldBack = null;
                            return listed(page);
                        });
            });
        }

        private Batch<String> listed(Batch<String> page) {
            List<String> ids = new ArrayList<>(page.items());
            ids.removeAll(newborn);
            listed = page.then() == Then.END;
            if (listed) {
                ids.addAll(newborn);
                newborn.clear();
            }
            return new Batch<>(ids, Then.MORE, page.appliedIndex());
        }

        private CompletionStage<Long> lookAtEvents(long toIndex) {
            return after.index() >= toIndex
                    ? CompletableFuture.completedFuture(toIndex)
                    : events(toIndex).thenCompose(page -> {
                        newborn.addAll(firstBorn(page));
                        return lookAtEvents(toIndex);
                    });
        }

        private CompletionStage<Page<StoredEvent>> events(long atLeastIndex) {
            Query<Page<StoredEvent>> query = new Query.EventsAfter(after, new Query.Filter.All(), pageEvents);
            return journal.call(j -> j.ask(query).thenCompose(page -> EventPages.notBehind(page, atLeastIndex)))
                    .thenApply(page -> {
                        after = page.upTo();
                        return page;
                    });
        }

        private static List<String> firstBorn(Page<StoredEvent> page) {
            return page.items().stream()
                    .filter(event -> event.sequenceNr() == 1)
                    .map(StoredEvent::persistenceId)
                    .toList();
        }
    }
}
