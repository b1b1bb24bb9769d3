package io.quorate.persistence.raft;

import io.microraft.RaftEndpoint;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.RaftMessage;
import io.microraft.report.RaftNodeReport;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.store.StorageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Wall: the engine trusts its disk, and Raft with it. One that was set back to an old image, or whose log was deleted, has forgotten what
 * this member promised: it might vote a second time in one term, and for a member that lacks what it acknowledged itself. So a member
 * takes no part before it was told what it is known to have had ({@link RollbackCheck}), and ends where it has less. Used by one thread.
 */
final class RollbackWatch {
    /** How often a leader looks what the others have, and tells each. */
    private static final Duration PERIOD = Duration.ofMillis(100);

    /** How long one that was set back waits for somebody to know of it, before it stops. */
    private static final Duration ANSWERS = Duration.ofSeconds(2);

    private final MemberId self;
    private final RaftLogStore log;
    private final WatchedStore store;
    private final RaftFrames frames;
    private final RaftTransport transport;
    private final LongSupplier nanos;
    private final Consumer<RaftMessage> engine;
    private final FailStop failStop;

    private HighWaterMarks marks;
    private long learnedAtNanos;
    private BiConsumer<MemberId, String> setBackListener = (member, what) -> {};
    private final Map<MemberId, Long> toldAtNanos = new HashMap<>();

    private @Nullable RollbackCheck check;
    private Runnable passed = () -> {};
    private @Nullable Contradiction contradiction;
    private @Nullable RaftMessage held;

    /** @param engine gets what a leader has sent last while it could not have it yet */
    RollbackWatch(
            MemberId self,
            RaftLogStore log,
            WatchedStore store,
            RaftFrames frames,
            RaftTransport transport,
            LongSupplier nanos,
            Consumer<RaftMessage> engine,
            FailStop failStop) {
        this.self = self;
        this.log = log;
        this.store = store;
        this.frames = frames;
        this.transport = transport;
        this.nanos = nanos;
        this.engine = engine;
        this.failStop = failStop;
        this.marks = log.restoreMarks();
        this.learnedAtNanos = nanos.getAsLong() - PERIOD.toNanos();
    }

    /** What another knows of a member that still asks, and that it does not have. */
    private record Contradiction(MemberId from, HighWaterMarks.Mark known, long atNanos) {}

    // ---- a member that starts

    /**
     * Begins to ask.
     *
     * @param voters whom it knows to vote; empty where it knows nothing yet
     * @param onPassed run once, when this member may take part
     */
    void begin(Set<MemberId> voters, Runnable onPassed) {
        check = new RollbackCheck(self, voters, nanos.getAsLong());
        passed = onPassed;
        passIfHeard();
    }

    /** Asks those that have not answered; answers whether to do so again. */
    boolean asks() {
        passIfHeard();
        if (check == null) {
            return false;
        }
        if (contradiction != null && nanos.getAsLong() - contradiction.atNanos() >= ANSWERS.toNanos()) {
            return covers(contradiction.from(), contradiction.known());
        }
        check.silent().forEach(this::ask);
        return true;
    }

    private void ask(MemberId member) {
        transport.send(
                member,
                frames.askMark(
                        self, stored(), contradiction == null ? HighWaterMarks.Mark.NONE : contradiction.known()));
    }

    /** Whether the engine may have a message; what a leader has sent last is kept until then. */
    boolean lets(RaftMessage message) {
        passIfHeard();
        if (check == null) {
            return true;
        }
        if ((message instanceof AppendEntriesRequest || message instanceof InstallSnapshotRequest)
                && message.getTerm() >= store.term()) {
            held = message;
            MemberId leader = RaftMemberEndpoint.memberOf(message.getSender());
            if (check.leads(leader)) {
                ask(leader);
            }
        }
        return false;
    }

    /** An answer; it may be the last that was waited for. */
    void told(RaftFrames.Content.TellMark tell) {
        if (check == null) {
            covers(tell.from(), tell.mark());
        } else if (stored().covers(tell.mark())) {
            check.answered(tell.from());
            passIfHeard();
        } else if (contradiction == null) {
            contradicted(tell.from(), tell.mark());
        } else if (contradiction.from().equals(tell.from())) {
            covers(tell.from(), tell.mark()); // stops this member: who told it has heard of it
        }
    }

    /**
     * One that still asks, and was told of more than it has, does not stop at once: it asks again and says what it was told. Who answers to
     * that knows from itself that it was set back, and has it written down.
     */
    private void contradicted(MemberId from, HighWaterMarks.Mark known) {
        contradiction = new Contradiction(from, known, nanos.getAsLong());
        ask(from);
    }

