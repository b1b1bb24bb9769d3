package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.pods.Kubectl;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real {@code kubectl}, against real nodes. Skipped where there is none: install Debian's package kubernetes-client. */
class KubectlTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TIMEOUT_MILLIS = 10_000;

    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, labels: {app: web}}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - {name: web, image: "nginx:1", ports: [{containerPort: 80}]}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings}
            data: {colour: blue}
            """;

    @TempDir
    Path root;

    @BeforeEach
    void find() {
        assumeTrue(JudgedKubectl.isThere(), "there is no kubectl on the PATH: nothing is tested here");
    }

    @Test
    void the_commands_of_every_day_print_what_people_know() throws Exception {
        try (LocalCluster cluster =
                LocalCluster.start(root.resolve("nodes"), Launchers.subnet(), Launchers.underTest(), 1)) {
            JudgedKubectl k = new JudgedKubectl(root, cluster.nodes().getFirst());
            String file =
                    Files.writeString(root.resolve("web.yaml"), DEPLOYMENT).toString();
            assertThat(k.prints("get", "no"))
                    .contains("NAME   STATUS   ROLES           AGE")
                    .containsPattern("n1 +Ready +control-plane");
            assertThat(k.prints("get", "ns"))
                    .contains("default", "kube-system", "kube-public", "kube-node-lease", "Active");
            assertThat(k.prints("apply", "-f", file))
                    .contains("deployment.apps/web created", "configmap/settings created");
            assertThat(k.prints("apply", "-f", file))
                    .contains("deployment.apps/web unchanged", "configmap/settings unchanged");
            Files.writeString(root.resolve("web.yaml"), DEPLOYMENT.replace("replicas: 2", "replicas: 3"));
            assertThat(k.fails("diff", "-f", file)).contains("-  replicas: 2", "+  replicas: 3");
            assertThat(k.prints("apply", "--dry-run=server", "-f", file))
                    .contains("deployment.apps/web configured (server dry run)");
            assertThat(k.prints("apply", "-f", file)).contains("deployment.apps/web configured");
            assertThat(k.prints("explain", "deployment.spec.strategy.rollingUpdate"))
                    .contains("maxSurge", "maxUnavailable", "VERSION:");
            assertThat(k.prints("explain", "pod.spec.containers.ports", "--recursive"))
                    .containsPattern("containerPort\\s+<integer>");
            assertThat(k.prints("get", "deploy", "-o", "wide"))
                    .contains(
                            "NAME   READY   UP-TO-DATE   AVAILABLE   AGE",
                            "CONTAINERS   IMAGES    SELECTOR",
                            "/3",
                            "app=web");
            assertThat(k.prints("scale", "deploy", "web", "--replicas", "4")).contains("deployment.apps/web scaled");
            assertThat(k.prints("expose", "deploy", "web", "--port", "80", "--type", "NodePort"))
                    .contains("service/web exposed");
            assertThat(k.prints("get", "svc"))
                    .containsPattern("web +NodePort +127\\.152\\.[0-9.]+ +<none> +80:3[0-9]+/TCP");
            assertThat(k.prints("get", "all")).contains("service/web", "deployment.apps/web");
            assertThat(k.prints("label", "cm", "settings", "tier=gold")).contains("configmap/settings labeled");
            assertThat(k.prints("get", "cm", "-l", "tier=gold", "-o", "name")).isEqualTo("configmap/settings\n");
            assertThat(k.prints(
                            "patch",
                            "cm",
                            "settings",
                            "--type",
                            "json",
                            "-p",
                            "[{\"op\":\"add\",\"path\":\"/data/c\",\"value\":\"d\"}]"))
                    .contains("patched");
            assertThat(k.prints("get", "cm", "settings", "-o", "jsonpath={.data.c}"))
                    .isEqualTo("d");
            assertThat(k.prints("set", "image", "deploy/web", "web=nginx:2"))
                    .contains("deployment.apps/web image updated");
            assertThat(k.prints("apply", "--server-side", "--force-conflicts", "-f", file))
                    .contains("deployment.apps/web serverside-applied");
            assertThat(k.prints("cordon", "n1")).contains("node/n1 cordoned");
            assertThat(k.prints("get", "no")).contains("Ready,SchedulingDisabled");
            assertThat(k.prints("uncordon", "n1")).contains("node/n1 uncordoned");
            assertThat(k.prints("taint", "no", "n1", "key=v:NoSchedule")).contains("node/n1 tainted");
            assertThat(k.prints("describe", "no", "n1"))
                    .contains("key=v:NoSchedule", "Roles:              control-plane");
            assertThat(k.prints("run", "one", "--image", "nginx")).contains("pod/one created");
            assertThat(k.prints("get", "po", "-A")).containsPattern("default +one +0/1 +Pending +0 +");
            assertThat(k.prints("delete", "po", "one")).contains("pod \"one\" deleted");
            assertThat(k.prints("delete", "-f", file)).contains("deployment.apps \"web\" deleted");
            // What runs would outlive the node. Who asks when all is gone is told so, as an error, by old clients.
            Kubectl.Ended gone = k.run("wait", "--for=delete", "pod", "-l", "app=web", "--timeout=60s");
            assertThat(gone.exitCode() == 0 || gone.said().contains("no matching resources found"))
                    .as(gone.told())
                    .isTrue();
            assertThat(k.fails("get", "cm", "settings"))
                    .contains("Error from server (NotFound): configmaps \"settings\" not found");
            assertThat(k.fails("delete", "ns", "default"))
                    .contains("Error from server (Forbidden): namespaces \"default\" is forbidden");
            Files.writeString(root.resolve("web.yaml"), DEPLOYMENT.replace("replicas: 2", "replicaz: 2"));
            assertThat(k.fails("apply", "--validate=strict", "-f", file)).contains("unknown field \"spec.replicaz\"");
            Files.writeString(
                    root.resolve("web.yaml"),
                    DEPLOYMENT.replace("matchLabels: {app: web}", "matchLabels: {app: other}"));
            assertThat(k.fails("apply", "-f", file))
                    .contains("The Deployment \"web\" is invalid", "`selector` does not match template `labels`");
            Files.writeString(root.resolve("web.yaml"), "{apiVersion: v1, kind: Gadget, metadata: {name: g}}");
            assertThat(k.fails("apply", "-f", file)).contains("no matches for kind \"Gadget\" in version \"v1\"");
        }
    }

    /** A node that nobody runs, and a pod that its scheduler leaves to the test. */
    private static final String FAR = """
            apiVersion: v1
            kind: Node
            metadata: {name: far}
            status: {conditions: [{type: Ready, status: "True"}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: one, labels: {app: one}}
            spec:
              schedulerName: by-hand
              terminationGracePeriodSeconds: 0
              containers:
              - {name: c, image: "nginx:1"}
            """;

    @Test
    void a_node_is_closed_emptied_and_opened_again_and_who_asks_learns_what_it_may_do() throws Exception {
        try (LocalCluster cluster =
                LocalCluster.start(root.resolve("nodes"), Launchers.subnet(), Launchers.underTest(), 1)) {
            JudgedKubectl k = new JudgedKubectl(root, cluster.nodes().getFirst());
            String far = Files.writeString(root.resolve("far.yaml"), FAR).toString();
            String binding = Files.writeString(
                            root.resolve("binding.json"),
                            "{\"kind\":\"Binding\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"one\"},\"target\":{\"kind\":\"Node\",\"name\":\"far\"}}")
                    .toString();
            assertThat(k.prints("create", "-f", far)).contains("node/far created", "pod/one created");
            assertThat(k.prints("create", "--raw", "/api/v1/namespaces/default/pods/one/binding", "-f", binding))
                    .contains("Success");
            assertThat(k.prints("get", "po", "one", "-o", "wide")).containsPattern("one +0/1 .* far ");
            assertThat(k.fails("drain", "far")).contains("node/far cordoned", "use --force to override");
            assertThat(k.prints("drain", "far", "--force"))
                    .contains("evicting pod default/one", "pod/one evicted")
                    .containsPattern("node/far (evicted|drained)");
            assertThat(k.fails("get", "po", "one")).contains("NotFound");
            assertThat(k.prints("uncordon", "far")).contains("node/far uncordoned");
            assertThat(k.prints("auth", "can-i", "delete", "pods")).contains("yes");
            assertThat(k.prints("auth", "can-i", "--list")).contains("*.*", "[*]");
        }
    }

    /** It ends by itself after a while: what a pod runs outlives its node. */
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec:
              nodeName: %s
              terminationGracePeriodSeconds: 5
              containers:
              - name: web
                image: busybox
                command: [sh, -c, "echo process $$$$ at $POD_IP; exec sleep 300"]
                readinessProbe: {exec: {command: ["true"]}, periodSeconds: 1}
            """;

    @Test
    void a_pod_outlives_the_process_of_its_node_and_any_node_shows_what_it_says() throws Exception {
        try (LocalCluster cluster =
                LocalCluster.start(root.resolve("nodes"), Launchers.subnet(), Launchers.underTest(), 3)) {
            cluster.awaitLeader(PATIENCE);
            NodeProcess home = cluster.nodes().get(1);
            JudgedKubectl k = new JudgedKubectl(root, cluster.nodes().getFirst());
            String file = Files.writeString(root.resolve("pod.yaml"), POD.formatted(home.name()))
                    .toString();
            assertThat(k.prints("apply", "-f", file)).contains("pod/web created");
            try {
                assertThat(k.prints("wait", "--for=condition=Ready", "pod/web", "--timeout=60s"))
                        .contains("pod/web condition met");
                assertThat(k.prints("get", "po", "-o", "wide"))
                        .containsPattern("web +1/1 +Running +0 +[0-9]+s +127\\.64\\.[0-9.]+ +" + home.name());
                String said = k.prints("logs", "web");
                assertThat(said).containsPattern("process [0-9]+ at 127\\.64\\.");
                assertThat(k.prints("logs", "web", "--tail", "1", "--timestamps"))
                        .endsWith(" " + said);
                assertThat(k.prints("describe", "po", "web"))
                        .contains(
                                "Created container web", "Started container web", "Container ID:  quorate-process://");
                assertThat(k.prints("describe", "no", home.name())).contains("PodCIDR:", "quorate-process://");
                assertThat(k.prints("exec", "web", "--", "sh", "-c", "echo $POD_IP"))
                        .startsWith("127.64.");
                long pid = Long.parseLong(said.split(" ")[1]);
                home.kill();
                home.start();
                assertThat(ProcessHandle.of(pid)).isPresent();
                assertThat(k.prints("logs", "web")).isEqualTo(said);
                assertThat(k.prints("get", "po")).containsPattern("web +1/1 +Running +0");
                ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
                assertThat(k.prints("delete", "po", "web", "--timeout=60s")).contains("pod \"web\" deleted");
                assertThat(process.isAlive()).isFalse();
            } finally {
                k.run("delete", "po", "web", "--ignore-not-found", "--timeout=30s");
            }
        }
    }

    @Test
    void a_watch_goes_on_when_the_leader_dies_and_tells_each_change_once() throws Exception {
        try (LocalCluster cluster =
                LocalCluster.start(root.resolve("nodes"), Launchers.subnet(), Launchers.underTest(), 3)) {
            NodeProcess leader = cluster.awaitLeader(PATIENCE);
            NodeProcess follower = cluster.nodes().stream()
                    .filter(node -> node != leader)
                    .findFirst()
                    .orElseThrow();
            create(follower, 0);
            Process watch = new JudgedKubectl(root, follower)
                    .start(
                            "get",
                            "cm",
                            "--watch",
                            "--output-watch-events",
                            "-o",
                            "jsonpath={.type} {.object.metadata.name} {.object.metadata.resourceVersion}{\"\\n\"}");
            try (BufferedReader lines = watch.inputReader()) {
                assertThat(lines.readLine()).startsWith("ADDED m0 ");
                int before = 20;
                int after = 40;
                for (int i = 1; i <= before; i++) {
                    create(follower, i);
                }
                leader.kill();
                for (int i = before + 1; i <= after; i++) {
                    create(follower, i);
                }
                long last = 0;
                for (int i = 1; i <= after; i++) {
                    String line = lines.readLine();
                    assertThat(line).startsWith("ADDED m" + i + " ");
                    long version = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
                    assertThat(version).isGreaterThan(last);
                    last = version;
                }
            } finally {
                watch.destroyForcibly();
            }
        }
    }

    /** Whatever became of an earlier try, it is there once. */
    private static void create(NodeProcess node, int number) throws IOException {
        String object = "{\"metadata\":{\"name\":\"m" + number + "\"}}";
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try (HttpConnection connection = new HttpConnection(node.api(), TIMEOUT_MILLIS)) {
                HttpConnection.Answer answer = connection.send(
                        "POST",
                        "/api/v1/namespaces/default/configmaps",
                        "Content-Type: application/json\r\n",
                        object.getBytes(StandardCharsets.UTF_8));
                if (answer.status() == 201 || answer.status() == 409) {
                    return;
                }
                assertThat(answer.status()).as(answer.text()).isIn(503, 504);
            }
        }
        fail("m" + number + " was not created");
    }
}
