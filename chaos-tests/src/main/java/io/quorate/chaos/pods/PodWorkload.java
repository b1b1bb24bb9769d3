package io.quorate.chaos.pods;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.process.ContainerProcesses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A deployment of containers that sleep, through whatever goes wrong with the nodes that they are on: at the end there have to be as many as are
 * wanted, all ready, each a process of the machine once, and nothing else.
 */
public final class PodWorkload implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String APP = "sleeper";

    private static final String DEPLOYMENT = """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sleeper"},
             "spec": {"replicas": %d, "selector": {"matchLabels": {"app": "sleeper"}},
              "template": {"metadata": {"labels": {"app": "sleeper"}},
               "spec": {"terminationGracePeriodSeconds": 2,
                "tolerations": [
                 {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 2},
                 {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 2}],
                "containers": [{"name": "c", "image": "busybox", "command": ["sleep", "86400"]}]}}}}""";

    private final int replicas;
    private final ObjectClient client;
    private final ContainerProcesses containers;
    private final ObjectWatch pods;

    /** Has them made, and returns when all are ready. */
    public PodWorkload(int replicas, List<Api> apis, ContainerProcesses containers) throws InterruptedException {
        this.replicas = replicas;
        this.client = new ObjectClient(apis);
        this.containers = containers;
        this.pods = new ObjectWatch(apis, PODS, ObjectWatch.version(client.get(PODS)));
        client.create(DEPLOYMENTS, DEPLOYMENT.formatted(replicas));
        awaitAll();
    }

    private Map<String, JsonNode> awaitAll() throws InterruptedException {
        return pods.await(replicas + " pods, all ready", PATIENCE, all -> {
            Map<String, JsonNode> now = ObjectWatch.present(ObjectWatch.of(all, APP));
            boolean ready = now.values().stream().allMatch(PodJudge::isAvailable);
            return ready && now.size() == replicas ? Optional.of(now) : Optional.empty();
        });
    }

    /** What does not hold, of a cluster that is whole again. */
    public List<String> violations() throws InterruptedException {
        List<String> violations = new ArrayList<>();
        try {
            List<String> wanted = new ArrayList<>(new TreeSet<>(
                    awaitAll().values().stream().map(ObjectWatch::uid).toList()));
            List<String> running = containers.pods();
            if (!running.equals(wanted)) {
                violations.add("pods are " + wanted + ", and on the machine run " + running);
            }
        } catch (IllegalStateException e) {
            violations.add(String.valueOf(e.getMessage()));
        }
        violations.addAll(pods.problems());
        violations.addAll(new PodJudge(replicas, 0, 0).violations(ObjectWatch.of(pods.seen(), APP), version -> false));
        return violations;
    }

    @Override
    public void close() {
        try {
            client.delete(DEPLOYMENTS + "/sleeper");
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!containers.pods().isEmpty() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pods.close();
        }
    }
}
