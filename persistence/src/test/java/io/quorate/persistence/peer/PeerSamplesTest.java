package io.quorate.persistence.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.quorate.persistence.journal.Offset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The form of the published messages, and of those between a service and a node. A sample is never changed: a new form is a new file beside the
 * old one, and both stay readable.
 */
class PeerSamplesTest {
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());
    private static final ActorTestKit KIT = ActorTestKit.create("peers");
    private static final ObjectMapper WITH_ACTORS = PeerForm.withActors(ActorRefResolver.get(KIT.system()));
    private static final byte[] BYTES = "bläu".getBytes(StandardCharsets.UTF_8);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static <T> ActorRef<T> actor() {
        return ActorRefResolver.get(KIT.system()).resolveActorRef("pekko://peers/user/asker#17");
    }

    static Stream<ControlPlane.Message> messages() {
        return Stream.of(
                new ControlPlane.GetStatus(actor()),
                new ControlPlane.Subscribe(new Offset(4711, 2), new ControlPlane.Tagged("orders"), actor()),
                new ControlPlane.SendCommand("invoice-7", new ControlPlane.PutKey("cölour", BYTES, 3), actor()),
                new ControlPlane.ClusterStatus(
                        "n1",
                        "6f1f4f0e-7f0c-4f4e-9b9a-0d8c2f1f2a3b",
                        "n2",
                        true,
                        1,
                        4711,
                        List.of(new ControlPlane.Node(
                                "n1", "127.0.0.11:19001", "127.0.0.11:16443", "voter", true, 0, 42, 7))),
                new ControlPlane.StatusUnavailable("no-leader", "nobody leads now"),
                new ControlPlane.Demand(100),
                new ControlPlane.Unsubscribe(),
                new ControlPlane.Subscribed(actor()),
                new ControlPlane.EventDelivered(new ControlPlane.Event(
                        new Offset(4711, 2),
                        "stream|orders",
                        7,
                        1_790_000_000_123L,
                        "service billing",
                        "invoice-7",
                        "order-placed.v1",
                        0,
                        BYTES,
                        List.of("orders"))),
                new ControlPlane.SubscriptionEnded("overloaded", "64 subscriptions stand already"),
                new ControlPlane.Done("invoice-7", 12),
                new ControlPlane.Value("invoice-7", 12, BYTES),
                new ControlPlane.Missing("invoice-7"),
                new ControlPlane.Mismatch("invoice-7", 12),
                new ControlPlane.Refused("invoice-7", "forbidden", "service billing may not remove nodes"),
                new ControlPlane.OutcomeUnknown("invoice-7", "no answer within 10000 ms"));
    }

    static Stream<ControlPlane.Filter> filters() {
        return Stream.of(
                new ControlPlane.AllEvents(),
                new ControlPlane.Tagged("orders"),
                new ControlPlane.OfEntity("kv"),
                new ControlPlane.InSlices("stream", 0, 1023));
    }

    static Stream<ControlPlane.Command> commands() {
        return Stream.of(
                new ControlPlane.GetKey("cölour"),
                new ControlPlane.PutKey("cölour", BYTES, ControlPlane.ANY),
                new ControlPlane.DeleteKey("cölour", 3),
                new ControlPlane.AppendEvents(
                        "orders", 6, List.of(new ControlPlane.NewEvent("order-placed.v1", BYTES, List.of("orders")))),
                new ControlPlane.RemoveNode("n4", true),
                new ControlPlane.ConfigureNode("n4", 2, ControlPlane.KEEP),
                new ControlPlane.SetPolicy(5, ControlPlane.KEEP, 3000));
    }

    static Stream<PeerRequest> requests() {
        return Stream.of(
                new PeerRequest.Challenge(),
                new PeerRequest.Authenticate(BYTES, "-----BEGIN CERTIFICATE-----", BYTES),
                new PeerRequest.AskStatus(BYTES),
                new PeerRequest.Execute(BYTES, "invoice-7", new ControlPlane.GetKey("cölour")));
    }

    static Stream<PeerAnswer> answers() {
        return Stream.of(
                new PeerAnswer.Challenged(BYTES),
                new PeerAnswer.Authenticated(BYTES),
                new PeerAnswer.SessionEnded(),
                new PeerAnswer.AccessRefused("unproven-identity", "somebody showed the certificate of service billing"),
                new PeerAnswer.StatusTold(new ControlPlane.StatusUnavailable("no-leader", "nobody leads now")),
                new PeerAnswer.Executed(new ControlPlane.Done("invoice-7", 12)));
    }

    /** Everything with its family, whose name its file has, and as which it is read. */
    static Stream<Sample> samples() {
        return Stream.of(
                        messages().map(each -> new Sample(each, "", ControlPlane.Message.class)),
                        filters().map(each -> new Sample(each, "peer.filter-", ControlPlane.Filter.class)),
                        commands().map(each -> new Sample(each, "peer.command-", ControlPlane.Command.class)),
                        requests().map(each -> new Sample(each, "request.", PeerRequest.class)),
                        answers().map(each -> new Sample(each, "answer.", PeerAnswer.class)))
                .flatMap(each -> each);
    }

    record Sample(Object message, String family, Class<?> type) {
        String file() {
            String name = message.getClass().getAnnotation(JsonTypeName.class).value();
            return family + name + (name.endsWith(".v1") ? "" : ".v1");
        }

        @Override
        public String toString() {
            return file();
        }
    }

    private static byte[] stored(Sample sample) throws IOException {
        try (InputStream in = PeerSamplesTest.class.getResourceAsStream("/contract/" + sample.file() + ".hex")) {
            assertThat(in)
                    .as(
                            "there is no sample: store today's form as src/test/resources/contract/%s.hex: %s",
                            sample.file(), HexFormat.of().formatHex(PeerForm.bytes(WITH_ACTORS, sample.message())))
                    .isNotNull();
            return HexFormat.of()
                    .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
        }
    }

    private static Set<Class<?>> records(Class<?> sealed) {
        return Arrays.stream(sealed.getPermittedSubclasses())
                .flatMap(each -> each.isSealed() ? records(each).stream() : Stream.of(each))
                .collect(Collectors.toSet());
    }

    @Test
    void every_message_has_a_sample() {
        Set<Class<?>> here =
                samples().map(sample -> sample.message().getClass()).collect(Collectors.toSet());
        for (Class<?> family : List.of(
                ControlPlane.Message.class,
                ControlPlane.Filter.class,
                ControlPlane.Command.class,
                PeerRequest.class,
                PeerAnswer.class)) {
            assertThat(here).containsAll(records(family));
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void a_message_of_another_release_is_read(Sample sample) throws IOException {
        assertThat(PeerForm.read(WITH_ACTORS, stored(sample), sample.type()))
                .usingRecursiveComparison()
                .isEqualTo(sample.message());
        assertThat(PeerForm.bytes(WITH_ACTORS, sample.message()))
                .as("what is sent today")
                .isEqualTo(stored(sample));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void unknown_fields_are_passed_over(Sample sample) throws IOException {
        ObjectNode tree = (ObjectNode) CBOR.readTree(stored(sample));
        tree.put("fieldOfTomorrow", "x").putObject("objectOfTomorrow").put("a", 1);
        assertThat(PeerForm.read(WITH_ACTORS, CBOR.writeValueAsBytes(tree), sample.type()))
                .usingRecursiveComparison()
                .isEqualTo(sample.message());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_message_crosses_an_applications_remoting(ControlPlane.Message message) {
        Serialization serialization = SerializationExtension.get(KIT.system().classicSystem());
        byte[] bytes = serialization.serialize(message).get();
        assertThat(serialization.findSerializerFor(message)).isInstanceOf(ControlPlaneSerializer.class);
        assertThat(serialization
                        .deserialize(
                                bytes, serialization.findSerializerFor(message).identifier(), "m")
                        .get())
                .usingRecursiveComparison()
                .isEqualTo(message);
    }

    @Test
    void a_message_that_is_cut_off_out_of_bounds_or_of_no_known_name_is_refused_in_words() throws IOException {
        byte[] whole = PeerForm.bytes(new PeerRequest.Execute(BYTES, "1", new ControlPlane.GetKey("a")));
        for (int length = 0; length < whole.length; length++) {
            byte[] torn = Arrays.copyOf(whole, length);
            assertThatIllegalArgumentException().isThrownBy(() -> PeerForm.readRequest(torn));
        }
        ObjectNode tree = (ObjectNode) CBOR.readTree(whole);
        ((ObjectNode) tree.path("command")).put("key", "x".repeat(513));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerForm.readRequest(CBOR.writeValueAsBytes(tree)))
                .withMessageContaining("1 to 512 bytes of UTF-8");
        tree.put("type", "peer.paint.v1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerForm.readRequest(CBOR.writeValueAsBytes(tree)))
                .withMessageContaining("peer.paint.v1");
    }

    @Test
    void what_is_out_of_bounds_is_refused_where_it_is_made() {
        ActorRef<ControlPlane.CommandReply> replyTo = actor();
        for (String id : List.of("", "x".repeat(65), "with space", "umläut")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new ControlPlane.SendCommand(id, new ControlPlane.GetKey("a"), replyTo))
                    .withMessageContaining("1 to 64 letters");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ControlPlane.PutKey("a", new byte[262_145], ControlPlane.ANY))
                .withMessageContaining("262145");
        ControlPlane.NewEvent event = new ControlPlane.NewEvent("a.v1", new byte[10_000], List.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ControlPlane.AppendEvents("s", 0, java.util.Collections.nCopies(60, event)))
                .withMessageContaining("has 60 of 600000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ControlPlane.AppendEvents("membership|x", 0, List.of(event)))
                .withMessageContaining("a stream's name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ControlPlane.AppendEvents("s", -1, List.of(event)))
                .withMessageContaining("0 (none) or more");
        assertThatIllegalArgumentException().isThrownBy(() -> new ControlPlane.Demand(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new ControlPlane.InSlices("", 0, 1024));
        assertThatIllegalArgumentException().isThrownBy(() -> new ControlPlane.NewEvent("", new byte[0], List.of()));
    }
}
