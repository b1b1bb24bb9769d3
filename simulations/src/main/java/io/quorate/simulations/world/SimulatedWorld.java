package io.quorate.simulations.world;

import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.raft.RaftTiming;
import io.quorate.persistence.raft.Walls;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A group of nodes, their network and their time, all from one seed. Single-threaded. */
public final class SimulatedWorld {
    /** Sees every frame that a replica hands to its transport. */
    @FunctionalInterface
    public interface FrameListener {
        void sent(String from, String to, byte[] frame);
    }

    /** Told when a node begins and ends to work: a turn of its thread, or the answer to a question. Never one within another. */
    public interface WorkListener {
        /** Nothing. */
        WorkListener NONE = new WorkListener() {};

        default void begins(SimulatedNode node) {}

        default void ends(SimulatedNode node) {}
    }

    /** What a question and an answer weigh on the network where their bytes are not known. */
    private static final int QUESTION_BYTES = 256;

    private static final int ANSWER_BYTES = 64;

    private final Seeds seeds;
    private final VirtualTime time = new VirtualTime();
    private final Trace trace = new Trace(time::nanos);
    private final SimulatedNetwork network;
    private final Map<String, SimulatedNode> nodes = new LinkedHashMap<>();
    private final List<MemberId> founders;
    private final Walls walls;
    private final RaftTiming timing;
    private final Set<SimulatedNode> acted = new LinkedHashSet<>();
    private FrameListener frameListener = (from, to, frame) -> {};
    private WorkListener workListener = WorkListener.NONE;

    /** A world of that many founding nodes, all down, with the timing that nodes have by default. */
    public SimulatedWorld(long seed, int founders, Walls walls) {
        this(seed, founders, walls, RaftTiming.DEFAULT);
    }

    public SimulatedWorld(long seed, int founders, Walls walls, RaftTiming timing) {
        this.timing = timing;
        this.seeds = new Seeds(seed);
        this.network = new SimulatedNetwork(time, seeds.of("network"));
        this.walls = walls;
        this.founders = IntStream.rangeClosed(1, founders)
                .mapToObj(SimulatedWorld::member)
                .toList();
        this.founders.forEach(this::add);
    }

    private static MemberId member(int number) {
        return new MemberId("n" + number, 1, "10.0." + number / 256 + "." + number % 256 + ":19001");
    }

    private SimulatedNode add(MemberId id) {
        SimulatedNode node = new SimulatedNode(this, id, founders, walls);
        nodes.put(id.node(), node);
        return node;
    }

    /** One more machine that is not in the group, down. */
    public SimulatedNode addNode() {
        return add(member(nodes.size() + 1));
    }

    /** Of all replicas. */
    public RaftTiming timing() {
        return timing;
    }

    public Seeds seeds() {
        return seeds;
    }

    public VirtualTime time() {
        return time;
    }

    public Trace trace() {
        return trace;
    }

    public SimulatedNetwork network() {
        return network;
    }

    public SimulatedNode node(String name) {
        SimulatedNode node = nodes.get(name);
        if (node == null) {
            throw new IllegalArgumentException("there is no node " + name);
        }
        return node;
    }

    public Collection<SimulatedNode> nodes() {
        return List.copyOf(nodes.values());
    }

    void acted(SimulatedNode node) {
        acted.add(node);
    }

    /** Hands over each node that holds a copy and had a turn since this was asked last: on no other is anything new. */
    public void acted(Consumer<SimulatedNode> visitor) {
        if (acted.isEmpty()) {
            return;
        }
        for (SimulatedNode node : acted) {
            if (node.holdsCopy()) {
                visitor.accept(node);
            }
        }
        acted.clear();
    }

    public List<String> names() {
        return List.copyOf(nodes.keySet());
    }

    public void startAll() {
        nodes().forEach(SimulatedNode::start);
    }

    /** The ready leader of the highest term, if there is one. */
    public Optional<SimulatedNode> leader() {
        return nodes.values().stream()
                .filter(SimulatedNode::leads)
                .max((a, b) -> Long.compare(
                        a.replica().leadership().term(),
                        b.replica().leadership().term()));
    }

    /** Runs until somebody leads. */
    public SimulatedNode awaitLeader(Duration atMost) {
        if (!time.until(atMost, () -> leader().isPresent())) {
            throw new AssertionError("nobody leads after " + atMost + "\n" + trace.tail(60));
        }
        return leader().orElseThrow();
    }

    /** Cuts a node off from all others, both ways. */
    public void isolate(SimulatedNode node) {
        trace.note("network", "isolates " + node.name());
        for (String other : names()) {
            if (!other.equals(node.name())) {
                network.partition(List.of(node.name()), List.of(other));
            }
        }
    }

    /** Undoes every cut. */
    public void heal() {
        trace.note("network", "heals");
        network.heal();
    }

    public void onFrame(FrameListener listener) {
        frameListener = listener;
    }

    public void onWork(WorkListener listener) {
        workListener = listener;
    }

    WorkListener work() {
        return workListener;
    }

    void frameSent(String from, String to, byte[] frame) {
        trace.mix(time.nanos() * 31 + frame.length);
        frameListener.sent(from, to, frame);
    }

    /**
     * Asks a node over the network, from a host that need not be a node.
     *
     * @return fails with {@code UNKNOWN} when no answer has come in time
     */
    public <T> CompletableFuture<T> call(
            String from, String to, Function<SimulatedNode, CompletionStage<T>> question, Duration timeout) {
        return call(from, to, question, QUESTION_BYTES, timeout);
    }

    /**
     * Likewise, with a question of which the bytes are known; an answer is as large as it is, if it is bytes.
     *
     * @param bytes of the question
     */
    public <T> CompletableFuture<T> call(
            String from, String to, Function<SimulatedNode, CompletionStage<T>> question, int bytes, Duration timeout) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        network.sendOnce(from, to, 0, bytes, () -> {
            SimulatedNode server = node(to);
            if (server.isUp()) {
                workListener.begins(server);
                question.apply(server)
                        .whenComplete((value, failure) ->
                                server.whenSpent(() -> network.sendOnce(to, from, 0, bytesOf(value), () -> {
                                    if (failure == null) {
                                        answer.complete(value);
                                    } else {
                                        answer.completeExceptionally(failure);
                                    }
                                })));
                workListener.ends(server);
            }
        });
        time.after(
                timeout,
                () -> answer.completeExceptionally(
                        new JournalException(JournalException.Kind.UNKNOWN, to + " did not answer within " + timeout)));
        return answer;
    }

    /**
     * Opens a connection to a machine, and closes it.
     *
     * @return whether anything runs there: one that is down refuses; fails with {@code UNKNOWN} where nothing is heard of it in time
     */
    public CompletableFuture<Boolean> connect(String from, String to, Duration timeout) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        network.sendOnce(from, to, 0, ANSWER_BYTES, () -> {
            boolean listens = node(to).isUp();
            network.sendOnce(to, from, 0, ANSWER_BYTES, () -> answer.complete(listens));
        });
        time.after(
                timeout,
                () -> answer.completeExceptionally(
                        new JournalException(JournalException.Kind.UNKNOWN, to + " says nothing within " + timeout)));
        return answer;
    }

    private static int bytesOf(@Nullable Object answer) {
        return answer instanceof byte[] bytes ? bytes.length : ANSWER_BYTES;
    }

    /** What a test may want to ask of all that are up. */
    public <T> List<T> ofAllUp(Function<SimulatedNode, T> question) {
        return nodes.values().stream().filter(SimulatedNode::isUp).map(question).toList();
    }
}
