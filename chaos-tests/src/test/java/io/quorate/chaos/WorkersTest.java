package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A worker runs pods, though it holds no copy of anything; all is asked by the real {@code kubectl}, by way of the worker. Skipped where there is none. */
class WorkersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WAIT = "--timeout=120s";
    private static final Pattern FOLLOWS = Pattern.compile("is told of its objects by ([0-9.:]+)");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    private static LocalCluster cluster;
    private static NodeProcess worker;
    private static JudgedKubectl kubectl;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(JudgedKubectl.isThere(), "there is no kubectl on the PATH: nothing is tested here");
        cluster = LocalCluster.start(root.resolve("nodes"), Launchers.subnet(), Launchers.underTest(), 3);
        worker = cluster.startAnother();
        worker.quorate("join", cluster.joinLine(cluster.nodes().getFirst()), "--worker")
                .succeeded();
        kubectl = new JudgedKubectl(root, worker);
    }

    @AfterAll
    static void stop() throws Exception {
        if (cluster != null) {
            // What pods run outlives their nodes.
            kubectl.run("delete", "pod,svc", "--all", "--grace-period=1", WAIT);
            cluster.close();
        }
    }

    private static void run(String name) throws Exception {
        kubectl.creates(
                "run",
                name,
                "--image=dontrebootme/microbot:v1",
                "--port=80",
                "--labels=app=bot",
                "--overrides={\"spec\":{\"nodeName\":\"" + worker.name() + "\"}}");
        kubectl.prints("wait", "--for=condition=Ready", "pod/" + name, WAIT);
    }

    private static String answered(NodeProcess node, String port) throws Exception {
        String host = node.api().address().replaceFirst(":\\d+$", "");
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + "/"))
                                    .timeout(PATIENCE)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static NodeProcess followed() throws Exception {
        String api = "";
        Matcher follows = FOLLOWS.matcher(Files.readString(worker.folder().resolve("quorate.log")));
        while (follows.find()) {
            api = follows.group(1);
        }
        String last = api;
        return cluster.nodes().stream()
                .filter(node -> node.api().address().equals(last))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void pods_of_a_worker_serve_and_are_told_of_though_the_node_that_it_follows_is_killed() throws Exception {
        run("first");
        assertThat(kubectl.prints("logs", "first")).isNotNull();
        kubectl.creates("expose", "pod", "first", "--type=NodePort", "--port=80", "--selector=app=bot", "--name=bot");
        String port = kubectl.prints("get", "svc", "bot", "-o", "jsonpath={.spec.ports[0].nodePort}");
        assertThat(answered(cluster.nodes().getFirst(), port))
                .as("by a node with a copy")
                .contains("first");
        assertThat(answered(worker, port)).as("by the worker").contains("first");
        assertThat(kubectl.prints("get", "lease", "-n", "kube-node-lease", "-o", "jsonpath={.items[*].metadata.name}"))
                .contains("n1", worker.name());
        assertThat(Files.readString(worker.folder().resolve("provider.yaml"))).contains("- address: ");

        Process watch = kubectl.start("get", "pods", "--watch", "-o", "name");
        try (BufferedReader seen = watch.inputReader(StandardCharsets.UTF_8)) {
            assertThat(seen.readLine()).isEqualTo("pod/first");
            followed().kill();
            run("second");
            String line = seen.readLine();
            while (line.equals("pod/first")) {
                line = seen.readLine();
            }
            assertThat(line).as("the watch went on").isEqualTo("pod/second");
            assertThat(watch.isAlive()).isTrue();
        } finally {
            watch.destroy();
        }
        assertThat(answered(worker, port)).containsAnyOf("first", "second");
    }
}
