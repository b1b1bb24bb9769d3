package io.quorate.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.embedded.EmbeddedJournal;
import io.quorate.persistence.journal.Slices;
import io.quorate.persistence.journal.WatchedJournal;
import io.quorate.persistence.store.StoreEngines;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries, over pages of five events so that every one of them turns pages. */
class ReadJournalTest {
    private static final String ALL = "";

    @TempDir
    Path folder;

    private EmbeddedJournal embedded;
    private WatchedJournal journal;
    private Application application;
    private QuorateReadJournal queries;

    @BeforeEach
    void start() {
        embedded = EmbeddedJournal.open(folder, StoreEngines.of("auto"), (reason, cause) -> {
            throw new AssertionError(reason, cause);
        });
        journal = new WatchedJournal(embedded);
        application = application();
        queries = application.queries();
    }

    private Application application(String... settings) {
        List<String> all = new ArrayList<>(List.of("quorate.source = provided", "quorate.query.page-events = 5"));
        all.addAll(List.of(settings));
        Application made = new Application(all.toArray(String[]::new));
        JournalExtension.get(made.kit.system().classicSystem()).provide(journal);
        return made;
    }

    @AfterEach
    void stop() {
        application.close();
        embedded.close();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(15, TimeUnit.SECONDS);
    }

    private <T> List<T> all(Source<T, NotUsed> current) throws Exception {
        return get(current.runWith(Sink.seq(), application.kit.system()));
    }

    private static List<Object> events(List<EventEnvelope> envelopes) {
        return envelopes.stream().map(EventEnvelope::event).toList();
    }

    private <T> TestProbe<Object> live(Source<T, NotUsed> source, Function<T, Object> shown) {
        return live(application, source, shown);
    }

    private static <T> TestProbe<Object> live(
            Application reader, Source<T, NotUsed> source, Function<T, Object> shown) {
        TestProbe<Object> probe = reader.kit.createTestProbe();
        source.runForeach(e -> probe.ref().tell(shown.apply(e)), reader.kit.system());
        return probe;
    }

    private ActorRef<Notebook.Command> numbers(String id, int from, int to) {
        ActorRef<Notebook.Command> notebook = application.notebook(id);
        write(notebook, from, to);
        return notebook;
    }

    private void write(ActorRef<Notebook.Command> notebook, int from, int to) {
        for (int i = from; i <= to; i++) {
            application.write(notebook, (i % 2 == 0 ? "red" : "blue") + i);
        }
    }

    private static void expect(TestProbe<Object> probe, Object... words) {
        for (Object word : words) {
            assertThat(probe.receiveMessage(Duration.ofSeconds(15))).isEqualTo(word);
        }
    }

    @Test
    void a_current_query_by_id_ends_with_what_is_there() throws Exception {
        numbers("a", 1, 12);
        numbers("b", 1, 1);
        assertThat(events(all(queries.currentEventsByPersistenceId("a", 0, Long.MAX_VALUE))))
                .hasSize(12)
                .startsWith("blue1", "red2")
                .endsWith("red12");
        assertThat(events(all(queries.currentEventsByPersistenceId("a", 3, 9))))
                .hasSize(7)
                .startsWith("blue3");
        assertThat(all(queries.currentEventsByPersistenceId("nobody", 0, Long.MAX_VALUE)))
                .isEmpty();
    }

    @Test
    void a_live_query_by_id_goes_on_with_what_comes_and_ends_at_its_bound() throws Exception {
        ActorRef<Notebook.Command> a = numbers("a", 1, 7);
        TestProbe<Object> probe = live(queries.eventsByPersistenceId("a", 6, Long.MAX_VALUE), EventEnvelope::event);
        expect(probe, "red6", "blue7");
        CompletionStage<List<EventEnvelope>> bounded =
                queries.eventsByPersistenceId("a", 1, 9).runWith(Sink.seq(), application.kit.system());
        write(a, 8, 9);
        expect(probe, "red8", "blue9");
        assertThat(get(bounded)).hasSize(9);
    }

    @Test
    void a_query_by_tag_goes_on_behind_any_offset() throws Exception {
        numbers("a", 1, 14);
        ActorRef<Notebook.Command> b = numbers("b", 1, 6);
        List<EventEnvelope> red = all(queries.currentEventsByTag("red", Offset.noOffset()));
        assertThat(events(red)).hasSize(10).startsWith("red2", "red4").endsWith("red6");
        for (int i = 0; i < red.size(); i++) {
            assertThat(all(queries.currentEventsByTag("red", red.get(i).offset())))
                    .containsExactlyElementsOf(red.subList(i + 1, red.size()));
        }
        TestProbe<Object> probe = live(queries.eventsByTag("red", red.get(8).offset()), EventEnvelope::event);
        expect(probe, "red6");
        write(b, 7, 8);
        expect(probe, "red8");
    }

    @Test
    void slices_share_all_events_among_them() throws Exception {
        for (int i = 0; i < 6; i++) {
            numbers("Book|" + i, 1, 3);
        }
        numbers("other", 1, 2);
        List<String> seen = new ArrayList<>();
        for (Pair<Integer, Integer> range : queries.sliceRanges(4)) {
            for (var envelope : all(
                    queries.<String>currentEventsBySlices("Book", range.first(), range.second(), Offset.noOffset()))) {
                assertThat(envelope.slice()).isBetween(range.first(), range.second());
                assertThat(envelope.slice()).isEqualTo(queries.sliceForPersistenceId(envelope.persistenceId()));
                assertThat(envelope.entityType()).isEqualTo("Book");
                seen.add(envelope.persistenceId() + ":" + envelope.event());
            }
        }
        assertThat(seen).hasSize(18).doesNotHaveDuplicates();
        assertThat(all(queries.<String>currentEventsBySlices(ALL, 0, Slices.COUNT - 1, Offset.noOffset())))
                .hasSize(20);
    }

