package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.network.Loopback;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.ContainerProcesses;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One cluster of two releases: the classes under test, and the distribution that {@code -Dquorate.previous} names. {@code .ci/compatibility} builds
 * that, and runs this; skipped elsewhere.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class MixedReleasesTest {
    private static final String PREVIOUS = System.getProperty("quorate.previous", "");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final Duration PERIOD = Duration.ofMillis(10);

    /** Together more than a node without anything fetches as files. */
    private static final int LARGE_VALUES = 40;

    private static final int LARGE = 200 * 1024;

    /** More than a leader keeps in its log for those who are behind. */
    private static final int SMALL_VALUES = 1_500;

    /** Whose a node is. */
    private enum Release {
        PREVIOUS_RELEASE,
        THIS_RELEASE;

        Launcher launcher() {
            return this == THIS_RELEASE
                    ? Launchers.underTest()
                    : new Launcher(
                            Path.of(PREVIOUS, "bin", "quorate").toAbsolutePath(),
                            Map.of("QUORATE_JAVA_HOME", System.getProperty("java.home")));
        }

        Release other() {
            return this == THIS_RELEASE ? PREVIOUS_RELEASE : THIS_RELEASE;
        }
    }

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path root;

    @BeforeAll
    static void find() {
        assumeFalse(
                PREVIOUS.isEmpty(),
                "-Dquorate.previous names no distribution to run beside this one: see .ci/compatibility");
        assertThat(Path.of(PREVIOUS, "bin", "quorate")).isExecutable();
    }

    private static void write(NodeProcess node, String prefix, int count, int bytes) throws IOException {
        byte[] value = "x".repeat(bytes).getBytes(StandardCharsets.US_ASCII);
        try (HttpConnection connection = new HttpConnection(node.api(), TIMEOUT_MILLIS)) {
            for (int i = 0; i < count; i++) {
                HttpConnection.Answer answer = connection.send("PUT", "/v1/kv/" + prefix + i, "", value);
                assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            }
        }
    }

    private static boolean allVote(JsonNode status) {
        return status.path("highAvailability").asBoolean()
                && status.path("voters").asInt() == 3
                && status.path("liveVoters").asInt() == 3;
    }

    private static void awaitThreeVoters(List<NodeProcess> nodes) throws InterruptedException {
        ClusterView.of(nodes).await("three vote", PATIENCE, MixedReleasesTest::allVote);
    }

    private static NodeProcess leader(List<NodeProcess> nodes) throws InterruptedException {
        Api leads = ClusterView.of(nodes).awaitLeader(PATIENCE);
        return nodes.stream()
                .filter(node -> node.api().equals(leads))
                .findFirst()
                .orElseThrow();
    }

    /** It says so where it has begun with the files of another's store. */
    private static String log(NodeProcess node) throws IOException {
        return Files.readString(node.folder().resolve("quorate.log"));
    }

    @ParameterizedTest
    @EnumSource
    void a_leader_of_one_release_is_followed_and_then_replaced_by_nodes_of_the_other(Release leads) throws Exception {
        Release follows = leads.other();
        try (ContainerProcesses containers = new ContainerProcesses(root);
                LocalCluster cluster = LocalCluster.start(
                        root,
                        new Loopback(Launchers.subnet()),
                        number -> number == 2 || number == 3 ? follows.launcher() : leads.launcher(),
                        1,
                        "n")) {
            NodeProcess first = cluster.nodes().getFirst();
            write(first, "large-", LARGE_VALUES, LARGE);
            NodeProcess second = cluster.startAnother();
            NodeProcess third = cluster.startAnother();
            cluster.join(second);
            cluster.join(second, third);
            List<NodeProcess> voters = List.of(first, second, third);
            awaitThreeVoters(voters);
            assertThat(leader(voters)).isEqualTo(first);
            assertThat(log(second)).contains("the store begins with that of another node");
            NodeProcess worker = cluster.startAnother();
            worker.quorate("join", cluster.joinLine(second), "--worker").succeeded();

            ThroughEachNode all = new ThroughEachNode(cluster.nodes(), "led");
            all.keysAreWrittenAndRead();
            all.objectsAreCreatedPatchedAndWatched();
            all.podsRunAndAnswer();
            new ThroughEachNode(voters, "led").membersAreTold();
            assertThat(containers.pods()).hasSize(4);
            othersCommandsAreAnswered(first, follows);
            othersCommandsAreAnswered(second, leads);
            ThroughEachNode.sameEntries(voters);

            // The leader dies; one of the other release goes on, and brings it up when it is back.
            Set<Long> running = containers.all().keySet();
            first.kill();
            List<NodeProcess> living = List.of(second, third);
            leader(living);
            ThroughEachNode rest = new ThroughEachNode(List.of(second, third, worker), "replaced");
            rest.keysAreWrittenAndRead();
            rest.objectsAreCreatedPatchedAndWatched();
            write(second, "small-", SMALL_VALUES, 100);
            first.start();
            awaitThreeVoters(voters);
            assertThat(leader(voters)).isIn(living);
            assertThat(containers.all().keySet()).isEqualTo(running);

            NodeProcess fifth = cluster.startAnother();
            cluster.join(first, fifth);
            fifth.await(
                    "it stands by",
                    PATIENCE,
                    status -> ClusterView.role(status, "n5")
                            .filter("standby"::equals)
                            .isPresent());
            ThroughEachNode again = new ThroughEachNode(cluster.nodes(), "again");
            again.keysAreWrittenAndRead();
            again.objectsAreCreatedPatchedAndWatched();
            again.podsAnswer();
            assertThat(log(fifth)).contains("the store begins with that of another node");
            ThroughEachNode.sameEntries(List.of(first, second, third, fifth));
            assertThat(second.get("large-7")).hasSize(LARGE);

            // A standby of one release takes the place of a voter of the other.
            leader(voters).quorate("leave").succeeded();
            List<NodeProcess> left = new ArrayList<>(voters);
            left.removeIf(node -> node.status().path("voters").asInt() == 1);
            left.add(fifth);
            awaitThreeVoters(left);
            ThroughEachNode rests = new ThroughEachNode(left, "left");
            rests.keysAreWrittenAndRead();
            rests.podsEnd();
        }
    }

    /** People have one command line on their machine, and nodes of both releases. */
    private void othersCommandsAreAnswered(NodeProcess node, Release others) throws IOException {
        Path access = Files.writeString(
                root.resolve(node.name() + "-access.yaml"),
                node.quorate("config").succeeded().text());
        for (List<String> command : List.of(
                List.of("status"),
                List.of("history"),
                List.of("explain", node.name()),
                List.of("tokens"),
                List.of("access"),
                List.of("roles", "show"))) {
            List<String> all = new ArrayList<>(command);
            all.addAll(List.of("--config", access.toString()));
            Launcher.Printed printed = others.launcher().run(all);
            assertThat(printed.exitCode())
                    .as("%s at %s: %s", command, node.name(), printed.text())
                    .isZero();
        }
    }

    @Test
    void a_cluster_goes_to_this_release_node_by_node_and_back_and_loses_nothing() throws Exception {
        try (ContainerProcesses containers = new ContainerProcesses(root);
                LocalCluster cluster =
                        LocalCluster.start(root, Launchers.subnet(), Release.PREVIOUS_RELEASE.launcher(), 3)) {
            List<NodeProcess> nodes = cluster.nodes();
            List<Api> apis = cluster.apis();
            ThroughEachNode before = new ThroughEachNode(nodes, "before");
            before.keysAreWrittenAndRead();
            before.objectsAreCreatedPatchedAndWatched();
            before.podsRunAndAnswer();
            before.membersAreTold();
            Set<Long> running = new HashSet<>(containers.all().keySet());
            Map<Long, String> entries = ThroughEachNode.sameEntries(nodes);
            try (PacedWriter writer = new PacedWriter("paced-", () -> apis, PERIOD)) {
                writer.firstFromNow().await(PATIENCE);
                for (Release release : List.of(Release.THIS_RELEASE, Release.PREVIOUS_RELEASE)) {
                    for (NodeProcess node : nodes) {
                        node.stop();
                        node.awaitEnd();
                        node.release(release.launcher());
                        node.start();
                        cluster.view().awaitHighlyAvailable(PATIENCE);
                        new ThroughEachNode(nodes, release.ordinal() + "-" + node.name()).keysAreWrittenAndRead();
                    }
                    ThroughEachNode after = new ThroughEachNode(nodes, "all-" + release.ordinal());
                    after.objectsAreCreatedPatchedAndWatched();
                    after.membersAreTold();
                    after.podsAnswer();
                    if (release == Release.THIS_RELEASE) {
                        // What a start finds on disk later is what was written by the newer one.
                        write(nodes.getFirst(), "large-", LARGE_VALUES, LARGE);
                        backupsAreRead(nodes.getFirst());
                    }
                }
                writer.close();
                assertThat(writer.givenUp()).isZero();
                for (Api api : apis) {
                    assertThat(writer.violations(api)).isEmpty();
                }
            }
            Map<Long, String> now = ThroughEachNode.sameEntries(nodes);
            assertThat(now).containsAllEntriesOf(entries);
            assertThat(containers.all().keySet())
                    .as("no container was started again")
                    .isEqualTo(running);
            assertThat(nodes.get(1).get("large-7")).hasSize(LARGE);
            assertThat(nodes.get(2).get("before-n1")).isEqualTo("through n1");
            before.podsEnd();
        }
    }

    /** One that the newer release has written, the older one checks; and the other way round. */
    private void backupsAreRead(NodeProcess node) throws IOException {
        Path file = root.resolve("newer.quorate");
        node.quorate("backup", file.toString()).succeeded();
        for (Release release : Release.values()) {
            assertThat(release.launcher()
                            .run(List.of("backup", "verify", file.toString()))
                            .succeeded()
                            .text())
                    .contains("whole");
        }
    }
}
