package io.quorate.persistence.raft;

import io.microraft.MembershipChangeMode;
import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.RaftRole;
import io.microraft.exception.CannotReplicateException;
import io.microraft.exception.NotLeaderException;
import io.microraft.impl.RaftNodeImpl;
import io.microraft.impl.log.SnapshotChunkCollector;
import io.microraft.impl.state.RaftState;
import io.microraft.impl.statemachine.InternalCommitAware;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.PreVoteRequest;
import io.microraft.model.message.PreVoteResponse;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.message.VoteRequest;
import io.microraft.persistence.RestoredRaftState;
import io.microraft.report.RaftNodeReport;
import io.microraft.statemachine.StateMachine;
import io.microraft.transport.Transport;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the Raft group: the engine, its log and the state machine, on one thread of its own.
 *
 * <p>All methods may be called from any thread; stages complete on the replica's thread. Work is grouped three times: operations
 * that wait go into one entry, entries into one flush, and what was applied into one write of the state machine, after which
 * the waiting answers are given.
 */
public final class RaftReplica {
    private static final Logger LOG = LoggerFactory.getLogger(RaftReplica.class);

    private static final int SNAPSHOT_EVERY_ENTRIES_WITHOUT_WALL = 50_000;

    /** Entries since the last snapshot stay in the engine's memory: also bounded in bytes. */
    private static final long SNAPSHOT_EVERY_BYTES = 16L << 20;

    /** Entries proposed and not yet applied; what comes meanwhile goes into the next one. */
    private static final int MAX_ENTRIES_IN_FLIGHT = 2;

    /** A learner within this many entries of the leader may vote. */
    private static final long CAUGHT_UP_ENTRIES = 100;

    /** An index that no log reaches: a request after it is refused by the engine, and counts as a sign of life. */
    private static final long NO_SUCH_INDEX = Long.MAX_VALUE / 4;

    /**
     * Between the word that the leader is gone and the election: time for the others to hear it, who would refuse their votes otherwise.
     * A few round trips between nodes that are well.
     */
    static final Duration TIME_TO_HEAR_OF_LOSS = Duration.ofMillis(25);

    private static final byte[] BARRIER = OperationCodec.encode(List.of(new Operation.Barrier()));

    /**
     * @param clusterId identity of the group; frames of another are dropped
     * @param self this member
     * @param initialMembers the members the group was founded with, the same on every member for ever
     */
    public record Settings(
            String clusterId, MemberId self, List<MemberId> initialMembers, RaftTiming timing, Walls walls) {}

    /**
     * What the replica needs from outside.
     *
     * @param log store of the Raft log, owned by the caller
     * @param events the state machine, owned by the caller; nobody else writes to it while the replica runs
     * @param nanos monotonic clock, nanoseconds
     */
    public record Ports(
            KeyValueStore log,
            EventStore events,
            SerialExecutor executor,
            RaftTransport transport,
            JournalStream stream,
            LongSupplier nanos,
            RandomGenerator random,
            FailStop failStop,
            JournalMetrics metrics) {}

    /** What is known of a batch, and told once it is visible. */
    private record Answer(
            Proposals.Batch batch,
            List<Outcome> outcomes,
            @Nullable JournalException reason) {}

    private record Waiter(CompletableFuture<Long> answer) {}

    private record Promotion(MemberId member, CompletableFuture<Void> done) {}

    private record Handover(MemberId target, CompletableFuture<Void> done) {}

    /** How long an heir has to take over, while writes wait. */
    static final Duration HANDOVER_PATIENCE = Duration.ofSeconds(2);

    private final Settings settings;
    private final EventStore events;
    private final SerialExecutor executor;
    private final RaftTransport transport;
    private final LongSupplier nanos;
    private final FailStop failStop;
    private final JournalMetrics metrics;

    private final EngineTime time;
    private final WatchedStore store;
    private final RaftFrames frames;
    private final SnapshotHold hold;
    private final Candidacy candidacy;
    private final RollbackWatch rollback;
    private final RaftNodeImpl engine;
    private final ElectionWatch watch;
    private final Set<MemberId> votersAtStart;
    private final Proposals proposals = new Proposals();
    private final AtomicBoolean proposing = new AtomicBoolean();
    private final TreeMap<Long, List<Waiter>> waiters = new TreeMap<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<Proposals.Batch> inFlight = new ArrayList<>();
    private final List<Promotion> promotions = new ArrayList<>();

    private volatile Leadership leadership = new Leadership(0, Optional.empty(), false);
    private Consumer<Leadership> leadershipListener = l -> {};
    private LongConsumer appliedListener = i -> {};
    private RaftRole role = RaftRole.FOLLOWER;
    private long readyTerm = -1;
    private long announcedIndex = -1;
    private boolean leadershipChanged;
    private long bytesSinceSnapshot;
    private boolean snapshotWanted;
    private long rewrittenBase;
    private @Nullable MemberId lostLeader;
    private @Nullable Handover handover;
    private boolean handingOver;
    private CompletableFuture<Void> transfer = CompletableFuture.completedFuture(null);

