package io.quorate.simulations.world;

import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.Leadership;
import io.quorate.persistence.raft.RaftReplica;
import io.quorate.persistence.raft.RaftTransport;
import io.quorate.persistence.raft.Walls;
import io.quorate.persistence.store.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One machine: two disks that outlive its crashes, and while it is up a replica of the production code. It may come back under a
 * higher incarnation after it was removed from the group. Above it may be a whole node, which says as what it takes part, and hears of it
 * by a {@link Listener}; without a copy of the journal a machine costs next to nothing.
 */
public final class SimulatedNode {
    private static final Duration FLUSH = Duration.ofNanos(200_000);
    private static final Duration STREAM_TIMEOUT = Duration.ofMillis(500);

    /** Both disks at one moment. */
    public record Image(SortedMap<byte[], byte[]> log, SortedMap<byte[], byte[]> state) {}

    /** How a machine that is up takes part in the journal. */
    public enum Part {
        /** In the group. */
        MEMBER,
        /** Holds a copy, outside of the group; whoever fills it is above this. */
        FOLLOWER,
        /** Holds no copy. */
        NONE
    }

    /** Told of what happens here, inside of its turns. */
    public interface Listener {
        /** Nothing. */
        Listener NONE = new Listener() {};

        /** The replica sees leadership in another way. */
        default void leadership(Leadership now) {}

        /** The replica has applied up to an index. */
        default void applied(long index) {}

        /** The machine is down: its power is lost, or it has stopped itself. */
        default void down() {}
    }

    private record Running(
            SimulatedExecutor executor,
            @Nullable RaftReplica replica,
            @Nullable EventStore events) {}

    private final SimulatedWorld world;
    private final String name;
    private final RandomGenerator random;
    private final RandomGenerator chunks;
    private @Nullable SimulatedDisk log;
    private @Nullable SimulatedDisk state;
    private List<MemberId> founders;
    private String groupId = "simulated";
    private Listener listener = Listener.NONE;
    private Walls walls;
    private MemberId id;
    private @Nullable Running running;
    private @Nullable String failure;
    private int lives;
    private Leadership lastNoted = new Leadership(0, Optional.empty(), false);

    SimulatedNode(SimulatedWorld world, MemberId id, List<MemberId> founders, Walls walls) {
        this.world = world;
        this.name = id.node();
        this.id = id;
        this.founders = founders;
        this.walls = walls;
        this.random = world.seeds().of("node " + name);
        this.chunks = world.seeds().of("chunks " + name);
    }

    private SimulatedDisk disk(String purpose) {
        return new SimulatedDisk(
                name + "/" + purpose,
                world.seeds().of(purpose + " " + name),
                world.time()::nanos,
                this::localNanos,
                this::spend,
                FLUSH);
    }

    private long localNanos() {
        return world.time().nanos() + spent();
    }

    /** How far within its present turn the replica is, nanoseconds. */
    long spent() {
        return running == null ? 0 : running.executor().spent();
    }

    private void spend(long nanos) {
        if (running != null) {
            running.executor().spend(nanos);
        }
    }

    public String name() {
        return name;
    }

    public MemberId id() {
        return id;
    }

    public SimulatedDisk log() {
        SimulatedDisk disk = log;
        if (disk == null) {
            disk = disk("log");
            log = disk;
        }
        return disk;
    }

    public SimulatedDisk state() {
        SimulatedDisk disk = state;
        if (disk == null) {
            disk = disk("events");
            state = disk;
        }
        return disk;
    }

    /** Its disks do what they should again. */
    public void mend() {
        if (log != null) {
            log.fault(DiskFault.NONE);
        }
        if (state != null) {
            state.fault(DiskFault.NONE);
        }
    }

    /** Who is told of what happens here, from now on. */
    public void listen(Listener told) {
        listener = told;
    }

    /** Which member of which group it is from its next start on, or from its promotion on. */
    public void belong(MemberId member, String group, List<MemberId> groupFounders) {
        id = member;
        groupId = group;
        founders = List.copyOf(groupFounders);
    }

    /** Name of the Raft group that it belongs to, or follows. */
    public String group() {
        return groupId;
    }

    public boolean isUp() {
        return running != null;
    }

    /** Why the replica stopped itself; empty while it has not. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** How often it was started. */
    public int lives() {
        return lives;
    }

    /** Whether it is up and in the group, or about to be. */
    public boolean hasReplica() {
        return running != null && running.replica() != null;
    }

    /** Whether it is up and has a copy of the journal. */
    public boolean holdsCopy() {
        return running != null && running.events() != null;
    }

    /** @throws IllegalStateException while the node is down, or not in the group */
    public RaftReplica replica() {
        RaftReplica replica = up().replica();
        if (replica == null) {
            throw new IllegalStateException(name + " is not in the group");
        }
        return replica;
    }

