package io.quorate.chaos.pods;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.pods.ObjectWatch.Seen;
import io.quorate.chaos.process.ContainerProcesses;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What is done to a cluster that runs pods, one after another: ten web servers behind a node port, which tolerate a dead node for three seconds, and
 * three more that tolerate it for five minutes. Each trial leaves the cluster as it found it, and tells what did not hold.
 */
public final class PodTrials implements AutoCloseable {
    static final int REPLICAS = 10;
    private static final int STEADY = 3;
    private static final int SURGE = 3; // a quarter of ten, rounded up
    private static final int UNAVAILABLE = 2; // and down
    private static final int TOLERATED_SECONDS = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration PAUSE = Duration.ofMillis(150);
    private static final int REQUESTS = 40;
    private static final int MOST_TIMES = 5;

    private static final String CORE = "/api/v1/namespaces/default/";
    private static final String PODS = CORE + "pods";
    private static final String MAPS = CORE + "configmaps";
    private static final String NODES = "/api/v1/nodes";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String MICROBOT = "dontrebootme/microbot:v1";
    private static final String NGINX = "nginx:1.25";
    private static final String WEB = "web";
    private static final String KEPT = "kept";
    private static final String METADATA = "metadata";
    private static final String STATUS = "status";
    private static final String SPEC = "spec";

    private static final String DEPLOYMENT = """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "%1$s"},
             "spec": {"replicas": %2$d, "selector": {"matchLabels": {"app": "%1$s"}},
              "template": {"metadata": {"labels": {"app": "%1$s"}},
               "spec": {"terminationGracePeriodSeconds": 10, "tolerations": [%3$s],
                "containers": [{"name": "site", "image": "%4$s"}]}}}}""";

    private static final String TOLERATION = """
            {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute",
             "tolerationSeconds": %d}""";

    private static final String SERVICE = """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
             "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80}]}}""";

    private static final int OBJECTS = 20;
    private static final String LAST = "last-";
    private static final String NAMED = "{\"metadata\": {\"name\": \"%s\"}}";

    private static final String RESTART = """
            {"spec": {"template": {"metadata": {"annotations": {"round": "%d"}}}}}""";

    private final LocalCluster cluster;
    private final List<Api> apis;
    private final ObjectClient client;
    private final ContainerProcesses containers;
    private final Consumer<String> progress;
    private final Map<String, List<Long>> times = new LinkedHashMap<>();
    private final List<String> violations = new ArrayList<>();

    /** Versions between which there was a roll-out: only then the bounds of one hold. */
    private final List<long[]> rollouts = new ArrayList<>();

    private final ObjectWatch pods;
    private final List<InetSocketAddress> sites;
    private int restarts;
    private int round;

    /**
     * Has the pods made, and returns when all are ready.
     *
     * @param progress told a line for each thing that was done
     */
    public PodTrials(
            LocalCluster cluster, NodeNetwork network, ContainerProcesses containers, Consumer<String> progress)
            throws IOException, InterruptedException {
        this.cluster = cluster;
        this.containers = containers;
        this.progress = progress;
        this.apis = cluster.adminApis();
        this.client = new ObjectClient(apis);
        JsonNode none = client.get(PODS);
        this.pods = new ObjectWatch(apis, PODS, ObjectWatch.version(none));
        client.create(
                DEPLOYMENTS, DEPLOYMENT.formatted(WEB, REPLICAS, TOLERATION.formatted(TOLERATED_SECONDS), MICROBOT));
        client.create(DEPLOYMENTS, DEPLOYMENT.formatted(KEPT, STEADY, "", NGINX));
        client.create(CORE + "services", SERVICE);
        awaitAvailable(WEB, REPLICAS);
        awaitAvailable(KEPT, STEADY);
        int port = client.get(CORE + "services/web")
                .path(SPEC)
                .path("ports")
                .path(0)
                .path("nodePort")
                .asInt();
        this.sites = IntStream.rangeClosed(1, cluster.nodes().size())
                .mapToObj(node -> new InetSocketAddress(network.address(node), port))
                .toList();
    }

