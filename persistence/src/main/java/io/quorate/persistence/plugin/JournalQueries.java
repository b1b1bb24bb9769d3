package io.quorate.persistence.plugin;

import com.typesafe.config.Config;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.Slices;
import io.quorate.persistence.journal.StoredEvent;
import java.time.Instant;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.EventAdapters;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.stream.javadsl.Source;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** What both languages' read journals do. */
final class JournalQueries {
    private final CompletionStage<Journal> opened;
    private final PatientJournal journal;
    private final EventForm form;
    private final Supplier<EventAdapters> adapters;
    private final int pageEvents;

    /** @param config the section {@code quorate.query} */
    JournalQueries(ExtendedActorSystem system, Config config) {
        this.opened = JournalExtension.get(system).journal();
        this.journal =
                new PatientJournal(opened, system.scheduler(), system.dispatcher(), config.getDuration("patience"));
        this.form = new EventForm(system);
        String writer = config.getString("journal");
        this.adapters = () -> Persistence.lookup().get(system).adaptersFor(writer);
        this.pageEvents = config.getInt("page-events");
        if (pageEvents < 1 || pageEvents > 10_000) {
            throw new IllegalArgumentException(
                    "quorate.query.page-events: wants 1 to 10,000, is " + config.getInt("page-events"));
        }
    }

    Source<String, NotUsed> persistenceIds() {
        return source(() -> new IdReading.Live(journal, pageEvents), true);
    }

    /** @param after {@code ""} to begin with the first */
    Source<String, NotUsed> currentPersistenceIds(String after) {
        return source(() -> new IdReading.Present(journal, after), false);
    }

    Source<EventEnvelope, NotUsed> eventsByPersistenceId(String persistenceId, long from, long to, boolean live) {
        return events(
                () -> new EventReading.OfOne(journal, persistenceId, from, to, pageEvents, live),
                live,
                JournalQueries::envelope);
    }

    Source<EventEnvelope, NotUsed> eventsByTag(String tag, Offset offset, boolean live) {
        return many(new Query.Filter.Tagged(tag), offset, live, JournalQueries::envelope);
    }

    <E> Source<org.apache.pekko.persistence.query.typed.EventEnvelope<E>, NotUsed> eventsBySlices(
            String entityType, int minSlice, int maxSlice, Offset offset, boolean live) {
        if (minSlice < 0 || maxSlice >= Slices.COUNT || minSlice > maxSlice) {
            throw new IllegalArgumentException(
                    "slices are 0 to " + (Slices.COUNT - 1) + " in order, not " + minSlice + " to " + maxSlice);
        }
        return many(new Query.Filter.InSlices(entityType, minSlice, maxSlice), offset, live, JournalQueries::<E>typed);
    }

    private <T> Source<T, NotUsed> many(
            Query.Filter filter, Offset offset, boolean live, BiFunction<StoredEvent, PersistentRepr, T> envelope) {
        var after = QueryOffset.toJournal(offset);
        return events(() -> new EventReading.OfMany(journal, filter, after, pageEvents, live), live, envelope);
    }

    private <T> Source<T, NotUsed> events(
            Supplier<Reading<StoredEvent>> start, boolean live, BiFunction<StoredEvent, PersistentRepr, T> envelope) {
        return source(start, live).mapConcat(stored -> read(stored, envelope));
    }

    private <T> Source<T, NotUsed> source(Supplier<Reading<T>> start, boolean live) {
        return Source.fromGraph(new JournalSource<>(opened, start, live));
    }

    /** None for the place of a rejected event, several where an event adapter splits one. */
    private <T> Iterable<T> read(StoredEvent stored, BiFunction<StoredEvent, PersistentRepr, T> envelope) {
        if (EventForm.isRejected(stored)) {
            return java.util.List.of();
        }
        PersistentRepr event = form.fromStored(stored);
        Object payload = event.payload();
        return CollectionConverters.asJava(adapters.get()
                        .get(payload.getClass())
                        .fromJournal(payload, event.manifest())
                        .events())
                .stream()
                .map(adapted -> envelope.apply(stored, event.withPayload(adapted)))
                .toList();
    }

    private static EventEnvelope envelope(StoredEvent stored, PersistentRepr event) {
        return EventEnvelope.apply(
                QueryOffset.of(stored.offset()),
                stored.persistenceId(),
                stored.sequenceNr(),
                event.payload(),
                stored.timestampMillis(),
                event.metadata());
    }

    @SuppressWarnings("unchecked") // the caller says which events it expects, as everywhere in this interface
    private static <E> org.apache.pekko.persistence.query.typed.EventEnvelope<E> typed(
            StoredEvent stored, PersistentRepr event) {
        return new org.apache.pekko.persistence.query.typed.EventEnvelope<>(
                QueryOffset.of(stored.offset()),
                stored.persistenceId(),
                stored.sequenceNr(),
                Option.apply((E) event.payload()),
                stored.timestampMillis(),
                event.metadata(),
                entityType(stored.persistenceId()),
                Slices.of(stored.persistenceId()));
    }

    private static String entityType(String persistenceId) {
        int bar = persistenceId.indexOf('|');
        return bar < 0 ? "" : persistenceId.substring(0, bar);
    }

    CompletionStage<Optional<Long>> lastSequenceNr(String persistenceId) {
        return journal.call(j -> j.barrier().thenCompose(index -> j.ask(new Query.HighestSequenceNr(persistenceId))))
                .thenApply(highest -> highest == 0 ? Optional.empty() : Optional.of(highest));
    }

    CompletionStage<Optional<Instant>> timestampOf(String persistenceId, long sequenceNr) {
        return event(persistenceId, sequenceNr)
                .thenApply(found -> found.map(stored -> Instant.ofEpochMilli(stored.timestampMillis())));
    }

    <E> CompletionStage<org.apache.pekko.persistence.query.typed.EventEnvelope<E>> load(
            String persistenceId, long sequenceNr) {
        return event(persistenceId, sequenceNr)
                .thenApply(found -> found.flatMap(stored -> {
                            for (var envelope : read(stored, JournalQueries::<E>typed)) {
                                return Optional.of(envelope);
                            }
                            return Optional.empty();
                        })
                        .orElseThrow(() -> new NoSuchElementException(
                                "there is no event " + sequenceNr + " of " + persistenceId + ", or it was deleted")));
    }

    /** Events do not change: what the nearest replica has is good; only what it has not is worth a barrier. */
    private CompletionStage<Optional<StoredEvent>> event(String persistenceId, long sequenceNr) {
        Query<Page<StoredEvent>> query = new Query.EventsByPersistenceId(persistenceId, sequenceNr, sequenceNr, 1);
        return journal.call(j -> j.ask(query))
                .thenCompose(page -> page.items().isEmpty()
                        ? journal.call(j -> j.barrier()
                                .thenCompose(
                                        index -> j.ask(query).thenCompose(again -> EventPages.notBehind(again, index))))
                        : CompletableFuture.completedFuture(page))
                .thenApply(page -> page.items().stream().findFirst());
    }
}
