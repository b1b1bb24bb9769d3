package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.release.Channel;
import io.quorate.node.release.Release;
import io.quorate.node.release.ReleasePacking;
import io.quorate.node.release.ReleaseVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of real processes goes to another release by itself. */
class ClusterUpgradeTest {
    /** What runs first: it can do nothing of what comes after it is finalized. */
    private static final Release OLD =
            new Release("0.1.0", Release.FIRST_LEVEL, Release.FIRST_LEVEL, ReleaseVersion.parse("0.0.1"), "2026-11-27");

    private static final String GOOD = "0.2.0";
    private static final String UNHEALTHY = "0.2.1";
    private static final String STABLE = "latest/stable";
    private static final String EDGE = "latest/edge";
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** Three nodes, each restarted and watched. */
    private static final Duration ROLL_OUT = Duration.ofMinutes(8);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    private static Path source;
    private static Failpoints failpoints;
    private static Launcher launcher;

    private LocalCluster cluster;

    @BeforeAll
    static void publish() throws IOException {
        Path base = root.resolve("base");
        ReleaseTest.distribute(Launchers.underTest(), base);
        Files.write(base.resolve(Release.FILE), OLD.bytes());
        source = root.resolve("source");
        ReleaseTest.pack(base, source, GOOD, Map.of());
        ReleaseTest.pack(
                base,
                source,
                UNHEALTHY,
                Map.of("java-opts", "-Dquorate.fault=unhealthy\n".getBytes(StandardCharsets.UTF_8)));
        ReleasePacking packing = new ReleasePacking(source);
        packing.store(
                packing.channels()
                        .with(Channel.parse(STABLE), ReleaseVersion.parse(GOOD))
                        .with(Channel.parse(EDGE), ReleaseVersion.parse(UNHEALTHY)),
                ReleaseTest.MAKER.getPrivate());
        failpoints = new Failpoints(Files.createDirectory(root.resolve("failpoints")));
        launcher = failpoints.with(ReleaseTest.quickLauncher(base));
    }

    @BeforeEach
    void start() throws Exception {
        cluster = LocalCluster.start(Files.createTempDirectory(root, "cluster"), Launchers.subnet(), launcher, 3);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private NodeProcess leader() throws InterruptedException {
        var leads = cluster.view().awaitLeader(PATIENCE);
        return cluster.nodes().stream()
                .filter(node -> node.api().equals(leads))
                .findFirst()
                .orElseThrow();
    }

    private NodeProcess other() throws InterruptedException {
        NodeProcess leader = leader();
        return cluster.nodes().stream()
                .filter(node -> node != leader)
                .findFirst()
                .orElseThrow();
    }

    private static void begin(NodeProcess node, String channel, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "upgrade", "--source", source.toString(), "--channel", channel, "--yes", "--health-window", "10s"));
        command.addAll(List.of(options));
        command.add("--no-wait");
        node.quorate(command.toArray(String[]::new)).succeeded();
    }

    private void awaitPhase(String phase) throws InterruptedException {
        cluster.view()
                .await(
                        "the upgrade is " + phase,
                        ROLL_OUT,
                        status -> status.at("/upgrade/phase").asText().equals(phase)
                                && !status.at("/upgrade/active").asBoolean());
    }

    private static boolean allRun(JsonNode status, String version) {
        for (JsonNode node : status.path("nodes")) {
            if (!node.path("version").asText().equals(version)) {
                return false;
            }
        }
        return true;
    }

    private void assertAllRun(String version) throws Exception {
        leader().await("all run " + version, PATIENCE, status -> allRun(status, version));
    }

    private void startWorkers(int workers) throws Exception {
        for (int i = 0; i < workers; i++) {
            String line = cluster.joinLine(cluster.nodes().getFirst());
            cluster.startAnother().quorate("join", line, "--worker").succeeded();
        }
    }

    @Test
    void a_leader_that_dies_leaves_the_upgrade_to_the_next_one_and_after_it_is_finalized_no_node_goes_back()
            throws Exception {
        NodeProcess asked = other();
        startWorkers(2);
        asked.put("before", "it");
        Failpoints.Halt halt = failpoints.halt(cluster.nodes(), Failpoint.UPGRADE_VERIFY, asked.name());
        begin(asked, STABLE, "--batch-size", "2");
        NodeProcess dead = halt.await(ROLL_OUT);
        dead.start();
        awaitPhase("completed");
        assertAllRun(GOOD);
        asked.quorate("upgrade", "finalize").succeeded();
        assertThat(asked.quorate("revert").text()).contains("feature level");
        assertThat(asked.quorate("upgrade", "rollback").text()).contains("finalized");
        assertThat(asked.get("before")).isEqualTo("it");
    }

    @Test
    void a_roll_out_that_pauses_after_a_node_is_rolled_back_with_all_that_was_written() throws Exception {
        NodeProcess asked = other();
        begin(asked, STABLE, "--pause-after", "1");
        awaitPhase("paused");
        asked.put("between", "it");
        asked.quorate("upgrade", "rollback", "--no-wait").succeeded();
        awaitPhase("rolled-back");
        assertAllRun("0.1.0");
        assertThat(asked.get("between")).isEqualTo("it");
    }

    @Test
    void an_unhealthy_release_is_taken_back_from_the_first_node_and_the_status_says_why() throws Exception {
        begin(other(), EDGE);
        awaitPhase("stopped");
        assertAllRun("0.1.0");
        assertThat(leader().quorate("status").text())
                .contains("has stopped", "its API answers 500: this release was built to be unhealthy");
    }
}