    /** Where the ten web servers are asked: the node port of each node. */
    public List<InetSocketAddress> sites() {
        return sites;
    }

    /** What did not hold so far. */
    public List<String> violations() {
        List<String> all = new ArrayList<>(violations);
        all.addAll(pods.problems());
        all.addAll(new PodJudge(REPLICAS, SURGE, UNAVAILABLE)
                .violations(
                        ObjectWatch.of(pods.seen(), WEB),
                        version -> rollouts.stream().anyMatch(each -> each[0] <= version && version <= each[1])));
        return all;
    }

    /** What was measured so far, in milliseconds, by what it was. */
    public Map<String, List<Long>> times() {
        return Collections.unmodifiableMap(times);
    }

    private void took(String what, long fromNanos, long toNanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(toNanos - fromNanos);
        times.computeIfAbsent(what, key -> new ArrayList<>()).add(millis);
        progress.accept("  %6d ms  %s".formatted(millis, what));
    }

    // ---- in good order

    /** Two of three nodes are drained and opened again, one after the other, and then all pods are replaced; nobody who asks for a page notices. */
    public void goodOrder(Kubectl kubectl) throws IOException, InterruptedException {
        try (SiteClients clients = new SiteClients(sites, PAUSE)) {
            clients.awaitMore(REQUESTS);
            for (NodeProcess node : cluster.nodes().subList(0, 2)) {
                long began = System.nanoTime();
                insist(kubectl, "drain", node.name(), "--ignore-daemonsets", "--timeout=120s");
                took("a node is drained", began, System.nanoTime());
                insist(kubectl, "uncordon", node.name());
                awaitAvailable(WEB, REPLICAS);
                clients.awaitMore(REQUESTS);
            }
            long began = System.nanoTime();
            restart();
            insist(kubectl, "rollout", STATUS, "deploy/web", "--timeout=120s");
            rolledOut();
            took("all pods are replaced in a roll-out", began, System.nanoTime());
            clients.awaitMore(REQUESTS);
            SiteClients.Tally tally = clients.tally();
            progress.accept("  " + tally);
            violations.addAll(tally.failures());
        }
        settle();
    }

    /** Where a leader is lost in the middle, as on a busy machine, people say it again: a drain goes on from where it ended. */
    private void insist(Kubectl kubectl, String... arguments) throws IOException, InterruptedException {
        Kubectl.Ended ended = kubectl.run(arguments);
        for (int again = 0; ended.exitCode() != 0 && again < MOST_TIMES; again++) {
            progress.accept("  again: " + ended.told().strip());
            ended = kubectl.run(arguments);
        }
        if (ended.exitCode() != 0) {
            violations.add(ended.told());
        }
    }

    /** Begins a roll-out. */
    private void restart() throws InterruptedException {
        long from = ObjectWatch.version(client.patch(DEPLOYMENTS + "/web", RESTART.formatted(++restarts)));
        rollouts.add(new long[] {from, Long.MAX_VALUE});
    }

    private void rolledOut() throws InterruptedException {
        rollouts.getLast()[1] = ObjectWatch.version(client.get(DEPLOYMENTS));
    }

    // ---- a node dies

