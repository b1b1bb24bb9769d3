package io.quorate.node.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

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
import io.quorate.persistence.contract.ClusterEpoch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The stored form of membership's events, and the form of its messages between nodes of different releases. A sample is never
 * changed: a new form is a new file beside the old one, and both stay readable.
 */
class MembershipSamplesTest {
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    private static final String BY = "admin ada";

    private static final String HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private static final String BACKUP = "/var/backups/quorate/quorate-6f1f4f0e-20260921T141320Z-4711-n3.quorate";

    private static final BackupOrder ORDER = new BackupOrder(42, 1_790_000_000_123L, "/var/backups/quorate", 7);

    static Stream<MembershipEvent> events() {
        return Stream.of(
                new TokenIssued(HASH, 1_790_000_000_123L, 2, "worker"),
                new NodeJoined("n2#1@127.0.0.12:19001", "127.0.0.12:16443", "127.0.0.12:25000", HASH, "worker"),
                new RoleAssigned("n2", "voter", "1 of 3 voters: the cluster has 3 nodes"),
                new MembershipEvent.TokenRevoked(HASH),
                new MembershipEvent.ReplacementOffered(HASH, 1_790_000_000_123L, "n3"),
                new MembershipEvent.JoinCompleted("n2"),
                new MembershipEvent.PolicyChanged(5, 2, 3000),
                new MembershipEvent.NodeConfigured("n2", 42, 7),
                new MembershipEvent.MemberRenewed("n2", "n2#2@127.0.0.12:19001"),
                new MembershipEvent.MovePlanned("n2", "10.0.7.12:19001"),
                new MembershipEvent.NodeMoved(
                        "n2", "127.0.0.12:19001", "10.0.7.12:19001", "10.0.7.12:16443", "10.0.7.12:25000"),
                new MembershipEvent.NodeLeaving("n2", "removed"),
                new MembershipEvent.NodeRemoved("n2", "removed"),
                new MembershipEvent.AccessRefused("n1", "plain-text", "somebody spoke without TLS", 3),
                new MembershipEvent.AccessIssued(HASH, "wallboard", "viewer", 1_790_000_000_123L),
                new MembershipEvent.AccessRevoked(HASH),
                new MembershipEvent.AuthorityReplaced(HASH, "asked for"),
                new MembershipEvent.ClusterRecovered(
                        "2-3fa81c09",
                        "n1#2@127.0.0.11:19001",
                        List.of("n4"),
                        List.of("n2#1@127.0.0.12:19001", "n3#1@127.0.0.13:19001"),
                        4711,
                        "n1 had index 4711 of term 7",
                        1_790_000_000_123L),
                new MembershipEvent.SurvivorReseeded("n4"),
                new MembershipEvent.RecoveryAcknowledged("2-3fa81c09"),
                new MembershipEvent.BackupScheduled(86_400_000, 7, "/var/backups/quorate", "n3", 1_790_000_000_123L),
                new MembershipEvent.BackupUnscheduled("asked for"),
                new MembershipEvent.BackupTaken("n3", BACKUP, 4711, 12_345_678, 1_790_000_000_123L),
                new MembershipEvent.BackupFailed(
                        "n3", "the folder /var/backups/quorate is not there", 1_790_000_000_123L),
                new MembershipEvent.FeatureLevelRaised(2, "asked for"));
    }

