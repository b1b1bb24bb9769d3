package io.quorate.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.embedded.EmbeddedJournal;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredSnapshot;
import io.quorate.persistence.store.StoreEngines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.RecoveryCompleted;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotOffer;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletions of everything, by an entity that goes on. */
class RepeatedDeletionTest {
    @TempDir
    Path folder;

    private EmbeddedJournal embedded;
    private Unreliable journal;
    private Application application;
    private TestProbe<Object> probe;
    private int entities;

    /** Where something happens to deletions. */
    private static final class Unreliable implements Journal {
        private final Journal journal;
        private final List<Operation> stored = new ArrayList<>();
        private boolean refusesDeletions;
        final AtomicReference<CompletableFuture<Void>> holdsNextBarrier = new AtomicReference<>();

        Unreliable(Journal journal) {
            this.journal = journal;
        }

        /** No deletion is taken before the next append is stored. */
        synchronized void refuseDeletions() {
            refusesDeletions = true;
        }

        @Override
        public synchronized CompletionStage<Outcome> submit(Operation operation) {
            return refusesDeletions && operation instanceof Operation.DeleteEvents
                    ? CompletableFuture.failedFuture(
                            new JournalException(JournalException.Kind.NO_LEADER, "refused by the test"))
                    : journal.submit(operation).thenApply(outcome -> done(operation, outcome));
        }

        private synchronized Outcome done(Operation operation, Outcome outcome) {
            refusesDeletions &= !(operation instanceof Operation.AppendEvents);
            stored.add(operation);
            return outcome;
        }

        synchronized <O extends Operation> O last(Class<O> kind) {
            return kind.cast(stored.stream().filter(kind::isInstance).toList().getLast());
        }

        @Override
        public CompletionStage<Long> barrier() {
            CompletableFuture<Void> held = holdsNextBarrier.getAndSet(null);
            return held == null ? journal.barrier() : held.thenCompose(released -> journal.barrier());
        }

        @Override
        public <A> CompletionStage<A> ask(Query<A> query) {
            return journal.ask(query);
        }

        @Override
        public Subscription onApplied(LongConsumer listener) {
            return journal.onApplied(listener);
        }
    }

    /** Remembers words; tells of everything that it is told. */
    private static final class Entity extends AbstractPersistentActor {
        interface Act {
            void on(Entity entity);
        }

        private final String id;
        private final TestProbe<Object> probe;
        private final List<String> words = new ArrayList<>();

        Entity(String id, TestProbe<Object> probe) {
            this.id = id;
            this.probe = probe;
        }

        @Override
        public String persistenceId() {
            return id;
        }

        void tell(String what) {
            probe.ref().tell(what);
        }

        @Override
        public Receive createReceiveRecover() {
            return receiveBuilder()
                    .match(String.class, words::add)
                    .match(SnapshotOffer.class, offer -> words.add("snapshot"))
                    .match(RecoveryCompleted.class, completed -> tell("recovered " + words))
                    .build();
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(String.class, word -> persist(word, event -> tell("stored " + event)))
                    .match(Act.class, act -> act.on(this))
                    .match(SaveSnapshotSuccess.class, saved -> tell("saved"))
                    .match(DeleteMessagesSuccess.class, deleted -> tell("deleted events"))
                    .match(DeleteSnapshotsSuccess.class, deleted -> tell("deleted snapshots"))
                    .build();
        }
    }

    @BeforeEach
    void start() {
        embedded = EmbeddedJournal.open(folder, StoreEngines.of("auto"), (reason, cause) -> {
            throw new AssertionError(reason, cause);
        });
        journal = new Unreliable(embedded);
        application = new Application("quorate.source = provided");
        JournalExtension.get(application.kit.system().classicSystem()).provide(journal);
        probe = application.kit.createTestProbe();
    }

    @AfterEach
    void stop() {
        application.close();
        embedded.close();
    }

    private ActorRef entity(String id) {
        return ((ExtendedActorSystem) application.kit.system().classicSystem())
                .systemActorOf(Props.create(Entity.class, () -> new Entity(id, probe)), "entity-" + ++entities);
    }

    private static void tell(ActorRef entity, Object message) {
        entity.tell(message, ActorRef.noSender());
    }