    private void passIfHeard() {
        if (check != null && contradiction == null && check.passed(nanos.getAsLong())) {
            check = null;
            passed.run();
            RaftMessage kept = held;
            held = null;
            if (kept != null) {
                engine.accept(kept);
            }
        }
    }

    /** Ends this member where it has less than it is known to have had. */
    private boolean covers(MemberId from, HighWaterMarks.Mark known) {
        boolean covered = stored().covers(known);
        if (!covered) {
            String reason =
                    setBack(self, stored(), known) + " (" + from.node() + " tells). It must not vote with what it"
                            + " has forgotten, and stops; the others go on. Next: `quorate repair`, then start it: it gets a new copy"
                            + " from them";
            failStop.stop(
                    reason, new StorageException(StorageException.Kind.CORRUPT, Path.of("backend", "log"), reason));
        }
        return covered;
    }

    /** What this member has on disk, or is about to have. */
    private HighWaterMarks.Mark stored() {
        return new HighWaterMarks.Mark(store.term(), store.lastIndex());
    }

    private static String setBack(MemberId member, HighWaterMarks.Mark has, HighWaterMarks.Mark known) {
        return "the disk of " + member.node() + " was set back: it had everything up to entry " + known.index()
                + " and term " + known.term() + ", and now its log ends with entry " + has.index() + " in term "
                + has.term();
    }

    // ---- what is known of the others

    /** Registers who is told of another member that was set back, in words for people. */
    void onSetBack(BiConsumer<MemberId, String> listener) {
        setBackListener = listener;
    }

    /**
     * Somebody asks what it is known to have had. That it says less than is known of it means nothing: its question may be older than what
     * it has stored since, and arrive later. That it says less than it was told is its own word that it was set back.
     */
    void asked(RaftFrames.Content.AskMark ask) {
        if (!ask.has().covers(ask.told())) {
            setBackListener.accept(
                    ask.from(),
                    setBack(ask.from(), ask.has(), ask.told()) + ". Next, there: `quorate repair`, `quorate start`");
        }
        transport.send(ask.from(), frames.tellMark(self, marks.of(ask.from())));
    }

    /** A leader tells what it knows of all members, this one among them. */
    void told(RaftEndpoint leader, HighWaterMarks news) {
        MemberId from = RaftMemberEndpoint.memberOf(leader);
        if (check != null && !stored().covers(news.of(self))) {
            if (contradiction == null) {
                check.leads(from);
                contradicted(from, news.of(self));
            }
        } else if (!news.marks().isEmpty() && covers(from, news.of(self))) {
            keep(news.marks().keySet(), news);
        }
    }

    private void keep(Collection<MemberId> members, HighWaterMarks news) {
        HighWaterMarks now = marks.with(members, news);
        if (now != marks) {
            marks = now;
            log.note(now);
        } else {
            log.storeNoted(); // nothing has been written since the last word, so no flush has taken it along
        }
    }

    boolean isDue() {
        return nanos.getAsLong() - learnedAtNanos >= PERIOD.toNanos();
    }

    /** Learns from the answers to this leader's log. */
    void learn(RaftNodeReport report) {
        learnedAtNanos = nanos.getAsLong();
        int term = report.getTerm().getTerm();
        long committed = report.getLog().getCommitIndex();
        Map<MemberId, HighWaterMarks.Mark> news = new HashMap<>();
        report.getLog().getFollowerMatchIndices().forEach((endpoint, match) -> {
            if (match > 0) {
                news.put(
                        RaftMemberEndpoint.memberOf(endpoint),
                        new HighWaterMarks.Mark(term, Math.min(match, committed)));
            }
        });
        news.put(self, new HighWaterMarks.Mark(term, Math.min(store.flushedIndex(), committed)));
        List<MemberId> members = report.getEffectiveMembers().getMembers().stream()
                .map(RaftMemberEndpoint::memberOf)
                .toList();
        toldAtNanos.keySet().retainAll(members);
        keep(members, new HighWaterMarks(news));
    }

    /** What goes with a message to a member: now and then, with what a leader sends anyway. */
    HighWaterMarks goesWith(RaftMessage message, MemberId target) {
        if (!(message instanceof AppendEntriesRequest)) {
            return HighWaterMarks.NONE;
        }
        long now = nanos.getAsLong();
        Long before = toldAtNanos.get(target);
        if (before != null && now - before < PERIOD.toNanos()) {
            return HighWaterMarks.NONE;
        }
        toldAtNanos.put(target, now);
        return marks;
    }
}