    static Stream<MembershipMessage> messages() {
        return Stream.of(
                new Found("n1#1@127.0.0.11:19001", "127.0.0.11:16443", "127.0.0.11:25000"),
                new IssueToken(HASH, 1_790_000_000_123L, 1, "worker"),
                new Join(
                        HASH,
                        "n2",
                        "127.0.0.12:19001",
                        "127.0.0.12:16443",
                        "127.0.0.12:25000",
                        1_790_000_000_123L,
                        "worker"),
                new Assign("n2", "voter", "1 of 3 voters: the cluster has 3 nodes"),
                new MembershipMessage.RevokeToken("9f86d081"),
                new MembershipMessage.OfferReplacement(HASH, 1_790_000_000_123L, "n3"),
                new MembershipMessage.Complete("n2"),
                new MembershipMessage.Abandon("n2"),
                new MembershipMessage.SetPolicy(5, MembershipMessage.KEEP, 3000),
                new MembershipMessage.ConfigureNode("n2", 42, MembershipMessage.KEEP),
                new MembershipMessage.Renew("n2", "n2#1@127.0.0.12:19001"),
                new MembershipMessage.PlanMove("n2", "10.0.7.12"),
                new MembershipMessage.Move("n2", "10.0.7.12:19001", "10.0.7.12:16443", "10.0.7.12:25000"),
                new MembershipMessage.Leave("n2", "removed"),
                new MembershipMessage.Dismiss("n2"),
                new MembershipMessage.IssueAccess(HASH, "wallboard", "viewer", 1_790_000_000_123L),
                new MembershipMessage.RevokeAccess("9f86d081"),
                new MembershipMessage.ReportAuthority(HASH, "asked for"),
                new MembershipMessage.ReportRefusal("n1", "plain-text", "somebody spoke without TLS", 3),
                new MembershipMessage.Recover(
                        "2-3fa81c09",
                        "n1#2@127.0.0.11:19001",
                        List.of("n4"),
                        List.of("n2#1@127.0.0.12:19001", "n3#1@127.0.0.13:19001"),
                        4711,
                        "n1 had index 4711 of term 7",
                        1_790_000_000_123L,
                        "127.0.0.11:16443",
                        "127.0.0.11:25000",
                        HASH),
                new MembershipMessage.ReportReseeded("n4"),
                new MembershipMessage.AcknowledgeRecovery(),
                new MembershipMessage.ScheduleBackups(86_400_000, 7, "/var/backups/quorate", "n3", 1_790_000_000_123L),
                new MembershipMessage.EndBackups(),
                new MembershipMessage.ReportBackup(42, "n3", BACKUP, 4711, 12_345_678, 1_790_000_000_123L),
                new MembershipMessage.ReportBackupFailure(
                        42, "n3", "the folder /var/backups/quorate is not there", 1_790_000_000_123L),
                new MembershipMessage.RaiseLevel(2, "asked for"),
                new Done(),
                new Granted(
                        "n2#1@127.0.0.12:19001",
                        "6f1f4f0e-7f0c-4f4e-9b9a-0d8c2f1f2a3b",
                        List.of("n1#1@127.0.0.11:19001"),
                        List.of("127.0.0.11:19001"),
                        "2-3fa81c09"),
                new Refused("used-token", "the token has been used already"));
    }

    static Stream<MembershipMessage> commands() {
        return messages()
                .filter(message ->
                        !(message instanceof Done || message instanceof Granted || message instanceof Refused));
    }

    /** What has another form now than when it was first stored; the name of its sample tells what was added. */
    private static final Map<Class<?>, String> GROWN = Map.of(
            TokenIssued.class,
            ".kind",
            NodeJoined.class,
            ".kind",
            IssueToken.class,
            ".kind",
            Join.class,
            ".kind",
            Granted.class,
            ".epoch");

    /** Events by their own name; messages, whose names are short, under their family's. */
    private static String fileOf(Object sample) {
        return firstFileOf(sample) + GROWN.getOrDefault(sample.getClass(), "");
    }

    private static String firstFileOf(Object sample) {
        String name = sample.getClass().getAnnotation(JsonTypeName.class).value();
        return sample instanceof MembershipEvent ? name : "message." + name + ".v1";
    }

    private static byte[] firstSample(Object of, String suffix) throws IOException {
        return sample(firstFileOf(of) + suffix, new byte[0]);
    }

    /** The form before commands and events told who asked. */
    private static byte[] sample(Object of) throws IOException {
        return sample(fileOf(of), MembershipForm.bytes(of));
    }

    private static byte[] sampleBy(MembershipEvent event) throws IOException {
        return sample(
                fileOf(event) + ".by",
                MembershipForm.write(new Recorded(event, BY)).payload().bytes());
    }

    private static byte[] sampleBy(MembershipMessage message) throws IOException {
        return sample(fileOf(message) + ".by", MembershipForm.command(new Asked(message, BY)));
    }

