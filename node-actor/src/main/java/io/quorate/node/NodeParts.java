package io.quorate.node;

import io.quorate.node.aggregate.Aggregate;
import io.quorate.node.aggregate.HostedAggregate;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.Assignment;
import io.quorate.node.contract.ClusterReport;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.Presence;
import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.contract.UpgradeAsked;
import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.folder.WriteBehind;
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
import io.quorate.node.member.LeaderJournal;
import io.quorate.node.member.Lifeline;
import io.quorate.node.member.NodeJournal;
import io.quorate.node.member.RaftMember;
import io.quorate.node.member.Stores;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.presence.Leads;
import io.quorate.node.presence.Transition;
import io.quorate.node.release.Release;
import io.quorate.node.release.ReleaseSwitch;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.NodeKind;
import io.quorate.node.role.Role;
import io.quorate.node.trust.NodeTrust;
import io.quorate.node.upgrade.Upgrade;
import io.quorate.node.upgrade.UpgradeState;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.Leadership;
import io.quorate.persistence.raft.RaftReplica;
import io.quorate.persistence.raft.RaftThread;
import io.quorate.persistence.remote.EpochGate;
import io.quorate.persistence.remote.JournalService;
import io.quorate.persistence.remote.RemoteJournal;
import io.quorate.persistence.remote.RequestChannel;
import io.quorate.persistence.store.StoreEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a node as long as it belongs to one cluster: stores, replica, journal, services and aggregates, started and
 * stopped in order. A node that joins another cluster gets new ones.
 */
final class NodeParts implements LeaderPorts, AutoCloseable {
    /** It is one process's, and one release's. */
    private static final Release RELEASE = Release.running();

    private static final Logger LOG = LoggerFactory.getLogger(NodeParts.class);

    /** How long answers are waited for when the parts are stopped; longer than a round trip, shorter than a client's patience. */
    private static final Duration DRAIN_PATIENCE = Duration.ofMillis(500);

    /** How long a stop waits for another to take over this node's vote. */
    private static final Duration HANDOVER_PATIENCE = Duration.ofSeconds(3);

    /** How long a node that stops waits for a leader where none is known: there may be nobody left to elect one. */
    private static final Duration ELECTION_PATIENCE = Duration.ofSeconds(1);

    /** After the leader's end is known here: by then the members know it too, and do not name it to who asks. */
    private static final Duration UNTIL_MEMBERS_MISS_LEADER = Duration.ofMillis(100);

    private static final int MAX_WAITING_READS = 4096;

    private static final int WHO_LEADS = 1;
    private static final int BECOME_MEMBER = 2;
    private static final int REPORT = 3;
    private static final int ANNOUNCE = 4;
    private static final int REMOVE = 5;
    private static final int STOPS = 6;
    private static final int AUTHORITY = 7;
    private static final int REPLACE_AUTHORITY = 8;
    private static final int OFFER_REPLACEMENT = 9;
    static final int MOVE = 10;

    /** What tells a node of an older epoch that it is one: who leads, and what it is itself. */
    static boolean isOpenToThePast(String name, byte[] request) {
        return name.equals(PresenceChannel.ACTOR) || name.equals(NODE) && request.length > 0 && request[0] == WHO_LEADS;
    }

    private static final String NODE = "node";

    private final DataFolder folder;
    private final Endpoints endpoints;
    private final NodeTrust trust;
    private final RefusalLog refusals;
    private final AuthorityReplacement authorityReplacement;
    private final ActorSystem<NodeActor.Message> system;
    private final org.apache.pekko.actor.ActorSystem classic;
    private final NodeSettings settings;
    private final JournalMetrics metrics;
    private final FailStop failStop;
    private final Failpoints failpoints;
    private final Stores stores;
    private final RaftThread thread;
    private final ThreadPoolExecutor readers;
    private final KnownLeader leader;
    private final Lifeline lifeline;
    private final LeaderJournal leaderJournal;
    private final NodeJournal local;
    private final Journal journal;
    private final JournalService journalService;
    private final JournalService leaderService;
    private final List<String> actors = new ArrayList<>();
    private final Map<String, HostedAggregate<?>> aggregates = new LinkedHashMap<>();
    private final ClusterWatch watch;
    private final PresenceExchange presence;
    private final RecoveryExchange recovery;
    private final BackupExchange backups;
    private final UpgradeExchange upgradeExchange;
    private final UpgradeStart upgradeStart;
    private final ReleaseSwitch releases;
    private final Consumer<Transition> become;
    private volatile Identity identity;
    private volatile @Nullable RaftMember member;
    private volatile @Nullable JournalFollower follower;
    private volatile @Nullable RemoteJournal source;
    private final Contacts contacts;
    private final AtomicBoolean entering = new AtomicBoolean();
    private final CompletableFuture<Void> takesPart = new CompletableFuture<>();
    private volatile String notThere = "";
    private volatile long membershipNr;
    private volatile int levelTold;
    private volatile long upgradeNr;
    private final ReentrantLock transitions = new ReentrantLock();
    private final Object metadata = new Object();
    /** What is learned of the members, on its way to the data folder. */
    private final WriteBehind<Listed> knownMembers;

