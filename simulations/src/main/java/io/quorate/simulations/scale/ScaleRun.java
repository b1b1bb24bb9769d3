package io.quorate.simulations.scale;

import io.quorate.node.contract.Asked;
import io.quorate.node.contract.ClusterReport;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.MembershipMessage.Granted;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.NodeKind;
import io.quorate.node.role.Role;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.raft.ReplicaReport;
import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.cluster.ClusterNode;
import io.quorate.simulations.cluster.NodeLife;
import io.quorate.simulations.cluster.SimulatedCluster;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/** One cluster of one size, from its founding through quiet and faults. Single-threaded. */
public final class ScaleRun {
    /** More nodes than this are workers. */
    public static final int MOST_CONTROL_PLANE = 50;

    private static final int VOTERS = 3;
    private static final int STANDBYS = 2;
    private static final int PAGE = 1000;
    private static final int JOINING_AT_ONCE = 100;
    private static final String OPERATOR = "operator";
    private static final String TOKEN = "scale";
    private static final Duration PATIENCE = Duration.ofSeconds(6);
    private static final Duration PAUSE = Duration.ofMillis(300);

    /** What is waited for is looked at so often. */
    private static final Duration SLICE = Duration.ofMillis(20);

    /** What has not come to rest by then does not do it. */
    private static final Duration REST = Duration.ofSeconds(600);

    /** A node has to be there for ten seconds before it is worth a change that nothing forces. */
    private static final Duration SETTLING = Duration.ofSeconds(15);

    private static final Duration DOWN = Duration.ofSeconds(10);

    private final int nodes;
    private final Duration seconds;
    private final Clocks clocks;
    private final SimulatedWorld world;
    private final SimulatedCluster cluster;
    private final Meter meter;
    private int joining;

    private ScaleRun(long seed, int nodes, Duration seconds, Clocks clocks) {
        this.nodes = nodes;
        this.seconds = seconds;
        this.clocks = clocks;
        this.world = new SimulatedWorld(seed, 0, Walls.ALL);
        this.cluster = new SimulatedCluster(world, nodes);
        this.meter = new Meter(cluster, clocks.cpuNanos());
    }

    /**
     * Lets a cluster live.
     *
     * @param nodes three or more: three voters, two standbys, then spares, and workers above {@link #MOST_CONTROL_PLANE}
     * @param seconds virtual length of each time that is measured
     * @throws IllegalStateException when the cluster does not come to rest
     */
    public static Measured measure(long seed, int nodes, Duration seconds, Clocks clocks) {
        return new ScaleRun(seed, nodes, seconds, clocks).run();
    }

    private Measured run() {
        long memoryBefore = clocks.memoryBytes().getAsLong();
        long cpuBefore = clocks.cpuNanos().getAsLong();
        meter.reset();
        join();
        Load join = meter.load(leader().name());
        long joinEvents = meter.events();
        List<StoredEvent> events = events();
        rest();

        meter.reset();
        go(seconds);
        Load quiet = meter.load(leader().name());
        Load ofLast = meter.load("n" + nodes);
        long answerBytes = ofLast.receivedBytes() / Math.max(1, ofLast.received());
        long reportBytes = MembershipForm.bytes(report()).length;

        ClusterNode voter = otherVoter();
        meter.reset();
        long began = world.time().nanos();
        voter.machine().crash();
        double replaced = await(() -> isReplaced(voter.name()));
        goUntil(began);
        Load voterDied = meter.load(leader().name());
        voter.start();
        rest();

        ClusterNode dead = leader();
        meter.reset();
        began = world.time().nanos();
        dead.machine().crash();
        double elected = await(() -> cluster.leader().isPresent());
        double heard = elected + await(() -> heardOfAllBut(dead.name()));
        double leaderReplaced = isReplaced(dead.name()) ? heard : heard + await(() -> isReplaced(dead.name()));
        goUntil(began);
        Load leaderDied = meter.load(leader().name());
        long leaderDiedBytes = meter.allBytes();
        dead.start();
        rest();

        List<ClusterNode> some = some();
        meter.reset();
        began = world.time().nanos();
        some.forEach(node -> node.machine().crash());
        go(DOWN);
        some.forEach(ClusterNode::start);
        goUntil(began);
        Load someStopped = meter.load(leader().name());
        rest();

        return new Measured(
                nodes,
                Math.min(nodes, MOST_CONTROL_PLANE),
                join,
                joinEvents,
                events.stream()
                        .mapToLong(event -> event.event().payload().bytes().length)
                        .sum(),
                answerBytes,
                reportBytes,
                quiet,
                voterDied,
                replaced,
                leaderDied,
                elected,
                heard,
                leaderReplaced,
                leaderDiedBytes,
                someStopped,
                some.size(),
                costs(events, memoryBefore, cpuBefore));
    }

