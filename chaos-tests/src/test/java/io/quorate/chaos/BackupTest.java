package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A backup of a node that runs, and a cluster that is made of it, with the commands that an operator types. */
class BackupTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path root;

    private static void refused(Printed printed, String... words) {
        assertThat(printed.exitCode()).as(printed.text()).isEqualTo(1);
        assertThat(printed.text()).contains(words).doesNotContain("Exception");
    }

    @Test
    void what_was_there_is_there_again_in_a_cluster_of_its_own_and_a_file_that_is_not_whole_makes_none()
            throws Exception {
        Path file = root.resolve("today.quorate");
        NodeProcess restored = new NodeProcess(root.resolve("restored"), Launchers.underTest());
        try (LocalCluster cluster = LocalCluster.start(root, Launchers.subnet(), Launchers.underTest(), 1)) {
            NodeProcess node = cluster.nodes().getFirst();
            for (int i = 0; i < 20; i++) {
                node.put("key-" + i, "value " + i);
            }
            assertThat(node.quorate("backup", file.toString()).succeeded().text())
                    .contains("of cluster", "whole");
            refused(node.quorate("backup", file.toString()), "is there already", "--overwrite");
            node.put("later", "not in it");

            Path viewer = Files.writeString(
                    root.resolve("viewer.yaml"),
                    node.quorate("config", "--role", "viewer", "--user", "wallboard")
                            .succeeded()
                            .text());
            Path stolen = root.resolve("stolen");
            refused(
                    Launchers.underTest().run(List.of("backup", stolen.toString(), "--config", viewer.toString())),
                    "may not GET /v1/backup");
            assertThat(Files.exists(stolen)).isFalse();

            Path bundle = root.resolve("bundle.zip");
            node.quorate("inspect", bundle.toString()).succeeded();
            try (ZipFile zip = new ZipFile(bundle.toFile())) {
                assertThat(zip.stream().map(ZipEntry::getName))
                        .contains(
                                "status.json",
                                "history.json",
                                "metrics.txt",
                                "data-folder/node.yaml",
                                "data-folder/quorate.log")
                        .noneMatch(name -> name.endsWith(".key"));
            }

            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Path damaged = Files.write(root.resolve("damaged"), bytes);
            refused(Launchers.underTest().run(List.of("backup", "verify", damaged.toString())), "is not whole");
            refused(restored.quorate("restore", damaged.toString()), "cannot be restored");

            String address = Launchers.subnet() + ".9";
            restored.quorate("restore", file.toString(), "--name", "r1", "--address", address)
                    .succeeded();
            restored.start();
            try {
                for (int i = 0; i < 20; i++) {
                    assertThat(restored.get("key-" + i)).isEqualTo("value " + i);
                }
                assertThat(restored.send("GET", "/v1/kv/later", "").status()).isEqualTo(404);
                assertThat(restored.quorate("status").text()).contains("restored from a backup", "leader: r1");
                assertThat(restored.quorate("history").text()).contains("restored as a cluster of its own");
            } finally {
                restored.kill();
            }
        }
    }
}