    private final WriteBehind<List<String>> knownContacts;
    private final WriteBehind<String> knownNextAddress;

    private volatile boolean closed;

    NodeParts(
            NodeSettings settings,
            DataFolder folder,
            StoreEngine engine,
            ActorSystem<NodeActor.Message> system,
            Endpoints endpoints,
            NodeTrust trust,
            RefusalLog refusals,
            List<Aggregate<?, ?, ?>> controlPlane,
            Consumer<String> onCommitted,
            JournalMetrics metrics,
            FailStop failStop,
            Failpoints failpoints,
            ReleaseSwitch releases,
            Identity identity,
            Consumer<Transition> become) {
        this.become = become;
        this.releases = releases;
        this.endpoints = endpoints;
        this.trust = trust;
        this.refusals = refusals;
        this.settings = settings;
        this.folder = folder;
        this.system = system;
        this.classic = Adapter.toClassic(system);
        this.metrics = metrics;
        this.failStop = failStop;
        this.failpoints = failpoints;
        this.identity = identity;
        if (identity.follows() || identity.isWithoutCopy()) {
            folder.deleteLog();
        }
        if (identity.isWithoutCopy()) {
            folder.deleteEvents();
        }
        PekkoTimer timer = new PekkoTimer(classic);
        this.contacts = new Contacts(
                timer,
                WHO_LEADS,
                settings.contacts(),
                this::identity,
                this::leads,
                this::membership,
                this::ask,
                this::somebodyMoved);
        this.leader = new KnownLeader(this::replica, this::identity, contacts, this::isClosed);
        this.lifeline = new Lifeline(classic, leader::address, address -> leaderGone(timer, address));
        if (identity.replica() != Identity.Replica.WORKER) { // there may be thousands of them
            leader.onChange(lifeline::follow);
        }
        this.stores = Stores.open(folder, engine);
        this.thread = new RaftThread("quorate-raft", failStop);
        this.readers = new ThreadPoolExecutor(
                settings.readThreads(),
                settings.readThreads(),
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(MAX_WAITING_READS),
                Thread.ofPlatform().name("quorate-read-", 0).daemon(true).factory());
        this.knownMembers = new WriteBehind<>(readers, this::storeMembers);
        this.knownContacts = new WriteBehind<>(readers, this::storeContacts);
        this.knownNextAddress = new WriteBehind<>(readers, this::storeNextAddress);
        this.leaderJournal = new LeaderJournal(this::replica, this::journal);
        this.local = new NodeJournal(classic, stores.events(), readers, leader, leaderJournal, this::missing);
        if (identity.isWithoutCopy()) {
            RemoteJournal remote = new RemoteJournal(classic, contacts::addresses);
            source = remote;
            journal = remote;
        } else {
            journal = local;
        }
        this.journalService = new JournalService(journal);
        this.leaderService = new JournalService(leaderJournal);
        this.recovery = new RecoveryExchange(this, folder, stores.events(), trust, contacts, become);
        this.backups = new BackupExchange(this);
        this.upgradeExchange = new UpgradeExchange(this);
        this.upgradeStart = new UpgradeStart(this, settings.dataFolder());
        Membership membership = new Membership(identity.clusterId(), identity.epoch(), identity.founders());
        host(membership, committed -> membershipChanged(committed));
        host(new Upgrade(), committed -> {
            upgradeNr = committed.sequenceNr();
            upgradeExchange.committed(committed);
            onCommitted.accept(Upgrade.ID);
        });
        for (Aggregate<?, ?, ?> aggregate : controlPlane) {
            host(aggregate, committed -> onCommitted.accept(aggregate.persistenceId()));
        }
        this.watch = new ClusterWatch(
                timer, this, new RoleSteps(this), settings.timing().heartbeatTimeout());
        this.authorityReplacement = new AuthorityReplacement(this, trust);
        this.presence = new PresenceExchange(
                timer, new PresenceChannel(classic), leader, this::presence, this::votes, this::assigned, leader::find);
        // What a removed node has comes no further: who follows it must find another.
        endpoints.serve(
                "journal", identity.replica() == Identity.Replica.REMOVED ? NodeParts::removed : journalService);
        endpoints.serve("leader", leaderService);
        NewerEpoch newer = new NewerEpoch(timer, this::identity, contacts, presence, this::isClosed);
        EpochGate.of(classic).belongTo(identity.epoch(), newer::seen);
        endpoints.serve(NODE, this::answer);
        endpoints.serve(PresenceChannel.ACTOR, watch::receive);
        switch (identity.replica()) {
            case MEMBER -> startMember();
            case FOLLOWER, REPAIRED -> startFollower();
            case NONE, WORKER -> leader.lookAgain();
            case REMOVED ->
                LOG.warn(
                        "this node was removed from its cluster: {}; `quorate reset` empties it, and then it may join again",
                        identity.removedFor());
        }
        if (identity.replica() != Identity.Replica.REMOVED) {
            presence.announce();
        }
    }

