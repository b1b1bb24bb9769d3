package io.quorate.simulations.world;

import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
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
 * higher incarnation after it was removed from the group.
 */
public final class SimulatedNode {
    private static final Duration FLUSH = Duration.ofNanos(200_000);
    private static final Duration STREAM_TIMEOUT = Duration.ofMillis(500);

    /** Both disks at one moment. */
    public record Image(SortedMap<byte[], byte[]> log, SortedMap<byte[], byte[]> state) {}

    private record Running(SimulatedExecutor executor, RaftReplica replica, EventStore events) {}

    private final SimulatedWorld world;
    private final String name;
    private final SimulatedDisk log;
    private final SimulatedDisk state;
    private final RandomGenerator random;
    private final List<MemberId> founders;
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
        this.log = disk("log");
        this.state = disk("events");
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
        return log;
    }

    public SimulatedDisk state() {
        return state;
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

    /** @throws IllegalStateException while the node is down */
    public RaftReplica replica() {
        return up().replica();
    }

    /** @throws IllegalStateException while the node is down */
    public EventStore events() {
        return up().events();
    }

    private Running up() {
        if (running == null) {
            throw new IllegalStateException(name + " is down");
        }
        return running;
    }

    /** Whether it believes that it leads and may decide. */
    public boolean leads() {
        return running != null && running.replica().leadership().ready();
    }

    /** Starts from what the disks hold. A corrupt or unusable disk leaves the node down, with the reason in {@link #failure}. */
    public void start() {
        if (running != null) {
            return;
        }
        failure = null;
        lives++;
        SimulatedExecutor executor = new SimulatedExecutor(world.time(), () -> world.acted(this));
        try {
            EventStore events = EventStore.open(state);
            RaftReplica replica = RaftReplica.create(
                    new RaftReplica.Settings("simulated", id, founders, world.timing(), walls),
                    new RaftReplica.Ports(
                            log,
                            events,
                            executor,
                            new Transport(executor),
                            this::fetch,
                            () -> world.time().nanos() + executor.spent(),
                            random,
                            (reason, cause) -> failed(executor, reason),
                            JournalMetrics.NONE));
            running = new Running(executor, replica, events);
            world.acted(this);
            replica.onLeadership(leadership -> note(executor, leadership));
            replica.start();
            world.trace()
                    .note(
                            name,
                            "starts as " + id.node() + "#" + id.incarnation() + ", applied " + events.appliedIndex());
        } catch (StorageException e) {
            failure = e.getMessage();
            world.trace().note(name, "cannot start: " + e.getMessage());
            log.crash();
            state.crash();
        }
    }

    private void note(SimulatedExecutor executor, Leadership leadership) {
        if (running == null || running.executor() != executor) {
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
    }

    private void failed(SimulatedExecutor executor, String reason) {
        executor.drop();
        if (running == null || running.executor() == executor) {
            failure = reason;
            world.trace().note(name, "stops itself: " + reason);
            world.time().after(0, () -> {
                if (running != null && running.executor() == executor) {
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
        log.crash();
        state.crash();
    }

    /** A node that was removed comes back: under the next incarnation, with an empty log; the events stay. */
    public void reincarnate() {
        if (running != null) {
            lose();
        }
        log.wipe();
        id = new MemberId(name, id.incarnation() + 1, id.address());
    }

    public Image image() {
        return new Image(log.image(), state.image());
    }

    /** An old image of its disks is put in place of what they hold; the node is down then. */
    public void setBack(Image image) {
        crash();
        world.trace().note(name, "is set back to an old image of its disks");
        log.setBack(image.log());
        state.setBack(image.state());
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
            if (server.isUp()) {
                Query.Entries entries = server.events().ask(request);
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

    private final class Transport implements RaftTransport {
        private final SimulatedExecutor executor;

        Transport(SimulatedExecutor executor) {
            this.executor = executor;
        }

        @Override
        public void send(MemberId target, byte[] frame) {
            world.frameSent(name, target.node(), frame);
            // It leaves when the turn has come so far: a crash before that takes it along.
            world.time().after(executor.spent(), () -> {
                if (running != null && running.executor() == executor) {
                    world.network()
                            .send(
                                    name,
                                    target.node(),
                                    0,
                                    frame.length,
                                    () -> world.node(target.node()).receive(target, frame));
                }
            });
        }

        @Override
        public boolean isReachable(MemberId target) {
            return world.network().reaches(name, target.node());
        }
    }

    private void receive(MemberId target, byte[] frame) {
        if (running != null && target.equals(id)) {
            running.replica().deliver(frame);
        }
    }
}
