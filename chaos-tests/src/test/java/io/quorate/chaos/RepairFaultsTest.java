package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.recovery.FolderReview;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.store.StoreEngines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The data of one of three nodes is damaged, and the node is repaired, while a process dies at a step of it. The cluster is kept from one
 * test to the next.
 */
class RepairFaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TreeMap<String, String> acknowledged = new TreeMap<>();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    private static Failpoints failpoints;
    private static LocalCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        failpoints = new Failpoints(Files.createDirectory(root.resolve("failpoints")));
        cluster = LocalCluster.start(root, Launchers.subnet(), failpoints.with(Launchers.underTest()), 3);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static NodeProcess sick() {
        return cluster.nodes().get(2);
    }

    private static void write(String value) throws Exception {
        String key = "key-" + acknowledged.size();
        cluster.nodes().getFirst().put(key, value);
        acknowledged.put(key, value);
    }

    /** Every file of its log is something else now; the others go on without it. */
    private static void damage(String round) throws Exception {
        write("before " + round);
        sick().kill();
        Path log = sick().folder().resolve("backend/log");
        try (Stream<Path> files = Files.list(log)) {
            for (Path each : files.toList()) {
                Files.write(each, new byte[4096]);
            }
        }
        assertThat(review().isSound()).as("%s", review()).isFalse();
        write("meanwhile " + round);
    }

    private static FolderReview review() {
        try (DataFolder folder = DataFolder.open(sick().folder())) {
            return FolderReview.of(folder, StoreEngines.of("auto"), Instant.now());
        }
    }

    /** It votes, with everything that was acknowledged in a copy that is sound, as another member than before. It is down then. */
    private static void assertRepaired(MemberId before) throws Exception {
        cluster.view().await("n3 votes", PATIENCE, status -> ClusterView.votes(status, "n3"));
        assertThat(identity()).isNotEqualTo(before);
        Map<Long, String> healthy =
                ClusterView.entries(cluster.nodes().getFirst().api());
        for (var write : acknowledged.entrySet()) {
            assertThat(sick().get(write.getKey())).isEqualTo(write.getValue());
        }
        // It has answered since, and what it answers is as new as what was read of the other.
        assertThat(ClusterView.entries(sick().api())).containsAllEntriesOf(healthy);
        sick().kill();
        assertThat(review().isSound()).as("%s", review()).isTrue();
    }

    private static MemberId identity() {
        return DataFolder.readIdentity(sick().folder()).orElseThrow().member();
    }

    private static long asides() throws IOException {
        return sick().files().stream()
                .filter(name -> name.startsWith("backend.before-repair"))
                .count();
    }

    /** Starts it, and waits until it has died at a step. */
    private static void startAndDie(Failpoint step) throws Exception {
        Failpoints.Halt halt = failpoints.halt(List.of(sick()), step, "n3");
        sick().running("start", "--background");
        halt.await(PATIENCE);
    }

    @Test
    void a_node_whose_log_is_damaged_is_given_a_new_copy_and_another_vote_and_the_command_may_be_killed_at_any_step()
            throws Exception {
        MemberId before = identity();
        damage("the command");
        long asidesBefore = asides();
        for (Failpoint step : List.of(Failpoint.REPAIR_PLANNED, Failpoint.BACKEND_ASIDE, Failpoint.REPAIR_STORED)) {
            failpoints.halting("n3", step, () -> sick().quorate("repair"));
        }
        sick().quorate("repair").succeeded();
        assertThat(asides()).as("what it had is kept, once").isEqualTo(asidesBefore + 1);
        sick().start();
        assertThat(sick().quorate("repair").text()).contains("is in use"); // it runs
        assertRepaired(before);
        assertThat(identity().incarnation()).isEqualTo(before.incarnation() + 1);
        assertThat(cluster.nodes().getFirst().quorate("explain", "n3").text())
                .contains("it was repaired: its log is lost");
    }

    @Test
    void a_node_that_dies_whenever_it_has_got_further_is_repaired_by_the_same_command_again() throws Exception {
        MemberId before = identity();
        damage("the copy");
        for (Failpoint step : List.of(
                Failpoint.FIRST_CHUNK, Failpoint.ROLE_ASSIGNED, Failpoint.BECAME_MEMBER, Failpoint.HEARD_LEADER)) {
            sick().quorate("repair").succeeded();
            startAndDie(step);
        }
        sick().quorate("repair").succeeded();
        sick().start();
        assertRepaired(before);
    }

    @Test
    void a_leader_that_dies_when_it_has_taken_the_vote_or_given_another_holds_nobody_up() throws Exception {
        MemberId before = identity();
        damage("the vote");
        failpoints.halting("n3", Failpoint.REPAIR_PLANNED, () -> sick().quorate("repair"));
        Failpoints.Halt taken = failpoints.halt(cluster.nodes().subList(0, 2), Failpoint.VOTE_TAKEN, "n3");
        startAndDie(Failpoint.BACKEND_ASIDE); // a start finishes it as well
        sick().start();
        NodeProcess led = taken.await(PATIENCE);
        Failpoints.Halt given = failpoints.halt(cluster.nodes().subList(0, 2), Failpoint.VOTE_GIVEN, "n3");
        led.start();
        led = given.await(PATIENCE);
        sick().kill();
        sick().quorate("repair").succeeded(); // that vote is lost, and was recorded nowhere
        led.start();
        sick().start();
        assertRepaired(before);
    }
}
