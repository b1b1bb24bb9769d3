package io.quorate.simulations.cluster;

import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.Recorded;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.recovery.Assessment.Answer;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.NodeKind;
import io.quorate.node.role.RolePolicy;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.remote.EpochRefusal;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Nodes on the machines of a world; those that belong to the cluster run. Single-threaded. */
public final class SimulatedCluster {
    /** From one life of a process to the next. */
    static final Duration RESTART = Duration.ofMillis(5);

    /** How long a connection is tried. */
    private static final Duration CONNECT = Duration.ofMillis(1_500);

    static final MembershipState NOBODY = new Membership("", ClusterEpoch.FIRST, List.of()).empty();

    private static final String CLUSTER = "simulated";

    /** Told when a vote was taken from a node, and what the leader saw of the cluster when that was planned. */
    @FunctionalInterface
    public interface VoteListener {
        void taken(String leader, ClusterView view, RolePolicy policy, String from);
    }

    /** Told when the cluster is about to go on in a new epoch. */
    @FunctionalInterface
    public interface EpochListener {
        /**
         * A node that it goes on with has got its log, durably, and starts at once.
         *
         * @param base as it was before: its identity is that of the epoch before
         * @param next who it is from now on
         * @param applied index up to which its copy went before
         * @param logged index of the last entry that it had then, in its copy or in its log
         */
        void begins(ClusterNode base, Identity next, long applied, long logged);
    }

    private final SimulatedWorld world;
    private final Map<String, ClusterNode> nodes = new LinkedHashMap<>();
    private final Map<String, ClusterNode> byAddress = new HashMap<>();
    /** Told of what leaders do. */
    public interface LeaderListener {
        /** Nothing. */
        LeaderListener NONE = new LeaderListener() {};

        /** A leader has looked at the cluster, to see whether a step is due. */
        default void looked(ClusterNode leader, ClusterView view) {}

        /** It has decided something. */
        default void decided(ClusterNode leader, Recorded event) {}
    }

    private LeaderListener leaders = LeaderListener.NONE;
    private VoteListener votes = (leader, view, policy, from) -> {};
    private EpochListener epochs = (base, next, applied, logged) -> {};
    private long looks;

    /** So many machines are added to a world, none of which belongs to the cluster yet. */
    public SimulatedCluster(SimulatedWorld world, int machines) {
        this.world = world;
        for (int i = 0; i < machines; i++) {
            SimulatedNode machine = world.addNode();
            ClusterNode node = new ClusterNode(this, machine);
            nodes.put(node.name(), node);
            byAddress.put(node.address(), node);
        }
    }

    public SimulatedWorld world() {
        return world;
    }

    public ClusterNode node(String name) {
        ClusterNode node = nodes.get(name);
        if (node == null) {
            throw new IllegalArgumentException("there is no node " + name);
        }
        return node;
    }

    public Collection<ClusterNode> nodes() {
        return Collections.unmodifiableCollection(nodes.values());
    }

    /** The ready leader of the newest epoch, and there of the highest term, if there is one. */
    public Optional<ClusterNode> leader() {
        return nodes.values().stream()
                .filter(node -> node.machine().leads())
                .max(Comparator.comparingInt((ClusterNode node) -> node.identity()
                                .map(Identity::epoch)
                                .orElse(ClusterEpoch.FIRST)
                                .number())
                        .thenComparingLong(
                                node -> node.machine().replica().leadership().term()));
    }

    /** How often a leader has looked whether a step is due. */
    public long looks() {
        return looks;
    }

    void looked() {
        looks++;
    }

    public void onVoteTaken(VoteListener listener) {
        votes = listener;
    }

    public void onEpoch(EpochListener listener) {
        epochs = listener;
    }

    void epochBegins(ClusterNode base, Identity next, long applied, long logged) {
        epochs.begins(base, next, applied, logged);
    }

    public void onLeader(LeaderListener listener) {
        leaders = listener;
    }

    LeaderListener leaders() {
        return leaders;
    }

    void voteTaken(String leader, ClusterView view, RolePolicy policy, String from) {
        votes.taken(leader, view, policy, from);
    }

    /** A node founds the cluster. */
    public void found(String name) {
        ClusterNode node = node(name);
        MemberId member = new MemberId(name, 1, node.address());
        node.enter(identity(
                CLUSTER, ClusterEpoch.FIRST, member, List.of(member), Identity.Replica.MEMBER, List.of(), node));
    }

    /** A node asks to be let in with a token, from where it is. */
    public MembershipMessage.Join joinOf(String name, String tokenHash) {
        return joinOf(name, tokenHash, NodeKind.CONTROL_PLANE);
    }

    /** Likewise, as a node of a kind. */
    public MembershipMessage.Join joinOf(String name, String tokenHash, NodeKind kind) {
        ClusterNode node = node(name);
        return new MembershipMessage.Join(
                tokenHash,
                name,
                node.address(),
                api(node),
                join(node),
                world.time().nanos() / 1_000_000,
                kind.word());
    }