    /**
     * A node dies ({@code kill -9}); its pods that tolerate that for a few seconds are replaced, and those that tolerate it for longer go on. It comes
     * back, and ends what was replaced.
     */
    public void killNode() throws InterruptedException {
        NodeProcess victim = busiest();
        String name = victim.name();
        Set<String> moved = podsOn(WEB, name);
        Set<Long> kept = processesOf(podsOn(KEPT, name));
        long from = ObjectWatch.version(client.get(NODES));
        long began;
        try (ObjectWatch nodes = new ObjectWatch(others(victim), NODES, from)) {
            nodes.awaitOpen(PATIENCE);
            int seen = pods.seen().size();
            began = System.nanoTime();
            victim.kill();
            took(
                    "a node that was killed is NotReady",
                    began,
                    nodes.await(
                            name + " is NotReady",
                            PATIENCE,
                            all -> last(all, each -> each.name().equals(name) && isUnready(each.object()))));
            took(
                    "its pods are told to end, which tolerate it for " + TOLERATED_SECONDS + " s",
                    began,
                    pods.await(
                            "the pods of " + name + " end",
                            PATIENCE,
                            all -> ending(all.subList(seen, all.size()), moved)));
        }
        long replaced = awaitAvailable(WEB, REPLICAS);
        took("others in their places are ready", began, replaced);
        if (!moved.isEmpty() && processesOf(moved).isEmpty()) {
            violations.add("what ran on " + name + " ended with its node");
        }
        JsonNode gone = client.get(PODS + "?labelSelector=app%3Dweb&fieldSelector=spec.nodeName%3D" + name);
        for (JsonNode pod : gone.path("items")) {
            if (!pod.path(STATUS).path("reason").asText().equals("NodeLost")) {
                violations.add(pod.path(METADATA).path("name").asText() + " is to end, and not told of as lost");
            }
        }
        long back = System.nanoTime();
        victim.start();
        settle();
        took("a node that is back has ended what was replaced", back, System.nanoTime());
        if (!processesOf(podsOn(KEPT, name)).equals(kept)) {
            violations.add("a pod on " + name + " that was to go on there did not");
        }
        for (JsonNode pod : client.get(PODS + "?labelSelector=app%3Dkept").path("items")) {
            if (pod.path(STATUS)
                            .path("containerStatuses")
                            .path(0)
                            .path("restartCount")
                            .asInt()
                    != 0) {
                violations.add(pod.path(METADATA).path("name").asText() + " was started again");
            }
        }
    }

    /** The node with the most pods of the two kinds, of each at least one. */
    private NodeProcess busiest() throws InterruptedException {
        NodeProcess busiest = cluster.nodes().getFirst();
        int most = -1;
        for (NodeProcess node : cluster.nodes()) {
            int kept = podsOn(KEPT, node.name()).size();
            int web = podsOn(WEB, node.name()).size();
            if (Math.min(kept, 1) * REPLICAS + web > most) {
                most = Math.min(kept, 1) * REPLICAS + web;
                busiest = node;
            }
        }
        return busiest;
    }

    private static boolean isUnready(JsonNode node) {
        for (JsonNode each : node.path(STATUS).path("conditions")) {
            if (each.path("type").asText().equals("Ready")) {
                return !each.path(STATUS).asText().equals("True");
            }
        }
        return false;
    }

    private static Optional<Long> last(List<Seen> all, Function<Seen, Boolean> wanted) {
        return all.stream().filter(wanted::apply).findFirst().map(Seen::nanos);
    }

    private static Optional<Long> ending(List<Seen> all, Set<String> uids) {
        Set<String> left = new HashSet<>(uids);
        for (Seen each : all) {
            if (each.object().path(METADATA).has("deletionTimestamp")) {
                left.remove(ObjectWatch.uid(each.object()));
            }
            if (left.isEmpty()) {
                return Optional.of(each.nanos());
            }
        }
        return uids.isEmpty() ? Optional.of(System.nanoTime()) : Optional.empty();
    }

    private List<Api> others(NodeProcess victim) {
        return apis.stream().filter(api -> !api.equals(victim.api())).toList();
    }

    // ---- the leader dies in a roll-out

