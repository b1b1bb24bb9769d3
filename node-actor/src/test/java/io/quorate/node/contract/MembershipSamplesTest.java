package io.quorate.node.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.quorate.node.contract.MembershipEvent.NodeJoined;
import io.quorate.node.contract.MembershipEvent.RoleAssigned;
import io.quorate.node.contract.MembershipEvent.TokenIssued;
import io.quorate.node.contract.MembershipMessage.Assign;
import io.quorate.node.contract.MembershipMessage.Done;
import io.quorate.node.contract.MembershipMessage.Found;
import io.quorate.node.contract.MembershipMessage.Granted;
import io.quorate.node.contract.MembershipMessage.IssueToken;
import io.quorate.node.contract.MembershipMessage.Join;
import io.quorate.node.contract.MembershipMessage.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The stored form of membership's events, and the form of its messages between nodes of different releases. A sample is never
 * changed: a new form is a new file beside the old one, and both stay readable.
 */
class MembershipSamplesTest {
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    private static final String HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    static Stream<MembershipEvent> events() {
        return Stream.of(
                new TokenIssued(HASH, 1_790_000_000_123L, 2),
                new NodeJoined("n2#1@127.0.0.12:19001", "127.0.0.12:16443", "127.0.0.12:25000", HASH),
                new RoleAssigned("n2", "voter", "1 of 3 voters: the cluster has 3 nodes"),
                new MembershipEvent.TokenRevoked(HASH),
                new MembershipEvent.ReplacementOffered(HASH, 1_790_000_000_123L, "n3"),
                new MembershipEvent.JoinCompleted("n2"),
                new MembershipEvent.PolicyChanged(5, 2, 3000),
                new MembershipEvent.NodeConfigured("n2", 42, 7),
                new MembershipEvent.MemberRenewed("n2", "n2#2@127.0.0.12:19001"),
                new MembershipEvent.NodeLeaving("n2", "removed"),
                new MembershipEvent.NodeRemoved("n2", "removed"),
                new MembershipEvent.AccessRefused("n1", "plain-text", "somebody spoke without TLS", 3),
                new MembershipEvent.AccessIssued(HASH, "wallboard", "viewer", 1_790_000_000_123L),
                new MembershipEvent.AccessRevoked(HASH),
                new MembershipEvent.AuthorityReplaced(HASH, "asked for"));
    }

    static Stream<MembershipMessage> messages() {
        return Stream.of(
                new Found("n1#1@127.0.0.11:19001", "127.0.0.11:16443", "127.0.0.11:25000"),
                new IssueToken(HASH, 1_790_000_000_123L, 1),
                new Join(HASH, "n2", "127.0.0.12:19001", "127.0.0.12:16443", "127.0.0.12:25000", 1_790_000_000_123L),
                new Assign("n2", "voter", "1 of 3 voters: the cluster has 3 nodes"),
                new MembershipMessage.RevokeToken("9f86d081"),
                new MembershipMessage.OfferReplacement(HASH, 1_790_000_000_123L, "n3"),
                new MembershipMessage.Complete("n2"),
                new MembershipMessage.Abandon("n2"),
                new MembershipMessage.SetPolicy(5, MembershipMessage.KEEP, 3000),
                new MembershipMessage.ConfigureNode("n2", 42, MembershipMessage.KEEP),
                new MembershipMessage.Renew("n2", "n2#1@127.0.0.12:19001"),
                new MembershipMessage.Leave("n2", "removed"),
                new MembershipMessage.Dismiss("n2"),
                new MembershipMessage.IssueAccess(HASH, "wallboard", "viewer", 1_790_000_000_123L),
                new MembershipMessage.RevokeAccess("9f86d081"),
                new MembershipMessage.ReportAuthority(HASH, "asked for"),
                new MembershipMessage.ReportRefusal("n1", "plain-text", "somebody spoke without TLS", 3),
                new Done(),
                new Granted(
                        "n2#1@127.0.0.12:19001",
                        "6f1f4f0e-7f0c-4f4e-9b9a-0d8c2f1f2a3b",
                        List.of("n1#1@127.0.0.11:19001"),
                        List.of("127.0.0.11:19001")),
                new Refused("used-token", "the token has been used already"));
    }

    /** Events by their own name; messages, whose names are short, under their family's. */
    private static String fileOf(Object sample) {
        String name = sample.getClass().getAnnotation(JsonTypeName.class).value();
        return sample instanceof MembershipEvent ? name : "message." + name + ".v1";
    }

    private static byte[] sample(Object of) throws IOException {
        try (InputStream in = MembershipSamplesTest.class.getResourceAsStream("/contract/" + fileOf(of) + ".hex")) {
            assertThat(in)
                    .as(
                            "there is no sample: store today's form as src/test/resources/contract/%s.hex: %s",
                            fileOf(of), HexFormat.of().formatHex(MembershipForm.bytes(of)))
                    .isNotNull();
            return HexFormat.of()
                    .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
        }
    }

    @Test
    void every_event_and_every_message_has_a_sample() {
        assertThat(events().map(Object::getClass)).contains(MembershipEvent.class.getPermittedSubclasses());
        assertThat(messages().map(Object::getClass)).contains(MembershipMessage.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("events")
    void an_event_that_was_stored_once_is_read_for_ever(MembershipEvent event) throws IOException {
        assertThat(MembershipForm.readEvent(sample(event))).isEqualTo(event);
        assertThat(MembershipForm.write(event).payload().bytes())
                .as("what is stored today")
                .isEqualTo(sample(event));
        assertThat(MembershipForm.write(event).payload().manifest()).isEqualTo("membership");
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_message_of_another_release_is_read(MembershipMessage message) throws IOException {
        assertThat(MembershipForm.read(sample(message), MembershipMessage.class))
                .isEqualTo(message);
        assertThat(MembershipForm.bytes(message)).as("what is sent today").isEqualTo(sample(message));
    }

    private static byte[] withFieldOfTomorrow(byte[] bytes) throws IOException {
        ObjectNode tree = (ObjectNode) CBOR.readTree(bytes);
        tree.put("fieldOfTomorrow", "x").putObject("objectOfTomorrow").put("a", 1);
        return CBOR.writeValueAsBytes(tree);
    }

    @ParameterizedTest
    @MethodSource("events")
    void unknown_fields_of_an_event_are_passed_over(MembershipEvent event) throws IOException {
        assertThat(MembershipForm.readEvent(withFieldOfTomorrow(sample(event)))).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void unknown_fields_of_a_message_are_passed_over(MembershipMessage message) throws IOException {
        assertThat(MembershipForm.read(withFieldOfTomorrow(sample(message)), MembershipMessage.class))
                .isEqualTo(message);
    }

    @Test
    void an_unknown_event_and_bytes_that_are_cut_off_are_refused_in_words() throws IOException {
        byte[] unknown = CBOR.writeValueAsBytes(CBOR.createObjectNode().put("type", "membership.node-painted.v1"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MembershipForm.readEvent(unknown))
                .withMessageContaining("membership.node-painted.v1");
        byte[] whole = MembershipForm.bytes(events().findFirst().orElseThrow());
        for (int length = 0; length < whole.length; length++) {
            byte[] torn = Arrays.copyOf(whole, length);
            assertThatIllegalArgumentException().isThrownBy(() -> MembershipForm.readEvent(torn));
        }
    }
}