    /** A node was let in. */
    public void joined(String name, MembershipMessage.Granted granted) {
        joined(name, granted, NodeKind.CONTROL_PLANE);
    }

    /** Likewise, as a node of a kind. */
    public void joined(String name, MembershipMessage.Granted granted, NodeKind kind) {
        ClusterNode node = node(name);
        node.enter(identity(
                granted.clusterId(),
                ClusterEpoch.parse(granted.epoch()),
                MemberId.parse(granted.member()),
                granted.founders().stream().map(MemberId::parse).toList(),
                kind == NodeKind.WORKER ? Identity.Replica.WORKER : Identity.Replica.FOLLOWER,
                granted.contacts(),
                node));
    }

    private static Identity identity(
            String clusterId,
            ClusterEpoch epoch,
            MemberId member,
            List<MemberId> founders,
            Identity.Replica replica,
            List<String> contacts,
            ClusterNode node) {
        return new Identity(clusterId, epoch, member, api(node), join(node), founders, replica, contacts, "", "");
    }

    private static String api(ClusterNode node) {
        return node.address().replace(":19001", ":19002");
    }

    private static String join(ClusterNode node) {
        return node.address().replace(":19001", ":19003");
    }

    /** One node asks another with bytes, which weigh what they weigh; what is asked so is answered to a node of an older epoch, too. */
    CompletionStage<byte[]> ask(
            ClusterNode from,
            String address,
            byte[] request,
            BiFunction<NodeLife, byte[], CompletionStage<byte[]>> question,
            Duration patience) {
        ClusterNode target = byAddress.get(address);
        Mark mark = Mark.of(from, true);
        return target == null
                ? refused("nobody is at " + address)
                : world.call(
                        from.name(),
                        target.name(),
                        machine -> answer(target, mark, life -> question.apply(life, request)),
                        request.length,
                        patience);
    }

    /** One node asks another. */
    <T> CompletionStage<T> ask(
            ClusterNode from, String address, Function<NodeLife, CompletionStage<T>> question, Duration patience) {
        return ask(from.name(), address, Mark.of(from, false), question, patience);
    }

    /**
     * Asks the node at an address over the network.
     *
     * @param from a host, which need not be a node, and belongs to no epoch
     */
    public <T> CompletionStage<T> ask(
            String from, String address, Function<NodeLife, CompletionStage<T>> question, Duration patience) {
        return ask(from, address, Mark.NONE, question, patience);
    }

    private <T> CompletionStage<T> ask(
            String from,
            String address,
            Mark mark,
            Function<NodeLife, CompletionStage<T>> question,
            Duration patience) {
        ClusterNode target = byAddress.get(address);
        return target == null
                ? refused("nobody is at " + address)
                : world.call(from, target.name(), machine -> answer(target, mark, question), patience);
    }

    /**
     * What goes with a question, as with each frame in production.
     *
     * @param epoch of the node that asks, when it asked; empty where none does
     * @param address where that is
     * @param openToThePast whether the answer tells a node of an older epoch that it is past
     */
    private record Mark(Optional<ClusterEpoch> epoch, String address, boolean openToThePast) {
        static final Mark NONE = new Mark(Optional.empty(), "", false);

        static Mark of(ClusterNode from, boolean openToThePast) {
            return new Mark(from.identity().map(Identity::epoch), from.address(), openToThePast);
        }
    }

    private static <T> CompletionStage<T> answer(
            ClusterNode target, Mark mark, Function<NodeLife, CompletionStage<T>> question) {
        Optional<NodeLife> life = target.life();
        if (life.isEmpty()) {
            return refused(target.name() + " belongs to no cluster");
        }
        Optional<EpochRefusal> refusal =
                mark.epoch().flatMap(epoch -> life.get().refusal(epoch, mark.address()));
        return refusal.isPresent() && refusal.get().refuses(mark.openToThePast())
                ? CompletableFuture.failedFuture(refusal.get().failure())
                : question.apply(life.get());
    }

    /** Whether anything is at an address that a node could ask: empty where there is; one that is down refuses, one cut off is silent. */
    CompletionStage<Optional<Answer>> probe(ClusterNode from, String address) {
        ClusterNode target = byAddress.get(address);
        if (target == null) {
            return CompletableFuture.completedFuture(Optional.of(new Answer.NotRunning("nobody is at " + address)));
        }
        if (target == from) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return world.connect(from.name(), target.name(), CONNECT)
                .handle((listens, failure) -> failure != null
                        ? Optional.of(new Answer.Silent(target.name() + " says nothing: dead, or cut off"))
                        : listens
                                ? Optional.empty()
                                : Optional.of(new Answer.NotRunning("no node runs on " + target.name())));
    }

    private static <T> CompletionStage<T> refused(String why) {
        return CompletableFuture.failedFuture(new JournalException(JournalException.Kind.NO_LEADER, why));
    }
}
