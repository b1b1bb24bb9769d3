package io.quorate.chaos.bench;

import io.quorate.chaos.network.Loopback;
import io.quorate.chaos.network.Namespaces;
import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.upgrade.PackedReleases;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A cluster that a command starts for itself, and breaks: where it is, how large it is, and where the report of it goes. */
final class OwnCluster {
    private static final int FEWEST_NODES = 3;
    private static final int MOST_NODES = 9;

    @Option(names = "--data-folders", required = true, description = "Where the nodes' folders go; they stay there.")
    private Path root = Path.of("");

    @Option(
            names = "--report",
            description = "Where the report, JSON and a page, goes. Default: into the folder of the data folders.")
    private Path report = Path.of("");

    @Option(
            names = "--nodes",
            defaultValue = "5",
            description = FEWEST_NODES + " to " + MOST_NODES + ". Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(
            names = "--subnet",
            defaultValue = "127.0.92",
            description = "First three numbers of the addresses where links are not cut. Default: ${DEFAULT-VALUE}.")
    private String subnet;

    @Mixin
    private Distribution distribution;

    Path root() {
        return root;
    }

    Path report() {
        return report.toString().isEmpty() ? root : report;
    }

    /** @throws IllegalArgumentException where it is not one of those that can be */
    int nodes() {
        return between("--nodes", nodes, FEWEST_NODES, MOST_NODES);
    }

    /** @throws IllegalArgumentException with what an option takes, where its value is something else */
    static int between(String option, int value, int from, int to) {
        if (value < from || value > to) {
            throw new IllegalArgumentException(option + " takes " + from + " to " + to + ", not " + value);
        }
        return value;
    }

    /**
     * Namespaces, where they may be made, else loopback addresses.
     *
     * @param count of nodes that there are to be
     * @param seed of what is lost on the way
     */
    NodeNetwork network(int count, long seed) {
        return Namespaces.allowed() ? Namespaces.create(count, seed) : new Loopback(subnet);
    }

    /** Of the distribution, beside the data folders. */
    PackedReleases releases() {
        return new PackedReleases(distribution.launcher(), root.resolve("releases"));
    }

    LocalCluster start(NodeNetwork network, int count) throws InterruptedException {
        return LocalCluster.start(root, network, distribution.launcher(), count);
    }

    /** @param prefix what a node's name has before its number */
    LocalCluster start(NodeNetwork network, int count, String prefix) throws InterruptedException {
        return LocalCluster.start(root, network, distribution.launcher(), count, prefix);
    }

    /** Likewise, of nodes that halt where they are told to. */
    LocalCluster start(NodeNetwork network, int count, String prefix, Failpoints failpoints)
            throws InterruptedException {
        return LocalCluster.start(root, network, failpoints.with(distribution.launcher()), count, prefix);
    }
}