    @Test
    void a_live_query_by_slices_is_in_the_order_of_the_journal() {
        numbers("Book|1", 1, 6);
        TestProbe<Object> probe = live(
                queries.<String>eventsBySlices("Book", 0, Slices.COUNT - 1, Offset.noOffset()),
                e -> e.persistenceId() + ":" + e.event());
        numbers("other", 1, 6);
        numbers("Book|2", 1, 2);
        for (int i = 1; i <= 6; i++) {
            expect(probe, "Book|1:" + (i % 2 == 0 ? "red" : "blue") + i);
        }
        expect(probe, "Book|2:blue1", "Book|2:red2");
    }

    @Test
    void ids_are_told_once_those_there_and_those_that_come() throws Exception {
        for (int i = 0; i < 12; i++) {
            numbers("id" + i, 1, 2);
        }
        assertThat(all(queries.currentPersistenceIds())).hasSize(12).contains("id0", "id11");
        assertThat(all(queries.currentPersistenceIds(Optional.of("id10"), 2))).containsExactly("id11", "id2");
        TestProbe<Object> probe = live(queries.persistenceIds(), id -> id);
        List<Object> told = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            told.add(probe.receiveMessage());
        }
        assertThat(told).doesNotHaveDuplicates();
        numbers("late", 1, 3);
        numbers("later", 1, 1);
        expect(probe, "late", "later");
    }

    @Test
    void a_slow_reader_holds_one_page_and_asks_for_no_more() throws Exception {
        numbers("a", 1, 40);
        journal.asked.set(0);
        SinkQueueWithCancel<EventEnvelope> queue = queries.eventsByPersistenceId("a", 1, Long.MAX_VALUE)
                .runWith(
                        Sink.<EventEnvelope>queue().withAttributes(Attributes.inputBuffer(1, 1)),
                        application.kit.system());
        for (int i = 1; i <= 3; i++) {
            assertThat(get(queue.pull()).orElseThrow().sequenceNr()).isEqualTo(i);
        }
        assertThat(journal.asked).hasValue(1);
        for (int i = 4; i <= 40; i++) {
            assertThat(get(queue.pull()).orElseThrow().sequenceNr()).isEqualTo(i);
        }
        queue.cancel();
    }

    @Test
    void a_live_query_rides_out_a_replica_that_refuses_for_longer_than_the_patience() {
        ActorRef<Notebook.Command> a = numbers("a", 1, 1);
        try (Application impatient = application("quorate.query.patience = 200 ms")) {
            TestProbe<Object> probe = live(
                    impatient, impatient.queries().eventsByPersistenceId("a", 1, Long.MAX_VALUE), EventEnvelope::event);
            expect(probe, "blue1");
            journal.toRefuse.set(12);
            write(a, 2, 2);
            expect(probe, "red2");
            assertThat(journal.toRefuse).hasValue(0);
        }
    }

    @Test
    void a_query_that_is_cancelled_listens_no_longer() throws Exception {
        numbers("a", 1, 1);
        CompletableFuture<Integer> before = new CompletableFuture<>();
        Pair<UniqueKillSwitch, CompletionStage<Done>> run = queries.eventsByTag("red", Offset.noOffset())
                .merge(queries.eventsByPersistenceId("a", 1, Long.MAX_VALUE))
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.foreach(e -> before.complete(journal.subscriptions.get())), Keep.both())
                .run(application.kit.system());
        get(before);
        run.first().shutdown();
        get(run.second());
        application.close();
        assertThat(journal.subscriptions).hasValue(0);
    }

    @Test
    void one_event_is_found_by_its_number() throws Exception {
        numbers("a", 1, 3);
        assertThat(get(queries.<String>loadEnvelope("a", 2)).event()).isEqualTo("red2");
        assertThat(get(queries.currentLastSequenceNumberByPersistenceId("a"))).contains(3L);
        assertThat(get(queries.currentLastSequenceNumberByPersistenceId("b"))).isEmpty();
        assertThat(get(queries.timestampOf("a", 1)).orElseThrow())
                .isBefore(Instant.now().plusSeconds(60));
        assertThat(get(queries.timestampOf("a", 4))).isEmpty();
        assertThat(queries.loadEnvelope("a", 4))
                .failsWithin(Duration.ofSeconds(15))
                .withThrowableThat()
                .withCauseInstanceOf(NoSuchElementException.class);
    }

    @Test
    void the_place_of_a_rejected_event_is_not_read_out() throws Exception {
        ActorRef<Notebook.Command> a = numbers("a", 1, 2);
        TestProbe<Done> done = application.kit.createTestProbe();
        a.tell(new Notebook.Write(new Object(), done.ref()));
        done.expectTerminated(a);
        numbers("a", 3, 4);
        assertThat(events(all(queries.currentEventsByPersistenceId("a", 1, Long.MAX_VALUE))))
                .containsExactly("blue1", "red2", "blue3", "red4");
        assertThat(all(queries.currentEventsBySlices(ALL, 0, Slices.COUNT - 1, Offset.noOffset())))
                .hasSize(4);
    }

    @Test
    void the_read_journal_for_scala_reads_the_same() throws Exception {
        numbers("a", 1, 7);
        QuorateScalaReadJournal scala =
                PersistenceQuery.get(application.kit.system()).readJournalFor(QuorateReadJournal.IDENTIFIER);
        assertThat(events(all(scala.currentEventsByTag("red", Offset.noOffset()).asJava())))
                .containsExactly("red2", "red4", "red6");
        assertThat(all(scala.currentPersistenceIds().asJava())).containsExactly("a");
    }
}
