package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.chaos.pods.Kubectl;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes run what the real {@code kubectl} asks for. Skipped where there is none. */
class WorkloadsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Pattern POD = Pattern.compile("microbot-[a-z0-9]+-[a-z0-9]+");
    private static final String WAIT = "--timeout=120s";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    private static LocalCluster cluster;
    private static JudgedKubectl kubectl;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(JudgedKubectl.isThere(), "there is no kubectl on the PATH: nothing is tested here");
        cluster = LocalCluster.start(root.resolve("nodes"), Launchers.subnet(), Launchers.underTest(), 3);
        kubectl = new JudgedKubectl(root, cluster.nodes().getFirst());
        cluster.awaitLeader(PATIENCE);
    }

    @AfterAll
    static void stop() throws Exception {
        if (cluster != null) {
            // What pods run outlives their nodes.
            kubectl.run("delete", "deploy,svc", "--all", WAIT);
            kubectl.run("wait", "--for=delete", "pod", "--all", WAIT);
            cluster.close();
        }
    }

    /** Which pod answers at a node; each time over a connection of its own. */
    private static String answered(NodeProcess node, int port) throws Exception {
        String page = answer(node.api().address().replaceFirst(":\\d+$", ""), port);
        Matcher pod = POD.matcher(page);
        assertThat(pod.find()).as(page).isTrue();
        return pod.group();
    }

    private static String answer(String host, int port) throws Exception {
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

    private static Set<String> answers(NodeProcess node, int port) throws Exception {
        Set<String> pods = new HashSet<>();
        for (int i = 0; i < 12; i++) {
            pods.add(answered(node, port));
        }
        return pods;
    }

    private static List<String> nodesOfPods() throws Exception {
        return List.of(kubectl.prints("get", "po", "-l", "app=microbot", "-o", "jsonpath={.items[*].spec.nodeName}")
                .split(" "));
    }

    @Test
    void a_deployment_is_spread_over_the_nodes_and_answers_at_each_of_them_while_one_is_drained() throws Exception {
        assertThat(kubectl.prints("create", "deploy", "microbot", "--image=dontrebootme/microbot:v1"))
                .contains("deployment.apps/microbot created");
        assertThat(kubectl.prints("scale", "deploy", "microbot", "--replicas=3"))
                .contains("scaled");
        assertThat(kubectl.prints("expose", "deploy", "microbot", "--type=NodePort", "--port=80"))
                .contains("service/microbot exposed");
        assertThat(kubectl.prints("rollout", "status", "deploy/microbot", WAIT)).contains("successfully rolled out");
        assertThat(nodesOfPods()).containsExactlyInAnyOrder("n1", "n2", "n3");
        int port =
                Integer.parseInt(kubectl.prints("get", "svc", "microbot", "-o", "jsonpath={.spec.ports[0].nodePort}"));
        for (NodeProcess node : cluster.nodes()) {
            assertThat(answers(node, port)).as(node.name()).hasSize(3);
        }

        assertThat(kubectl.prints("drain", "n2", "--ignore-daemonsets", WAIT))
                .contains("evicting pod default/microbot");
        assertThat(kubectl.prints("rollout", "status", "deploy/microbot", WAIT)).contains("successfully rolled out");
        assertThat(nodesOfPods()).hasSize(3).doesNotContain("n2");
        for (NodeProcess node : cluster.nodes()) {
            assertThat(answers(node, port)).as(node.name()).hasSize(3);
        }
        assertThat(kubectl.prints("uncordon", "n2")).contains("node/n2 uncordoned");
    }

    @Test
    void pods_of_every_node_are_attended_to_by_way_of_any() throws Exception {
        kubectl.prints("create", "deploy", "attended", "--image=dontrebootme/microbot:v1", "--replicas=3");
        assertThat(kubectl.prints("rollout", "status", "deploy/attended", WAIT)).contains("successfully rolled out");
        String pods = kubectl.prints("get", "po", "-l", "app=attended", "-o", "jsonpath={.items[*].metadata.name}");
        for (String pod : pods.split(" ")) {
            assertThat(kubectl.prints("exec", pod, "--", "sh", "-c", "echo I am $HOSTNAME; cat"))
                    .isEqualTo("I am " + pod + "\n");
            Kubectl.Ended failed = kubectl.run("exec", "-i", pod, "--", "sh", "-c", "cat; echo no >&2; exit 3");
            assertThat(failed.exitCode()).as(failed.told()).isEqualTo(3);
            assertThat(failed.said()).contains("no\n", "exit code 3");
            Process forward = kubectl.start("port-forward", pod, ":80");
            try (BufferedReader lines = forward.inputReader()) {
                Matcher port = Pattern.compile("127\\.0\\.0\\.1:(\\d+) -> 80").matcher(lines.readLine());
                assertThat(port.find()).isTrue();
                assertThat(answer("127.0.0.1", Integer.parseInt(port.group(1)))).contains("hostname: " + pod);
            } finally {
                forward.destroy();
            }
        }
    }
}