    /** Completes when the others have nothing against a member that has started; never, where there is none. */
    CompletionStage<Void> takesPart() {
        return takesPart;
    }

    private Presence presence() {
        Identity now = identity;
        return new Presence(
                now.clusterId(),
                now.member().toString(),
                now.replica().name().toLowerCase(Locale.ROOT),
                stores.events().appliedIndex(),
                version(),
                System.currentTimeMillis(),
                certificateExpiresMillis(),
                now.apiAddress(),
                now.joinAddress(),
                now.epoch().toString(),
                RELEASE.lowestLevel(),
                RELEASE.highestLevel());
    }

    private static CompletionStage<byte[]> removed(byte[] request) {
        return CompletableFuture.failedFuture(
                new JournalException(Kind.NO_LEADER, "this node was removed from its cluster"));
    }

    private boolean votes() {
        MembershipState.Node self = membership().nodes().get(identity.member().node());
        return self != null && self.role() == Role.VOTER;
    }

    /** The leader has told what this node is. */
    private void assigned(Assignment assignment) {
        if (closed) {
            return;
        }
        boolean sameEpoch = assignment.epoch().isEmpty()
                || ClusterEpoch.parse(assignment.epoch()).equals(identity.epoch());
        if (sameEpoch && assignment.standing().equals(Assignment.MEMBER)) {
            if (!assignment.contacts().isEmpty()) {
                knownContacts.put(assignment.contacts());
            }
            knownNextAddress.put(assignment.nextAddress());
            if (!assignment.leader().isEmpty()) { // an older release does not say
                contacts.heard(MemberId.parse(assignment.leader()));
            }
            if (identity.isWithoutCopy() && assignment.membershipNr() > membershipNr) {
                aggregate(Membership.ID).follow();
            }
            refusedHere(assignment.reason());
        }
        Transition.due(identity, assignment).ifPresent(next -> {
            LOG.info(
                    "{} was told that it is {} {} {}",
                    identity.member(),
                    assignment.role(),
                    assignment.member(),
                    assignment.reason());
            become.accept(next);
        });
    }

    @Override
    public long certificateExpiresMillis() {
        return trust.credentials().certificate().getNotAfter().getTime();
    }

    @Override
    public String version() {
        return RELEASE.version();
    }

    @Override
    public int highestLevel() {
        return RELEASE.highestLevel();
    }

    private Leads leads() {
        return leader.word();
    }

    @Override
    public void nudge(MemberId node) {
        if (node.equals(identity.member())) {
            return;
        }
        MemberId self = identity.member();
        byte[] request = new ByteWriter(96)
                .u8(ANNOUNCE)
                .text(self.address())
                .text(self.toString())
                .varint(leader.word().term())
                .toBytes();
        ask(node, request).exceptionally(failure -> new byte[0]); // it tells soon by itself
    }

    @Override
    public long appliedIndex() {
        return stores.events().appliedIndex();
    }

    private <S, C, E> void host(
            Aggregate<S, C, E> rules, java.util.function.Consumer<HostedAggregate.Committed<S>> onState) {
        HostedAggregate<S> hosted = HostedAggregate.start(
                rules,
                classic,
                this::spawn,
                endpoints::serve,
                leader,
                leaderJournal,
                () -> System.currentTimeMillis(),
                () -> java.util.UUID.randomUUID().toString(),
                onState);
        aggregates.put(rules.persistenceId(), hosted);
        stores.events().watch(rules.persistenceId(), events -> {
            journalled(events);
            hosted.stored(events);
        });
        hosted.follow();
    }

    private void journalled(List<StoredEvent> events) {
        if (failpoints != Failpoints.NONE && events.getFirst().persistenceId().equals(Membership.ID)) {
            events.forEach(event -> failpoints.journalled(
                    MembershipForm.readEvent(event.event().payload().bytes()).event()));
        }
    }

    @Override
    public void reached(Failpoint point, String node) {
        failpoints.reached(point, node);
    }

    private void reached(Failpoint point) {
        failpoints.reached(point, identity.member().node());
    }

    private ActorRef spawn(String name, Props props) {
        ActorRef actor = endpoints.spawn(name, props);
        actors.add(name);
        return actor;
    }

    private void startMember() {
        RaftMember started = new RaftMember(
                classic,
                identity,
                settings.timing(),
                stores,
                thread,
                failStop,
                metrics,
                contacts.book()::of,
                local::applied,
                this::leadership);
        endpoints.receive(started.replica()::deliver);
        member = started;
        started.replica().onSetBack((other, what) -> refusals.refused("disk-set-back " + other.node(), what));
        started.start().thenAccept(done -> takesPart.complete(null));
        greet(membership());
    }