    private RaftReplica(Settings settings, Ports ports) {
        this.settings = settings;
        this.events = ports.events();
        this.executor = ports.executor();
        this.transport = ports.transport();
        this.nanos = ports.nanos();
        this.failStop = ports.failStop();
        this.metrics = ports.metrics();
        Walls walls = settings.walls();
        this.time = new EngineTime(executor, nanos, ports.random(), settings.timing(), walls);
        RaftLogStore log = new RaftLogStore(
                ports.log(), walls.failStopOnStorageError() ? this::die : (reason, cause) -> {}, metrics, nanos);
        this.store = new WatchedStore(log);
        this.frames = new RaftFrames(settings.clusterId(), walls.boundedFrames());
        this.candidacy = new Candidacy(settings.self(), settings.timing().electionTimeout());
        time.givesWay(() -> walls.electionJitter() ? candidacy.yieldsNanos(nanos.getAsLong()) : 0);
        this.hold = new SnapshotHold(
                events, ports.stream(), task -> executor.execute(() -> time.run(() -> guarded(task))), this::handle);
        this.rollback =
                new RollbackWatch(settings.self(), log, store, frames, transport, nanos, this::handle, this::die);
        Optional<RestoredRaftState> restored = log.restore();
        this.engine = engine(restored, ports.random());
        this.watch =
                new ElectionWatch(engine, time, nanos, settings.timing().heartbeatTimeout(), walls.electionJitter());
        this.votersAtStart = knownVoters(restored);
        executor.afterTasks(() -> {
            if (!time.isDead()) {
                afterTasks();
            }
        });
    }

    /**
     * Creates a member from what its log holds; an empty log makes a new member of the group.
     *
     * @throws io.quorate.persistence.store.StorageException when the log is corrupt
     */
    public static RaftReplica create(Settings settings, Ports ports) {
        return new RaftReplica(settings, ports);
    }

    private RaftNodeImpl engine(Optional<RestoredRaftState> restored, RandomGenerator random) {
        int snapshotEvery =
                settings.walls().frequentSnapshots() ? SnapshotSpacing.EVERY : SNAPSHOT_EVERY_ENTRIES_WITHOUT_WALL;
        RaftNode.RaftNodeBuilder builder = RaftNode.newBuilder()
                .setGroupId(settings.clusterId())
                .setConfig(RaftConfig.newBuilder()
                        .setLeaderHeartbeatPeriodSecs(1)
                        .setLeaderHeartbeatTimeoutSecs(time.heartbeatTimeoutSeconds())
                        .setLeaderElectionTimeoutMillis(time.electionTimeoutMillis())
                        .setCommitCountToTakeSnapshot(snapshotEvery)
                        .setMaxPendingLogEntryCount(256)
                        .setAppendEntriesRequestBatchSize(256)
                        .setTransferSnapshotsFromFollowersEnabled(false)
                        .setRaftNodeReportPublishPeriodSecs(24 * 3600)
                        .build())
                .setExecutor(time)
                .setClock(time)
                .setRandom(Random.from(random))
                .setTransport(new Frames())
                .setStateMachine(new Applier())
                .setStore(store)
                .setRaftNodeReportListener(this::reported);
        if (restored.isPresent()) {
            refuseAnothers(restored.get());
            store.restored(restored.get());
            builder.setRestoredState(restored.get());
        } else {
            refuseLostLog();
            List<RaftEndpoint> initial = settings.initialMembers().stream()
                    .<RaftEndpoint>map(RaftMemberEndpoint::new)
                    .toList();
            builder.setLocalEndpoint(new RaftMemberEndpoint(settings.self())).setInitialGroupMembers(initial);
        }
        return (RaftNodeImpl) builder.build();
    }

