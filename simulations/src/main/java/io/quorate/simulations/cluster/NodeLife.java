package io.quorate.simulations.cluster;

import io.quorate.node.contract.Asked;
import io.quorate.node.contract.Assignment;
import io.quorate.node.contract.ClusterReport;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.Presence;
import io.quorate.node.contract.Recorded;
import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.contract.SurvivorReport;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.folder.Identity;
import io.quorate.node.lead.ClusterWatch;
import io.quorate.node.lead.Contacts;
import io.quorate.node.lead.KnownLeader;
import io.quorate.node.lead.LeaderPorts;
import io.quorate.node.lead.NewerEpoch;
import io.quorate.node.lead.PresenceExchange;
import io.quorate.node.lead.RoleSteps;
import io.quorate.node.lead.Timer;
import io.quorate.node.member.JournalFollower;
import io.quorate.node.member.LeaderChannel;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.presence.Leads;
import io.quorate.node.presence.Transition;
import io.quorate.node.recovery.Assessment;
import io.quorate.node.recovery.RecoverySurvey;
import io.quorate.node.recovery.Survivor;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.Role;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.Leadership;
import io.quorate.persistence.raft.RaftReplica;
import io.quorate.persistence.raft.ReplicaReport;
import io.quorate.persistence.remote.EpochRefusal;
import io.quorate.simulations.world.SimulatedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a node from one start to its end, or until it becomes something else: what {@code NodeParts} is in production, over the ports of
 * a simulated machine.
 */
public final class NodeLife implements LeaderPorts {
    /** A waiter for news is answered after this, news or none. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    /** How long a node waits for an answer of another one. */
    private static final Duration REQUEST = Duration.ofSeconds(3);

    private static final Duration PRESENCE = Duration.ofSeconds(1);

    /** How long a node waits for what another one has, before a recovery. */
    private static final Duration SURVEY = Duration.ofSeconds(2);

    /** How long a command looks for a leader, how long it waits there, and how often it looks: those of {@code LeaderChannel}. */
    private static final Duration LEADER_PATIENCE = Duration.ofSeconds(5);

    private static final Duration LEADER_REQUEST = Duration.ofSeconds(4);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private static final int WHO_LEADS = 1;
    private static final byte[] DONE = {1};

    private record Waiter(long after, CompletableFuture<Long> answer) {}

    private final SimulatedCluster cluster;
    private final ClusterNode node;
    private final SimulatedNode machine;
    private final Timer timer;
    private final Contacts contacts;
    private final KnownLeader leader;
    private final @Nullable HostedMembership hosted;
    private final ClusterWatch watch;
    private final PresenceExchange presence;
    private final NewerEpoch newer;
    private final Optional<RecoveryPlan> plan;
    private final List<Waiter> waiters = new ArrayList<>();
    private Identity identity;
    private @Nullable JournalFollower follower;
    private @Nullable JournalStream stream;
    private @Nullable ClusterView view;
    private boolean founding;
    private boolean promoted;
    private boolean empty;
    private boolean closed;

    NodeLife(SimulatedCluster cluster, ClusterNode node, Identity identity) {
        this.cluster = cluster;
        this.node = node;
        this.machine = node.machine();
        this.identity = identity;
        this.timer = new VirtualTimer(cluster.world().time(), () -> closed);
        this.contacts = new Contacts(
                timer,
                WHO_LEADS,
                List.of(),
                this::identity,
                this::leads,
                this::membership,
                (address, request) -> cluster.ask(node, address, request, NodeLife::answer, REQUEST),
                this::somebodyMoved);
        this.leader = new KnownLeader(this::replica, this::identity, contacts, () -> closed);
        this.hosted = identity.holdsCopy() ? hosted() : null;
        this.watch = new ClusterWatch(
                timer, this, new RoleSteps(this), cluster.world().timing().heartbeatTimeout());
        this.presence = new PresenceExchange(
                timer, new Channel(), leader, this::presence, this::votes, this::assigned, leader::find);
        this.newer = new NewerEpoch(timer, this::identity, contacts, presence, () -> closed);
        this.plan = node.plan()
                .filter(planned -> ClusterEpoch.parse(planned.epoch()).equals(identity.epoch()));
    }