    private void greet(MembershipState state) {
        RaftMember started = member;
        if (started != null) {
            started.greet(endpoints.raft(), othersIn(state));
        }
    }

    private List<String> othersIn(MembershipState state) {
        return state.addressesBut(identity.member().node());
    }

    private void startFollower() {
        RemoteJournal remote = new RemoteJournal(classic, contacts::addresses);
        source = remote;
        follower =
                new JournalFollower(remote, stores.events(), thread, failStop, metrics, new JournalFollower.Listener() {
                    private boolean empty = stores.events().appliedIndex() == 0;

                    @Override
                    public void applied(long index) {
                        reached(Failpoint.FIRST_CHUNK);
                        local.applied(index);
                        if (empty) {
                            empty = false;
                            presence.announce(); // now it may be promoted
                        }
                    }

                    @Override
                    public void partStored() {
                        reached(Failpoint.FIRST_PART);
                    }

                    @Override
                    public void seeded() {
                        aggregates.values().forEach(HostedAggregate::follow);
                    }
                });
        leader.lookAgain();
    }

    private void missing(long index) {
        JournalFollower following = follower;
        if (following != null) {
            following.isCommitted(index);
        }
    }

    private void somebodyMoved() {
        leader.changed();
        RemoteJournal from = source;
        if (from != null) {
            from.moved();
        }
    }

    private void leaderGone(Timer timer, String address) {
        RaftReplica replica = replica();
        if (replica == null) {
            timer.after(UNTIL_MEMBERS_MISS_LEADER, leader::lookAgain);
            return;
        }
        replica.leadership()
                .leader()
                .filter(leads -> contacts.book().of(leads).equals(address))
                .ifPresent(leads -> {
                    LOG.info("{} led, and nobody listens at {} any more", leads.node(), address);
                    replica.lost(leads);
                });
    }

    private void leadership(Leadership now) {
        if (now.leader().isPresent()) {
            reached(Failpoint.HEARD_LEADER);
        }
        leader.changed();
        aggregates.values().forEach(aggregate -> aggregate.leading(now.ready()));
        watch.leading(now.ready());
        if (now.ready()) {
            LOG.info(
                    "{} leads in term {} from index {}",
                    identity.member().node(),
                    now.term(),
                    stores.events().appliedIndex());
        }
    }

    private void membershipChanged(HostedAggregate.Committed<MembershipState> committed) {
        MembershipState state = committed.state();
        membershipNr = committed.sequenceNr();
        contacts.book().decided(state);
        recovery.journalled(committed);
        levelKnown(state.level());
        if (committed.leading()
                && state.nodes().isEmpty()
                && identity.founders().contains(identity.member())) {
            MembershipMessage found = new MembershipMessage.Found(
                    identity.member().toString(), identity.apiAddress(), identity.joinAddress());
            membershipCommand(ClusterWatch.inNameOf(identity.member().node(), found), true)
                    .whenComplete((done, failure) -> {
                        if (failure != null) {
                            LOG.warn("the cluster could not be founded yet: {}", failure.getMessage());
                        }
                    });
        }
        MembershipState.Node self = state.nodes().get(identity.member().node());
        if (self != null) {
            knownNextAddress.put(self.nextAddress());
        }
        learnMembers(state);
        greet(state);
        if (committed.leading()) {
            watch.plan();
        }
    }

    /** What is written at a level that this release cannot do may be what it reads wrongly. */
    private void levelKnown(int level) {
        if (level == levelTold) {
            return;
        }
        levelTold = level;
        if (RELEASE.canDo(level)) {
            releases.clusterLevel(level);
        } else {
            failStop.stop(RELEASE.unable(level), new IllegalStateException("the cluster has feature level " + level));
        }
    }

    /** Others tell the leader where they are; a leader has its own address decided, as soon as that can be. */
    @Override
    public void enterOwnAddress() {
        Identity now = identity;
        MembershipState.Node known = membership().nodes().get(now.member().node());
        if (known == null
                || !known.isElsewhere(now.member().address(), now.apiAddress(), now.joinAddress())
                || !entering.compareAndSet(false, true)) {
            return;
        }
        membershipCommand(Moving.of(now), true).whenComplete((answer, failure) -> {
            entering.set(false);
            if (failure == null) {
                refusedHere(answer instanceof MembershipMessage.Refused refused ? refused.message() : "");
            }
        });
    }

    private void refusedHere(String why) {
        if (!why.equals(notThere)) {
            notThere = why;
            if (!why.isEmpty()) {
                LOG.warn(
                        "the cluster does not have this node at {}: {}",
                        identity.member().address(),
                        why);
            }
        }
    }

    private void storeNextAddress(String address) {
        store(() -> {
            if (!address.equals(identity.nextAddress())
                    && !address.equals(identity.member().address())) {
                identity = identity.withNextAddress(address);
                folder.store(identity);
            }
        });
    }