    /** The leader dies when the first new pod of a roll-out is ready, and stays away until that is done. */
    public void killLeaderInRollout() throws InterruptedException {
        NodeProcess leader = cluster.awaitLeader(PATIENCE);
        int seen = pods.seen().size();
        long asked = System.nanoTime();
        restart();
        pods.await(
                "the first new pod",
                PATIENCE,
                all -> all.subList(seen, all.size()).stream()
                        .filter(each -> isOfRound(each.object()) && PodJudge.isAvailable(each.object()))
                        .findFirst());
        long killed = System.nanoTime();
        leader.kill();
        long done = awaitRolledOut();
        rolledOut();
        took("a roll-out is done whose leader was killed, from the kill on", killed, done);
        took("and from its beginning on", asked, done);
        leader.start();
        settle();
    }

    private boolean isOfRound(JsonNode pod) {
        return pod.path(METADATA).path("annotations").path("round").asText().equals(Integer.toString(restarts));
    }

    private long awaitRolledOut() throws InterruptedException {
        return pods.await("the roll-out is done", PATIENCE, all -> {
            Map<String, JsonNode> now = present(all, WEB);
            long fresh = now.values().stream()
                    .filter(each -> isOfRound(each) && PodJudge.isAvailable(each))
                    .count();
            boolean old = now.values().stream()
                    .anyMatch(each -> !isOfRound(each) && !each.path(METADATA).has("deletionTimestamp"));
            return fresh == REPLICAS && !old ? Optional.of(System.nanoTime()) : Optional.empty();
        });
    }

    private static Map<String, JsonNode> present(List<Seen> all, String app) {
        return ObjectWatch.present(ObjectWatch.of(all, app));
    }

    // ---- watches

    /**
     * Objects are written all the time while the leader dies. A watch at a node that lives, and one that begins at a node that
     * dies, tell each change once, as the journal has it.
     */
    public void watchThroughLeaders() throws InterruptedException {
        round++;
        long from = ObjectWatch.version(client.get(MAPS));
        NodeProcess leader = cluster.awaitLeader(PATIENCE);
        List<Api> living = others(leader);
        List<Api> dying = new ArrayList<>(apis);
        dying.removeAll(living);
        dying.addAll(living);
        try (ObjectWatch stays = new ObjectWatch(living, MAPS, from);
                ObjectWatch moves = new ObjectWatch(dying, MAPS, from)) {
            stays.awaitOpen(PATIENCE);
            moves.awaitOpen(PATIENCE);
            write(living, "before");
            long began = System.nanoTime();
            leader.kill();
            write(living, "after");
            took("sixty changes of objects are written after a leader's death", began, System.nanoTime());
            awaitBoth(stays);
            awaitBoth(moves);
            try (ObjectWatch journal = new ObjectWatch(living.reversed(), MAPS, from)) {
                awaitBoth(journal);
                compare(journal, stays, "a watch at a node that lived through it");
                compare(journal, moves, "a watch that went on at another node");
            }
            if (stays.openings() != 1) {
                violations.add("a watch at a node that lived was opened " + stays.openings() + " times");
            }
            if (moves.openings() < 2) {
                violations.add("a watch at a node that died went on there");
            }
        }
        leader.start();
        settle();
    }

    private void write(List<Api> through, String half) throws InterruptedException {
        ObjectClient writer = new ObjectClient(through);
        String prefix = round + "-" + half + "-";
        for (int i = 0; i < OBJECTS; i++) {
            String object = MAPS + "/" + prefix + i;
            writer.create(MAPS, NAMED.formatted(prefix + i));
            writer.patch(object, "{\"data\": {\"colour\": \"blue\"}}");
            writer.delete(object);
        }
        writer.create(MAPS, NAMED.formatted(LAST + round + "-" + half));
    }

    /** The last object of each half. */
    private static void awaitBoth(ObjectWatch watch) throws InterruptedException {
        watch.await(
                "the last object of a round",
                PATIENCE,
                all -> all.stream()
                        .filter(each -> each.name().startsWith(LAST))
                        .skip(1)
                        .findFirst());
    }