    /** @throws IllegalStateException while the node is down, or without a copy */
    public EventStore events() {
        EventStore events = up().events();
        if (events == null) {
            throw new IllegalStateException(name + " has no copy");
        }
        return events;
    }

    /** @throws IllegalStateException while the node is down */
    public SimulatedExecutor executor() {
        return up().executor();
    }

    /** As the leader: refused where it is none. */
    public CompletionStage<Outcome> submit(Operation operation) {
        return hasReplica() ? replica().submit(operation) : notInTheGroup();
    }

    /** Likewise. */
    public CompletionStage<Long> barrier() {
        return hasReplica() ? replica().barrier() : notInTheGroup();
    }

    /** Completes when its copy goes up to an index; one that nobody of the group has is asked again. */
    public CompletionStage<Long> awaitApplied(long index, Duration timeout) {
        if (hasReplica()) {
            return replica().awaitApplied(index, timeout);
        }
        return holdsCopy() && events().appliedIndex() >= index
                ? CompletableFuture.completedFuture(events().appliedIndex())
                : notInTheGroup();
    }

    private <T> CompletionStage<T> notInTheGroup() {
        return CompletableFuture.failedFuture(
                new JournalException(JournalException.Kind.NO_LEADER, name + " is not in the group"));
    }

    /** Who leads, as its replica knows it. */
    public Optional<String> knownLeader() {
        return hasReplica() ? replica().leadership().leader().map(MemberId::node) : Optional.empty();
    }

    private Running up() {
        if (running == null) {
            throw new IllegalStateException(name + " is down");
        }
        return running;
    }

    /** Whether it believes that it leads and may decide. */
    public boolean leads() {
        return hasReplica() && replica().leadership().ready();
    }

    /** Starts as a member, from what the disks hold. */
    public void start() {
        start(Part.MEMBER);
    }

    /** Starts from what the disks hold. A corrupt or unusable disk leaves the node down, with the reason in {@link #failure}. */
    public void start(Part part) {
        if (running != null) {
            return;
        }
        failure = null;
        lives++;
        SimulatedExecutor executor =
                new SimulatedExecutor(world.time(), () -> world.work().begins(this), () -> {
                    world.work().ends(this);
                    acted();
                });
        if (part == Part.NONE) {
            running = new Running(executor, null, null);
            return;
        }
        try {
            EventStore events = EventStore.open(state());
            running = new Running(executor, null, events);
            world.acted(this);
            if (part == Part.MEMBER) {
                takePart();
            }
            world.trace()
                    .note(
                            name,
                            (part == Part.MEMBER ? "starts as " : "follows as ") + id.node() + "#" + id.incarnation()
                                    + ", applied " + events.appliedIndex());
        } catch (StorageException e) {
            running = null;
            executor.drop();
            failure = e.getMessage();
            world.trace().note(name, "cannot start: " + e.getMessage());
            log().crash();
            state().crash();
        }
    }

    /**
     * What a turn has applied is shown when it begins to write it: a crash before that takes it along, and who is the whole group may not have it
     * in its log by then.
     */
    private void acted() {
        inThisLife(state == null ? 0 : state.beginsIn(), () -> world.acted(this));
    }

    /** Something leaves it, when the present turn has come so far: a crash before that takes it along. */
    void whenSpent(Runnable leaves) {
        inThisLife(spent(), leaves);
    }

    private void inThisLife(long wait, Runnable task) {
        if (wait == 0) {
            task.run();
            return;
        }
        int life = lives;
        world.time().after(wait, () -> {
            if (isUp() && lives == life) {
                task.run();
            }
        });
    }

    /** What it has becomes a member of the group, while it is up; nobody else fills its copy any more. */
    public void takePart() {
        SimulatedExecutor executor = up().executor();
        EventStore events = events();
        RaftReplica replica = RaftReplica.create(
                new RaftReplica.Settings(groupId, id, founders, world.timing(), walls),
                new RaftReplica.Ports(
                        log(),
                        events,
                        executor,
                        new Transport(executor),
                        this::fetch,
                        () -> world.time().nanos() + executor.spent(),
                        random,
                        (reason, cause) -> failed(executor, reason),
                        JournalMetrics.NONE));
        running = new Running(executor, replica, events);
        replica.onLeadership(leadership -> note(executor, leadership));
        if (listener != Listener.NONE) {
            replica.onApplied(index -> {
                if (isRunning(executor)) {
                    listener.applied(index);
                }
            });
        }
        replica.start();
    }

    /** What ends this machine's present life, for whoever writes to its copy. */
    public FailStop failStop() {
        SimulatedExecutor executor = executor();
        return (reason, cause) -> failed(executor, reason);
    }

