package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Backups that a cluster takes by itself, into a folder that its nodes share. */
class ScheduledBackupTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path root;

    private static Printed succeeded(Printed printed) {
        assertThat(printed.exitCode()).as(printed.text()).isZero();
        return printed;
    }

    /** Waits until all of these nodes say so of the backups. */
    private static void await(String what, List<NodeProcess> nodes, Predicate<JsonNode> holds)
            throws InterruptedException {
        ClusterView.of(nodes).await(what, PATIENCE, status -> holds.test(status.path("backups")));
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String file(JsonNode backups) {
        return backups.path("last").path("file").asText();
    }

    /** Where the nodes are of one mind. */
    private static String last(List<NodeProcess> nodes) throws InterruptedException {
        Set<String> seen = new HashSet<>();
        await("one last backup", nodes, backups -> {
            seen.clear();
            seen.add(file(backups));
            return !file(backups).isEmpty();
        });
        return seen.iterator().next();
    }

    @Test
    void backups_go_on_without_the_leader_only_the_newest_stay_and_what_stops_them_is_told() throws Exception {
        Path folder = Files.createDirectory(root.resolve("backups"));
        Path somebodyElses = Files.writeString(folder.resolve("today.quorate"), "not ours");
        try (LocalCluster cluster = LocalCluster.start(root, Launchers.subnet(), Launchers.underTest(), 3)) {
            List<NodeProcess> nodes = cluster.nodes();
            NodeProcess first = nodes.getFirst();
            succeeded(first.quorate("backup", "schedule", "--every", "10s", "--keep", "2", "--to", folder.toString()));
            Set<String> taken = new HashSet<>();
            await("three backups, of which two are kept", List.of(first), backups -> {
                if (backups.has("last")) {
                    taken.add(file(backups));
                }
                return taken.size() >= 3 && files(folder).size() == 3; // with the one that is not ours
            });
            assertThat(somebodyElses).hasContent("not ours");
            assertThat(succeeded(Launchers.underTest().run(List.of("backup", "verify", last(nodes))))
                            .text())
                    .contains("whole");
            assertThat(first.quorate("status").text())
                    .containsPattern("backups: every 10 s, the last one \\d+ \\w+ ago on n\\d \\(" + folder);

            NodeProcess leader = cluster.awaitLeader(PATIENCE);
            List<NodeProcess> others =
                    nodes.stream().filter(node -> node != leader).toList();
            leader.kill();
            String before = last(others);
            await(
                    "a backup by the next leader",
                    others,
                    backups -> !file(backups).equals(before));

            Path away = Files.move(folder, root.resolve("unmounted"));
            await(
                    "the failure of each",
                    others,
                    backups -> backups.path("failures").size() == 2);
            NodeProcess asked = others.getFirst();
            assertThat(asked.quorate("status").text())
                    .contains("problem: no backup is taken", "the folder " + folder + " is not there", "Next: ");
            Files.move(away, folder);
            await(
                    "that it works again by itself",
                    others,
                    backups -> backups.path("failures").isEmpty());
            String history = succeeded(asked.quorate("history")).text();
            assertThat(history).contains("a backup was taken on n", "a backup is to be taken every 10.0 s");
            assertThat(history.lines().filter(line -> line.contains("no backup was taken on")))
                    .as("the same is told once of each")
                    .hasSize(2);
            succeeded(asked.quorate("backup", "schedule", "--off"));
            await("that none are scheduled", others, JsonNode::isMissingNode);
        }
    }
}