    private void learnMembers(MembershipState state) {
        if (state.nodes().isEmpty()) {
            return;
        }
        // The workers have no part in it, and others are not there yet, and may never be.
        List<DataFolder.ListedMember> listed = state.controlPlane().stream()
                .filter(MembershipState.Node::completed)
                .map(node -> new DataFolder.ListedMember(
                        node.member().address(),
                        node.member().toString(),
                        node.role().ordinal()))
                .toList();
        listed.stream()
                .filter(one -> MemberId.parse(one.id()).equals(identity.member()))
                .findFirst()
                .ifPresent(self -> knownMembers.put(new Listed(listed, self)));
        knownContacts.put(othersIn(state));
    }

    private record Listed(List<DataFolder.ListedMember> members, DataFolder.ListedMember self) {}

    private void storeMembers(Listed listed) {
        store(() -> folder.storeMembers(listed.members(), listed.self()));
    }

    private void storeContacts(List<String> others) {
        store(() -> {
            boolean belongs =
                    identity.replica() != Identity.Replica.REMOVED; // what it still has on disk does not count
            if (belongs && !others.isEmpty() && !others.equals(identity.contacts())) {
                identity = identity.withContacts(others);
                folder.store(identity);
            }
        });
    }

    private void store(Runnable write) {
        try {
            synchronized (metadata) {
                if (!closed) {
                    write.run();
                }
            }
        } catch (FolderException e) {
            failStop.stop(e.getMessage(), e);
        }
    }

    @Override
    public Identity identity() {
        return identity;
    }

    RecoveryExchange recovery() {
        return recovery;
    }

    @Override
    public void begins() {
        backups.begin();
        upgradeExchange.begin();
    }

    @Override
    public void looked(ClusterView view) {
        backups.look(view, System.currentTimeMillis());
        upgradeExchange.look();
    }

    boolean isClosed() {
        return closed;
    }

    Journal journal() {
        return journal;
    }

    Journal leaderJournal() {
        return leaderJournal;
    }

    /** A question to whoever leads, asked again where the leader changes before there is an answer. */
    <T> CompletionStage<T> askedAgainOnChange(Supplier<CompletionStage<T>> question) {
        return leader.askedAgainOnChange(question);
    }

    @Override
    public LeaderChannel.LeaderView leader() {
        return leader;
    }

    @Override
    public @Nullable RaftReplica replica() {
        RaftMember now = member;
        return now == null ? null : now.replica();
    }

    HostedAggregate<?> aggregate(String persistenceId) {
        HostedAggregate<?> aggregate = aggregates.get(persistenceId);
        if (aggregate == null) {
            throw new IllegalArgumentException("no aggregate " + persistenceId + " runs here");
        }
        return aggregate;
    }

    @Override
    public long membershipNr() {
        return membershipNr;
    }

    @Override
    public MembershipState membership() {
        return (MembershipState) aggregate(Membership.ID).state();
    }

    @Override
    public CompletionStage<MembershipMessage> membershipCommand(Asked command, boolean idempotent) {
        return aggregate(Membership.ID)
                .command(MembershipForm.command(command), idempotent)
                .thenApply(bytes -> MembershipForm.read(bytes, MembershipMessage.class));
    }

    /** The last upgrade, as it is committed and known here. */
    UpgradeState upgrade() {
        if (identity.isWithoutCopy()) {
            aggregate(Upgrade.ID).follow(); // nothing tells such a node that there is news: whoever asks again has it
        }
        return (UpgradeState) aggregate(Upgrade.ID).state();
    }

    /** How many events of upgrades are known here. */
    long upgradeNr() {
        return upgradeNr;
    }

    /** Every command of the upgrade may be decided twice. */
    CompletionStage<UpgradeMessage> upgradeCommand(UpgradeAsked command) {
        return aggregate(Upgrade.ID)
                .command(MembershipForm.bytes(command), true)
                .thenApply(bytes -> MembershipForm.read(bytes, UpgradeMessage.class));
    }

    UpgradeStart upgrades() {
        return upgradeStart;
    }

    UpgradeExchange upgradeExchange() {
        return upgradeExchange;
    }

    ReleaseSwitch releases() {
        return releases;
    }

    String addressOf(MemberId node) {
        return contacts.book().of(node);
    }

    /** The cluster, as this leader sees it. */
    CompletionStage<ClusterReport> report() {
        return watch.report();
    }

    /** Whether no other node belongs to its cluster. */
    boolean isAlone() {
        // A node that has joined may not have read yet who else is there.
        int known = membership().nodes().size();
        return identity.replica() == Identity.Replica.MEMBER
                && (known == 1
                        || known == 0
                                && identity.founders().equals(List.of(identity.member()))
                                && identity.contacts().isEmpty());
    }

