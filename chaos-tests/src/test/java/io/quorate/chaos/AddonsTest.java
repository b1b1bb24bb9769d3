package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Add-ons on three nodes, as people use them. Skipped where there is no {@code kubectl}. */
class AddonsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WAIT = "--timeout=120s";

    /** The second one begins elsewhere, unless it is sent where the volume is. It ends by itself: what a pod runs outlives its node. */
    private static final String STORY = """
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: writer}
            spec:
              restartPolicy: Never
              containers:
              - {name: c, image: busybox, command: [sh, -c, "echo of $POD_NAME > data/file"], volumeMounts: [{name: v, mountPath: /data}]}
              volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]
            """;

    private static final String READER = """
            apiVersion: v1
            kind: Pod
            metadata: {name: reader}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - {name: c, image: busybox, command: [sh, -c, "cat data/file; exec sleep 300"], volumeMounts: [{name: v, mountPath: /data}]}
              volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]
            """;

    @TempDir
    Path root;

    @BeforeEach
    void find() {
        assumeTrue(JudgedKubectl.isThere(), "there is no kubectl on the PATH: nothing is tested here");
    }

    private static String quorate(NodeProcess node, String... arguments) {
        Launcher.Printed printed = node.quorate(arguments);
        assertThat(printed.exitCode()).as(printed.text()).isZero();
        return printed.text();
    }

    @Test
    void what_is_enabled_once_is_there_on_every_node_and_goes_as_it_came() throws Exception {
        try (LocalCluster cluster =
                LocalCluster.start(root.resolve("nodes"), Launchers.subnet(), Launchers.underTest(), 3)) {
            cluster.awaitLeader(PATIENCE);
            NodeProcess first = cluster.nodes().getFirst();
            NodeProcess last = cluster.nodes().getLast();
            JudgedKubectl k = new JudgedKubectl(root, first);
            assertThat(quorate(first, "enable", "hostpath-storage", "metrics", "dashboard"))
                    .contains("storageclass.storage.k8s.io/hostpath applied", "metrics is enabled");
            last.await(
                    "it knows of them",
                    PATIENCE,
                    status -> status.path("addons").size() == 3);
            assertThat(quorate(last, "status"))
                    .contains("  enabled:\n    dashboard            # (core) ", "  disabled:\n    demo ");

            k.prints(
                    "apply",
                    "-f",
                    Files.writeString(root.resolve("story.yaml"), STORY).toString());
            k.prints("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/writer", WAIT);
            k.prints(
                    "apply",
                    "-f",
                    Files.writeString(root.resolve("reader.yaml"), READER).toString());
            k.prints("wait", "--for=condition=Ready", "pod/reader", WAIT);
            assertThat(k.prints("logs", "reader")).isEqualTo("of writer\n");
            assertThat(k.prints("get", "pvc")).containsPattern("data +Bound +pvc-\\S+ +1Mi +RWO +hostpath");

            assertThat(k.prints("top", "node")).contains("n1 ", "n2 ", "n3 ");
            assertThat(k.prints("top", "pod")).containsPattern("reader +\\d+m +\\d+Mi");
            assertThat(last.send("GET", "/dashboard", "").text()).contains("<title>Quorate</title>");

            k.prints("delete", "pod,pvc", "--all", WAIT);
            k.prints("wait", "--for=delete", "pv", "--all", WAIT);
            assertThat(quorate(last, "disable", "metrics", "dashboard", "hostpath-storage"))
                    .contains("hostpath-storage is disabled");
            assertThat(quorate(first, "disable", "metrics")).contains("metrics is not enabled");
            assertThat(k.fails("top", "node")).contains("Metrics API not available");
        }
    }
}
