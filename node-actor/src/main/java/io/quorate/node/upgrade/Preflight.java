package io.quorate.node.upgrade;

import io.quorate.node.membership.VersionSkew;
import java.util.ArrayList;
import java.util.List;

/** What speaks against beginning an upgrade: all of it at once, so that an operator puts it right in one go. Pure. */
public final class Preflight {
    /** Beside what a release takes, this is to be left for a node's own data. */
    private static final long LEFT_OVER_BYTES = 64L << 20;

    /** The archive, and what it unpacks to: about three times as much. */
    private static final long TIMES_UNPACKED = 4;

    private Preflight() {}

    /**
     * What was found out.
     *
     * @param quorum whether enough voters are there
     * @param otherWork what is under way that does not go together with an upgrade; a line each
     * @param backup why no backup was taken and verified; empty where it was, or was not tried yet
     * @param version that the source offers
     * @param size of its archive in bytes
     * @param nodes each member
     */
    public record Facts(
            boolean quorum, List<String> otherWork, String backup, String version, long size, List<NodeFacts> nodes) {
        public Facts {
            otherWork = List.copyOf(otherWork);
            nodes = List.copyOf(nodes);
        }

        /** The same, when a backup was tried in vain: it is the last thing that is looked at, for it takes longest. */
        public Facts withoutBackup(String why) {
            return new Facts(quorum, otherWork, why, version, size, nodes);
        }
    }

    /**
     * One member.
     *
     * @param version that it runs; empty where it is not known
     * @param lag entries behind the leader; -1 where it holds none
     * @param freeBytes on the disk of its data folder; -1 where it did not say
     * @param offered version that it finds in the source; empty where it did not look
     * @param against what it says against the release, or why it cannot reach the source; a line each
     */
    public record NodeFacts(
            String name,
            boolean online,
            String version,
            long lag,
            long freeBytes,
            String offered,
            List<String> against) {
        public NodeFacts {
            against = List.copyOf(against);
        }
    }

    /** Findings, a line each; empty where nothing speaks against it. */
    public static List<String> findings(Facts facts) {
        List<String> found = new ArrayList<>();
        if (!facts.quorum()) {
            found.add("the cluster has no quorum");
        }
        found.addAll(facts.otherWork());
        if (!facts.backup().isEmpty()) {
            found.add("no backup was taken and verified: " + facts.backup());
        }
        if (!facts.nodes().isEmpty()
                && facts.nodes().stream().allMatch(node -> node.version().equals(facts.version()))) {
            found.add("every node runs " + facts.version() + " already");
        }
        for (NodeFacts node : facts.nodes()) {
            ofNode(facts, node, found);
        }
        return List.copyOf(found);
    }

    private static void ofNode(Facts facts, NodeFacts node, List<String> found) {
        if (!node.online()) {
            found.add(node.name() + " is not there; start it, or remove it: `quorate remove-node " + node.name() + "`");
            return;
        }
        if (node.lag() > UpgradePlanner.CAUGHT_UP) {
            found.add(node.name() + " is " + node.lag() + " entries behind the leader; wait until it has caught up");
        }
        if (node.version().equals(facts.version())) {
            return; // it has what it is to have
        }
        if (node.against().isEmpty()) { // else it says so itself, and what to do
            VersionSkew.refusal(facts.version(), node.version())
                    .ifPresent(skew -> found.add(node.name() + " runs " + node.version() + ": " + facts.version()
                            + " is more than one minor version away"));
        }
        node.against().forEach(line -> found.add(node.name() + ": " + line));
        if (node.against().isEmpty() && !node.offered().equals(facts.version())) {
            found.add(node.name() + " finds "
                    + (node.offered().isEmpty() ? "nothing" : node.offered()) + " in the source, and the leader "
                    + facts.version());
        }
        long wanted = facts.size() * TIMES_UNPACKED + LEFT_OVER_BYTES;
        if (node.freeBytes() >= 0 && node.freeBytes() < wanted) {
            found.add(node.name() + " has " + node.freeBytes() / 1_000_000 + " MB free, and the release wants "
                    + wanted / 1_000_000 + " MB");
        }
    }
}
