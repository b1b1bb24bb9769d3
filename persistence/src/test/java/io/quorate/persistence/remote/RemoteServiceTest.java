package io.quorate.persistence.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several nodes that answer, or do not, over real sockets. */
class RemoteServiceTest {
    private static final Duration PATIENCE = RemoteSystems.PATIENCE;
    private static final byte[] QUESTION = {1};

    private final RemoteSystems systems = new RemoteSystems();

    @AfterEach
    void stop() throws Exception {
        systems.close();
    }

    /** A node that answers so. */
    private String node(Function<byte[], CompletionStage<byte[]>> answer) throws Exception {
        return systems.serve("service", answer);
    }

    private static Function<byte[], CompletionStage<byte[]>> fails(Kind kind) {
        return request -> CompletableFuture.failedFuture(new JournalException(kind, "as the test wants it"));
    }

    /** Asks nodes that it has met: where it passes one over, that is for its silence, and not for the time that a first contact takes. */
    private RemoteService service(ContactPoints contacts, String... met) throws Exception {
        ActorSystem system = systems.start();
        for (String node : met) {
            RemoteSystems.meet(system, node, "service", QUESTION);
        }
        return new RemoteService(system, contacts, "/user/service", Duration.ofSeconds(4));
    }

    private static Kind failure(CompletionStage<byte[]> answer) {
        return answer.handle((body, failure) -> JournalException.of(failure).kind())
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    @Test
    void a_node_that_does_not_answer_is_passed_over_and_whoever_shares_the_contacts_learns_it() throws Exception {
        String alive = node(request -> CompletableFuture.completedFuture(new byte[] {2}));
        ContactPoints contacts = new ContactPoints(List.of("127.0.0.1:" + RemoteSystems.freePort(), alive));
        AtomicInteger told = new AtomicInteger();
        contacts.onChange(told::incrementAndGet);
        RemoteService service = service(contacts, alive);
        assertThat(service.call(QUESTION, PATIENCE).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .containsExactly(2);
        assertThat(service.contact()).isEqualTo(alive);
        assertThat(told).hasValue(1);
    }

    @Test
    void what_one_node_may_have_done_stays_unknown_whatever_the_next_one_says() throws Exception {
        String lost = node(fails(Kind.UNKNOWN));
        String without = node(fails(Kind.NO_LEADER));
        RemoteService service = service(new ContactPoints(List.of(lost, without)), lost, without);
        assertThat(failure(service.call(QUESTION, Duration.ofSeconds(6)))).isEqualTo(Kind.UNKNOWN);
    }

    private ActorSystem inEpoch(ClusterEpoch epoch, EpochGate.Newer newer) throws Exception {
        ActorSystem system = systems.start();
        EpochGate.of(system).belongTo(epoch, newer);
        return system;
    }

    private static String addressOf(ActorSystem system) {
        return ((ExtendedActorSystem) system)
                .provider()
                .getDefaultAddress()
                .hostPort()
                .split("@")[1];
    }

    private static byte[] ask(ActorSystem from, ActorSystem to, byte[] question) {
        RequestChannel channel =
                new RequestChannel(from, () -> RequestChannel.resolve(from, addressOf(to), "/user/service"), PATIENCE);
        return channel.request(question)
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    @Test
    void nodes_of_another_epoch_are_not_answered_but_for_what_tells_the_past_that_it_is_past() throws Exception {
        ClusterEpoch second = ClusterEpoch.FIRST.next(7);
        CompletableFuture<String> seen = new CompletableFuture<>();
        ActorSystem past = inEpoch(ClusterEpoch.FIRST, (epoch, address) -> seen.complete(epoch + " at " + address));
        ActorSystem now = inEpoch(second, (epoch, address) -> {});
        ActorSystem twin = inEpoch(ClusterEpoch.FIRST.next(8), (epoch, address) -> {});
        ActorSystem outside = systems.start();
        for (ActorSystem system : List.of(past, now)) {
            system.actorOf(
                    RequestGateway.props(
                            request -> CompletableFuture.completedFuture(new byte[] {2}), request -> request[0] == 9),
                    "service");
        }
        assertThat(ask(now, now, QUESTION)).containsExactly(2);
        assertThat(ask(outside, now, QUESTION)).containsExactly(2);
        assertThat(ask(past, now, new byte[] {9})).containsExactly(2);
        assertRefused(() -> ask(past, now, QUESTION), "recovered without it");
        assertRefused(() -> ask(twin, now, new byte[] {9}), "recovered twice");
        assertThat(seen).isNotDone();
        assertRefused(() -> ask(now, past, new byte[] {9}), "still in epoch 1");
        assertThat(seen.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("2-00000007 at " + addressOf(now));
    }

    private static void assertRefused(Supplier<byte[]> asked, String words) {
        assertThatThrownBy(asked::get)
                .satisfies(failure ->
                        assertThat(JournalException.of(failure).kind()).isEqualTo(Kind.NO_LEADER))
                .hasMessageContaining(words);
    }

    @Test
    void what_no_node_has_done_is_told_as_not_done() throws Exception {
        String one = node(fails(Kind.NO_LEADER));
        String two = node(fails(Kind.NO_LEADER));
        RemoteService service = service(new ContactPoints(List.of(one, two)), one, two);
        assertThat(failure(service.call(QUESTION, Duration.ofSeconds(6)))).isEqualTo(Kind.NO_LEADER);
        String busy = node(fails(Kind.OVERLOADED));
        assertThat(failure(service(new ContactPoints(List.of(busy)), busy).call(QUESTION, PATIENCE)))
                .isEqualTo(Kind.OVERLOADED);
    }
}
