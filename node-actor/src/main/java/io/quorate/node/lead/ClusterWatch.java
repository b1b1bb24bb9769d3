package io.quorate.node.lead;

import io.quorate.node.contract.Asked;
import io.quorate.node.contract.Assignment;
import io.quorate.node.contract.ClusterReport;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.Presence;
import io.quorate.node.membership.Addresses;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.membership.Removal;
import io.quorate.node.presence.Presences;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.Role;
import io.quorate.node.role.RolePlanner;
import io.quorate.node.role.RolePolicy;
import io.quorate.node.role.RoleStep;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.raft.RaftReplica;
import io.quorate.persistence.raft.ReplicaReport;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's watch over the cluster: hears of the nodes, tells each what it is, and has the roles changed, one step at a time,
 * whenever something happened. Asleep where this node does not lead. Any thread.
 */
public final class ClusterWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

    /** Looked at again this often even if nothing was heard: silence is no event. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** Members that a recovery went on without are looked for so often. */
    private static final Duration FENCING = Duration.ofSeconds(3);

    /** Likewise, when somebody has said that the recovery is known. */
    private static final Duration FENCING_WHEN_KNOWN = Duration.ofSeconds(30);

    /** A node that was let in and is not heard of for so long will not come: its name and its token are free again. */
    private static final Duration JOIN_PATIENCE = Duration.ofSeconds(60);

    private final Timer timer;
    private final LeaderPorts parts;
    private final RoleSteps steps;
    private final Duration heartbeatTimeout;
    private final Presences presences = new Presences();
    private final AtomicBoolean planning = new AtomicBoolean();
    private final Map<MemberId, CompletableFuture<String>> stopping = new LinkedHashMap<>();
    private long lastFenced;
    private volatile String promoted = "";
    private boolean leads;
    private Timer.@Nullable Pending next;
    private boolean closed;

    /** @param heartbeatTimeout silence that an election follows, unless the end of the leader was known without it */
    public ClusterWatch(Timer timer, LeaderPorts parts, RoleSteps steps, Duration heartbeatTimeout) {
        this.timer = timer;
        this.parts = parts;
        this.steps = steps;
        this.heartbeatTimeout = heartbeatTimeout;
        this.lastFenced = timer.nanos() - FENCING.toNanos();
    }

    /** This node has begun or ceased to lead. */
    public void leading(boolean nowLeads) {
        synchronized (this) {
            if (nowLeads && !leads) {
                presences.begin(timer.nanos(), heartbeatTimeout);
                parts.begins();
            }
            leads = nowLeads;
        }
        plan();
    }

    /** A node tells about itself; the answer is what it is. */
    public CompletionStage<byte[]> receive(byte[] bytes) {
        return whileLeading(replica -> {
            Presence presence = MembershipForm.read(bytes, Presence.class);
            MemberId member = MemberId.parse(presence.member());
            if (!parts.membership().isIn(parts.identity().epoch())) {
                return CompletableFuture.failedFuture(
                        new JournalException(Kind.NO_LEADER, "the recovery of the cluster is not in the journal yet"));
            }
            if (!ClusterEpoch.parse(presence.epoch()).equals(parts.identity().epoch())) {
                return CompletableFuture.completedFuture(MembershipForm.bytes(ofThePast(presence, member)));
            }
            return entered(presence, member)
                    .thenCompose(refusal -> heard(presence, member, refusal))
                    .thenApply(MembershipForm::bytes);
        });
    }

    /** What a node itself asks for. */
    public static Asked inNameOf(String node, MembershipMessage message) {
        return new Asked(message, new Peer(node, PeerKind.NODE).words());
    }

    /**
     * A node of an older epoch learns what it is in this one. Where it was let in by those who were lost, the base may not know of it: then it
     * belongs to a cluster that is no more.
     */
    private Assignment ofThePast(Presence presence, MemberId member) {
        MembershipState state = parts.membership();
        boolean lost = presence.clusterId().equals(parts.identity().clusterId())
                && !state.nodes().containsKey(member.node())
                && !state.hasRemoved(member);
        Assignment answer = lost
                ? Assignment.none(
                        Assignment.REMOVED,
                        "the cluster was recovered as epoch " + epoch()
                                + ", and its join is not in what that began with",
                        epoch())
                : assignment(state, presence, member, "");
        if (!answer.standing().equals(Assignment.MEMBER)) {
            LOG.info("{} of an older epoch was told that it is {}", member, answer.standing());
        }
        return answer;
    }

    /** Has it decided where a node is, where that is news; answers why it may not be there, if not. */
    private CompletionStage<String> entered(Presence presence, MemberId member) {
        MembershipState state = parts.membership();
        MembershipState.Node known = state.nodes().get(member.node());
        if (known == null
                || state.hasRemoved(member)
                || !presence.clusterId().equals(parts.identity().clusterId())
                || !known.isElsewhere(member.address(), presence.apiAddress(), presence.joinAddress())) {
            return CompletableFuture.completedFuture("");
        }
        MembershipMessage move = new MembershipMessage.Move(
                member.node(), member.address(), presence.apiAddress(), presence.joinAddress());
        return parts.membershipCommand(inNameOf(member.node(), move), true)
                .thenApply(answer -> answer instanceof MembershipMessage.Refused refused ? refused.message() : "");
    }

    private <T> CompletionStage<T> whileLeading(Function<RaftReplica, CompletionStage<T>> action) {
        RaftReplica replica = parts.replica();
        return replica == null || !parts.leader().isHere()
                ? CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "this node does not lead"))
                : action.apply(replica);
    }

    /** @param refusal why it may not be where it is */
    private CompletionStage<Assignment> heard(Presence presence, MemberId member, String refusal) {
        MembershipState state = parts.membership();
        Assignment answer = assignment(state, presence, member, refusal);
        if (answer.standing().equals(Assignment.MEMBER)) {
            boolean news;
            synchronized (this) {
                news = presences.heard(
                        presence, parts.appliedIndex(), timer.nanos(), timer.wallMillis(), PresenceExchange.GAP);
            }
            reseeded(state, presence, member);
            MembershipState.Node node = state.nodes().get(member.node());
            if (node != null && !node.completed()) {
                return completed(member)
                        .handle((done, failure) -> assignment(parts.membership(), presence, member, refusal));
            } else if (news && node != null && node.isConcernedByRoles()) {
                plan();
            }
        }
        return CompletableFuture.completedFuture(answer);
    }

    /**
     * One that was let in has told about itself: its join is complete. It learns so by the answer: an answer costs nothing where it is off
     * again, and a thousand workers that join are not called on, each over a connection of its own. Where it comes to nothing, its next presence asks again.
     */
    private CompletionStage<MembershipMessage> completed(MemberId member) {
        return parts.membershipCommand(inNameOf(member.node(), new MembershipMessage.Complete(member.node())), true);
    }

    /** A node that a recovery has kept has what there was when it was done: that is worth a word in the history. */
    private void reseeded(MembershipState state, Presence presence, MemberId member) {
        state.recovery()
                .filter(recovery -> recovery.reseeding().contains(member.node()))
                .filter(recovery -> !presence.holdsCopy() || presence.applied() >= recovery.offset())
                .ifPresent(recovery -> parts.membershipCommand(
                        inNameOf(member.node(), new MembershipMessage.ReportReseeded(member.node())), true));
    }

    private Assignment assignment(MembershipState state, Presence presence, MemberId member, String refusal) {
        MembershipState.Node node = state.nodes().get(member.node());
        if (!presence.clusterId().equals(parts.identity().clusterId())) {
            return Assignment.none(Assignment.UNKNOWN, "it belongs to another cluster", epoch());
        }
        if (state.hasRemoved(member)) {
            return Assignment.none(
                    Assignment.REMOVED, state.removed().get(member.node()).reason(), epoch());
        }
        return node == null
                ? Assignment.none(Assignment.UNKNOWN, "it never joined this cluster", epoch())
                : new Assignment(
                        Assignment.MEMBER,
                        node.member().toString(),
                        node.word(),
                        state.addressesBut(member.node()),
                        refusal,
                        node.nextAddress(),
                        parts.identity().member().toString(),
                        parts.membershipNr(),
                        epoch(),
                        parts.identity().founders().stream()
                                .map(MemberId::toString)
                                .toList());
    }

    private String epoch() {
        return parts.identity().epoch().toString();
    }

    /**
     * Those that a recovery went on without are looked for: one that was only cut off may still take itself for the cluster. Those that were told
     * are looked for as well, for the answer may have been lost, or the power before it was stored.
     */
    private synchronized void fence(MembershipState state) {
        if (state.recovery().isEmpty()) {
            return;
        }
        MembershipState.Recovery recovery = state.recovery().get();
        Duration pause = recovery.acknowledged() ? FENCING_WHEN_KNOWN : FENCING;
        long now = timer.nanos();
        if (now - lastFenced < pause.toNanos()) {
            return;
        }
        lastFenced = now;
        recovery.lost().stream()
                .filter(member -> !state.nodes().containsKey(member.node()))
                .forEach(parts::nudge);
        recovery.reseeding().stream()
                .map(state.nodes()::get)
                .filter(Objects::nonNull)
                .forEach(node -> parts.nudge(node.member()));
    }

    /** Looks whether a step is due, takes it, and looks again; called whenever something may have changed. */
    public void plan() {
        RaftReplica replica = parts.replica();
        if (replica == null || !parts.leader().isHere()) {
            return;
        }
        lookAgainIn(LOOK);
        if (!parts.membership().isIn(parts.identity().epoch())) {
            return;
        }
        fence(parts.membership());
        parts.enterOwnAddress();
        if (!planning.compareAndSet(false, true)) {
            giveUpIfSilent(replica);
            return; // the one that is under way looks again
        }
        replica.report()
                .thenCompose(report -> stepFrom(report)
                        .map(step -> {
                            promoted = step instanceof RoleStep.Promote promote ? promote.node() : "";
                            return steps.take(step, replica, report).thenApply(done -> true);
                        })
                        .orElseGet(() -> CompletableFuture.completedFuture(false)))
                .whenComplete((stepped, failure) -> {
                    promoted = "";
                    planning.set(false);
                    answerStopping(failure != null || stepped);
                    if (failure != null) {
                        LOG.info(
                                "a role change will be tried again: {}",
                                JournalException.of(failure).getMessage());
                        lookAgainIn(PAUSE_AFTER_FAILURE);
                    } else if (stepped) {
                        plan();
                    }
                });
    }

    /** One that dies while it is promoted would hold up every other change until the promotion's own patience ends. */
    private void giveUpIfSilent(RaftReplica replica) {
        MembershipState state = parts.membership();
        MembershipState.Node node = state.nodes().get(promoted);
        if (node != null) {
            replica.report().thenAccept(report -> {
                Duration silent;
                synchronized (this) {
                    silent = presences.silent(node, group(report), timer.nanos());
                }
                if (silent.compareTo(state.policy().promoteAfter()) >= 0) {
                    replica.giveUpPromotion(node.member());
                }
            });
        }
    }

    /** The next look is then, and no other; one on a node that leads no more is the last. */
    private synchronized void lookAgainIn(Duration pause) {
        if (next != null) {
            next.cancel();
        }
        if (!closed) {
            next = timer.after(pause, this::plan);
        }
    }

    private synchronized Optional<RoleStep> stepFrom(ReplicaReport report) {
        MembershipState state = parts.membership();
        long now = timer.nanos();
        presences.keep(state);
        presences.unaware(state, now).forEach(parts::nudge);
        presences
                .overdue(state, JOIN_PATIENCE, now)
                .forEach(node ->
                        parts.membershipCommand(new Asked(new MembershipMessage.Abandon(node), Asked.PLANNER), true));
        ClusterView view = presences.viewForRoles(state, group(report), now);
        RolePolicy policy = state.policy();
        nextSilence(view, policy).ifPresent(this::lookAgainIn);
        parts.looked(view);
        return RolePlanner.plan(view, policy);
    }

    /** When the next voter will have been silent for too long, if that is before the next look. */
    private static Optional<Duration> nextSilence(ClusterView view, RolePolicy policy) {
        return view.voters().stream()
                .filter(node -> !node.leader() && node.silent().compareTo(policy.promoteAfter()) < 0)
                .map(node -> policy.promoteAfter().minus(node.silent()))
                .filter(until -> until.compareTo(LOOK) < 0)
                .min(Duration::compareTo);
    }

    private Presences.Group group(ReplicaReport report) {
        Map<MemberId, Long> silent = new TreeMap<>();
        report.lastContactMillis().forEach((member, millis) -> {
            // Who has not answered this leader at all was silent before it led, too.
            boolean answered = report.matchIndex().getOrDefault(member, 0L) > 0;
            silent.put(member, millis + (answered ? 0 : heartbeatTimeout.toMillis()));
        });
        return new Presences.Group(report.self(), report.voters(), report.learners(), silent);
    }

    /** The cluster as this leader sees it. */
    public CompletionStage<ClusterReport> report() {
        return whileLeading(replica -> replica.report().thenApply(this::describe));
    }

    private synchronized ClusterReport describe(ReplicaReport report) {
        MembershipState state = parts.membership();
        RolePolicy policy = state.policy();
        Presences.Group group = group(report);
        long now = timer.nanos();
        int live = 0;
        List<ClusterReport.Node> nodes = new ArrayList<>();
        for (MembershipState.Node node : state.nodes().values()) {
            MemberId member = node.member();
            boolean leads = member.equals(report.self());
            long match = report.matchIndex().getOrDefault(member, 0L);
            boolean heard = leads || match > 0 || presences.of(member.node()).isPresent();
            Duration silent = presences.silent(node, group, now);
            boolean votes = report.voters().contains(member);
            // A voter that has not answered this leader yet may have died with the one before it.
            boolean online = leads || (match > 0 || !votes) && silent.compareTo(policy.awayAfter(votes)) < 0;
            live += online && votes ? 1 : 0;
            nodes.add(new ClusterReport.Node(
                    member.node(),
                    member.address(),
                    node.apiAddress(),
                    node.listed(),
                    leads,
                    leads ? 0 : match > 0 ? Math.max(0, report.commitIndex() - match) : presences.lag(member.node()),
                    heard ? silent.toMillis() : -1,
                    online,
                    node.failureDomain(),
                    node.weight(),
                    node.leaving(),
                    presences.of(member.node()).map(Presence::version).orElse(leads ? parts.version() : ""),
                    leads ? 0 : presences.skewMillis(member.node()),
                    presences
                            .of(member.node())
                            .map(Presence::certificateExpiresMillis)
                            .orElse(leads ? parts.certificateExpiresMillis() : 0L),
                    node.nextAddress(),
                    leads
                            ? parts.highestLevel()
                            : presences
                                    .of(member.node())
                                    .map(Presence::highestLevel)
                                    .orElse(0)));
        }
        int voters = report.voters().size();
        return new ClusterReport(
                report.term(),
                report.commitIndex(),
                voters,
                live,
                live - ClusterView.majority(voters),
                policy.voters(),
                policy.standbys(),
                policy.promoteAfter().toMillis(),
                nodes);
    }

    /**
     * A voter stops in good order: another takes over its vote, where one can. The answer comes when that is done, or cannot be.
     *
     * @return its identity from now on, outside of the group; empty where it votes still
     */
    public CompletionStage<String> stops(MemberId member) {
        return whileLeading(replica -> {
            CompletableFuture<String> replaced = new CompletableFuture<>();
            synchronized (this) {
                presences.stops(member, timer.nanos());
                stopping.put(member, replaced);
            }
            plan();
            return replaced;
        });
    }

    /** Answers those that stop: they are replaced, or nothing more can be done for them. */
    private void answerStopping(boolean stepped) {
        Map<String, MembershipState.Node> nodes = parts.membership().nodes();
        Map<CompletableFuture<String>, String> answers = new LinkedHashMap<>();
        synchronized (this) {
            stopping.entrySet().removeIf(entry -> {
                MembershipState.Node node = nodes.get(entry.getKey().node());
                boolean votes = node != null && node.role() == Role.VOTER;
                if (!votes || !stepped) {
                    answers.put(
                            entry.getValue(),
                            votes || node == null ? "" : node.member().toString());
                    return true;
                }
                return false;
            });
        }
        answers.forEach(CompletableFuture::complete);
    }

    /**
     * Begins the removal of a node, or says why not.
     *
     * @param by who asked
     */
    public CompletionStage<MembershipMessage> remove(String name, boolean force, String by) {
        MembershipMessage leave =
                new MembershipMessage.Leave(name, force ? "removed by force: it never comes back" : "removed");
        return whileLeading(replica -> {
            MembershipState.Node node = parts.membership().nodes().get(name);
            if (node != null && !node.completed()) {
                // It holds no role yet, and there is nothing to forecast.
                return parts.membershipCommand(new Asked(new MembershipMessage.Abandon(name), by), true)
                        .whenComplete((done, failure) -> parts.nudge(node.member()));
            }
            if (node != null && node.isLeaving()) {
                return CompletableFuture.completedFuture(new MembershipMessage.Done()); // that it may was judged then
            }
            return replica.report().thenCompose(report -> unlessRefused(name, force, report, new Asked(leave, by)));
        });
    }

    /** A node that is about to start is somewhere else than before: has that decided, or says why it may not be there. */
    public CompletionStage<MembershipMessage> moves(Asked asked) {
        if (!(asked.message() instanceof MembershipMessage.Move move)) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("this is no move"));
        }
        return whileLeading(replica -> replica.report().thenCompose(report -> {
            MembershipState state = parts.membership();
            return Addresses.alive(viewOf(state, report), state.policy(), state, move)
                    .<CompletionStage<MembershipMessage>>map(CompletableFuture::completedFuture)
                    .orElseGet(() -> parts.membershipCommand(asked, true));
        }));
    }

    private synchronized ClusterView viewOf(MembershipState state, ReplicaReport report) {
        return presences.view(state, group(report), timer.nanos());
    }

    /** Issues a token for who takes a dead node's place, or says why not: as if it were removed now. */
    public CompletionStage<MembershipMessage> offerReplacement(MembershipMessage.OfferReplacement offer, String by) {
        return unlessRefused(offer.node(), true, new Asked(offer, by));
    }

    private CompletionStage<MembershipMessage> unlessRefused(String name, boolean force, Asked command) {
        return whileLeading(
                replica -> replica.report().thenCompose(report -> unlessRefused(name, force, report, command)));
    }

    private CompletionStage<MembershipMessage> unlessRefused(
            String name, boolean force, ReplicaReport report, Asked command) {
        MembershipState state = parts.membership();
        Optional<MembershipMessage.Refused> no = Removal.refusal(viewOf(state, report), state.policy(), name, force);
        return no.isPresent() ? CompletableFuture.completedFuture(no.get()) : parts.membershipCommand(command, true);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (next != null) {
            next.cancel();
        }
    }
}