    /** Begin of the cluster's identity, for names of folders. */
    String shortClusterId() {
        return shortId(identity.clusterId());
    }

    static String shortId(String clusterId) {
        return clusterId.substring(0, Math.min(8, clusterId.length()));
    }

    boolean isAloneAndEmpty() {
        return isAlone()
                && stores.events().ask(new Query.PersistenceIds("", 10)).stream()
                        .allMatch(id -> id.equals(Membership.ID)
                                || aggregates.containsKey(id) && aggregate(id).holdsNothing());
    }

    /** Answers other nodes: who leads, become a member, report. */
    private CompletionStage<byte[]> answer(byte[] request) {
        ByteReader in = new ByteReader(request);
        int kind = in.u8();
        return switch (kind) {
            case WHO_LEADS -> contacts.answer(in);
            case BECOME_MEMBER -> becomeMember(in.text(), in.text());
            case REPORT -> watch.report().thenApply(MembershipForm::bytes);
            case ANNOUNCE -> {
                String address = in.text();
                if (in.hasMore()) { // an older release gives its address only
                    contacts.heard(MemberId.parse(in.text()));
                }
                leader.hears(new Leads(address, in.hasMore() ? in.varint() : 0));
                presence.announce();
                yield CompletableFuture.completedFuture(new byte[] {1});
            }
            case REMOVE -> watch.remove(in.text(), in.u8() == 1, textAtEnd(in)).thenApply(MembershipForm::bytes);
            case OFFER_REPLACEMENT ->
                watch.offerReplacement(
                                MembershipForm.read(in.block(), MembershipMessage.OfferReplacement.class),
                                textAtEnd(in))
                        .thenApply(MembershipForm::bytes);
            case STOPS ->
                watch.stops(MemberId.parse(in.text()))
                        .thenApply(renewed -> new ByteWriter(96).text(renewed).toBytes());
            case AUTHORITY ->
                CompletableFuture.supplyAsync(
                        () -> {
                            authorityReplacement.take(MembershipForm.read(in.block(), AuthorityStep.class));
                            presence.announce(); // when its certificate ends is news
                            return new byte[] {1};
                        },
                        readers);
            case REPLACE_AUTHORITY -> replaceAuthority(in.text(), textAtEnd(in)).thenApply(MembershipForm::bytes);
            case RecoveryExchange.SURVIVOR -> recovery.survivor().thenApply(MembershipForm::bytes);
            case RecoveryExchange.RECOVER -> recovery.recover(MembershipForm.read(in.block(), RecoveryPlan.class));
            case BackupExchange.BACKUP -> backups.answer(in);
            case UpgradeExchange.RELEASE -> upgradeExchange.answer(in);
            case UpgradeStart.FACTS, UpgradeStart.PLAN, UpgradeStart.FINALIZE -> upgradeStart.answer(kind, in);
            case MOVE ->
                moves(in.text(), MembershipForm.readCommand(in.block())).thenApply(MembershipForm::bytes);
            default -> CompletableFuture.failedFuture(new IllegalArgumentException("unknown request " + kind));
        };
    }

    /** What came with a later release; empty where an older one asks. */
    private static String textAtEnd(ByteReader in) {
        return in.hasMore() ? in.text() : "";
    }