    private void compare(ObjectWatch journal, ObjectWatch watch, String what) {
        violations.addAll(watch.problems());
        List<String> wanted = journal.seen().stream().map(Seen::line).toList();
        List<String> told = watch.seen().stream().map(Seen::line).toList();
        if (!wanted.equals(told)) {
            Set<String> missing = new TreeSet<>(wanted);
            told.forEach(missing::remove);
            violations.add(what + " told " + told.size() + " changes of " + wanted.size() + "; missing: " + missing);
        } else {
            progress.accept("  " + what + " told all " + told.size() + " changes, each once");
        }
    }

    // ---- at rest

    private static String selected(String app) {
        return PODS + "?labelSelector=app%3D" + app;
    }

    private Set<String> podsOn(String app, String node) throws InterruptedException {
        Set<String> uids = new TreeSet<>();
        client.get(selected(app) + "&fieldSelector=spec.nodeName%3D" + node)
                .path("items")
                .forEach(each -> uids.add(ObjectWatch.uid(each)));
        return uids;
    }

    private Set<Long> processesOf(Set<String> uids) {
        Set<Long> processes = new TreeSet<>();
        containers.all().forEach((pid, container) -> {
            if (uids.contains(container.pod())) {
                processes.add(pid);
            }
        });
        return processes;
    }

    /** @return when it was so */
    private long awaitAvailable(String app, int count) throws InterruptedException {
        return pods.await(count + " pods of " + app + " are ready", PATIENCE, all -> {
            long ready = present(all, app).values().stream()
                    .filter(PodJudge::isAvailable)
                    .count();
            return ready == count ? Optional.of(System.nanoTime()) : Optional.empty();
        });
    }

    /** The cluster is whole, there are as many pods as are wanted, all of them ready, and what runs on the machine is theirs, each once. */
    public void settle() throws InterruptedException {
        cluster.view().awaitWhole(PATIENCE);
        Set<String> uids = new TreeSet<>();
        pods.await("no pod more than are wanted, and all ready", PATIENCE, all -> {
            Map<String, JsonNode> now = present(all, WEB);
            now.putAll(present(all, KEPT));
            boolean ready = now.values().stream().allMatch(PodJudge::isAvailable);
            now.values().forEach(each -> uids.add(ObjectWatch.uid(each)));
            return ready && uids.size() == REPLICAS + STEADY ? Optional.of(true) : none(uids);
        });
        List<String> running = containers.pods();
        if (!running.equals(List.copyOf(uids))) {
            violations.add("pods are " + uids + ", and on the machine run " + running);
        }
    }

    /**
     * Replaces the web servers where a node has none of them, as an operator does with `kubectl rollout restart`: who comes back gets no pods by itself,
     * and a node that has all of them takes the service with it when it dies.
     */
    public void spread() throws InterruptedException {
        Set<String> before = new TreeSet<>();
        boolean everywhere = true;
        for (NodeProcess node : cluster.nodes()) {
            Set<String> here = podsOn(WEB, node.name());
            everywhere &= !here.isEmpty();
            before.addAll(here);
        }
        if (everywhere) {
            return;
        }
        restart();
        pods.await("other web servers than before", PATIENCE, all -> {
            Collection<JsonNode> now = present(all, WEB).values();
            boolean others = now.stream().map(ObjectWatch::uid).noneMatch(before::contains);
            return others && now.size() == REPLICAS && now.stream().allMatch(PodJudge::isAvailable)
                    ? Optional.of(true)
                    : Optional.empty();
        });
        rolledOut();
        settle();
    }

    private static Optional<Boolean> none(Set<String> uids) {
        uids.clear();
        return Optional.empty();
    }

    /** Ends all pods: what they run outlives their nodes. */
    @Override
    public void close() {
        try {
            client.delete(DEPLOYMENTS + "/web");
            client.delete(DEPLOYMENTS + "/kept");
            client.delete(CORE + "services/web");
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!containers.all().isEmpty() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (RuntimeException e) {
            progress.accept("pods are left: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pods.close();
        }
    }
}