    private Measured.Costs costs(List<StoredEvent> events, long memoryBefore, long cpuBefore) {
        double memory = (clocks.memoryBytes().getAsLong() - memoryBefore) / 1e6;
        double cpu = (clocks.cpuNanos().getAsLong() - cpuBefore) / 1e9;
        ReplicaReport group = now(leaderLife().replica().report());
        return new Work(clocks.cpuNanos(), leaderLife().membership(), group, events).costs(memory, cpu);
    }

    // ---- what is done

    private void join() {
        cluster.found("n1");
        command(new MembershipMessage.SetPolicy(VOTERS, STANDBYS, MembershipMessage.KEEP), done -> {});
        command(
                new MembershipMessage.IssueToken(TOKEN, Duration.ofDays(1000).toMillis(), nodes, ""),
                done -> joining--);
        joining++;
        settle(() -> joining == 0);
        ArrayDeque<ClusterNode> controlPlane = new ArrayDeque<>();
        ArrayDeque<ClusterNode> workers = new ArrayDeque<>();
        int number = 0;
        for (ClusterNode node : cluster.nodes()) {
            number++;
            if (number > 1) {
                (number <= MOST_CONTROL_PLANE ? controlPlane : workers).add(node);
            }
        }
        // One after the other: the first ones become voters and standbys, and those that follow become spares at once.
        joinAll(controlPlane, NodeKind.CONTROL_PLANE, 1);
        rest();
        joinAll(workers, NodeKind.WORKER, JOINING_AT_ONCE);
        settle(() -> leaderLife().membership().nodes().size() == nodes
                && leaderLife().membership().nodes().values().stream().allMatch(MembershipState.Node::completed));
    }

    private void joinAll(ArrayDeque<ClusterNode> waiting, NodeKind kind, int atOnce) {
        for (int i = 0; i < atOnce; i++) {
            joinNext(waiting, kind);
        }
        settle(() -> joining == 0);
    }

    private void joinNext(ArrayDeque<ClusterNode> waiting, NodeKind kind) {
        ClusterNode node = waiting.poll();
        if (node == null) {
            return;
        }
        joining++;
        command(cluster.joinOf(node.name(), TOKEN, kind), answer -> {
            joining--;
            if (!(answer instanceof Granted granted)) {
                throw new IllegalStateException(node.name() + " was not let in: " + answer);
            }
            cluster.joined(node.name(), granted, kind);
            joinNext(waiting, kind);
        });
    }

    private void command(MembershipMessage message, Consumer<MembershipMessage> then) {
        Function<NodeLife, CompletionStage<MembershipMessage>> question =
                life -> life.membershipCommand(new Asked(message, OPERATOR), true);
        String address = cluster.leader().map(ClusterNode::address).orElse("");
        cluster.ask(OPERATOR, address, question, PATIENCE).whenComplete((answer, failure) -> {
            if (failure == null) {
                then.accept(answer);
            } else {
                world.time().after(PAUSE, () -> command(message, then));
            }
        });
    }

    // ---- time

    private void go(Duration duration) {
        world.time().run(duration);
    }

