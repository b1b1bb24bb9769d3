package io.quorate.node;

import io.quorate.node.aggregate.Aggregate;
import io.quorate.node.aggregate.HostedAggregate;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.Identity;
import io.quorate.node.member.JournalFollower;
import io.quorate.node.member.LeaderChannel;
import io.quorate.node.member.LeaderJournal;
import io.quorate.node.member.NodeJournal;
import io.quorate.node.member.RaftMember;
import io.quorate.node.member.Stores;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.Leadership;
import io.quorate.persistence.raft.RaftReplica;
import io.quorate.persistence.raft.RaftThread;
import io.quorate.persistence.remote.JournalService;
import io.quorate.persistence.remote.RemoteJournal;
import io.quorate.persistence.remote.RequestChannel;
import io.quorate.persistence.remote.RequestGateway;
import io.quorate.persistence.store.StoreEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
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
final class NodeParts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeParts.class);

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_WAITING_READS = 4096;

    private static final int WHO_LEADS = 1;
    private static final int BECOME_MEMBER = 2;
    private static final int REPORT = 3;

    private final DataFolder folder;
    private final ActorSystem<NodeActor.Message> system;
    private final org.apache.pekko.actor.ActorSystem classic;
    private final NodeSettings settings;
    private final JournalMetrics metrics;
    private final FailStop failStop;
    private final Stores stores;
    private final RaftThread thread;
    private final ThreadPoolExecutor readers;
    private final Leader leader = new Leader();
    private final LeaderJournal leaderJournal;
    private final NodeJournal journal;
    private final JournalService journalService;
    private final JournalService leaderService;
    private final List<String> actors = new ArrayList<>();
    private final Map<String, HostedAggregate<?>> aggregates = new LinkedHashMap<>();
    private final RoleSteps roles;
    private volatile Identity identity;
    private volatile @Nullable RaftMember member;
    private volatile @Nullable ActorRef raftReceiver;
    private volatile @Nullable JournalFollower follower;
    private volatile @Nullable RemoteJournal source;
    private final ReentrantLock transitions = new ReentrantLock();
    private final Object metadata = new Object();
    private volatile boolean closed;

    NodeParts(
            NodeSettings settings,
            DataFolder folder,
            StoreEngine engine,
            ActorSystem<NodeActor.Message> system,
            List<Aggregate<?, ?, ?>> controlPlane,
            JournalMetrics metrics,
            FailStop failStop,
            Identity identity) {
        this.settings = settings;
        this.folder = folder;
        this.system = system;
        this.classic = Adapter.toClassic(system);
        this.metrics = metrics;
        this.failStop = failStop;
        this.identity = identity;
        this.stores = Stores.open(folder, engine);
        this.thread = new RaftThread("quorate-raft", failStop);
        this.readers = new ThreadPoolExecutor(
                settings.readThreads(),
                settings.readThreads(),
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(MAX_WAITING_READS),
                Thread.ofPlatform().name("quorate-read-", 0).daemon(true).factory());
        this.leaderJournal = new LeaderJournal(this::replica, this::journal);
        this.journal = new NodeJournal(classic, stores.events(), readers, leader, leaderJournal);
        this.journalService = new JournalService(journal);
        this.leaderService = new JournalService(leaderJournal);
        Membership membership = new Membership(identity.clusterId(), identity.founders());
        host(membership, committed -> membershipChanged(committed));
        for (Aggregate<?, ?, ?> aggregate : controlPlane) {
            host(aggregate, committed -> {});
        }
        this.roles = new RoleSteps(classic, this);
        spawn("journal", RequestGateway.props(journalService));
        spawn("leader", RequestGateway.props(leaderService));
        spawn("node", RequestGateway.props(this::answer));
        if (identity.replica() == Identity.Replica.MEMBER) {
            startMember();
        } else {
            startFollower();
        }
    }

    private <S, C, E> void host(
            Aggregate<S, C, E> rules, java.util.function.Consumer<HostedAggregate.Committed<S>> onState) {
        HostedAggregate<S> hosted = HostedAggregate.start(
                rules,
                classic,
                this::spawn,
                leader,
                leaderJournal,
                System::currentTimeMillis,
                () -> java.util.UUID.randomUUID().toString(),
                onState);
        aggregates.put(rules.persistenceId(), hosted);
        stores.events().watch(rules.persistenceId(), hosted::stored);
        hosted.follow();
    }

    private ActorRef spawn(String name, Props props) {
        CompletableFuture<ActorRef> attached = new CompletableFuture<>();
        system.tell(new NodeActor.Attach(name, props, attached));
        actors.add(name);
        return await(attached);
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new NodeException("a part of the node did not start or stop in time: " + e, e);
        }
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
                journal::applied,
                this::leadership);
        raftReceiver = spawn("raft", started.receiver());
        member = started;
        started.start();
        greet(membership());
    }

    private void greet(MembershipState state) {
        RaftMember started = member;
        ActorRef receiver = raftReceiver;
        if (started != null && receiver != null) {
            started.greet(receiver, othersIn(state));
        }
    }

    private List<String> othersIn(MembershipState state) {
        return state.nodes().values().stream()
                .map(node -> node.member().address())
                .filter(address -> !address.equals(identity.member().address()))
                .toList();
    }

    private void startFollower() {
        RemoteJournal remote = new RemoteJournal(classic, identity.contacts());
        source = remote;
        follower = new JournalFollower(remote, stores.events(), thread, failStop, metrics, journal::applied);
        leader.lookAgain();
    }

    private void leadership(Leadership now) {
        leader.changed();
        aggregates.values().forEach(aggregate -> aggregate.leading(now.ready()));
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
        if (committed.leading()
                && state.nodes().isEmpty()
                && identity.founders().contains(identity.member())) {
            membershipCommand(
                            new MembershipMessage.Found(
                                    identity.member().toString(), identity.apiAddress(), identity.joinAddress()),
                            true)
                    .whenComplete((done, failure) -> {
                        if (failure != null) {
                            LOG.warn("the cluster could not be founded yet: {}", failure.getMessage());
                        }
                    });
        }
        storeMembers(state);
        greet(state);
        if (committed.leading()) {
            roles.plan();
        }
    }

    private void storeMembers(MembershipState state) {
        if (state.nodes().isEmpty()) {
            return;
        }
        synchronized (metadata) {
            if (!closed) {
                storeMembersLocked(state);
            }
        }
    }

    private void storeMembersLocked(MembershipState state) {
        List<DataFolder.ListedMember> listed = state.nodes().values().stream()
                .map(node -> new DataFolder.ListedMember(
                        node.member().address(),
                        node.member().toString(),
                        node.role().equals("voter") ? 0 : 1))
                .toList();
        listed.stream()
                .filter(one -> one.id().equals(identity.member().toString()))
                .findFirst()
                .ifPresent(self -> folder.storeMembers(listed, self));
        List<String> contacts = othersIn(state);
        if (!contacts.isEmpty() && !contacts.equals(identity.contacts())) {
            identity = identity.withContacts(contacts);
            folder.store(identity);
        }
    }

    Identity identity() {
        return identity;
    }

    Journal journal() {
        return journal;
    }

    Journal leaderJournal() {
        return leaderJournal;
    }

    LeaderChannel.LeaderView leader() {
        return leader;
    }

    @Nullable
    RaftReplica replica() {
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

    MembershipState membership() {
        return (MembershipState) aggregate("membership").state();
    }

    CompletionStage<MembershipMessage> membershipCommand(MembershipMessage command, boolean idempotent) {
        return aggregate("membership")
                .command(MembershipForm.bytes(command), idempotent)
                .thenApply(bytes -> MembershipForm.read(bytes, MembershipMessage.class));
    }

    boolean isAloneAndEmpty() {
        // A node that has joined may not have read yet who else is there.
        if (!identity.founders().equals(List.of(identity.member()))
                || membership().nodes().size() > 1) {
            return false;
        }
        return stores.events().ask(new Query.PersistenceIds("", 10)).stream().allMatch("membership"::equals);
    }

    /** Answers other nodes: who leads, become a member, report. */
    private CompletionStage<byte[]> answer(byte[] request) {
        ByteReader in = new ByteReader(request);
        int kind = in.u8();
        return switch (kind) {
            case WHO_LEADS -> {
                String address = leader.isHere() ? identity.member().address() : leader.address();
                yield address == null
                        ? CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "nobody leads now"))
                        : CompletableFuture.completedFuture(
                                new ByteWriter(64).text(address).toBytes());
            }
            case BECOME_MEMBER -> becomeMember(in.text());
            case REPORT -> report();
            default -> CompletableFuture.failedFuture(new IllegalArgumentException("unknown request " + kind));
        };
    }

    private CompletionStage<byte[]> becomeMember(String clusterId) {
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
        await(quiet);
    }

    /** Tells a node to start its member of the group. */
    CompletionStage<byte[]> tellToBecomeMember(MemberId node) {
        return ask(
                node.address(),
                new ByteWriter(64).u8(BECOME_MEMBER).text(identity.clusterId()).toBytes());
    }

    private CompletionStage<byte[]> ask(String address, byte[] request) {
        ActorRef target = RequestChannel.resolve(classic, address, "/user/node");
        RequestChannel channel = new RequestChannel(classic, () -> target, Duration.ofSeconds(3));
        return channel.request(request).whenComplete((answer, failure) -> channel.close());
    }

    private CompletionStage<byte[]> report() {
        RaftReplica replica = replica();
        if (replica == null || !leader.isHere()) {
            return CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "this node does not lead"));
        }
        return replica.report().thenApply(report -> {
            ByteWriter out = new ByteWriter(256).varint(report.term()).varint(report.commitIndex());
            out.varint(report.matchIndex().size());
            report.matchIndex()
                    .forEach((id, match) -> out.text(id.node())
                            .varint(match)
                            .varint(report.lastContactMillis().getOrDefault(id, 0L)));
            return out.toBytes();
        });
    }

    CompletionStage<NodeStatus> status() {
        String leaderAddress = leader.isHere() ? identity.member().address() : leader.address();
        CompletionStage<byte[]> report = leader.isHere()
                ? report()
                : leaderAddress == null
                        ? CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "nobody leads now"))
                        : ask(leaderAddress, new byte[] {REPORT});
        return report.toCompletableFuture()
                .orTimeout(2, TimeUnit.SECONDS)
                .handle((bytes, failure) -> view(leaderAddress, bytes));
    }

    private NodeStatus view(@Nullable String leaderAddress, byte @Nullable [] report) {
        Map<String, long[]> matches = new LinkedHashMap<>();
        long term = 0;
        long committed = -1;
        if (report != null) {
            ByteReader in = new ByteReader(report);
            term = in.varint();
            committed = in.varint();
            int count = in.count();
            for (int i = 0; i < count; i++) {
                String name = in.text();
                long match = in.varint();
                long contactMillis = in.varint();
                if (match > 0) { // else it has not answered this leader yet
                    matches.put(name, new long[] {match, contactMillis});
                }
            }
        }
        RaftReplica replica = replica();
        if (replica != null) {
            term = Math.max(term, replica.leadership().term());
        }
        String leaderName = "";
        List<NodeStatus.Member> members = new ArrayList<>();
        String role = replica == null ? "standby" : "voter";
        for (MembershipState.Node node : membership().nodes().values()) {
            boolean leads = report != null && node.member().address().equals(leaderAddress);
            if (leads) {
                leaderName = node.member().node();
            }
            long[] seen = matches.get(node.member().node());
            members.add(new NodeStatus.Member(
                    node.member().node(),
                    node.member().address(),
                    node.apiAddress(),
                    node.role(),
                    leads,
                    leads ? 0 : seen == null ? -1 : Math.max(0, committed - seen[0]),
                    leads ? 0 : seen == null ? -1 : seen[1]));
            if (node.member().equals(identity.member())) {
                role = leads ? "leader" : node.role();
            }
        }
        return new NodeStatus(
                identity.member().node(),
                identity.clusterId(),
                role,
                leaderName,
                term,
                stores.events().appliedIndex(),
                committed,
                members);
    }

    /** Hands leadership to the voter that has most, and waits for it, for a bounded time. */
    void handOver() {
        RaftReplica replica = replica();
        if (replica == null || !leader.isHere()) {
            return;
        }
        try {
            replica.report()
                    .thenCompose(report -> report.voters().stream()
                            .filter(voter -> !voter.equals(report.self()))
                            .max(java.util.Comparator.comparing(
                                    voter -> report.matchIndex().getOrDefault(voter, 0L)))
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

    private void stopAll() {
        RaftMember leaving = member;
        if (leaving != null) {
            await(leaving.stop());
        }
        if (follower != null) {
            stopFollower();
        }
        aggregates.values().forEach(HostedAggregate::close);
        journalService.close();
        leaderService.close();
        journal.close();
        CompletableFuture<Void> gone = new CompletableFuture<>();
        system.tell(new NodeActor.Detach(List.copyOf(actors), gone));
        await(gone);
        thread.close();
        readers.shutdownNow();
        stores.close();
    }

    /** Who leads: known by the replica where there is one, asked of others where there is none. */
    private final class Leader implements LeaderChannel.LeaderView {
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
        private final AtomicBoolean looking = new AtomicBoolean();
        private volatile @Nullable String told;
        private int next;

        @Override
        public @Nullable String address() {
            RaftReplica replica = replica();
            if (replica == null) {
                return told;
            }
            return replica.leadership()
                    .leader()
                    .filter(leads -> !leads.equals(identity.member()))
                    .map(MemberId::address)
                    .orElse(null);
        }

        @Override
        public boolean isHere() {
            RaftReplica replica = replica();
            return replica != null && replica.leadership().ready();
        }

        @Override
        public void onChange(Runnable listener) {
            listeners.add(listener);
        }

        void changed() {
            listeners.forEach(Runnable::run);
        }

        @Override
        public void lookAgain() {
            List<String> contacts = identity.contacts();
            if (replica() != null || closed || contacts.isEmpty() || !looking.compareAndSet(false, true)) {
                return;
            }
            String contact = contacts.get(Math.floorMod(next++, contacts.size()));
            ask(contact, new byte[] {WHO_LEADS}).whenComplete((answer, failure) -> {
                looking.set(false);
                String address = failure == null ? new ByteReader(answer).text() : null;
                if (!java.util.Objects.equals(address, told)) {
                    told = address;
                    changed();
                }
            });
        }
    }
}
