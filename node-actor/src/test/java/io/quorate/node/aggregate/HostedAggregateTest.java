package io.quorate.node.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.member.LeaderChannel;
import io.quorate.node.upgrade.Upgrade;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.Query;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostedAggregateTest {
    private static final int PATIENCE_SECONDS = 20;

    /** A journal that takes for ever: a leader never comes to decide. */
    private record Silent() implements Journal {
        @Override
        public CompletionStage<Outcome> submit(Operation operation) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<Long> barrier() {
            return new CompletableFuture<>();
        }

        @Override
        public <A> CompletionStage<A> ask(Query<A> query) {
            return new CompletableFuture<>();
        }

        @Override
        public Subscription onApplied(LongConsumer listener) {
            return () -> {};
        }
    }

    /** This node leads, or nobody does, as a test says. */
    private static final class Lead implements LeaderChannel.LeaderView {
        volatile boolean here = true;
        final AtomicInteger looks = new AtomicInteger();

        @Override
        public @Nullable String address() {
            return null;
        }

        @Override
        public boolean isHere() {
            return here;
        }

        @Override
        public void onChange(Runnable listener) {}

        @Override
        public void lookAgain() {
            looks.incrementAndGet();
        }
    }

    private final ActorSystem system = ActorSystem.create("hosted");
    private final Lead lead = new Lead();
    private final HostedAggregate<?> hosted = HostedAggregate.start(
            new Upgrade(),
            system,
            (name, props) -> system.actorOf(props, name),
            (name, service) -> {},
            lead,
            new Silent(),
            () -> 0,
            () -> "writer",
            committed -> {});

    @AfterEach
    void stop() {
        hosted.close();
        TestKit.shutdownActorSystem(system);
    }

    private void isNotDone(CompletionStage<byte[]> asked) {
        assertThatThrownBy(() -> asked.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        JournalException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NO_LEADER));
        assertThat(lead.looks).as("another leader is not looked for").hasValue(0);
    }

    @Test
    void what_a_leader_is_to_decide_itself_is_not_done_by_another_when_it_has_lost_the_lead() {
        hosted.leading(true);
        CompletionStage<byte[]> asked = hosted.commandHere(new byte[0]);
        lead.here = false;
        hosted.leading(false);
        isNotDone(asked);
    }

    @Test
    void who_does_not_lead_has_nothing_decided_here() {
        lead.here = false;
        isNotDone(hosted.commandHere(new byte[0]));
    }
}