    /** Goes on until as much has been measured as of any other time. */
    private void goUntil(long began) {
        long left = seconds.toNanos() - (world.time().nanos() - began);
        if (left > 0) {
            go(Duration.ofNanos(left));
        }
    }

    /** How long it took, seconds; NaN where it has not come. */
    private double await(BooleanSupplier condition) {
        long began = world.time().nanos();
        long end = began + seconds.toNanos();
        while (!condition.getAsBoolean()) {
            if (world.time().nanos() >= end) {
                return Double.NaN;
            }
            go(SLICE);
        }
        return (world.time().nanos() - began) / 1e9;
    }

    private void settle(BooleanSupplier condition) {
        long end = world.time().nanos() + REST.toNanos();
        while (!condition.getAsBoolean()) {
            if (world.time().nanos() >= end) {
                throw new IllegalStateException(
                        "the cluster does not come to rest\n" + world.trace().tail(60));
            }
            go(SLICE);
        }
    }

    /** Until all roles are given, and a while longer. */
    private void rest() {
        settle(() -> cluster.leader().isPresent() && isAsWanted());
        go(SETTLING);
        settle(() -> cluster.leader().isPresent() && isAsWanted());
    }

    // ---- what is there

    private ClusterNode leader() {
        settle(() -> cluster.leader().isPresent());
        return cluster.leader().orElseThrow();
    }

    private NodeLife leaderLife() {
        return leader().life().orElseThrow();
    }

    private boolean isAsWanted() {
        MembershipState state = leaderLife().membership();
        long there = state.nodes().values().stream()
                .filter(node -> !node.isWorker() && node.completed())
                .count();
        long voters = with(state, Role.VOTER);
        return voters == state.policy().votersOf((int) there)
                && with(state, Role.STANDBY) == Math.min(STANDBYS, there - voters);
    }

    private static long with(MembershipState state, Role role) {
        return state.nodes().values().stream()
                .filter(node -> node.role() == role)
                .count();
    }

    private ClusterNode otherVoter() {
        String leads = leader().name();
        return leaderLife().membership().nodes().values().stream()
                .filter(node -> node.role() == Role.VOTER)
                .map(node -> node.member().node())
                .filter(name -> !name.equals(leads))
                .findFirst()
                .map(cluster::node)
                .orElseThrow();
    }

    private boolean isReplaced(String name) {
        return cluster.leader()
                .flatMap(ClusterNode::life)
                .map(life -> {
                    MembershipState state = life.membership();
                    return state.nodes().get(name).role() != Role.VOTER && with(state, Role.VOTER) == VOTERS;
                })
                .orElse(false);
    }

    private ClusterReport report() {
        return now(leaderLife().report());
    }

    private boolean heardOfAllBut(String name) {
        return cluster.leader().isPresent()
                && report().nodes().stream()
                        .allMatch(node -> node.name().equals(name) || node.lastContactMillis() >= 0 && node.online());
    }

    private <T> T now(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        settle(future::isDone);
        return future.join();
    }

    /** One node in a hundred, and one at least: such as have no role, where there are some. */
    private List<ClusterNode> some() {
        List<String> idle = leaderLife().membership().nodes().values().stream()
                .filter(node -> node.role() == Role.SPARE)
                .map(node -> node.member().node())
                .toList();
        return idle.isEmpty()
                ? List.of(otherVoter())
                : idle.reversed().stream()
                        .limit(Math.max(1, nodes / 100))
                        .map(cluster::node)
                        .toList();
    }

    private List<StoredEvent> events() {
        EventStore store = leader().machine().events();
        List<StoredEvent> events = new ArrayList<>();
        while (true) {
            List<StoredEvent> page = store.ask(
                            new Query.EventsByPersistenceId(Membership.ID, events.size() + 1L, Long.MAX_VALUE, PAGE))
                    .items();
            if (page.isEmpty()) {
                return events;
            }
            events.addAll(page);
        }
    }
}
