package io.quorate.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is in journals, and what nodes say to each other, about upgrades is read for ever. */
class UpgradeSamplesTest {
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());
    private static final long AT = 1_790_000_000_123L;
    private static final UpgradePlan PLAN = new UpgradePlan(
            "/srv/releases",
            "0.2/stable",
            "0.2.0",
            "9f86d081",
            List.of(new UpgradePlan.Target("n1", "0.1.0", false), new UpgradePlan.Target("w1", "0.1.0", true)),
            2,
            1,
            3,
            30_000,
            300_000,
            600_000,
            86_400_000);

    static Stream<UpgradeEvent> events() {
        return Stream.of(
                new UpgradeEvent.UpgradePlanned("u1", PLAN),
                new UpgradeEvent.UpgradeStepBegun("n1", "hand-over", 2),
                new UpgradeEvent.UpgradeStepDone("n1"),
                new UpgradeEvent.UpgradeStepFailed("n1", "verify", "it is not heard of"),
                new UpgradeEvent.NodeReverted("n1", "it is not heard of"),
                new UpgradeEvent.NodeSkipped("n1", "it is a member no longer"),
                new UpgradeEvent.UpgradePaused("lunch"),
                new UpgradeEvent.UpgradeResumed("after lunch"),
                new UpgradeEvent.UpgradeAborted("not today"),
                new UpgradeEvent.RollbackBegun("billing is slow"),
                new UpgradeEvent.UpgradeCompleted("every node runs 0.2.0"),
                new UpgradeEvent.RollbackCompleted("every node runs what it ran before"),
                new UpgradeEvent.UpgradeFinalized(2));
    }

    static Stream<UpgradeMessage> messages() {
        return Stream.of(
                new UpgradeMessage.Plan("u1", PLAN),
                new UpgradeMessage.Pause("lunch"),
                new UpgradeMessage.Resume("after lunch"),
                new UpgradeMessage.Abort("not today"),
                new UpgradeMessage.Rollback("billing is slow"),
                new UpgradeMessage.Finish(2),
                new UpgradeMessage.BeginStep("u1", "n1", 2, "hand-over"),
                new UpgradeMessage.EndSteps("u1", "n1", 2),
                new UpgradeMessage.FailStep("u1", "n1", 2, "verify", "it is not heard of"),
                new UpgradeMessage.Skip("u1", "n1"),
                new UpgradeMessage.Done(),
                new UpgradeMessage.Refused("no-upgrade", "there is no upgrade to be paused"));
    }

    /** What has no type's name in it; asked and answered only. */
    static Stream<Object> words() {
        return Stream.of(
                new UpgradeWish(
                        "u1", "/srv/releases", "0.2/stable", 2, 1, 3, 30_000, 300_000, 600_000, 0, true, "admin ada"),
                new UpgradeAnswer(List.of("n3 is not there"), List.of(PLAN), "/var/lib/quorate/before-upgrade/a"),
                new ReleaseFacts(12_345_678, "0.2.0", "9f86d081", 4711, List.of("release 0.2.0 runs already")),
                new ReleaseOrder("u1/n1/1/refresh", "/srv/releases", "0.2.0", "9f86d081", false),
                new ReleaseReport("u1/n1/1/refresh", "0.1.0", "", ReleaseReport.FETCHING, "1 of 2 MB", 1, 2));
    }

    @ParameterizedTest
    @MethodSource("events")
    void an_event_of_another_release_is_read_and_fields_that_it_has_more_are_passed_over(UpgradeEvent event)
            throws IOException {
        UpgradeRecorded today = new UpgradeRecorded(event, "admin ada", AT);
        byte[] stored =
                sample(event.getClass().getAnnotation(JsonTypeName.class).value(), today);
        assertThat(MembershipForm.read(stored, UpgradeRecorded.class)).isEqualTo(today);
        assertThat(MembershipForm.read(withMore(stored), UpgradeRecorded.class)).isEqualTo(today);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_message_of_another_release_is_read_and_fields_that_it_has_more_are_passed_over(UpgradeMessage message)
            throws IOException {
        UpgradeAsked today = new UpgradeAsked(message, "admin ada", AT);
        String name = message.getClass().getAnnotation(JsonTypeName.class).value();
        byte[] stored = sample("message.upgrade-" + name + ".v1", today);
        assertThat(MembershipForm.read(stored, UpgradeAsked.class)).isEqualTo(today);
        assertThat(MembershipForm.read(withMore(stored), UpgradeAsked.class)).isEqualTo(today);
    }

    @ParameterizedTest
    @MethodSource("words")
    void what_nodes_of_another_release_say_is_read(Object word) throws IOException {
        byte[] stored = sample("message." + word.getClass().getSimpleName() + ".v1", word);
        assertThat(MembershipForm.read(stored, classOf(word))).isEqualTo(word);
        assertThat(MembershipForm.read(withMore(stored), classOf(word))).isEqualTo(word);
    }

    @Test
    void a_node_of_a_release_before_feature_levels_is_understood() throws IOException {
        Presence presence = new Presence("c", "n1#1@127.0.0.11:19001", "member", 7, "0.1.0", AT, AT, "", "", "", 1, 2);
        Presence read = MembershipForm.read(without(presence, "lowestLevel", "highestLevel"), Presence.class);
        assertThat(read.lowestLevel()).isZero();
        assertThat(read.highestLevel()).isZero();
        assertThat(read.applied()).isEqualTo(7);
        ClusterReport.Node node = new ClusterReport.Node(
                "n1", "127.0.0.11:19001", "", "voter", true, 0, 0, true, 1, 0, "", "0.1.0", 0, AT, "", 2);
        assertThat(MembershipForm.read(without(node, "highestLevel"), ClusterReport.Node.class)
                        .highestLevel())
                .isZero();
    }

    private static byte[] without(Object message, String... fields) throws IOException {
        ObjectNode tree = (ObjectNode) CBOR.readTree(MembershipForm.bytes(message));
        tree.remove(List.of(fields));
        return CBOR.writeValueAsBytes(tree);
    }

    @SuppressWarnings("unchecked") // it is its own class
    private static Class<Object> classOf(Object word) {
        return (Class<Object>) word.getClass();
    }

    private static byte[] withMore(byte[] form) throws IOException {
        ObjectNode tree = (ObjectNode) CBOR.readTree(form);
        tree.put("fromTheFuture", 42);
        tree.forEach(field -> {
            if (field instanceof ObjectNode inner) {
                inner.put("fromTheFuture", "more");
            }
        });
        return CBOR.writeValueAsBytes(tree);
    }

    private static byte[] sample(String file, Object today) throws IOException {
        try (InputStream in = UpgradeSamplesTest.class.getResourceAsStream("/contract/" + file + ".hex")) {
            assertThat(in)
                    .as(
                            "there is no sample: store today's form as src/test/resources/contract/%s.hex: %s",
                            file, HexFormat.of().formatHex(MembershipForm.bytes(today)))
                    .isNotNull();
            return HexFormat.of()
                    .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
        }
    }
}
