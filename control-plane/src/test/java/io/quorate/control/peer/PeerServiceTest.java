package io.quorate.control.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.quorate.control.RunningNode;
import io.quorate.node.trust.Authority;
import io.quorate.node.trust.Keys;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.peer.ControlPlane;
import io.quorate.persistence.peer.ControlPlaneExtension;
import io.quorate.persistence.peer.PeerAnswer;
import io.quorate.persistence.peer.PeerForm;
import io.quorate.persistence.peer.PeerRequest;
import io.quorate.persistence.remote.ClusterConnection;
import io.quorate.persistence.remote.RemoteService;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Pem;
import io.quorate.persistence.tls.Possession;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services that speak to a node, over real sockets and with certificates of its authority. */
class PeerServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] BLUE = {1, 2, 3};

    @TempDir
    static Path root;

    private static RunningNode node;
    private static ActorTestKit billing;
    private static ActorRef<ControlPlane.Request> quorate;

    @BeforeAll
    static void start() throws Exception {
        node = RunningNode.start(root.resolve("n7"), "n7");
        billing = application("billing", PeerKind.SERVICE);
        quorate = ControlPlaneExtension.get(billing.system()).actor();
    }

    @AfterAll
    static void stop() {
        billing.shutdownTestKit();
        node.close();
    }

    /** A certificate and its key. */
    private record Holder(KeyPair pair, List<X509Certificate> chain) {
        byte[] prove(byte[] challenge) {
            return Possession.prove(
                    pair.getPrivate(),
                    PeerForm.statement(
                            challenge, node.node().identity().member().address()));
        }

        PeerRequest.Authenticate shows(byte[] challenge, byte[] proof) {
            return new PeerRequest.Authenticate(challenge, Pem.ofCertificates(chain), proof);
        }
    }

    private static Holder holder(String name, PeerKind kind) {
        KeyPair pair = Keys.pair(new SecureRandom());
        return new Holder(
                pair, node.node().trust().issue(pair.getPublic(), new Peer(name, kind), List.of("127.0.0.1")));
    }

    private static ActorTestKit application(String name, PeerKind kind) throws Exception {
        Holder holder = holder(name, kind);
        Path credentials = Files.writeString(
                root.resolve(name + ".pem"),
                Pem.ofKeys(List.of(holder.pair().getPrivate())) + Pem.ofCertificates(holder.chain()));
        return ActorTestKit.create(
                name,
                ConfigFactory.parseString(
                                """
                quorate.contact-points = ["%s"]
                quorate.credentials = "%s"
                """.formatted(node.node().identity().member().address(), credentials))
                        .withFallback(ConfigFactory.load()));
    }

    private static ControlPlane.CommandReply send(
            ActorSystem<?> system, ActorRef<ControlPlane.Request> quorate, String id, ControlPlane.Command command)
            throws Exception {
        return AskPattern.ask(
                        quorate,
                        (ActorRef<ControlPlane.CommandReply> to) -> new ControlPlane.SendCommand(id, command, to),
                        PATIENCE,
                        system.scheduler())
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static ControlPlane.CommandReply send(String id, ControlPlane.Command command) throws Exception {
        return send(billing.system(), quorate, id, command);
    }

    private static List<ControlPlane.Event> events(Offset after, ControlPlane.Filter filter, int count) {
        TestProbe<ControlPlane.Delivery> probe = billing.createTestProbe();
        quorate.tell(new ControlPlane.Subscribe(after, filter, probe.ref()));
        probe.expectMessageClass(ControlPlane.Subscribed.class, PATIENCE)
                .subscription()
                .tell(new ControlPlane.Demand(count));
        List<ControlPlane.Event> events = probe.receiveSeveralMessages(count, PATIENCE).stream()
                .map(delivery -> ((ControlPlane.EventDelivered) delivery).event())
                .toList();
        probe.stop();
        return events;
    }

    private static void awaitInHistory(String... words) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String text = "";
        while (System.nanoTime() < end) {
            text = new String(node.send(node.request("/v1/history").GET()).body(), StandardCharsets.UTF_8);
            if (List.of(words).stream().allMatch(text::contains)) {
                return;
            }
            node.node().journal().barrier().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
        throw new AssertionError(List.of(words) + " is not in the history: " + text);
    }

    @Test
    void a_service_learns_how_the_cluster_is() throws Exception {
        ControlPlane.StatusReply reply = AskPattern.ask(
                        quorate,
                        ControlPlane.GetStatus::new,
                        PATIENCE,
                        billing.system().scheduler())
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(reply).isInstanceOf(ControlPlane.ClusterStatus.class);
        ControlPlane.ClusterStatus status = (ControlPlane.ClusterStatus) reply;
        assertThat(status.answeredBy()).isEqualTo("n7");
        assertThat(status.leader()).isEqualTo("n7");
        assertThat(status.highAvailability()).isFalse();
        assertThat(status.nodes())
                .singleElement()
                .satisfies(one -> assertThat(one.role()).isEqualTo("voter"));
    }

    @Test
    void a_key_is_written_read_and_removed_and_the_events_say_who_asked() throws Exception {
        ControlPlane.CommandReply written = send("w-1", new ControlPlane.PutKey("colour", BLUE, ControlPlane.ABSENT));
        assertThat(written).isInstanceOf(ControlPlane.Done.class);
        long revision = ((ControlPlane.Done) written).revision();
        assertThat(send("w-2", new ControlPlane.PutKey("colour", BLUE, ControlPlane.ABSENT)))
                .isEqualTo(new ControlPlane.Mismatch("w-2", revision));
        assertThat(send("w-3", new ControlPlane.GetKey("colour")))
                .usingRecursiveComparison()
                .isEqualTo(new ControlPlane.Value("w-3", revision, BLUE));
        assertThat(send("w-4", new ControlPlane.DeleteKey("colour", revision))).isInstanceOf(ControlPlane.Done.class);
        assertThat(send("w-5", new ControlPlane.DeleteKey("colour", ControlPlane.ANY)))
                .isEqualTo(new ControlPlane.Missing("w-5"));
        assertThat(send("w-6", new ControlPlane.GetKey("colour"))).isEqualTo(new ControlPlane.Missing("w-6"));

        List<ControlPlane.Event> events = events(Offset.ZERO, new ControlPlane.OfEntity("kv"), (int) revision + 1);
        ControlPlane.Event put = events.get((int) revision - 1);
        assertThat(put.name()).isEqualTo("kv.put.v1");
        assertThat(put.by()).isEqualTo("service billing");
        assertThat(put.commandId()).isEqualTo("w-1");
        assertThat(new ByteReader(put.payload()).text()).isEqualTo("colour");
        assertThat(events.get((int) revision).commandId()).isEqualTo("w-4");
    }

    @Test
    void a_write_over_http_says_who_asked_too() throws Exception {
        ControlPlane.Done before =
                (ControlPlane.Done) send("h-1", new ControlPlane.PutKey("over-http", BLUE, ControlPlane.ANY));
        node.send(node.request("/v1/kv/over-http").PUT(BodyPublishers.ofString("x")));
        ControlPlane.Event last = events(Offset.ZERO, new ControlPlane.OfEntity("kv"), (int) before.revision() + 1)
                .getLast();
        assertThat(last.by()).isEqualTo("node n7");
        assertThat(last.commandId()).isEmpty();
    }

    @Test
    void a_command_that_is_sent_again_under_its_id_is_done_once() throws Exception {
        ControlPlane.Command put = new ControlPlane.PutKey("twice", BLUE, ControlPlane.ANY);
        ControlPlane.CommandReply first = send("again", put);
        assertThat(send("again", put)).isEqualTo(first);
        assertThat(send("another", put)).isNotEqualTo(first);
    }

    @Test
    void events_are_appended_to_a_stream_in_the_order_that_was_meant_or_not_at_all() throws Exception {
        ControlPlane.NewEvent placed = new ControlPlane.NewEvent("order-placed.v1", BLUE, List.of("orders"));
        ControlPlane.Command two = new ControlPlane.AppendEvents("orders", 0, List.of(placed, placed));
        assertThat(send("o-1", two)).isEqualTo(new ControlPlane.Done("o-1", 2));
        assertThat(send("o-1", two)).as("sent again").isEqualTo(new ControlPlane.Done("o-1", 2));
        assertThat(send("o-2", two)).as("another's").isEqualTo(new ControlPlane.Mismatch("o-2", 2));
        assertThat(send("o-3", new ControlPlane.AppendEvents("orders", 2, List.of(placed))))
                .isEqualTo(new ControlPlane.Done("o-3", 3));
        List<ControlPlane.Event> events = events(Offset.ZERO, new ControlPlane.Tagged("orders"), 3);
        assertThat(events).extracting(ControlPlane.Event::sequenceNr).containsExactly(1L, 2L, 3L);
        assertThat(events).extracting(ControlPlane.Event::commandId).containsExactly("o-1", "o-1", "o-3");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.persistenceId()).isEqualTo("stream|orders");
            assertThat(event.by()).isEqualTo("service billing");
            assertThat(event.payload()).isEqualTo(BLUE);
        });
    }

    @Test
    void the_cluster_is_changed_by_a_service_with_the_role_of_an_admin_and_by_no_other() throws Exception {
        ControlPlane.Refused refused =
                (ControlPlane.Refused) send("p-1", new ControlPlane.SetPolicy(5, ControlPlane.KEEP, ControlPlane.KEEP));
        assertThat(refused.kind()).isEqualTo("forbidden");
        assertThat(refused.message())
                .contains("service billing may not set the policy", "quorate config --service billing --role admin");
        awaitInHistory("forbidden", "service billing may not set the policy");

        ActorTestKit scaler = application("scaler", PeerKind.ADMIN_SERVICE);
        try {
            ActorRef<ControlPlane.Request> control =
                    ControlPlaneExtension.get(scaler.system()).actor();
            assertThat(send(
                            scaler.system(),
                            control,
                            "p-2",
                            new ControlPlane.SetPolicy(5, ControlPlane.KEEP, ControlPlane.KEEP)))
                    .isEqualTo(new ControlPlane.Done("p-2", 0));
            awaitInHistory("the policy is now 5 voters", "service scaler");
            assertThat(events(Offset.ZERO, new ControlPlane.OfEntity("membership"), 3))
                    .as("who asked, in events that say it themselves")
                    .anySatisfy(event -> assertThat(event.by()).isEqualTo("node n7"));
            ControlPlane.Refused unknown = (ControlPlane.Refused)
                    send(scaler.system(), control, "p-3", new ControlPlane.RemoveNode("n99", false));
            assertThat(unknown.message()).contains("n99");
        } finally {
            scaler.shutdownTestKit();
        }
    }

    @Test
    void a_service_that_lives_in_the_node_finds_the_same_key_there_and_acts_in_the_nodes_name() throws Exception {
        ActorSystem<?> system = node.node().system();
        ActorRef<ControlPlane.Request> here = ControlPlaneExtension.get(system).actor();
        ControlPlane.Done done = (ControlPlane.Done)
                send(system, here, "inside", new ControlPlane.PutKey("inside", BLUE, ControlPlane.ANY));
        ControlPlane.Event event = events(Offset.ZERO, new ControlPlane.OfEntity("kv"), (int) done.revision())
                .getLast();
        assertThat(event.by()).isEqualTo("node n7");
        assertThat(event.commandId()).isEqualTo("inside");
    }

    @Test
    void a_file_that_nodes_would_refuse_is_refused_at_once_and_in_words() throws Exception {
        ActorTestKit viewer = application("wallboard", PeerKind.VIEWER);
        try {
            ControlPlane.CommandReply reply = send(
                    viewer.system(),
                    ControlPlaneExtension.get(viewer.system()).actor(),
                    "v-1",
                    new ControlPlane.GetKey("a"));
            assertThat(((ControlPlane.Refused) reply).message())
                    .contains("is of viewer wallboard", "quorate config --service NAME");
        } finally {
            viewer.shutdownTestKit();
        }
    }

    /** What a service's actor system says, said by hand. */
    private static PeerAnswer say(PeerRequest request) throws Exception {
        RemoteService service = ClusterConnection.get(billing.system().classicSystem())
                .open()
                .service("/user/peers", Duration.ofSeconds(5));
        return PeerForm.readAnswer(service.call(PeerForm.bytes(request), PATIENCE)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    private static byte[] challenge() throws Exception {
        return ((PeerAnswer.Challenged) say(new PeerRequest.Challenge())).challenge();
    }

    @Test
    void who_shows_the_certificate_of_another_is_refused_and_stands_in_the_history() throws Exception {
        Holder shop = holder("shop", PeerKind.SERVICE);
        byte[] challenge = challenge();
        byte[] forged = holder("thief", PeerKind.SERVICE).prove(challenge);
        PeerAnswer.AccessRefused refused = (PeerAnswer.AccessRefused) say(shop.shows(challenge, forged));
        assertThat(refused.kind()).isEqualTo("unproven-identity");
        assertThat(refused.message()).contains("service shop", "quorate config --service");
        awaitInHistory("unproven-identity", "service shop");
    }

    @Test
    void a_proof_for_another_node_and_one_for_another_challenge_are_no_proofs() throws Exception {
        Holder shop = holder("shop", PeerKind.SERVICE);
        byte[] challenge = challenge();
        byte[] elsewhere =
                Possession.prove(shop.pair().getPrivate(), PeerForm.statement(challenge, "127.0.3.99:19001"));
        assertThat(say(shop.shows(challenge, elsewhere))).isInstanceOf(PeerAnswer.AccessRefused.class);
        assertThat(say(shop.shows(challenge, shop.prove(challenge())))).isInstanceOf(PeerAnswer.AccessRefused.class);
        assertThat(say(shop.shows(BLUE, shop.prove(BLUE)))).isEqualTo(new PeerAnswer.SessionEnded());
        assertThat(say(shop.shows(challenge, shop.prove(challenge)))).isInstanceOf(PeerAnswer.Authenticated.class);
    }

    @Test
    void who_is_of_another_authority_is_refused_in_words() throws Exception {
        KeyPair pair = Keys.pair(new SecureRandom());
        List<X509Certificate> chain = Authority.found("elsewhere", Instant.now(), new SecureRandom())
                .issue(
                        pair.getPublic(),
                        new Peer("stranger", PeerKind.SERVICE),
                        List.of("127.0.0.1"),
                        Instant.now(),
                        Duration.ofHours(1),
                        new SecureRandom());
        Holder stranger = new Holder(pair, chain);
        byte[] challenge = challenge();
        PeerAnswer.AccessRefused refused =
                (PeerAnswer.AccessRefused) say(stranger.shows(challenge, stranger.prove(challenge)));
        assertThat(refused.message()).contains("stranger");
        awaitInHistory(refused.kind());
    }

    @Test
    void a_viewer_may_look_and_nothing_else() throws Exception {
        Holder wallboard = holder("wallboard", PeerKind.VIEWER);
        byte[] challenge = challenge();
        byte[] session =
                ((PeerAnswer.Authenticated) say(wallboard.shows(challenge, wallboard.prove(challenge)))).session();
        assertThat(say(new PeerRequest.AskStatus(session))).isInstanceOf(PeerAnswer.StatusTold.class);
        PeerAnswer.Executed answer = (PeerAnswer.Executed)
                say(new PeerRequest.Execute(session, "v-2", new ControlPlane.PutKey("a", BLUE, ControlPlane.ANY)));
        assertThat(((ControlPlane.Refused) answer.reply()).message()).contains("viewer wallboard may not write keys");
    }

    @Test
    void a_session_that_nobody_gave_is_none() throws Exception {
        assertThat(say(new PeerRequest.AskStatus(BLUE))).isEqualTo(new PeerAnswer.SessionEnded());
    }

    @Test
    void a_certificate_for_a_service_with_the_role_of_an_admin_is_issued_over_the_api() throws Exception {
        String request = java.util.Base64.getEncoder().encodeToString(Keys.request(Keys.pair(new SecureRandom())));
        JsonNode issued = new ObjectMapper()
                .readTree(node.send(node.request("/v1/certificates")
                                .POST(BodyPublishers.ofString(
                                        "{\"name\":\"scaler\",\"kind\":\"admin-service\",\"hosts\":[\"127.0.0.1\"],\"request\":\"%s\"}"
                                                .formatted(request))))
                        .body());
        assertThat(Peer.of(Pem.certificates(issued.path("certificate").asText()).getFirst()))
                .contains(new Peer("scaler", PeerKind.ADMIN_SERVICE));
    }
}