    private static byte[] sample(String file, byte[] today) throws IOException {
        try (InputStream in = MembershipSamplesTest.class.getResourceAsStream("/contract/" + file + ".hex")) {
            assertThat(in)
                    .as(
                            "there is no sample: store today's form as src/test/resources/contract/%s.hex: %s",
                            file, HexFormat.of().formatHex(today))
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
        assertThat(MembershipForm.readEvent(sample(event))).isEqualTo(new Recorded(event, ""));
        Recorded today = new Recorded(event, BY);
        assertThat(MembershipForm.readEvent(sampleBy(event))).isEqualTo(today);
        assertThat(MembershipForm.write(today).payload().bytes())
                .as("what is stored today")
                .isEqualTo(sampleBy(event));
        assertThat(MembershipForm.write(today).payload().manifest()).isEqualTo("membership");
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_message_of_another_release_is_read(MembershipMessage message) throws IOException {
        assertThat(MembershipForm.read(sample(message), MembershipMessage.class))
                .isEqualTo(message);
        assertThat(MembershipForm.bytes(message)).as("what is answered today").isEqualTo(sample(message));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void a_command_of_another_release_is_read_whether_it_tells_who_asked_or_not(MembershipMessage command)
            throws IOException {
        assertThat(MembershipForm.readCommand(sample(command))).isEqualTo(new Asked(command, ""));
        assertThat(MembershipForm.readCommand(sampleBy(command))).isEqualTo(new Asked(command, BY));
        assertThat(MembershipForm.command(new Asked(command, BY)))
                .as("what is sent today")
                .isEqualTo(sampleBy(command));
        assertThat(MembershipForm.read(sampleBy(command), MembershipMessage.class))
                .as("to a release that does not know who asked")
                .isEqualTo(command);
    }

    @Test
    void events_and_commands_from_before_there_were_workers_are_read_without_a_kind() throws IOException {
        for (MembershipEvent before : List.of(
                new TokenIssued(HASH, 1_790_000_000_123L, 2, ""),
                new NodeJoined("n2#1@127.0.0.12:19001", "127.0.0.12:16443", "127.0.0.12:25000", HASH, ""))) {
            assertThat(MembershipForm.readEvent(firstSample(before, ""))).isEqualTo(new Recorded(before, ""));
            assertThat(MembershipForm.readEvent(firstSample(before, ".by"))).isEqualTo(new Recorded(before, BY));
        }
        for (MembershipMessage before : List.of(
                new IssueToken(HASH, 1_790_000_000_123L, 1, ""),
                new Join(
                        HASH,
                        "n2",
                        "127.0.0.12:19001",
                        "127.0.0.12:16443",
                        "127.0.0.12:25000",
                        1_790_000_000_123L,
                        ""))) {
            assertThat(MembershipForm.readCommand(firstSample(before, ""))).isEqualTo(new Asked(before, ""));
            assertThat(MembershipForm.readCommand(firstSample(before, ".by"))).isEqualTo(new Asked(before, BY));
        }
    }

    @Test
    void a_grant_from_before_there_were_epochs_is_one_of_the_first() throws IOException {
        Granted before = new Granted(
                "n2#1@127.0.0.12:19001",
                "6f1f4f0e-7f0c-4f4e-9b9a-0d8c2f1f2a3b",
                List.of("n1#1@127.0.0.11:19001"),
                List.of("127.0.0.11:19001"),
                "");
        assertThat(MembershipForm.read(firstSample(before, ""), MembershipMessage.class))
                .isEqualTo(before);
        assertThat(ClusterEpoch.parse(before.epoch())).isEqualTo(ClusterEpoch.FIRST);
    }

    /** What a leader and the node that takes a backup say to each other, by the name of its sample. */
    static Stream<Arguments> aboutBackups() {
        return Stream.of(
                arguments("backup-order.v1", ORDER),
                arguments("backup-report.v1.taking", BackupReport.taking(ORDER)),
                arguments("backup-report.v1.taken", BackupReport.taken(ORDER, BACKUP, 4711, 12_345_678)),
                arguments(
                        "backup-report.v1.failed",
                        BackupReport.failed(ORDER, "the folder /var/backups/quorate is not there")));
    }

    @ParameterizedTest
    @MethodSource("aboutBackups")
    void what_is_said_about_a_backup_is_understood_by_another_release(String name, Object said) throws IOException {
        byte[] stored = sample(name, MembershipForm.bytes(said));
        assertThat(MembershipForm.read(stored, said.getClass())).isEqualTo(said);
        assertThat(MembershipForm.read(withFieldOfTomorrow(stored), said.getClass()))
                .isEqualTo(said);
        assertThat(MembershipForm.bytes(said)).as("what is said today").isEqualTo(stored);
    }

    private static byte[] withFieldOfTomorrow(byte[] bytes) throws IOException {
        ObjectNode tree = (ObjectNode) CBOR.readTree(bytes);
        tree.put("fieldOfTomorrow", "x").putObject("objectOfTomorrow").put("a", 1);
        return CBOR.writeValueAsBytes(tree);
    }

    @ParameterizedTest
    @MethodSource("events")
    void unknown_fields_of_an_event_are_passed_over(MembershipEvent event) throws IOException {
        assertThat(MembershipForm.readEvent(withFieldOfTomorrow(sampleBy(event))))
                .isEqualTo(new Recorded(event, BY));
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
