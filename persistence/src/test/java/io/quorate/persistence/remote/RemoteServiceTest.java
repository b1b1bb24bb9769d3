package io.quorate.persistence.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several nodes that answer, or do not, over real sockets. */
class RemoteServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] QUESTION = {1};

    private final List<ActorSystem> systems = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (ActorSystem system : systems) {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private ActorSystem system(int port) {
        ActorSystem system = ActorSystem.create(
                "quorate", ConfigFactory.parseString("""
                pekko.actor.provider = remote
                pekko.loglevel = WARNING
                pekko.remote.artery.canonical { hostname = 127.0.0.1, port = %d }
                pekko.remote { use-unsafe-remote-features-outside-cluster = on, warn-about-direct-use = off }
                """.formatted(port)).withFallback(ConfigFactory.load()));
        systems.add(system);
        return system;
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /** A node that answers so. */
    private String node(Function<byte[], CompletionStage<byte[]>> answer) throws Exception {
        int port = freePort();
        system(port).actorOf(RequestGateway.props(answer), "service");
        return "127.0.0.1:" + port;
    }

    private static Function<byte[], CompletionStage<byte[]>> fails(Kind kind) {
        return request -> CompletableFuture.failedFuture(new JournalException(kind, "as the test wants it"));
    }

    private RemoteService service(ContactPoints contacts) throws Exception {
        return new RemoteService(system(freePort()), contacts, "/user/service", Duration.ofSeconds(4));
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
        ContactPoints contacts = new ContactPoints(List.of("127.0.0.1:" + freePort(), alive));
        AtomicInteger told = new AtomicInteger();
        contacts.onChange(told::incrementAndGet);
        RemoteService service = service(contacts);
        assertThat(service.call(QUESTION, PATIENCE).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .containsExactly(2);
        assertThat(service.contact()).isEqualTo(alive);
        assertThat(told).hasValue(1);
    }

    @Test
    void what_one_node_may_have_done_stays_unknown_whatever_the_next_one_says() throws Exception {
        String lost = node(fails(Kind.UNKNOWN));
        String without = node(fails(Kind.NO_LEADER));
        RemoteService service = service(new ContactPoints(List.of(lost, without)));
        assertThat(failure(service.call(QUESTION, Duration.ofSeconds(6)))).isEqualTo(Kind.UNKNOWN);
    }

    @Test
    void what_no_node_has_done_is_told_as_not_done() throws Exception {
        String one = node(fails(Kind.NO_LEADER));
        String two = node(fails(Kind.NO_LEADER));
        RemoteService service = service(new ContactPoints(List.of(one, two)));
        assertThat(failure(service.call(QUESTION, Duration.ofSeconds(6)))).isEqualTo(Kind.NO_LEADER);
        assertThat(failure(service(new ContactPoints(List.of(node(fails(Kind.OVERLOADED)))))
                        .call(QUESTION, PATIENCE)))
                .isEqualTo(Kind.OVERLOADED);
    }
}
