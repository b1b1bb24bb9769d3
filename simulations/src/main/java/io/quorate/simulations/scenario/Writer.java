package io.quorate.simulations.scenario;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Outcome;
import io.quorate.simulations.cluster.ClusterNode;
import io.quorate.simulations.cluster.NodeLife;
import io.quorate.simulations.cluster.SimulatedCluster;
import io.quorate.simulations.invariant.Tokens;
import io.quorate.simulations.report.Recording.End;
import io.quorate.simulations.report.Recording.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Begins writes evenly over the time, on the nodes that are up in turn, as workloads on them do. The node asks who leads, as it knows it, and
 * asks again as {@code LeaderChannel} does: a tenth of a second later, or where it hears of another leader meanwhile.
 */
final class Writer {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration REQUEST = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration IN_TIME = Duration.ofSeconds(1);
    private static final int BYTES = 200;

    private final class Open {
        private final long began = now();
        private final ClusterNode node;
        private final NodeLife life;
        private final AppendEvents append;
        private int tries;
        private @Nullable String asked;

        Open(long number, ClusterNode node, NodeLife life) {
            this.node = node;
            this.life = life;
            String token = "write-" + number;
            List<EventData> events = Tokens.events(token, 1, BYTES);
            this.append =
                    new AppendEvents(token, 1, token, cluster.world().time().nanos() / 1_000_000, events);
        }

        private void attempt() {
            String address =
                    life.leader().isHere() ? node.address() : life.leader().address();
            ClusterNode leader = address == null ? null : byAddress.get(address);
            tries++;
            int mine = tries;
            asked = address;
            if (leader == null) {
                life.leader().lookAgain();
                asked = null;
                return;
            }
            cluster.world()
                    .call(node.name(), leader.name(), machine -> machine.submit(append), REQUEST)
                    .whenComplete((outcome, failure) -> {
                        if (outcome instanceof Outcome.Applied) {
                            end(this, End.ACKNOWLEDGED);
                        } else if (mine == tries && open.contains(this)) {
                            life.leader().lookAgain();
                            asked = null;
                        }
                    });
        }

        /** Another leader, or the failure of the last try: it is made again. */
        private void look() {
            String address =
                    life.leader().isHere() ? node.address() : life.leader().address();
            if (asked == null || address != null && !address.equals(asked)) {
                attempt();
            }
        }
    }

    private final SimulatedCluster cluster;
    private final long zero;
    private final long intervalNanos;
    private final Map<String, ClusterNode> byAddress = new HashMap<>();
    private final List<ClusterNode> nodes;
    private final Set<Open> open = new LinkedHashSet<>();
    private final List<Write> ended = new ArrayList<>();
    private long begun;
    private int turn;

    Writer(SimulatedCluster cluster, int writesPerSecond) {
        this.cluster = cluster;
        this.zero = cluster.world().time().nanos();
        this.intervalNanos = 1_000_000_000L / writesPerSecond;
        this.nodes = List.copyOf(cluster.nodes());
        nodes.forEach(node -> byAddress.put(node.address(), node));
    }

    private long now() {
        return cluster.world().time().nanos() - zero;
    }

    void start() {
        cluster.world().time().after(intervalNanos, this::next);
        cluster.world().time().after(LOOK_AGAIN, this::look);
    }

    private void next() {
        cluster.world().time().after(intervalNanos, this::next);
        begun++;
        for (int tried = 0; tried < nodes.size(); tried++) {
            ClusterNode node = nodes.get(turn);
            turn = (turn + 1) % nodes.size();
            Optional<NodeLife> life = node.life();
            if (life.isPresent()) {
                Open write = new Open(begun, node, life.get());
                open.add(write);
                write.attempt();
                return;
            }
        }
        ended.add(new Write(now(), now(), "", End.GIVEN_UP));
    }

    private void look() {
        cluster.world().time().after(LOOK_AGAIN, this::look);
        for (Open write : List.copyOf(open)) {
            // A life that goes on as something else is the same machine, and whoever waits there asks again.
            Optional<NodeLife> life = write.node.life();
            if (life.isEmpty() && !write.node.machine().isUp()) {
                end(write, End.LOST_WITH_ITS_NODE);
            } else if (now() - write.began > PATIENCE.toNanos()) {
                end(write, End.GIVEN_UP);
            } else if (life.isPresent()) {
                write.look();
            }
        }
    }

    private void end(Open write, End how) {
        if (open.remove(write)) {
            ended.add(new Write(write.began, now(), write.node.name(), how));
        }
    }

    /** All that were begun, but for those of the last moment: whether they would have been in time nobody knows. */
    List<Write> writes() {
        for (Open write : List.copyOf(open)) {
            if (now() - write.began <= IN_TIME.toNanos()) {
                open.remove(write);
            } else {
                end(write, End.GIVEN_UP);
            }
        }
        return ended.stream().sorted(Comparator.comparingLong(Write::began)).toList();
    }
}