    private HostedMembership hosted() {
        return new HostedMembership(
                new Membership(identity.clusterId(), identity.epoch(), identity.founders()),
                machine.events(),
                timer,
                machine.name() + "/" + machine.lives(),
                new HostedMembership.Listener() {
                    @Override
                    public void committed(MembershipState state, long sequenceNr, boolean leading) {
                        membershipChanged(state, leading);
                    }

                    @Override
                    public void decided(Recorded event) {
                        cluster.world().trace().note(machine.name(), "decides " + event.event());
                        cluster.leaders().decided(node, event);
                    }
                });
    }

    /** The machine is up. */
    void begin() {
        if (hosted != null) {
            machine.events().watch(Membership.ID, events -> {
                if (!closed) {
                    hosted.stored(events);
                }
            });
            hosted.follow();
        }
        if (identity.follows()) {
            follow();
        } else if (identity.isWithoutCopy()) {
            leader.lookAgain();
        }
        presence.announce();
    }

    private void follow() {
        JournalStream source = new JournalStream(timer, contacts::addresses, new JournalStream.Wire() {
            @Override
            public <T> CompletionStage<T> ask(
                    String address, Function<NodeLife, CompletionStage<T>> question, Duration patience) {
                return cluster.ask(node, address, question, patience);
            }
        });
        stream = source;
        empty = appliedIndex() == 0;
        follower = new JournalFollower(
                source,
                machine.events(),
                machine.executor(),
                timer::nanos,
                machine.failStop(),
                JournalMetrics.NONE,
                this::followed);
        leader.lookAgain();
    }

    private final class Channel implements PresenceExchange.Channel {
        @Override
        public CompletionStage<byte[]> tell(String to, byte[] bytes) {
            return cluster.ask(node, to, bytes, (life, told) -> life.watch.receive(told), PRESENCE);
        }

        @Override
        public void close() {}
    }

    private Leads leads() {
        return leader.word();
    }

    private void somebodyMoved() {
        leader.changed();
    }

    private Presence presence() {
        return new Presence(
                identity.clusterId(),
                identity.member().toString(),
                identity.replica().name().toLowerCase(Locale.ROOT),
                appliedIndex(),
                version(),
                timer.wallMillis(),
                certificateExpiresMillis(),
                identity.apiAddress(),
                identity.joinAddress(),
                identity.epoch().toString());
    }

    private boolean votes() {
        MembershipState.Node self = membership().nodes().get(machine.name());
        return self != null && self.role() == Role.VOTER;
    }

    /** The leader has told what this node is. */
    private void assigned(Assignment assignment) {
        if (closed) {
            return;
        }
        boolean sameEpoch = ClusterEpoch.parse(assignment.epoch()).equals(identity.epoch());
        if (sameEpoch && assignment.standing().equals(Assignment.MEMBER)) {
            storeContacts(assignment.contacts());
            contacts.heard(MemberId.parse(assignment.leader()));
        }
        Transition.due(identity, assignment).ifPresent(next -> node.become(this, next));
    }

    private void storeContacts(List<String> others) {
        if (!others.isEmpty() && !others.equals(identity.contacts())) {
            store(identity.withContacts(others));
        }
    }

    private void store(Identity next) {
        identity = next;
        node.store(next);
    }

    private void membershipChanged(MembershipState state, boolean leading) {
        if (closed) {
            return;
        }
        contacts.book().decided(state);
        if (state.isIn(identity.epoch())) {
            plan.ifPresent(done -> node.endRecovery());
        } else if (leading) {
            membershipCommand(Survivor.toTell(identity, plan, appliedIndex(), timer.wallMillis(), ""), true);
        }
        if (leading && state.nodes().isEmpty() && identity.founders().contains(identity.member()) && !founding) {
            founding = true;
            membershipCommand(
                            ClusterWatch.inNameOf(
                                    machine.name(),
                                    new MembershipMessage.Found(
                                            identity.member().toString(),
                                            identity.apiAddress(),
                                            identity.joinAddress())),
                            true)
                    .whenComplete((done, failure) -> founding = false);
        }
        storeContacts(state.addressesBut(machine.name()));
        if (leading) {
            watch.plan();
        }
    }

    // ---- what the machine tells

    void leadership(Leadership now) {
        leader.changed();
        if (hosted != null) {
            hosted.leading(now.ready() ? machine.replica() : null);
        }
        watch.leading(now.ready());
    }

    private void followed(long index) {
        applied(index);
        if (empty) {
            empty = false;
            presence.announce();
        }
    }

    void applied(long index) {
        List<Waiter> due = new ArrayList<>();
        waiters.removeIf(waiter -> waiter.after() < index && due.add(waiter));
        due.forEach(waiter -> waiter.answer().complete(index));
    }

