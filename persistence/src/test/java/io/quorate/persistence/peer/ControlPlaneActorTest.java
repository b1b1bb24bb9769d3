package io.quorate.persistence.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Origin;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.embedded.EmbeddedJournal;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.WatchedJournal;
import io.quorate.persistence.store.StoreEngines;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The actor under the key, over a journal of one and answers that the test gives. */
class ControlPlaneActorTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    private ActorTestKit kit;
    private EmbeddedJournal journal;
    private Access access;
    private ActorRef<ControlPlane.Request> quorate;

    /** Answers when the test says so. */
    private static final class Access implements ControlPlaneAccess {
        private final WatchedJournal journal;
        private final Queue<CompletableFuture<ControlPlane.CommandReply>> waiting = new ConcurrentLinkedQueue<>();

        Access(Journal journal) {
            this.journal = new WatchedJournal(journal);
        }

        @Override
        public Journal journal() {
            return journal;
        }

        @Override
        public CompletionStage<ControlPlane.StatusReply> status() {
            return CompletableFuture.failedFuture(
                    new JournalException(JournalException.Kind.NO_LEADER, "nobody leads now"));
        }

        @Override
        public CompletionStage<ControlPlane.CommandReply> command(String id, ControlPlane.Command command) {
            CompletableFuture<ControlPlane.CommandReply> answer = new CompletableFuture<>();
            waiting.add(answer);
            return answer;
        }
    }

    @BeforeEach
    void start() {
        journal = EmbeddedJournal.open(folder, StoreEngines.of("auto"), (reason, cause) -> {
            throw new AssertionError(reason, cause);
        });
        access = new Access(journal);
        kit = ActorTestKit.create("application");
        quorate = kit.spawn(ControlPlaneActor.create(
                CompletableFuture.completedFuture(access), new ControlPlaneActor.Limits(2, 3, 5)));
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
        journal.close();
    }

    private void append(String id, int from, int to) throws Exception {
        for (int i = from; i <= to; i++) {
            EventData event = new EventData(
                    new Payload(0, "number.v1", Integer.toString(i).getBytes(StandardCharsets.UTF_8)),
                    i % 2 == 0 ? List.of("even") : List.of(),
                    new Origin("service billing", "id-" + i).metadata());
            journal.submit(new Operation.AppendEvents(id, i, "w", 0, List.of(event)))
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private TestProbe<ControlPlane.Delivery> subscriber(Offset after, ControlPlane.Filter filter) {
        TestProbe<ControlPlane.Delivery> probe = kit.createTestProbe();
        quorate.tell(new ControlPlane.Subscribe(after, filter, probe.ref()));
        return probe;
    }

    private static ActorRef<ControlPlane.SubscriptionRequest> subscription(TestProbe<ControlPlane.Delivery> probe) {
        return probe.expectMessageClass(ControlPlane.Subscribed.class, PATIENCE).subscription();
    }

    private static ControlPlane.Event next(TestProbe<ControlPlane.Delivery> probe) {
        return probe.expectMessageClass(ControlPlane.EventDelivered.class, PATIENCE)
                .event();
    }

    private static void expect(TestProbe<ControlPlane.Delivery> probe, int... numbers) {
        for (int number : numbers) {
            assertThat(new String(next(probe).payload(), StandardCharsets.UTF_8))
                    .isEqualTo(String.valueOf(number));
        }
    }

    @Test
    void events_come_as_many_as_were_asked_for_and_the_next_when_more_are() throws Exception {
        append("a", 1, 12);
        TestProbe<ControlPlane.Delivery> probe = subscriber(Offset.ZERO, new ControlPlane.AllEvents());
        ActorRef<ControlPlane.SubscriptionRequest> subscription = subscription(probe);
        probe.expectNoMessage(Duration.ofMillis(200));
        subscription.tell(new ControlPlane.Demand(3));
        expect(probe, 1, 2, 3);
        probe.expectNoMessage(Duration.ofMillis(200));
        subscription.tell(new ControlPlane.Demand(4));
        subscription.tell(new ControlPlane.Demand(6));
        expect(probe, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        append("a", 13, 14);
        expect(probe, 13);
        probe.expectNoMessage(Duration.ofMillis(200));
    }

    @Test
    void an_event_tells_its_place_its_name_and_who_asked_for_it() throws Exception {
        append("a", 1, 2);
        TestProbe<ControlPlane.Delivery> probe = subscriber(Offset.ZERO, new ControlPlane.Tagged("even"));
        subscription(probe).tell(new ControlPlane.Demand(1));
        ControlPlane.Event event = next(probe);
        assertThat(event.by()).isEqualTo("service billing");
        assertThat(event.commandId()).isEqualTo("id-2");
        assertThat(event.name()).isEqualTo("number.v1");
        assertThat(event.persistenceId()).isEqualTo("a");
        assertThat(event.sequenceNr()).isEqualTo(2);
        assertThat(event.tags()).containsExactly("even");

        append("a", 3, 4);
        TestProbe<ControlPlane.Delivery> later = subscriber(event.offset(), new ControlPlane.OfEntity("a"));
        subscription(later).tell(new ControlPlane.Demand(10));
        expect(later, 3, 4);
    }

    @Test
    void of_entities_whose_slices_are_the_same_only_the_one_that_was_asked_for_comes() throws Exception {
        // Of the same hash, as Java has it.
        append("Aa", 1, 3);
        append("BB", 1, 2);
        TestProbe<ControlPlane.Delivery> probe = subscriber(Offset.ZERO, new ControlPlane.OfEntity("BB"));
        subscription(probe).tell(new ControlPlane.Demand(10));
        expect(probe, 1, 2);
        probe.expectNoMessage(Duration.ofMillis(200));
    }

    @Test
    void a_journal_that_does_not_answer_is_asked_again_and_nothing_is_lost() throws Exception {
        append("a", 1, 7);
        TestProbe<ControlPlane.Delivery> probe = subscriber(Offset.ZERO, new ControlPlane.AllEvents());
        ActorRef<ControlPlane.SubscriptionRequest> subscription = subscription(probe);
        access.journal.toRefuse.set(3);
        subscription.tell(new ControlPlane.Demand(20));
        expect(probe, 1, 2, 3, 4, 5, 6, 7);
        access.journal.toRefuse.set(2);
        append("a", 8, 9);
        expect(probe, 8, 9);
    }

    @Test
    void a_subscription_ends_with_its_subscriber_or_when_it_says_so_and_then_nobody_listens() throws Exception {
        TestProbe<ControlPlane.Delivery> one = subscriber(Offset.ZERO, new ControlPlane.AllEvents());
        TestProbe<ControlPlane.Delivery> two = subscriber(Offset.ZERO, new ControlPlane.AllEvents());
        ActorRef<ControlPlane.SubscriptionRequest> first = subscription(one);
        ActorRef<ControlPlane.SubscriptionRequest> second = subscription(two);
        assertThat(access.journal.subscriptions).as("one ear for all").hasValue(1);
        first.tell(new ControlPlane.Unsubscribe());
        two.stop();
        // Both places are free again, each as soon as the actor behind is gone.
        TestProbe<Object> watcher = kit.createTestProbe();
        watcher.expectTerminated(first, PATIENCE);
        watcher.expectTerminated(second, PATIENCE);
        watcher.awaitAssert(PATIENCE, () -> {
            assertThat(access.journal.subscriptions).hasValue(0);
            return null;
        });
        append("a", 1, 1);
        one.expectNoMessage(Duration.ofMillis(100));
        watcher.awaitAssert(PATIENCE, () -> {
            TestProbe<ControlPlane.Delivery> again = subscriber(Offset.ZERO, new ControlPlane.AllEvents());
            assertThat(again.receiveMessage(PATIENCE)).isInstanceOf(ControlPlane.Subscribed.class);
            return null;
        });
    }

    @Test
    void a_subscription_that_has_caught_up_asks_nothing() throws Exception {
        append("a", 1, 1);
        TestProbe<ControlPlane.Delivery> probe = subscriber(Offset.ZERO, new ControlPlane.AllEvents());
        subscription(probe).tell(new ControlPlane.Demand(10));
        expect(probe, 1);
        int asked = access.journal.asked.get();
        probe.expectNoMessage(Duration.ofMillis(300));
        assertThat(access.journal.asked.get()).isBetween(asked, asked + 1);
    }

    @Test
    void subscriptions_and_commands_over_their_bounds_are_refused_in_words() {
        subscription(subscriber(Offset.ZERO, new ControlPlane.AllEvents()));
        subscription(subscriber(Offset.ZERO, new ControlPlane.AllEvents()));
        ControlPlane.SubscriptionEnded ended = subscriber(Offset.ZERO, new ControlPlane.AllEvents())
                .expectMessageClass(ControlPlane.SubscriptionEnded.class, PATIENCE);
        assertThat(ended.kind()).isEqualTo("overloaded");
        assertThat(ended.message()).contains("2 subscriptions", "quorate.peer.max-subscriptions");

        TestProbe<ControlPlane.CommandReply> replies = kit.createTestProbe();
        for (int i = 1; i <= 4; i++) {
            quorate.tell(new ControlPlane.SendCommand("c" + i, new ControlPlane.GetKey("a"), replies.ref()));
        }
        ControlPlane.Refused refused = replies.expectMessageClass(ControlPlane.Refused.class, PATIENCE);
        assertThat(refused.id()).isEqualTo("c4");
        assertThat(refused.message()).contains("3 requests", "quorate.peer.max-outstanding");
        access.waiting.remove().complete(new ControlPlane.Done("c1", 1));
        replies.expectMessage(PATIENCE, new ControlPlane.Done("c1", 1));
        quorate.tell(new ControlPlane.SendCommand("c5", new ControlPlane.GetKey("a"), replies.ref()));
        replies.expectNoMessage(Duration.ofMillis(100));
    }

    @Test
    void what_may_be_done_is_told_as_unknown_and_what_is_certainly_not_as_refused() {
        TestProbe<ControlPlane.CommandReply> replies = kit.createTestProbe();
        quorate.tell(new ControlPlane.SendCommand("c1", new ControlPlane.GetKey("a"), replies.ref()));
        kit.<Object>createTestProbe().awaitAssert(PATIENCE, () -> {
            assertThat(access.waiting).hasSize(1);
            return null;
        });
        access.waiting
                .remove()
                .completeExceptionally(new JournalException(JournalException.Kind.UNKNOWN, "the answer was lost"));
        assertThat(replies.expectMessageClass(ControlPlane.OutcomeUnknown.class, PATIENCE)
                        .id())
                .isEqualTo("c1");
        TestProbe<ControlPlane.StatusReply> status = kit.createTestProbe();
        quorate.tell(new ControlPlane.GetStatus(status.ref()));
        assertThat(status.expectMessageClass(ControlPlane.StatusUnavailable.class, PATIENCE)
                        .kind())
                .isEqualTo("no-leader");
    }

    @Test
    void an_application_without_contact_points_is_told_what_is_missing() {
        ControlPlaneExtension.get(kit.system());
        TestProbe<Receptionist.Listing> found = kit.createTestProbe();
        kit.system().receptionist().tell(Receptionist.subscribe(ControlPlane.KEY, found.ref()));
        ActorRef<ControlPlane.Request> here = found.fishForMessage(
                        PATIENCE,
                        listing -> listing.getServiceInstances(ControlPlane.KEY).isEmpty()
                                ? org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes.continueAndIgnore()
                                : org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes.complete())
                .getLast()
                .getServiceInstances(ControlPlane.KEY)
                .iterator()
                .next();
        TestProbe<ControlPlane.CommandReply> replies = kit.createTestProbe();
        here.tell(new ControlPlane.SendCommand("c1", new ControlPlane.GetKey("a"), replies.ref()));
        ControlPlane.Refused refused = replies.expectMessageClass(ControlPlane.Refused.class, PATIENCE);
        assertThat(refused.message()).contains("quorate.contact-points");
        TestProbe<ControlPlane.Delivery> deliveries = kit.createTestProbe();
        here.tell(new ControlPlane.Subscribe(Offset.ZERO, new ControlPlane.AllEvents(), deliveries.ref()));
        assertThat(deliveries
                        .expectMessageClass(ControlPlane.SubscriptionEnded.class, PATIENCE)
                        .message())
                .contains("quorate.contact-points");
    }
}