    private void expect(Object... told) {
        assertThat(probe.receiveSeveralMessages(told.length)).containsExactlyInAnyOrder(told);
    }

    private Optional<StoredSnapshot> snapshot(String id) throws Exception {
        return embedded.ask(new Query.LatestSnapshot(id, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE))
                .toCompletableFuture()
                .get(15, TimeUnit.SECONDS);
    }

    private void embedded(Operation operation) throws Exception {
        embedded.submit(operation).toCompletableFuture().get(15, TimeUnit.SECONDS);
    }

    private static final Entity.Act DELETE_EVENTS = entity -> entity.deleteMessages(Long.MAX_VALUE);
    private static final Entity.Act DELETE_SNAPSHOTS =
            entity -> entity.deleteSnapshots(SnapshotSelectionCriteria.latest());
    private static final Entity.Act SAVE = entity -> entity.saveSnapshot("state");

    @Test
    void a_deletion_of_all_events_that_is_refused_at_first_spares_what_was_acknowledged_until_it_is_taken() {
        var entity = entity("a");
        tell(entity, "one");
        expect("recovered []", "stored one");
        journal.refuseDeletions();
        tell(entity, DELETE_EVENTS);
        tell(entity, "two");
        expect("stored two", "deleted events");
        entity("a");
        expect("recovered [two]");
    }

    @Test
    void a_deletion_of_all_events_that_is_done_once_more_spares_what_was_acknowledged_after_it() throws Exception {
        var entity = entity("a");
        tell(entity, "one");
        tell(entity, DELETE_EVENTS);
        expect("recovered []", "stored one", "deleted events");
        tell(entity, "two");
        expect("stored two");
        embedded(journal.last(Operation.DeleteEvents.class));
        entity("a");
        expect("recovered [two]");
    }

    @Test
    void a_deletion_of_all_snapshots_that_is_done_once_more_spares_what_was_saved_after_it() throws Exception {
        var entity = entity("a");
        tell(entity, "one");
        tell(entity, SAVE);
        expect("recovered []", "stored one", "saved");
        long savedMillis = snapshot("a").orElseThrow().timestampMillis();
        tell(entity, DELETE_SNAPSHOTS);
        expect("deleted snapshots");
        assertThat(snapshot("a")).isEmpty();
        Operation.DeleteSnapshots deletion = journal.last(Operation.DeleteSnapshots.class);
        // Not one of the same sequence number either, saved later.
        assertThat(deletion.maxTimestampMillis()).isEqualTo(savedMillis);
        tell(entity, "two");
        tell(entity, SAVE);
        expect("stored two", "saved");
        embedded(deletion);
        assertThat(snapshot("a")).isPresent();
    }

    @Test
    void a_deletion_of_all_snapshots_reaches_those_that_were_saved_by_a_clock_that_is_ahead() throws Exception {
        var entity = entity("a");
        expect("recovered []");
        Payload state = new Payload(1, "state", new byte[] {1});
        embedded(new Operation.SaveSnapshot("a", 1, Long.MAX_VALUE - 1, state));
        embedded(new Operation.SaveSnapshot("a", 2, 5, state));
        tell(entity, DELETE_SNAPSHOTS);
        expect("deleted snapshots");
        assertThat(snapshot("a")).isEmpty();
    }

    @Test
    void a_snapshot_that_is_saved_after_the_deletion_of_all_was_asked_for_is_spared_by_it() throws Exception {
        var entity = entity("a");
        var other = entity("b");
        tell(entity, "one");
        tell(entity, SAVE);
        expect("recovered []", "recovered []", "stored one", "saved");
        CompletableFuture<Void> release = new CompletableFuture<>();
        journal.holdsNextBarrier.set(release);
        tell(entity, (Entity.Act) asked -> {
            DELETE_SNAPSHOTS.on(asked);
            SAVE.on(asked);
            asked.tell("asked for both");
        });
        expect("asked for both");
        // What is saved of another entity shows that the store has seen to both.
        tell(other, SAVE);
        expect("saved");
        release.complete(null);
        expect("deleted snapshots", "saved");
        assertThat(snapshot("a")).isPresent();
    }
}