    private boolean isRunning(SimulatedExecutor executor) {
        return running != null && running.executor() == executor;
    }

    private void note(SimulatedExecutor executor, Leadership leadership) {
        if (!isRunning(executor)) {
            return;
        }
        if (!lastNoted.equals(leadership)) {
            String leader = leadership
                    .leader()
                    .map(known -> known.equals(id) ? "itself" : known.node())
                    .orElse("nobody");
            world.trace()
                    .note(
                            name,
                            leadership.ready()
                                    ? "leads term " + leadership.term()
                                    : "sees " + leader + " lead term " + leadership.term());
        }
        lastNoted = leadership;
        listener.leadership(leadership);
    }

    private void failed(SimulatedExecutor executor, String reason) {
        executor.drop();
        if (running == null || isRunning(executor)) {
            failure = reason;
            world.trace().note(name, "stops itself: " + reason);
            world.time().after(0, () -> {
                if (isRunning(executor)) {
                    lose();
                }
            });
        }
    }

    /** Power off: tasks are dropped, what was not flushed may be lost. */
    public void crash() {
        if (running != null) {
            world.trace().note(name, "crashes");
            lose();
        }
    }

    private void lose() {
        Running was = up();
        was.executor().drop();
        running = null;
        if (log != null) {
            log.crash();
        }
        if (state != null) {
            state.crash();
        }
        listener.down();
    }

    /** Its process ends, and what it has written stays written. */
    public void halt() {
        if (running != null) {
            running.executor().drop();
            running = null;
        }
    }

    /** Its disks are emptied; it is down. */
    public void wipe() {
        wipeLog();
        if (state != null) {
            state.wipe();
        }
    }

    /** Likewise, its log alone. */
    public void wipeLog() {
        if (log != null) {
            log.wipe();
        }
    }

    /** A node that was removed comes back: under the next incarnation, with an empty log; the events stay. */
    public void reincarnate() {
        if (running != null) {
            lose();
        }
        log().wipe();
        id = new MemberId(name, id.incarnation() + 1, id.address());
    }

    public Image image() {
        return new Image(log().image(), state().image());
    }

    /** An old image of its disks is put in place of what they hold; the node is down then. */
    public void setBack(Image image) {
        crash();
        world.trace().note(name, "is set back to an old image of its disks");
        log().setBack(image.log());
        state().setBack(image.state());
    }

    /** The walls of its next life. */
    public void walls(Walls next) {
        walls = next;
    }

    private CompletionStage<Query.Entries> fetch(MemberId source, Query.EntriesAfter request) {
        CompletableFuture<Query.Entries> answer = new CompletableFuture<>();
        SimulatedNetwork network = world.network();
        network.send(name, source.node(), spent(), 64, () -> {
            SimulatedNode server = world.node(source.node());
            if (server.holdsCopy() && server.groupId.equals(groupId)) {
                Query.Entries entries = server.answer(request);
                int size = entries.entries().stream()
                        .mapToInt(entry -> entry.bytes().length)
                        .sum();
                network.send(source.node(), name, 0, size, () -> answer.complete(entries));
            }
        });
        world.time()
                .after(
                        STREAM_TIMEOUT,
                        () -> answer.completeExceptionally(new JournalException(
                                JournalException.Kind.UNKNOWN, source.node() + " did not answer in time")));
        return answer;
    }

    /**
     * Of the journal stream it gives at times no more than a few entries, as it might if they were large: a copy is not whole in between, and
     * much happens meanwhile.
     *
     * @throws IllegalStateException while the node is down, or without a copy
     */
    public <A> A answer(Query<A> query) {
        @SuppressWarnings("unchecked") // of the same type
        Query<A> asked = query instanceof Query.EntriesAfter(long index, int maxBytes, long last)
                ? (Query<A>) new Query.EntriesAfter(index, Math.max(1, maxBytes >> chunks.nextInt(15)), last)
                : query;
        return events().ask(asked);
    }

    private final class Transport implements RaftTransport {
        private final SimulatedExecutor executor;

        Transport(SimulatedExecutor executor) {
            this.executor = executor;
        }

        @Override
        public void send(MemberId target, byte[] frame) {
            world.frameSent(name, target.node(), frame);
            if (isRunning(executor)) {
                whenSpent(() -> world.network()
                        .send(
                                name,
                                target.node(),
                                0,
                                frame.length,
                                () -> world.node(target.node()).receive(target, frame)));
            }
        }

        @Override
        public boolean isReachable(MemberId target) {
            return world.network().reaches(name, target.node());
        }
    }

    private void receive(MemberId target, byte[] frame) {
        if (hasReplica() && target.equals(id)) {
            replica().deliver(frame);
        }
    }
}
