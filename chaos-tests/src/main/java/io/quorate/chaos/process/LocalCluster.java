package io.quorate.chaos.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.network.Loopback;
import io.quorate.chaos.network.NodeNetwork;
import io.quorate.node.access.ApiAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A cluster whose nodes {@code n1}, {@code n2}, … all run on this machine, each at an address of its own. Ends its nodes
 * when it is closed; the data stays.
 */
public final class LocalCluster implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path root;
    private final NodeNetwork network;
    private final IntFunction<Launcher> launchers;
    private final String prefix;
    private final List<NodeProcess> nodes = new ArrayList<>();

    private LocalCluster(Path root, NodeNetwork network, IntFunction<Launcher> launchers, String prefix) {
        this.prefix = prefix;
        this.root = root;
        this.network = network;
        this.launchers = launchers;
    }

    /**
     * Starts nodes and joins them; returns when all of them are voters.
     *
     * @param root where the data folders go
     * @param subnet first three numbers of the addresses, as {@code 127.0.77}: node {@code i} is at {@code 127.0.77.i}
     * @param count 1, or 3 and more for high availability
     */
    public static LocalCluster start(Path root, String subnet, Launcher launcher, int count)
            throws InterruptedException {
        return start(root, new Loopback(subnet), launcher, count);
    }

    /** Likewise, on a network of whatever kind. It stays the caller's. */
    public static LocalCluster start(Path root, NodeNetwork network, Launcher launcher, int count)
            throws InterruptedException {
        return start(root, network, launcher, count, "n");
    }

    /**
     * Likewise, with other names.
     *
     * @param prefix what a node's name has before its number
     */
    public static LocalCluster start(Path root, NodeNetwork network, Launcher launcher, int count, String prefix)
            throws InterruptedException {
        return start(root, network, number -> launcher, count, prefix);
    }

    /**
     * Likewise, where nodes are of different releases.
     *
     * @param launchers of the release that a node begins with, by its number
     */
    public static LocalCluster start(
            Path root, NodeNetwork network, IntFunction<Launcher> launchers, int count, String prefix)
            throws InterruptedException {
        LocalCluster cluster = new LocalCluster(root, network, launchers, prefix);
        try {
            IntStream.rangeClosed(1, count)
                    .parallel()
                    .mapToObj(cluster::startNode)
                    .forEachOrdered(cluster.nodes::add);
            if (count > 1) {
                cluster.joinAll();
            }
            if (count >= 3) {
                cluster.view().awaitHighlyAvailable(PATIENCE);
            }
            return cluster;
        } catch (RuntimeException | InterruptedException e) {
            cluster.close();
            throw e;
        }
    }

    /** With one token for all: half of the commands. */
    private void joinAll() {
        try {
            HttpConnection.Answer issued =
                    nodes.getFirst().send("POST", "/v1/tokens", "{\"uses\":" + (nodes.size() - 1) + "}");
            String url = JSON.readTree(issued.body()).path("urls").path(0).asText();
            if (url.isEmpty()) {
                throw new IllegalStateException("no token: " + issued.status() + " " + issued.text());
            }
            nodes.subList(1, nodes.size())
                    .forEach(node -> node.quorate("join", url).succeeded());
        } catch (IOException e) {
            throw new UncheckedIOException("no token", e);
        }
    }

    private NodeProcess startNode(int number) {
        NodeProcess node = new NodeProcess(
                root.resolve(prefix + number), launchers.apply(number).within(network.within(number)));
        node.start("--name", prefix + number, "--address", network.address(number));
        return node;
    }

    /** Starts one more node, alone. */
    public NodeProcess startAnother() {
        NodeProcess node = startNode(nodes.size() + 1);
        nodes.add(node);
        return node;
    }

    /** Joins a node that runs alone to the first one. */
    public void join(NodeProcess node) {
        join(nodes.getFirst(), node);
    }

    /** Joins a node that runs alone to the cluster of another. */
    public void join(NodeProcess member, NodeProcess node) {
        node.quorate("join", joinLine(member)).succeeded();
    }

    /** What `quorate join` wants of a node that is to join, from a member. */
    public String joinLine(NodeProcess member) {
        Launcher.Printed token = member.quorate("add-node", "-o", "short").succeeded();
        return token.text().lines().findFirst().orElseThrow().replace("quorate join ", "");
    }

    public List<NodeProcess> nodes() {
        return List.copyOf(nodes);
    }

    public List<Api> apis() {
        return nodes.stream().map(NodeProcess::api).toList();
    }

    /**
     * Those of all nodes, opened by an admin's access, which outlives every node: what a node's own folder holds opens nothing any more when
     * that node is not there any more. The file that holds it is put beside the data folders.
     */
    public List<Api> adminApis() throws IOException {
        Path config = root.resolve("admin.yaml");
        Files.writeString(config, nodes.getFirst().quorate("config").succeeded().text());
        return Api.all(apis().stream().map(Api::address).toList(), ApiAccess.ofConfig(config));
    }

    /** Starts a node whose data is gone as a new one, at the address where it was, and joins it to the cluster of another. */
    public void replace(NodeProcess member, NodeProcess lost, String name) {
        lost.start("--name", name, "--address", network.address(nodes.indexOf(lost) + 1));
        join(member, lost);
    }

    public ClusterView view() {
        return new ClusterView(apis());
    }

    /** The node that leads; waits until one does. */
    public NodeProcess awaitLeader(Duration patience) throws InterruptedException {
        String leads = view().awaitLeader(patience).address();
        return nodes.stream()
                .filter(node -> node.api().address().equals(leads))
                .findFirst()
                .orElseThrow();
    }

    /** {@code kill -9} of all of them at once. */
    public void killAll() {
        nodes.parallelStream().forEach(NodeProcess::kill);
    }

    /** Starts all of them. */
    public void startAll() {
        nodes.parallelStream().forEach(NodeProcess::start);
    }

    @Override
    public void close() {
        killAll();
    }
}