    /** A node that is about to start is somewhere else than before; the leader judges it. */
    private CompletionStage<MembershipMessage> moves(String clusterId, Asked move) {
        if (!clusterId.equals(identity.clusterId())) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("this node belongs to another cluster"));
        }
        return leader.isHere()
                ? watch.moves(move)
                : askLeader(
                        new ByteWriter(256)
                                .u8(MOVE)
                                .text(clusterId)
                                .block(MembershipForm.command(move))
                                .toBytes(),
                        Duration.ofSeconds(3));
    }

    private CompletionStage<byte[]> becomeMember(String clusterId, String asMember) {
        Identity now = identity;
        boolean ready = now.member().equals(MemberId.parse(asMember))
                && (now.replica() == Identity.Replica.FOLLOWER || now.replica() == Identity.Replica.MEMBER);
        if (!ready) {
            presence.announce();
            return CompletableFuture.failedFuture(
                    new JournalException(Kind.NO_LEADER, now.member() + " does not follow the journal as " + asMember));
        }
        if (!clusterId.equals(identity.clusterId())) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("this node belongs to another cluster"));
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    transitions.lock();
                    try {
                        if (member == null && !closed) {
                            stopFollower();
                            synchronized (metadata) {
                                identity = identity.with(Identity.Replica.MEMBER);
                                folder.store(identity);
                            }
                            reached(Failpoint.BECAME_MEMBER);
                            startMember();
                        }
                    } finally {
                        transitions.unlock();
                    }
                    return new byte[] {1};
                },
                readers);
    }

    private void stopFollower() {
        JournalFollower following = follower;
        RemoteJournal from = source;
        if (following != null) {
            following.close();
        }
        if (from != null) {
            from.close();
        }
        follower = null;
        source = null;
        // Behind what the follower's thread has still to do: from here on only the replica writes.
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        thread.execute(() -> quiet.complete(null));
        Endpoints.await(quiet);
    }

    @Override
    public CompletionStage<byte[]> tellToBecomeMember(MemberId node) {
        return ask(
                node,
                new ByteWriter(96)
                        .u8(BECOME_MEMBER)
                        .text(identity.clusterId())
                        .text(node.toString())
                        .toBytes());
    }

    CompletionStage<byte[]> ask(MemberId node, byte[] request) {
        return ask(contacts.book().of(node), request);
    }

    private CompletionStage<byte[]> ask(String address, byte[] request) {
        return ask(address, request, Duration.ofSeconds(3));
    }

    CompletionStage<byte[]> ask(String address, byte[] request, Duration patience) {
        ActorRef target = RequestChannel.resolve(classic, address, "/user/node");
        RequestChannel channel = new RequestChannel(classic, () -> target, patience);
        return channel.request(request).whenComplete((answer, failure) -> channel.close());
    }

    CompletionStage<NodeStatus> status() {
        return leader.askedAgainOnChange(this::reportOfLeader)
                .toCompletableFuture()
                .orTimeout(2, TimeUnit.SECONDS)
                .exceptionally(failure -> withoutLeader())
                .thenApply(this::view);
    }

    private CompletionStage<ClusterReport> reportOfLeader() {
        if (leader.isHere()) {
            return watch.report();
        }
        String address = leader.address();
        return address == null
                ? CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "nobody leads now"))
                : ask(address, new byte[] {REPORT}).thenApply(bytes -> MembershipForm.read(bytes, ClusterReport.class));
    }

    /** What this node last knew; of the others it has heard nothing. */
    private ClusterReport withoutLeader() {
        MembershipState state = membership();
        RaftReplica replica = replica();
        int voters = (int) state.nodes().values().stream()
                .filter(node -> node.role() == Role.VOTER)
                .count();
        return new ClusterReport(
                replica == null ? 0 : replica.leadership().term(),
                -1,
                voters,
                0,
                -1,
                state.policy().voters(),
                state.policy().standbys(),
                state.policy().promoteAfter().toMillis(),
                state.nodes().values().stream()
                        .map(node -> new ClusterReport.Node(
                                node.member().node(),
                                node.member().address(),
                                node.apiAddress(),
                                node.listed(),
                                false,
                                -1,
                                node.member().equals(identity.member()) ? 0 : -1,
                                node.member().equals(identity.member()),
                                node.failureDomain(),
                                node.weight(),
                                node.leaving(),
                                "",
                                0,
                                0,
                                node.nextAddress(),
                                0))
                        .toList());
    }

    private NodeStatus view(ClusterReport report) {
        String self = identity.member().node();
        String role = switch (identity.replica()) {
            case MEMBER -> Role.VOTER.word();
            case FOLLOWER, REPAIRED -> Role.STANDBY.word();
            case NONE -> Role.SPARE.word();
            case WORKER -> NodeKind.WORKER.word();
            case REMOVED -> "removed";
        };
        String leads = "";
        for (ClusterReport.Node node : report.nodes()) {
            if (node.leader()) {
                leads = node.name();
            }
            if (node.name().equals(self) && identity.replica() != Identity.Replica.REMOVED) {
                role = node.leader() ? "leader" : node.role();
            }
        }
        return new NodeStatus(
                self,
                identity.clusterId(),
                role,
                leads,
                appliedIndex(),
                report,
                identity.replica() == Identity.Replica.REMOVED ? identity.removedFor() : notThere,
                List.copyOf(membership().authorityKnownTo()),
                identity.epoch(),
                membership().recovery(),
                membership().backups());
    }

    /** Begins the removal of a node; the leader judges it. */
    CompletionStage<MembershipMessage> remove(String name, boolean force, String by) {
        return leader.isHere()
                ? watch.remove(name, force, by)
                : askLeader(
                        new ByteWriter(64)
                                .u8(REMOVE)
                                .text(name)
                                .u8(force ? 1 : 0)
                                .text(by)
                                .toBytes(),
                        Duration.ofSeconds(3));
    }

    /** Issues a token for who takes a dead node's place; the leader judges whether it may go. */
    CompletionStage<MembershipMessage> offerReplacement(MembershipMessage.OfferReplacement offer, String by) {
        return leader.isHere()
                ? watch.offerReplacement(offer, by)
                : askLeader(
                        new ByteWriter(256)
                                .u8(OFFER_REPLACEMENT)
                                .block(MembershipForm.bytes(offer))
                                .text(by)
                                .toBytes(),
                        Duration.ofSeconds(3));
    }

    private CompletionStage<MembershipMessage> askLeader(byte[] request, Duration patience) {
        String address = leader.address();
        return address == null
                ? CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "nobody leads now"))
                : ask(address, request, patience)
                        .thenApply(bytes -> MembershipForm.read(bytes, MembershipMessage.class));
    }

    /** Puts a new authority in the place of the cluster's present one; the leader does it. */
    CompletionStage<MembershipMessage> replaceAuthority(String reason, String by) {
        return leader.isHere()
                ? authorityReplacement.run(reason, by)
                : askLeader(
                        new ByteWriter(96)
                                .u8(REPLACE_AUTHORITY)
                                .text(reason)
                                .text(by)
                                .toBytes(),
                        AuthorityReplacement.PATIENCE);
    }

    /** Has a node take a step of the authority's replacement. */
    CompletionStage<byte[]> tellOfAuthority(MemberId node, AuthorityStep step) {
        return ask(
                node,
                new ByteWriter(4096)
                        .u8(AUTHORITY)
                        .block(MembershipForm.bytes(step))
                        .toBytes());
    }

    /**
     * Has another voter take over this node's vote, where one can, and waits for it, for a bounded time.
     *
     * @return what this node is when it comes back; empty where it is what it was
     */
    Optional<Identity> handOverVote() {
        RaftReplica replica = replica();
        if (replica == null) {
            return Optional.empty();
        }
        boolean leads = leader.isHere();
        Duration patience = leads || leader.address() != null ? HANDOVER_PATIENCE : ELECTION_PATIENCE;
        LeaderChannel channel = new LeaderChannel(
                classic, leader, "/user/node", this::answer); // tries again while the next leader is not ready yet
        byte[] request =
                new ByteWriter(96).u8(STOPS).text(identity.member().toString()).toBytes();
        try {
            CompletionStage<Boolean> decidable = leads
                    ? replica.report().thenApply(report -> report.hasMajority(alive()))
                    : CompletableFuture.completedFuture(true);
            String renewed = decidable
                    .thenCompose(asks -> asks
                            ? channel.request(request, true).thenApply(answer -> new ByteReader(answer).text())
                            : CompletableFuture.completedFuture(""))
                    .toCompletableFuture()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (!renewed.isEmpty()) {
                LOG.info("another node votes in the place of {}", identity.member());
                return Optional.of(identity.as(MemberId.parse(renewed), Identity.Replica.FOLLOWER));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("nobody took over this node's vote: {}", String.valueOf(e.getMessage()));
        } finally {
            channel.close();
        }
        return Optional.empty();
    }

    /** A member that has answered within this time is there. */
    private Duration alive() {
        return settings.timing().heartbeatTimeout();
    }

    /** Hands leadership to a voter that is there; does nothing where none is, or this node does not lead. */
    CompletionStage<Void> transferLeadership() {
        RaftReplica replica = replica();
        return replica == null || !leader.isHere()
                ? CompletableFuture.completedFuture(null)
                : replica.report()
                        .thenCompose(report -> report.heirs(alive()).stream()
                                .findFirst()
                                .map(replica::transferLeadership)
                                .orElseGet(() -> CompletableFuture.completedFuture(null)));
    }

    /** Hands leadership to the voter that has most of those that are there, and waits for it, for a bounded time. */
    void handOver() {
        RaftReplica replica = replica();
        if (replica == null || !leader.isHere()) {
            return;
        }
        try {
            replica.report()
                    .thenCompose(report -> report.heirs(alive()).stream()
                            .findFirst()
                            .map(replica::transferLeadership)
                            .orElseGet(() -> CompletableFuture.completedFuture(null)))
                    .toCompletableFuture()
                    .get(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn(
                    "leadership could not be handed over, an election will follow: {}", String.valueOf(e.getMessage()));
        }
    }

    /** Stops in the order opposite to the start; may be called twice. */
    @Override
    public void close() {
        transitions.lock();
        try {
            knownMembers.flush();
            knownContacts.flush();
            knownNextAddress.flush();
            synchronized (metadata) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            stopAll();
        } finally {
            transitions.unlock();
        }
    }

    private void drain() {
        CompletableFuture<?>[] answered = aggregates.values().stream()
                .map(aggregate -> aggregate.drain().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(answered).get(DRAIN_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("what is still asked of the leader stays without an answer here");
        }
    }

    private void stopAll() {
        drain();
        endpoints.silence();
        presence.close();
        watch.close();
        lifeline.close();
        RaftMember leaving = member;
        if (leaving != null) {
            Endpoints.await(leaving.stop());
        }
        if (follower != null) {
            stopFollower();
        } else if (source != null) {
            source.close();
        }
        aggregates.values().forEach(HostedAggregate::close);
        journalService.close();
        leaderService.close();
        local.close();
        CompletableFuture<Void> gone = new CompletableFuture<>();
        system.tell(new NodeActor.Detach(List.copyOf(actors), gone));
        Endpoints.await(gone);
        thread.close();
        readers.shutdownNow();
        stores.close();
    }
}