    // ---- what other nodes ask

    private CompletionStage<byte[]> answer(byte[] request) {
        ByteReader in = new ByteReader(request);
        return in.u8() == WHO_LEADS
                ? contacts.answer(in)
                : CompletableFuture.failedFuture(new IllegalArgumentException("an unknown request"));
    }

    <A> CompletionStage<A> ask(Query<A> query) {
        return machine.holdsCopy()
                ? CompletableFuture.completedFuture(machine.answer(query))
                : CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, machine.name() + " has no copy"));
    }

    CompletionStage<Long> awaitMore(long after) {
        if (!machine.holdsCopy()) {
            return CompletableFuture.failedFuture(
                    new JournalException(Kind.NO_LEADER, machine.name() + " has no copy"));
        }
        if (appliedIndex() > after) {
            return CompletableFuture.completedFuture(appliedIndex());
        }
        Waiter waiter = new Waiter(after, new CompletableFuture<>());
        waiters.add(waiter);
        timer.after(LONGEST_WAIT, () -> {
            if (waiters.remove(waiter)) {
                waiter.answer().complete(appliedIndex());
            }
        });
        return waiter.answer();
    }

    private CompletionStage<byte[]> becomeMember(String asMember) {
        boolean ready = identity.member().equals(MemberId.parse(asMember))
                && (identity.replica() == Identity.Replica.FOLLOWER || identity.replica() == Identity.Replica.MEMBER);
        if (!ready) {
            presence.announce();
            return CompletableFuture.failedFuture(new JournalException(
                    Kind.NO_LEADER, identity.member() + " does not follow the journal as " + asMember));
        }
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        stopFollower();
        // Behind what the follower's thread has still to do: from here on only the replica writes.
        machine.executor()
                .execute(() -> timer.after(Duration.ZERO, () -> {
                    if (!machine.hasReplica() && !promoted) {
                        promoted = true;
                        store(identity.with(Identity.Replica.MEMBER));
                        machine.takePart();
                    }
                    answer.complete(DONE);
                }));
        return answer;
    }

    private void stopFollower() {
        if (follower != null) {
            follower.close();
            follower = null;
        }
        if (stream != null) {
            stream.close();
            stream = null;
        }
    }

    private CompletionStage<byte[]> nudged(MemberId by, Leads word) {
        contacts.heard(by);
        leader.hears(word);
        presence.announce();
        return CompletableFuture.completedFuture(DONE);
    }

    private CompletionStage<byte[]> decide(byte[] command) {
        return hosted == null || !leader.isHere()
                ? CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "this node does not lead"))
                : hosted.command(command);
    }

    /**
     * Begins the removal of a node; the leader judges it.
     *
     * @param force the node will never come back
     */
    public CompletionStage<MembershipMessage> remove(String name, boolean force, String by) {
        return watch.remove(name, force, by);
    }

    /** The cluster as this node sees it; fails where it does not lead. */
    public CompletionStage<ClusterReport> report() {
        return watch.report();
    }

    // ---- when the majority is lost

    /** Why nothing is answered to a node of another epoch; one of a newer epoch shows this node that it is past. */
    Optional<EpochRefusal> refusal(ClusterEpoch asks, String address) {
        Optional<EpochRefusal> refusal = EpochRefusal.of(identity.epoch(), asks);
        if (refusal.filter(EpochRefusal::isByTheNewer).isPresent()) {
            newer.seen(asks, address);
        }
        return refusal;
    }

    private CompletionStage<SurvivorReport> survivor() {
        RaftReplica replica = replica();
        CompletionStage<Optional<ReplicaReport>> report = replica == null
                ? CompletableFuture.completedFuture(Optional.empty())
                : replica.report().thenApply(Optional::of);
        return report.thenApply(now -> Survivor.report(
                identity,
                now,
                machine.holdsCopy() ? machine.events().appliedTerm() : 0,
                appliedIndex(),
                membership(),
                version()));
    }

    /**
     * Judges whether the cluster may be recovered: asks every member what it has.
     *
     * @param base name of the node to go on with; empty for the best one
     */
    public CompletionStage<Assessment> assess(String base) {
        RecoverySurvey survey = new RecoverySurvey(
                address -> cluster.probe(node, address),
                address -> address.equals(identity.member().address())
                        ? survivor()
                        : cluster.ask(node, address, NodeLife::survivor, SURVEY));
        return survey.of(membership(), contacts.book()::of)
                .thenApply(findings -> Assessment.of(findings, identity.epoch(), base));
    }

    /**
     * Begins the recovery that was judged possible, with the node that was chosen. Completes when that node has begun.
     *
     * @param random tells it from another one of the same epoch
     */
    public CompletionStage<byte[]> begin(Assessment found, int random, String by) {
        RecoveryPlan ordered = found.plan(identity.clusterId(), identity.epoch(), random, by, timer.wallMillis());
        MemberId base = MemberId.parse(ordered.member());
        return base.node().equals(machine.name())
                ? recover(ordered)
                : cluster.ask(node, contacts.book().of(base), life -> life.recover(ordered), REQUEST);
    }

    private CompletionStage<byte[]> recover(RecoveryPlan ordered) {
        RaftReplica replica = replica();
        boolean led = replica != null && replica.leadership().leader().isPresent();
        Optional<String> refusal = Survivor.refusal(ordered, identity, led);
        if (refusal.isPresent()) {
            return CompletableFuture.failedFuture(new JournalException(Kind.INVALID, refusal.get()));
        }
        node.become(this, new Transition.Recover(Survivor.planned(ordered, identity, membership())));
        return CompletableFuture.completedFuture(DONE);
    }

    // ---- ports of what a leader does

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public @Nullable RaftReplica replica() {
        return !closed && machine.hasReplica() ? machine.replica() : null;
    }

    @Override
    public LeaderChannel.LeaderView leader() {
        return leader;
    }

    @Override
    public MembershipState membership() {
        return hosted == null ? SimulatedCluster.NOBODY : hosted.state();
    }

    @Override
    public long membershipNr() {
        return hosted == null ? 0 : hosted.sequenceNr();
    }

    @Override
    public long appliedIndex() {
        return machine.holdsCopy() ? machine.events().appliedIndex() : 0;
    }

    @Override
    public CompletionStage<MembershipMessage> membershipCommand(Asked command, boolean idempotent) {
        byte[] bytes = MembershipForm.command(command);
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        attempt(bytes, timer.nanos() + LEADER_PATIENCE.toNanos(), answer);
        return answer.thenApply(reply -> MembershipForm.read(reply, MembershipMessage.class));
    }

    private void attempt(byte[] command, long deadline, CompletableFuture<byte[]> answer) {
        String there = leader.address();
        CompletionStage<byte[]> first = leader.isHere()
                ? decide(command)
                : there == null
                        ? CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "nobody leads now"))
                        : cluster.ask(node, there, life -> life.decide(command), LEADER_REQUEST);
        first.whenComplete((reply, failure) -> {
            if (failure == null) {
                answer.complete(reply);
                return;
            }
            JournalException reason = JournalException.of(failure);
            if (reason.kind() != Kind.NO_LEADER || timer.nanos() > deadline || closed) {
                answer.completeExceptionally(reason);
                return;
            }
            leader.lookAgain();
            timer.after(LOOK_AGAIN, () -> attempt(command, deadline, answer));
        });
    }

    @Override
    public void nudge(MemberId other) {
        if (!other.equals(identity.member())) {
            MemberId self = identity.member();
            Leads word = new Leads(self.address(), leader.word().term());
            cluster.ask(node, contacts.book().of(other), life -> life.nudged(self, word), REQUEST);
        }
    }

    @Override
    public CompletionStage<byte[]> tellToBecomeMember(MemberId other) {
        return cluster.ask(node, contacts.book().of(other), life -> life.becomeMember(other.toString()), REQUEST);
    }

    /** Nobody moves here. */
    @Override
    public void enterOwnAddress() {}

    @Override
    public void begins() {
        view = null;
    }

    @Override
    public void looked(ClusterView now) {
        view = now;
        cluster.looked();
        cluster.leaders().looked(node, now);
    }

    @Override
    public void reached(Failpoint point, String other) {
        if (point == Failpoint.VOTE_TAKEN && view != null) {
            cluster.voteTaken(machine.name(), view, membership().policy(), other);
        }
    }

    @Override
    public String version() {
        return "simulated";
    }

    @Override
    public int highestLevel() {
        return 0;
    }

    @Override
    public long certificateExpiresMillis() {
        return 0;
    }

    /** Nothing of it goes on. */
    void close() {
        closed = true;
        presence.close();
        watch.close();
        stopFollower();
    }
}
