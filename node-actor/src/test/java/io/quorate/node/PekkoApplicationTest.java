package io.quorate.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.node.trust.Keys;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.plugin.QuorateReadJournal;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pekko applications with three lines of configuration, on a cluster of three nodes with real sockets and real stores. */
class PekkoApplicationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path root;

    private final List<Node> nodes = new ArrayList<>();
    private final List<ActorTestKit> applications = new ArrayList<>();

    @AfterEach
    void stop() {
        applications.forEach(ActorTestKit::shutdownTestKit);
        nodes.reversed().forEach(node -> {
            try {
                node.crash();
            } catch (RuntimeException e) {
                // ended by the test already
            }
        });
    }

    /** Adds a word; answers with all words. The empty one adds nothing. */
    record Say(String word, ActorRef<String> all) {}

    /** The entity of an application: remembers words. */
    private static final class Words extends EventSourcedBehavior<Say, String, String> {
        Words(String id) {
            super(PersistenceId.of("Words", id));
        }

        @Override
        public String emptyState() {
            return "";
        }

        @Override
        public CommandHandler<Say, String, String> commandHandler() {
            return newCommandHandlerBuilder()
                    .forAnyState()
                    .onCommand(
                            Say.class,
                            (state, say) -> say.word().isEmpty()
                                    ? Effect().reply(say.all(), state)
                                    : Effect().persist(say.word()).thenReply(say.all(), all -> all))
                    .build();
        }

        @Override
        public EventHandler<String, String> eventHandler() {
            return (state, word) -> (state + " " + word).strip();
        }

        @Override
        public Set<String> tagsFor(String word) {
            return Set.of("word");
        }
    }

    private Node start(int n) throws IOException {
        String address = "127.0.3." + n;
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            port = socket.getLocalPort();
        }
        NodeSettings settings = NodeSettings.of(
                ConfigFactory.parseString("quorate.node { name = n%d, address = \"%s\", cluster-port = %d }"
                                .formatted(n, address, port))
                        .withFallback(ConfigFactory.load()),
                root.resolve("n" + n),
                "host");
        Node node = Node.start(settings, id -> List.of(), JournalMetrics.NONE, (reason, cause) -> {
            throw new AssertionError(reason, cause);
        });
        nodes.add(node);
        return node;
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private void three() throws Exception {
        Node one = start(1);
        for (int n = 2; n <= 3; n++) {
            Node joiner = start(n);
            Node.IssuedToken token =
                    get(one.issueToken("", Duration.ofMinutes(5), 1, false, System.currentTimeMillis(), "admin ada"));
            Node.JoinAttempt attempt = joiner.joinAttempt(token.token(), false, System.currentTimeMillis());
            joiner.join(attempt, get(one.admit(attempt.request())));
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (get(one.status()).cluster().nodes().stream()
                        .filter(n -> n.role().equals("voter"))
                        .count()
                < 3) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            get(one.journal().barrier());
        }
    }

    private ActorTestKit application() throws IOException {
        return application(
                nodes.stream().map(node -> node.identity().member().address()).toList());
    }

    /** What `quorate config --service words --address 127.0.0.1` prints. */
    private Path credentials() throws IOException {
        KeyPair pair = Keys.pair(new SecureRandom());
        return Files.writeString(
                root.resolve("words.pem"),
                Pem.ofKeys(List.of(pair.getPrivate()))
                        + Pem.ofCertificates(nodes.getFirst()
                                .trust()
                                .issue(pair.getPublic(), new Peer("words", PeerKind.SERVICE), List.of("127.0.0.1"))));
    }

    private ActorTestKit application(List<String> contactPoints) throws IOException {
        String quoted = contactPoints.stream().map(point -> '"' + point + '"').collect(Collectors.joining(","));
        ActorTestKit application = ActorTestKit.create(
                "application",
                ConfigFactory.parseString("""
                pekko.persistence.journal.plugin = "quorate.journal"
                pekko.persistence.snapshot-store.plugin = "quorate.snapshot"
                quorate.contact-points = [%s]
                quorate.credentials = "%s"
                """.formatted(quoted, credentials())).withFallback(ConfigFactory.load()));
        applications.add(application);
        return application;
    }

    private static BlockingQueue<Object> words(ActorTestKit application) {
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        PersistenceQuery.get(application.system())
                .getReadJournalFor(QuorateReadJournal.class, QuorateReadJournal.IDENTIFIER)
                .eventsByTag("word", Offset.noOffset())
                .map(EventEnvelope::event)
                .runForeach(seen::add, application.system());
        return seen;
    }

    private static String say(ActorSystem<?> system, ActorRef<Say> words, String word) throws Exception {
        return get(AskPattern.ask(words, (ActorRef<String> all) -> new Say(word, all), PATIENCE, system.scheduler()));
    }

    @Test
    void an_entity_moves_between_applications_and_its_old_instance_is_fenced() throws Exception {
        three();
        ActorTestKit here = application();
        ActorRef<Say> old = here.spawn(new Words("a"));
        say(here.system(), old, "one");
        assertThat(say(here.system(), old, "two")).isEqualTo("one two");

        ActorTestKit there = application();
        ActorRef<Say> moved = there.spawn(new Words("a"));
        assertThat(say(there.system(), moved, "three")).isEqualTo("one two three");

        TestProbe<String> probe = here.createTestProbe();
        old.tell(new Say("lost", probe.ref()));
        probe.expectTerminated(old, PATIENCE);
        assertThat(say(there.system(), moved, "")).isEqualTo("one two three");
        assertThat(say(here.system(), here.spawn(new Words("a")), "")).isEqualTo("one two three");
    }

    @Test
    void entities_and_streams_survive_the_kill_of_the_leader() throws Exception {
        three();
        ActorTestKit application = application();
        BlockingQueue<Object> seen = words(application);
        ActorRef<Say> words = application.spawn(new Words("a"));
        say(application.system(), words, "before");
        Node leader = nodes.stream().filter(Node::leads).findFirst().orElseThrow();
        leader.crash();
        assertThat(say(application.system(), words, "after")).isEqualTo("before after");
        assertThat(seen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("before");
        assertThat(seen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("after");
        application.stop(words);
        assertThat(say(application.system(), application.spawn(new Words("a")), ""))
                .isEqualTo("before after");
        assertThat(seen).isEmpty();
    }

    @Test
    void an_entity_inside_a_node_uses_the_nodes_own_journal() throws Exception {
        three();
        ActorTestKit application = application();
        say(application.system(), application.spawn(new Words("a")), "outside");
        for (Node node : nodes) {
            ActorRef<Say> inside = node.system().systemActorOf(new Words("a"), "words", Props.empty());
            assertThat(say(node.system(), inside, "")).isEqualTo("outside");
        }
        ActorRef<Say> own = nodes.get(1).system().systemActorOf(new Words("b"), "own", Props.empty());
        assertThat(say(nodes.get(1).system(), own, "inside")).isEqualTo("inside");
        assertThat(say(application.system(), application.spawn(new Words("b")), ""))
                .isEqualTo("inside");
    }

    @Test
    void a_contact_point_that_never_answers_is_passed_over() throws Exception {
        String alive = start(1).identity().member().address();
        ActorTestKit application = application(List.of("127.0.3.99:1", alive));
        // Nothing but a stream asks here, so nothing else finds the way for it.
        BlockingQueue<Object> seen = words(application);
        ActorTestKit other = application(List.of(alive));
        say(other.system(), other.spawn(new Words("a")), "one");
        assertThat(seen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("one");
    }
}
