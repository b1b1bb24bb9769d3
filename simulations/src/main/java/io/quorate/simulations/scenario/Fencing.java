package io.quorate.simulations.scenario;

import io.quorate.node.folder.Identity;
import io.quorate.simulations.cluster.ClusterNode;
import io.quorate.simulations.cluster.SimulatedCluster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whether the epochs before the newest one cease to acknowledge: whoever was lost and is back has to be told in time that it is past. The time
 * counts while everybody reaches everybody, nobody comes or goes, and the newest epoch has one leader.
 */
final class Fencing {
    static final String PROMISE = "OneEpochGoesOn";

    /** The leader looks for the lost every three seconds; each look, question and answer may take one more. */
    private static final Duration TAKES = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofMillis(250);

    private final SimulatedCluster cluster;
    private String newest = "";
    private String seen = "";
    private long calmSinceNanos;

    Fencing(SimulatedCluster cluster) {
        this.cluster = cluster;
    }

    /** An epoch begins, by the name of its group. */
    void begins(String epoch) {
        boolean first = newest.isEmpty();
        newest = epoch;
        seen = "";
        if (first) {
            look();
        }
    }

    private void look() {
        cluster.world().time().after(LOOK, this::look);
        Optional<ClusterNode> leader = cluster.leader()
                .filter(node -> node.identity()
                        .map(Identity::groupId)
                        .filter(newest::equals)
                        .isPresent());
        List<String> up = cluster.nodes().stream()
                .filter(node -> node.life().isPresent())
                .map(ClusterNode::name)
                .toList();
        boolean calm = leader.isPresent() && cluster.world().network().isWhole();
        String picture = calm ? leader.get().name() + up : "";
        if (!calm || !picture.equals(seen)) {
            calmSinceNanos = cluster.world().time().nanos();
        }
        seen = picture;
    }

    /** An acknowledgement came from an epoch; whether it came too late. */
    boolean isLate(String epoch) {
        return !newest.isEmpty()
                && !epoch.equals(newest)
                && cluster.world().time().nanos() - calmSinceNanos > TAKES.toNanos();
    }
}