    /** A founder knows nothing that is not in its log; with an empty one it would found the group a second time. */
    private void refuseLostLog() {
        long applied = events.appliedIndex();
        if (settings.initialMembers().equals(List.of(settings.self())) && applied > 0) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    Path.of("backend", "log"),
                    "backend/log is empty, and backend/events goes up to entry " + applied
                            + ": the log is lost, and with it what this node has promised. It must not vote. Next: `quorate"
                            + " repair` fetches a copy from the others; where there are none, `quorate recover`");
        }
    }

    /** A log that was copied here would have this node vote in another's name, beside it. */
    private void refuseAnothers(RestoredRaftState state) {
        MemberId owner = RaftMemberEndpoint.memberOf(
                state.getLocalEndpointPersistentState().getLocalEndpoint());
        if (!owner.equals(settings.self())) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    Path.of("backend", "log"),
                    "backend/log is that of " + owner + ", and this node is " + settings.self()
                            + ": it must not vote with it. Next: `quorate reconfigure FILE` goes on with a copy on purpose,"
                            + " `quorate repair` fetches one from the others");
        }
    }

    /**
     * Joins the group. Completes when the engine runs, which it does as soon as the others have said what this member is known to have
     * had on disk; not when there is a leader.
     */
    public CompletionStage<Void> start() {
        return onThread(() -> {
            CompletableFuture<Void> runs = new CompletableFuture<>();
            if (settings.walls().rollbackCheck()) {
                rollback.begin(votersAtStart, () -> startEngine(runs));
                askAgain();
            } else {
                startEngine(runs);
            }
            return runs;
        });
    }

    private void startEngine(CompletableFuture<Void> runs) {
        if (settings.walls().electionWatch()) {
            watch.start();
        }
        engine.start().thenAccept(started -> runs.complete(null));
    }

    /** Who votes, as far as this member's own log knows; one that is new and no founder has none that says so. */
    private Set<MemberId> knownVoters(Optional<RestoredRaftState> restored) {
        if (restored.isEmpty()) {
            List<MemberId> founders = settings.initialMembers();
            return founders.contains(settings.self()) ? Set.copyOf(founders) : Set.of();
        }
        // Not the founders: members that had replaced them waited for those for ever (found by simulation: seed 12,
        // three
        // nodes, sixty seconds).
        return Set.copyOf(RaftLogStore.voters(restored.get()));
    }

    private void askAgain() {
        if (!time.isDead() && rollback.asks()) {
            executor.schedule(this::askAgain, RollbackCheck.ASK_AGAIN);
        }
    }

    /** Hands over a frame that another member sent. Frames that are not for this group are dropped. */
    public void deliver(byte[] frame) {
        executor.execute(() -> {
            if (time.isDead()) {
                return;
            }
            try {
                frames.decode(frame).ifPresent(this::received);
            } catch (IllegalArgumentException e) {
                LOG.warn("dropped a frame that cannot be read: {}", e.getMessage());
            }
        });
    }

    private void received(RaftFrames.Content content) {
        switch (content) {
            case RaftFrames.Content.AskMark ask -> {
                learnMarks();
                rollback.asked(ask);
            }
            case RaftFrames.Content.TellMark tell -> rollback.told(tell);
            case RaftFrames.Content.OfEngine(RaftMessage message, HighWaterMarks marks) -> {
                if (settings.walls().rollbackCheck()) {
                    rollback.told(message.getSender(), marks);
                }
                if (!time.isDead() && rollback.lets(message)) {
                    handle(message);
                }
            }
        }
    }

    /** What the members have on disk is known to who leads them. */
    private void learnMarks() {
        if (role == RaftRole.LEADER) {
            rollback.learn(report(engine));
        }
    }

    private void handle(RaftMessage message) {
        if (message instanceof AppendEntriesRequest || message instanceof InstallSnapshotRequest) {
            watch.heard();
        }
        switch (message) {
            case InstallSnapshotRequest request when settings.walls().snapshotHold() -> guarded(() -> install(request));
            case PreVoteRequest request when settings.walls().electionJitter() -> preVote(request);
            case PreVoteResponse response
            when givesWay() ->
                LOG.debug(
                        "has given way: what {} would vote is of no use",
                        response.getSender().getId());
            case VoteRequest request when settings.walls().electionJitter() -> vote(request);
            case AppendEntriesRequest request
            when settings.walls().snapshotHold() && hold.holds(request) ->
                signOfLife(request.getSender(), request.getTerm());
            case AppendEntriesRequest request when beginsBeforeSnapshot(request) -> handle(fromSnapshotOn(request));
            case AppendEntriesRequest request when followsSnapshot(request) -> handleAfterSnapshot(request);
            default -> engine.handle(message);
        }
    }

    /**
     * The engine makes the snapshot durable in the log and forgets the entries before it. What it stands for has to be on disk
     * before that: after a power loss nothing would bring it back.
     */
    private void install(InstallSnapshotRequest request) {
        if (hold.holds(request)) {
            signOfLife(request.getSender(), request.getTerm());
        } else {
            events.sync();
            forgetTransferOfFormerLeader(request);
            engine.handle(request);
        }
    }

    /**
     * Wall: the engine refuses a snapshot that is older than one whose transfer has begun. Where a leader that began one is replaced by
     * one whose snapshot is older, that is for ever: nobody else has what the engine waits for (0.7; found by simulation: seed 4098, five nodes,
     * sixty seconds). Both stand for what is committed, so the one of who leads now will do. What has not arrived is kept in memory
     * only, for a snapshot of ours is one chunk.
     */
    private void forgetTransferOfFormerLeader(InstallSnapshotRequest request) {
        if (settings.walls().transferFromLeader() && request.isSenderLeader()) {
            RaftState state = engine.state();
            SnapshotChunkCollector begun = state.snapshotChunkCollector();
            if (begun != null
                    && begun.getSnapshotIndex() > request.getSnapshotIndex()
                    && request.getTerm() >= state.term()) {
                state.snapshotChunkCollector(null);
            }
        }
    }

    /** While the stream flows the leader is alive: without this the follower would start an election. */
    private void signOfLife(RaftEndpoint leader, int term) {
        engine.handle(frames.appendRequest(leader, term, term, NO_SUCH_INDEX, 0, 0, 0, List.of()));
    }

    private void preVote(PreVoteRequest request) {
        heedLoss();
        MemberId rival = RaftMemberEndpoint.memberOf(request.getSender());
        int compared = compareLog(request.getLastLogTerm(), request.getLastLogIndex());
        if (candidacy.passesOver(rival, compared > 0, nanos.getAsLong())) {
            LOG.debug("passes over the pre-vote of {}", rival);
            return;
        }
        if (compared >= 0 && candidacy.heardRival(rival, nanos.getAsLong())) {
            LOG.debug("gives way to {}, which stands as well", rival);
        }
        engine.handle(request);
    }

    private void vote(VoteRequest request) {
        heedLoss();
        MemberId rival = RaftMemberEndpoint.memberOf(request.getSender());
        if (compareLog(request.getLastLogTerm(), request.getLastLogIndex()) >= 0) {
            candidacy.heardRival(rival, nanos.getAsLong());
        }
        engine.handle(request);
        if (engine.state().term() == request.getTerm()
                && request.getSender().equals(engine.state().votedEndpoint())) {
            candidacy.voted(nanos.getAsLong());
        }
    }

    /** Whether another's log is more up to date than ours (above 0), less (below), or neither (Raft, section 5.4.1). */
    private int compareLog(int lastTerm, long lastIndex) {
        int terms = Integer.compare(lastTerm, store.terms().of(store.lastIndex()));
        return terms != 0 ? terms : Long.compare(lastIndex, store.lastIndex());
    }

    private boolean givesWay() {
        return settings.walls().electionJitter() && candidacy.yieldsNanos(nanos.getAsLong()) > 0;
    }

    private boolean beginsBeforeSnapshot(AppendEntriesRequest request) {
        return settings.walls().committedPrefix() && request.getPreviousLogIndex() < store.snapshotIndex();
    }

    /**
     * Wall: a follower whose answers were lost, and that has restarted behind a snapshot meanwhile, no longer has the entries which
     * the leader believes to be its last ones. It refuses, and the leader, which never goes back behind what was answered once, sends
     * the same for ever (0.7; found by simulation: seed 1488, three nodes, thirty seconds). What the snapshot stands for is committed,
     * so every leader has it (leader completeness, Raft, section 5.4): the request is handed on from there.
     */
    private AppendEntriesRequest fromSnapshotOn(AppendEntriesRequest request) {
        long snapshotIndex = store.snapshotIndex();
        return frames.appendRequest(
                request.getSender(),
                request.getTerm(),
                store.snapshotTerm(),
                snapshotIndex,
                request.getCommitIndex(),
                request.getQuerySequenceNumber(),
                request.getFlowControlSequenceNumber(),
                request.getLogEntries().stream()
                        .filter(entry -> entry.getIndex() > snapshotIndex)
                        .toList());
    }

    private boolean followsSnapshot(AppendEntriesRequest request) {
        return settings.walls().reconcileAtSnapshot()
                && request.getPreviousLogIndex() > 0
                && request.getPreviousLogIndex() == store.snapshotIndex()
                && request.getPreviousLogTerm() == store.snapshotTerm()
                && store.lastIndex() > store.snapshotIndex();
    }

    /**
     * Wall: the engine does not find its own snapshot as the entry before the first one of a request when more entries follow
     * it in the log, and refuses for ever (0.7 only). The snapshot is committed and its term fits, so the request follows it:
     * it is handed on as one that follows nothing, and the engine's answer, which counts from there, is put right. The commit
     * index waits for the next request, because the engine would count it from there as well.
     */
    private void handleAfterSnapshot(AppendEntriesRequest request) {
        rewrittenBase = request.getPreviousLogIndex();
        try {
            engine.handle(frames.appendRequest(
                    request.getSender(),
                    request.getTerm(),
                    0,
                    0,
                    0,
                    request.getQuerySequenceNumber(),
                    request.getFlowControlSequenceNumber(),
                    request.getLogEntries()));
        } finally {
            rewrittenBase = 0;
        }
    }

    /** Replicates an operation; fails with {@code NO_LEADER} where this replica does not lead. */
    public CompletionStage<Outcome> submit(Operation operation) {
        CompletableFuture<Outcome> answer = proposals.add(operation, nanos.getAsLong());
        wakeProposer();
        return answer;
    }

    /** On the leader: the index of an entry committed after this call; all callers that wait share one entry. */
    public CompletionStage<Long> barrier() {
        long since = nanos.getAsLong();
        return this.<Long>onThread(() -> {
            CompletableFuture<Long> index = settings.walls().barrierReads()
                    ? proposals.barrier(since).thenApply(Outcome::index)
                    : engine.<Object>query(
                                    BARRIER, io.microraft.QueryPolicy.LEADER_LEASE, Optional.empty(), Optional.empty())
                            .thenApply(io.microraft.Ordered::getCommitIndex);
            proposeWaiting();
            return index.whenComplete((i, failure) -> metrics.barrierWaited(nanos.getAsLong() - since));
        });
    }

    private void wakeProposer() {
        if (!proposing.get() && proposing.compareAndSet(false, true)) {
            executor.execute(this::proposeWaiting);
        }
    }

    private void proposeWaiting() {
        proposing.set(false);
        if (time.isDead()) {
            proposals.failAll(new JournalException(Kind.CLOSED, "the replica has stopped"));
            return;
        }
        if (role != RaftRole.LEADER) {
            if (!proposals.isEmpty()) {
                proposals.failAll(notLeading());
            }
            return;
        }
        if (handover != null || handingOver) {
            return; // waits for whoever leads next, or until this one goes on
        }
        while (inFlight.size() < MAX_ENTRIES_IN_FLIGHT && !proposals.isEmpty()) {
            Proposals.Batch batch = proposals.next();
            inFlight.add(batch);
            engine.<List<Outcome>>replicate(batch.bytes())
                    .whenComplete(
                            (done, failure) -> replicated(batch, done == null ? null : done.getResult(), failure));
        }
    }

    private void replicated(Proposals.Batch batch, @Nullable List<Outcome> outcomes, @Nullable Throwable failure) {
        inFlight.remove(batch);
        if (failure != null
                || outcomes == null
                || outcomes.size() != batch.proposals().size()) {
            answers.add(new Answer(batch, List.of(), reasonOf(failure)));
        } else {
            answers.add(new Answer(batch, outcomes, null));
        }
    }

    private JournalException notLeading() {
        String hint = leadership
                .leader()
                .map(leader -> "; " + leader.node() + " leads")
                .orElse("; nobody leads now");
        return new JournalException(Kind.NO_LEADER, settings.self().node() + " does not lead" + hint);
    }

    private JournalException reasonOf(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return switch (cause) {
            case NotLeaderException e -> notLeading();
            case CannotReplicateException e ->
                new JournalException(Kind.NO_LEADER, "the leader cannot take operations at this moment");
            case null -> new JournalException(Kind.UNKNOWN, "the entry was applied in another way than proposed");
            default ->
                new JournalException(
                        Kind.UNKNOWN, "leadership was lost before the answer; the operation may be stored", cause);
        };
    }

    /** Completes when this replica has applied up to an index, fails with {@code UNKNOWN} after a timeout. */
    public CompletionStage<Long> awaitApplied(long index, Duration timeout) {
        long applied = events.appliedIndex();
        if (applied >= index) {
            return CompletableFuture.completedFuture(applied);
        }
        return onThread(() -> {
            CompletableFuture<Long> answer = new CompletableFuture<>();
            if (events.appliedIndex() >= index) {
                answer.complete(events.appliedIndex());
                return answer;
            }
            Waiter waiter = new Waiter(answer);
            waiters.computeIfAbsent(index, i -> new ArrayList<>()).add(waiter);
            executor.schedule(() -> timedOut(index, waiter, timeout), timeout);
            return answer;
        });
    }

    private void timedOut(long index, Waiter waiter, Duration timeout) {
        List<Waiter> same = waiters.get(index);
        if (same != null && same.remove(waiter)) {
            if (same.isEmpty()) {
                waiters.remove(index);
            }
            waiter.answer()
                    .completeExceptionally(new JournalException(
                            Kind.UNKNOWN,
                            "this replica did not apply index " + index + " within " + timeout.toMillis()
                                    + " ms; it has applied " + events.appliedIndex()));
        }
    }

    /** Registers the one listener to the applied index, called on the replica's thread after each flush that advanced it. */
    public void onApplied(LongConsumer listener) {
        executor.execute(() -> appliedListener = listener);
    }

    /**
     * The leader's process has ended, as its own machine says: its silence is not waited for. Without effect where another leads by now,
     * and on the leader. A word that is wrong costs this member a pre-vote, which those refuse that hear the leader (Raft thesis,
     * section 9.6), so it may come from anywhere at any time.
     */
    public void lost(MemberId leader) {
        executor.execute(() -> {
            if (follows(leader)) {
                lostLeader = leader;
                time.after(() -> standFor(leader), TIME_TO_HEAR_OF_LOSS.plus(watch.turn()));
            }
        });
    }

    private boolean follows(MemberId leader) {
        return !time.isDead()
                && role == RaftRole.FOLLOWER
                && leadership.leader().filter(leader::equals).isPresent();
    }

    private void standFor(MemberId leader) {
        heedLoss();
        if (follows(leader)) {
            watch.standNow();
        }
        // From here on what is heard of it counts again: the word may have been wrong.
        if (leader.equals(lostLeader)) {
            lostLeader = null;
        }
    }

    /** Before each use, not once: what the leader had sent before its end may be read after the word of it. */
    private void heedLoss() {
        if (lostLeader != null && follows(lostLeader)) {
            time.skipHeartbeatTimeout();
        }
    }

    /** The present view; cheap. */
    public Leadership leadership() {
        return leadership;
    }

    /** Registers who is told, on the replica's thread, that another member's disk was set back, in words for people. */
    public void onSetBack(BiConsumer<MemberId, String> listener) {
        executor.execute(() -> rollback.onSetBack(listener));
    }

    /** Registers the one listener to leadership, called on the replica's thread at every change and once soon. */
    public void onLeadership(Consumer<Leadership> listener) {
        executor.execute(() -> {
            leadershipListener = listener;
            listener.accept(leadership);
        });
    }

    /** On the leader: changes the group by one step; completes when the change is committed. */
    public CompletionStage<Void> change(MemberId member, MembershipChange change) {
        return onThread(() -> switch (change) {
            case ADD_LEARNER -> addLearner(member);
            case PROMOTE -> {
                Promotion promotion = new Promotion(member, new CompletableFuture<>());
                promotions.add(promotion);
                executor.schedule(
                        () -> promotion
                                .done()
                                .completeExceptionally(new JournalException(
                                        Kind.NO_LEADER,
                                        member.node() + " did not catch up within 30 s; it stays a learner")),
                        Duration.ofSeconds(30));
                promoteCaughtUp();
                yield promotion.done();
            }
            case REMOVE -> engineChange(member, MembershipChangeMode.REMOVE_MEMBER);
        });
    }

    /** On the leader: a promotion that is under way fails, and holds up no other change any more. The member stays a learner. */
    public void giveUpPromotion(MemberId member) {
        executor.execute(() -> promotions.stream()
                .filter(promotion -> promotion.member().equals(member))
                .forEach(promotion -> promotion
                        .done()
                        .completeExceptionally(new JournalException(
                                Kind.NO_LEADER, member.node() + " is not heard of while it is promoted"))));
    }

    private CompletableFuture<Void> addLearner(MemberId member) {
        if (role != RaftRole.LEADER) {
            return CompletableFuture.failedFuture(notLeading());
        }
        Collection<RaftEndpoint> learners = learners(report(engine));
        if (learners.contains(new RaftMemberEndpoint(member))) {
            return CompletableFuture.completedFuture(null);
        }
        if (settings.walls().oneLearner() && !learners.isEmpty()) {
            return CompletableFuture.failedFuture(new JournalException(
                    Kind.INVALID, "another promotion is under way: a learner counts in the leader's quorum check"));
        }
        // A fresh snapshot first: a new member is probed back one entry a round trip to the first retained one.
        snapshotIfSpaced();
        return engineChange(member, MembershipChangeMode.ADD_LEARNER);
    }

    private CompletableFuture<Void> engineChange(MemberId member, MembershipChangeMode mode) {
        if (settings.walls().changesAwaitTransfer() && !transfer.isDone()) {
            return CompletableFuture.failedFuture(new JournalException(
                    Kind.NO_LEADER, "leadership is being handed over: the next leader changes the group"));
        }
        long expected = engine.getCommittedMembers().getLogIndex();
        return engine.changeMembership(new RaftMemberEndpoint(member), mode, expected)
                .handle((done, failure) -> {
                    if (failure == null) {
                        return null;
                    }
                    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                    throw cause instanceof IllegalArgumentException
                            ? new JournalException(Kind.INVALID, cause.getMessage(), cause)
                            : reasonOf(failure);
                });
    }

    private static Collection<RaftEndpoint> learners(RaftNodeReport report) {
        List<RaftEndpoint> learners =
                new ArrayList<>(report.getEffectiveMembers().getMembers());
        learners.removeAll(report.getEffectiveMembers().getVotingMembers());
        return learners;
    }

    private void promoteCaughtUp() {
        promotions.removeIf(promotion -> promotion.done().isDone());
        if (promotions.isEmpty()) {
            return;
        }
        if (role != RaftRole.LEADER) {
            promotions.forEach(promotion -> promotion.done().completeExceptionally(notLeading()));
            promotions.clear();
            return;
        }
        RaftNodeReport report = report(engine);
        for (Promotion promotion : List.copyOf(promotions)) {
            RaftEndpoint endpoint = new RaftMemberEndpoint(promotion.member());
            if (report.getEffectiveMembers().getVotingMembers().contains(endpoint)) {
                promotions.remove(promotion);
                promotion.done().complete(null);
                continue;
            }
            Long match = report.getLog().getFollowerMatchIndices().get(endpoint);
            if (match != null
                    && match > 0
                    && match + CAUGHT_UP_ENTRIES >= report.getLog().getCommitIndex()) {
                promotions.remove(promotion);
                engineChange(promotion.member(), MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER)
                        .whenComplete((done, failure) -> {
                            if (failure == null) {
                                promotion.done().complete(null);
                            } else {
                                promotion.done().completeExceptionally(failure);
                            }
                        });
            }
        }
    }

    /**
     * On the leader: hands leadership to another voter; completes when it has, fails when that takes longer than {@link
     * #HANDOVER_PATIENCE}; then this one goes on leading.
     *
     * <p>What is submitted meanwhile waits, and is refused as certainly not stored once another leads. The engine tries a transfer once
     * or twice in a heartbeat timeout, and only an heir that has every entry may take it: under load that fails more often than not. So
     * it is tried when nothing is under way and the heir has everything.
     *
     * <p>Wall: the engine lets the group change meanwhile. When the heir is removed, the engine's next try fails at it, and the leader
     * takes nothing more (0.7; found by simulation: seed 2577, three nodes, thirty seconds). So changes wait.
     */
    public CompletionStage<Void> transferLeadership(MemberId target) {
        return onThread(() -> {
            if (role != RaftRole.LEADER) {
                return CompletableFuture.failedFuture(notLeading());
            }
            if (!transfer.isDone()) {
                return CompletableFuture.failedFuture(
                        new JournalException(Kind.INVALID, "leadership is being handed over already"));
            }
            Handover begun = new Handover(target, new CompletableFuture<>());
            transfer = begun.done();
            handover = begun;
            executor.schedule(
                    () -> endHandover(
                            begun,
                            new JournalException(
                                    Kind.UNKNOWN,
                                    target.node() + " did not take over in time; this node goes on leading")),
                    HANDOVER_PATIENCE);
            handOverWhenQuiet();
            return begun.done();
        });
    }

    private void handOverWhenQuiet() {
        Handover begun = handover;
        if (begun == null || handingOver || !inFlight.isEmpty()) {
            return;
        }
        RaftNodeReport report = report(engine);
        RaftEndpoint heir = new RaftMemberEndpoint(begun.target());
        long last = report.getLog().getLastLogOrSnapshotIndex();
        Long match = report.getLog().getFollowerMatchIndices().get(heir);
        if (report.getLog().getCommitIndex() < last || match == null || match < last) {
            return; // looked at again after the next message
        }
        handingOver = true;
        engine.transferLeadership(heir).whenComplete((ordered, failure) -> {
            handingOver = false;
            if (failure == null || role != RaftRole.LEADER) {
                endHandover(begun, null);
            }
            wakeProposer();
        });
    }

    private void endHandover(Handover ended, @Nullable JournalException failure) {
        if (handover == ended) {
            handover = null;
            if (failure == null) {
                ended.done().complete(null);
            } else {
                ended.done().completeExceptionally(failure);
            }
            wakeProposer();
        }
    }

    public CompletionStage<ReplicaReport> report() {
        return onThread(() -> CompletableFuture.completedFuture(view(report(engine))));
    }

    private static RaftNodeReport report(RaftNode engine) {
        return engine.getReport().join().getResult();
    }

    private ReplicaReport view(RaftNodeReport report) {
        long now = time.millis();
        Map<MemberId, Long> match = new TreeMap<>();
        report.getLog()
                .getFollowerMatchIndices()
                .forEach((endpoint, index) -> match.put(RaftMemberEndpoint.memberOf(endpoint), index));
        Map<MemberId, Long> contact = new TreeMap<>();
        report.getHeartbeatTimestamps()
                .forEach((endpoint, at) ->
                        contact.put(RaftMemberEndpoint.memberOf(endpoint), Math.max(0, time.toRealMillis(now - at))));
        return new ReplicaReport(
                settings.self(),
                report.getRole().name().toLowerCase(java.util.Locale.ROOT),
                report.getTerm().getTerm(),
                leadership.leader(),
                members(report.getCommittedMembers().getVotingMembers()),
                members(learners(report)),
                report.getLog().getLastLogOrSnapshotIndex(),
                store.terms().of(report.getLog().getLastLogOrSnapshotIndex()),
                report.getLog().getCommitIndex(),
                events.appliedIndex(),
                report.getLog().getLastSnapshotIndex(),
                match,
                contact);
    }

    private static List<MemberId> members(Collection<RaftEndpoint> endpoints) {
        return endpoints.stream().map(RaftMemberEndpoint::memberOf).sorted().toList();
    }

    /** Stops the engine; the stores stay open. What was submitted and not answered fails as unknown. */
    public CompletionStage<Void> stop() {
        return onThread(() -> {
            engine.terminate();
            events.flush();
            giveAnswers();
            time.die();
            abandon("the replica has stopped; the operation may be stored");
            return CompletableFuture.completedFuture(null);
        });
    }

    private void die(String reason, Throwable cause) {
        if (!time.isDead()) {
            time.die();
            failStop.stop(reason, cause);
            abandon("the replica has failed; the operation may be stored");
        }
    }

    private void abandon(String reason) {
        JournalException closed = new JournalException(Kind.CLOSED, reason);
        List.copyOf(inFlight).forEach(batch -> batch.fail(new JournalException(Kind.UNKNOWN, reason)));
        inFlight.clear();
        // Committed, and not visible here: whether it is stored is for others to say.
        answers.forEach(answer -> answer.batch()
                .fail(answer.reason() == null ? new JournalException(Kind.UNKNOWN, reason) : answer.reason()));
        answers.clear();
        proposals.failAll(new JournalException(Kind.NO_LEADER, "the replica has stopped"));
        waiters.values().forEach(list -> list.forEach(waiter -> waiter.answer().completeExceptionally(closed)));
        waiters.clear();
        promotions.forEach(promotion -> promotion.done().completeExceptionally(closed));
        promotions.clear();
    }

    /** What is grouped: one write for all that was applied, then the answers, then what waited for them. */
    private void afterTasks() {
        guarded(() -> {
            events.flush();
            if (events.hasMoreToTakeAway()) {
                executor.execute(() -> {}); // the next piece, once what waits meanwhile has had its turn
            }
            giveAnswers();
            announce();
            if (snapshotWanted) {
                snapshotIfSpaced();
            }
            if (!promotions.isEmpty()) {
                promoteCaughtUp();
            }
            if (handover != null) {
                handOverWhenQuiet();
            }
            if (role == RaftRole.LEADER && rollback.isDue()) {
                learnMarks();
            }
        });
        if (!proposals.isEmpty()) {
            proposeWaiting();
        }
    }

    private void giveAnswers() {
        if (!answers.isEmpty()) {
            List<Answer> now = List.copyOf(answers);
            answers.clear();
            now.forEach(this::give);
        }
    }

    private void give(Answer answer) {
        Proposals.Batch batch = answer.batch();
        if (answer.reason() != null) {
            batch.fail(answer.reason());
        } else {
            metrics.committed(
                    batch.proposals().size(),
                    nanos.getAsLong() - batch.proposals().getFirst().sinceNanos());
            batch.complete(answer.outcomes());
        }
    }

    private void announce() {
        long applied = events.appliedIndex();
        if (applied != announcedIndex) {
            announcedIndex = applied;
            metrics.applied(applied, Math.max(0, store.lastIndex() - applied));
            while (!waiters.isEmpty() && waiters.firstKey() <= applied) {
                waiters.pollFirstEntry()
                        .getValue()
                        .forEach(waiter -> waiter.answer().complete(applied));
            }
            appliedListener.accept(applied);
        }
        if (leadershipChanged) {
            leadershipChanged = false;
            leadershipListener.accept(leadership);
        }
    }

    /** Takes a snapshot where it may; one that is wanted and may not be taken yet is tried again as the log grows. */
    private void snapshotIfSpaced() {
        long index = events.pendingIndex();
        long last = store.snapshotIndex();
        if (index > last
                && (SnapshotSpacing.allows(index, last) || !settings.walls().spacedSnapshots())) {
            engine.takeSnapshot();
        }
    }

    private void reported(RaftNodeReport report) {
        if (report.getRole() == RaftRole.CANDIDATE && role != RaftRole.CANDIDATE) {
            metrics.electionStarted(report.getTerm().getTerm());
        }
        role = report.getRole();
        setLeadership(
                report.getTerm().getTerm(),
                Optional.ofNullable(report.getTerm().getLeaderEndpoint()).map(RaftMemberEndpoint::memberOf));
        Handover begun = handover;
        if (role != RaftRole.LEADER && begun != null) {
            endHandover(begun, null);
        }
        if (role != RaftRole.LEADER && !proposals.isEmpty()) {
            executor.execute(this::proposeWaiting);
        }
    }

    private void setLeadership(long term, Optional<MemberId> leader) {
        Leadership now = new Leadership(term, leader, role == RaftRole.LEADER && readyTerm == term);
        if (!now.equals(leadership)) {
            if (!now.leader().equals(leadership.leader()) && now.leader().isPresent()) {
                candidacy.over();
                metrics.leaderChanged(term);
            }
            leadership = now;
            leadershipChanged = true;
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            die(
                    "the state machine failed: " + e.getMessage()
                            + ". The node stops; nothing acknowledged is lost. Look at the"
                            + " disk, then start the node again",
                    e);
        }
    }

    private <T> CompletionStage<T> onThread(java.util.function.Supplier<? extends CompletionStage<T>> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        executor.execute(() -> {
            if (time.isDead()) {
                answer.completeExceptionally(new JournalException(Kind.CLOSED, "the replica has stopped"));
                return;
            }
            try {
                call.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(
                                failure instanceof CompletionException && failure.getCause() != null
                                        ? failure.getCause()
                                        : failure);
                    }
                });
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /** The engine's transport: frames out. */
    private final class Frames implements Transport {
        @Override
        public void send(RaftEndpoint target, RaftMessage message) {
            if (asksForVotes(message) && !mayStand()) {
                return;
            }
            if (message instanceof PreVoteRequest && givesWay()) {
                return;
            }
            if (asksForVotes(message)) {
                candidacy.asking(nanos.getAsLong());
            }
            RaftMessage sent = message;
            if (rewrittenBase > 0 && message instanceof AppendEntriesSuccessResponse answer) {
                sent = frames.appended(
                        answer.getSender(),
                        answer.getTerm(),
                        rewrittenBase + answer.getLastLogIndex(),
                        answer.getQuerySequenceNumber(),
                        answer.getFlowControlSequenceNumber());
            }
            MemberId to = RaftMemberEndpoint.memberOf(target);
            transport.send(to, frames.encode(sent, rollback.goesWith(sent, to)));
        }

        @Override
        public boolean isReachable(RaftEndpoint endpoint) {
            return transport.isReachable(RaftMemberEndpoint.memberOf(endpoint));
        }
    }

    private static boolean asksForVotes(RaftMessage message) {
        return message instanceof PreVoteRequest || message instanceof VoteRequest;
    }

    /**
     * Wall: a member that was removed, and has restarted before it knew that its removal is committed, stands for election and counts
     * its own vote, which is none (0.7; found by simulation: seed 1848, three nodes, thirty seconds: two leaders of one term). Where
     * only voters ask for votes, a majority of the voters is needed for a leader (Raft thesis, section 4.2.2).
     */
    private boolean mayStand() {
        return !settings.walls().onlyVotersStand()
                || engine.getEffectiveMembers().getVotingMembers().contains(engine.getLocalEndpoint());
    }

    /** The engine's state machine: hands committed entries to the event store. */
    private final class Applier implements StateMachine, InternalCommitAware {
        @Override
        public Object runOperation(long index, Object operation) {
            if (time.isDead()) {
                return List.of();
            }
            byte[] entry = (byte[]) operation;
            int term = store.terms().of(index);
            List<Outcome> outcomes = List.of();
            try {
                outcomes = events.apply(index, term, entry);
            } catch (RuntimeException | Error e) {
                die("entry " + index + " could not be applied: " + e.getMessage(), e);
            }
            bytesSinceSnapshot += entry.length;
            if (bytesSinceSnapshot > SNAPSHOT_EVERY_BYTES) {
                snapshotWanted = true;
            }
            if (role == RaftRole.LEADER && readyTerm != term && term == leadership.term()) {
                readyTerm = term;
                setLeadership(term, leadership.leader());
            }
            return outcomes;
        }

        @Override
        public void onInternalCommit(long index) {
            guarded(() -> events.skip(index, store.terms().of(index)));
        }

        @Override
        public void takeSnapshot(long index, Consumer<Object> chunks) {
            guarded(events::sync);
            if (time.isDead()) {
                // The engine would cut the log behind a snapshot of what is not here; a start could not go on from
                // that.
                throw new IllegalStateException("the replica has stopped: no snapshot is taken");
            }
            bytesSinceSnapshot = 0;
            snapshotWanted = false;
            chunks.accept(new ByteWriter(16).i64(index).toBytes());
        }

        @Override
        public void installSnapshot(long index, List<Object> chunks) {
            if (settings.walls().snapshotHold() && events.pendingIndex() < index) {
                die(
                        "a Raft snapshot at index " + index + " was to be installed over a store at "
                                + events.pendingIndex()
                                + ": the events in between are not here. Run `quorate repair` to seed this node again from the group",
                        new IllegalStateException("snapshot ahead of the store"));
            }
        }

        @Override
        public Object getNewTermOperation() {
            return BARRIER;
        }
    }
}
