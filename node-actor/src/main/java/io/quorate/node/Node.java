package io.quorate.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.quorate.node.aggregate.Aggregate;
import io.quorate.node.contract.Admission;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.contract.UpgradeAnswer;
import io.quorate.node.contract.UpgradeAsked;
import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.contract.UpgradeWish;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.BackupSchedule;
import io.quorate.node.membership.FeatureLevels;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.membership.VersionSkew;
import io.quorate.node.presence.Transition;
import io.quorate.node.recovery.Assessment;
import io.quorate.node.recovery.Recovery;
import io.quorate.node.release.FixedRelease;
import io.quorate.node.release.ReleaseSwitch;
import io.quorate.node.role.NodeKind;
import io.quorate.node.role.Role;
import io.quorate.node.trust.Credentials;
import io.quorate.node.trust.Keys;
import io.quorate.node.trust.NodeTrust;
import io.quorate.node.upgrade.UpgradeState;
import io.quorate.node.upgrade.Workloads;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.plugin.JournalExtension;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.Leadership;
import io.quorate.persistence.raft.RaftReplica;
import io.quorate.persistence.remote.EpochGate;
import io.quorate.persistence.remote.RequestGateway;
import io.quorate.persistence.store.StoreEngine;
import io.quorate.persistence.store.StoreEngines;
import io.quorate.persistence.tls.ArteryTls;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Pem;
import io.quorate.persistence.tls.Rehearsal;
import io.quorate.persistence.tls.Tls;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node. Methods may be called from any thread; {@link #start}, {@link #join} and {@link #close} block until done. Who asks for
 * something that is recorded is named as {@link Peer#words} has it.
 */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** What observers are told in place of a persistence id when this node is in another cluster, or takes part in another way. */
    public static final String BECAME_ANOTHER = "";

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    /** After so many the next ones take no longer. */
    private static final int CONVERSATIONS = 12;

    private static final Duration CRASH_PATIENCE = Duration.ofSeconds(30);

    /** Aggregates that the control plane puts on every node; made anew when the node joins another cluster. */
    @FunctionalInterface
    public interface Aggregates {
        List<Aggregate<?, ?, ?>> of(String clusterId);
    }

    private final NodeSettings settings;
    private final DataFolder folder;
    private final StoreEngine engine;
    private final ActorSystem<NodeActor.Message> system;
    private final NodeTrust trust;
    private final RefusalLog refusals;
    private final Endpoints endpoints;
    private final Aggregates aggregates;
    private final JournalMetrics metrics;
    private final FailStop failStop;
    private final Failpoints failpoints;
    private final ReleaseSwitch releases;
    private final CurrentJournal journal;
    private final List<Consumer<String>> observers = new CopyOnWriteArrayList<>();
    private volatile NodeParts parts;
    private volatile CompletableFuture<Void> settled = CompletableFuture.completedFuture(null);
    private volatile Workloads workloadsOfUpgrade = Workloads.NONE;
    private volatile boolean stopping;
    private volatile Optional<Identity> comesBackAs = Optional.empty();
    private volatile boolean closed;

    private Node(
            NodeSettings settings,
            DataFolder folder,
            StoreEngine engine,
            ActorSystem<NodeActor.Message> system,
            NodeTrust trust,
            RefusalLog refusals,
            Aggregates aggregates,
            JournalMetrics metrics,
            FailStop failStop,
            Failpoints failpoints,
            ReleaseSwitch releases,
            Identity identity) {
        this.releases = releases;
        this.trust = trust;
        this.refusals = refusals;
        this.settings = settings;
        this.folder = folder;
        this.engine = engine;
        this.system = system;
        this.endpoints = new Endpoints(system, NodeParts::isOpenToThePast);
        this.aggregates = aggregates;
        this.metrics = metrics;
        this.failStop = failStop;
        this.failpoints = failpoints;
        this.parts = start(identity);
        this.journal = new CurrentJournal(parts.journal());
        // Persistent entities inside of this node read the local replica.
        JournalExtension.get(system.classicSystem()).provide(journal);
    }

    private NodeParts start(Identity identity) {
        return new NodeParts(
                settings,
                folder,
                engine,
                system,
                endpoints,
                trust,
                refusals,
                aggregates.of(identity.clusterId()),
                this::committed,
                metrics,
                failStop,
                failpoints,
                releases,
                identity,
                this::becomeSoon);
    }

    /** Takes on another identity, on a thread of its own: parts are stopped and started. */
    private void becomeSoon(Transition next) {
        NodeParts from = parts;
        if (from != null) { // else it is being started; it will be told again
            Thread.ofPlatform().name("quorate-transition").start(() -> become(from, next));
        }
    }

    private synchronized void become(NodeParts from, Transition next) {
        if (closed || stopping || parts != from || next.isOutdated(from.identity())) {
            return; // it has become something else since
        }
        switch (next) {
            case Transition.Become(var identity) -> {
                if (next.showsOldDisk()) {
                    refused("disk-set-back " + identity.member().node(), setBack(from.identity(), identity.member()));
                }
                restart(identity, "");
            }
            case Transition.Reseed(var identity) -> restart(identity, "before-recovery-" + identity.epoch());
            case Transition.Recover(var plan) ->
                stopAndGoOnAs(() -> {
                    Recovery.begin(folder, plan, failpoints);
                    return goOn(folder, engine, from.identity(), failpoints);
                });
            case Transition.StartAnew() -> restart(foundAnew(), "after-leave-" + from.shortClusterId());
        }
    }

    private static String setBack(Identity stored, MemberId voter) {
        return "the disk of " + voter.node() + " was set back: it votes as " + voter.node() + "#" + voter.incarnation()
                + ", and what it has is from before that (" + stored.member().node() + "#"
                + stored.member().incarnation() + ", "
                + stored.replica().name().toLowerCase(Locale.ROOT)
                + "). It gives up that vote, and gets another one when it has caught up";
    }

    /** @param asideAs for another cluster: name under which the backend of this one is kept; empty to go on with it */
    private void restart(Identity next, String asideAs) {
        boolean otherCluster = !next.clusterId().equals(identity().clusterId());
        stopAndGoOnAs(() -> {
            if (asideAs.isEmpty()) {
                folder.store(next);
            } else {
                // This first: a node with an empty backend and its old identity would take itself for the old cluster.
                folder.storeMoved(next, asideAs);
                reached(Failpoint.CLUSTER_CHANGED);
                settle(folder, next, failpoints);
            }
            if (otherCluster) {
                folder.endRecovery(); // of the cluster before
                trust.reload(next.member().node()); // and with it every connection is a new one
            }
            return next;
        });
    }

    /** @param change what is done to the data folder while nothing runs on it; says who this node is then */
    private void stopAndGoOnAs(Supplier<Identity> change) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        settled = done;
        try {
            parts.close();
            parts = start(change.get());
            parts.upgradeExchange().with(workloadsOfUpgrade);
            journal.become(parts.journal());
        } catch (RuntimeException e) {
            failStop.stop("this node could not become what it was to become: " + e.getMessage(), e);
        } finally {
            done.complete(null);
        }
        committed(BECAME_ANOTHER);
    }

    /**
     * Starts a node on its data folder. The first start founds a cluster of one.
     *
     * @param failStop what ends the process when this node can no longer be trusted
     * @throws NodeException when a port is occupied
     * @throws io.quorate.node.folder.FolderException when the folder is in use or not readable
     * @throws io.quorate.persistence.store.StorageException when the stores are corrupt
     */
    public static Node start(NodeSettings settings, Aggregates aggregates, JournalMetrics metrics, FailStop failStop) {
        return start(settings, aggregates, metrics, failStop, Failpoints.NONE);
    }

    /**
     * Likewise, for a test that wants to know how far the node is.
     *
     * @param failpoints told of each step of a join or a leave
     */
    public static Node start(
            NodeSettings settings,
            Aggregates aggregates,
            JournalMetrics metrics,
            FailStop failStop,
            Failpoints failpoints) {
        return start(settings, aggregates, metrics, failStop, failpoints, FixedRelease.OF_CLASSES);
    }

    /**
     * Likewise, for a node that can change its release.
     *
     * @param releases told nothing before this returns
     */
    public static Node start(
            NodeSettings settings,
            Aggregates aggregates,
            JournalMetrics metrics,
            FailStop failStop,
            Failpoints failpoints,
            ReleaseSwitch releases) {
        DataFolder folder = DataFolder.open(settings.dataFolder());
        ActorSystem<NodeActor.Message> system = null;
        NodeTrust trust = null;
        AtomicReference<Node> started = new AtomicReference<>();
        try {
            folder.endRestore();
            Identity identity = folder.identity().orElse(null);
            if (identity == null) {
                identity = found(settings);
                stageTls(folder, settings, identity);
                folder.store(identity);
            }
            checkName(settings, identity);
            settle(folder, identity, failpoints);
            StoreEngine engine = StoreEngines.of(settings.storeEngine());
            identity = goOn(folder, engine, identity, failpoints);
            RefusalLog refusals = new RefusalLog(
                    settings.name(),
                    refusal -> Optional.ofNullable(started.get()).ifPresent(node -> node.report(refusal)),
                    System::nanoTime);
            trust = openTrust(folder, settings, refusals);
            system = actorSystem(settings, trust);
            EpochGate.of(system.classicSystem()).belongTo(identity.epoch(), (epoch, address) -> {});
            Identity here = here(settings, identity);
            if (here.isElsewhere(identity)) {
                moved(settings, here, system);
                folder.store(here);
            }
            refuseLostBackend(folder, here);
            Node node = new Node(
                    settings,
                    folder,
                    engine,
                    system,
                    trust,
                    refusals,
                    aggregates,
                    metrics,
                    failStop,
                    failpoints,
                    releases,
                    here);
            started.set(node);
            if (here.contacts().isEmpty()) {
                rehearse(system, trust.tls(), here.member().host());
            }
            return node;
        } catch (RuntimeException e) {
            if (system != null) {
                ArteryTls.terminate(system.classicSystem());
            }
            if (trust != null) {
                trust.close();
            }
            folder.close();
            throw e;
        }
    }

    /** A node that is alone is about to join others, or they join it: its first conversations with them are not to be the first of this process. */
    private static void rehearse(ActorSystem<NodeActor.Message> system, Tls tls, String host) {
        Rehearsal.converse(system.classicSystem(), tls, host, CONVERSATIONS).whenComplete((done, failure) -> {
            if (failure instanceof SSLException) {
                LOG.warn("this node would not be let in by itself: {}", failure.getMessage());
            } else if (failure != null) {
                LOG.debug("the rehearsal was broken off, as when the node stops meanwhile: {}", failure.toString());
            }
        });
    }

    private static Identity goOn(DataFolder folder, StoreEngine engine, Identity identity, Failpoints failpoints) {
        Identity next = Recovery.goOn(folder, engine, identity, failpoints);
        if (!next.epoch().equals(identity.epoch())) {
            LOG.info("the cluster goes on in epoch {} with what this node has, {}", next.epoch(), next.member());
        }
        return next;
    }

    /** A voter that has nothing would found the cluster again, or vote as if it had never voted. */
    private static void refuseLostBackend(DataFolder folder, Identity identity) {
        if (identity.replica() == Identity.Replica.MEMBER
                && !identity.contacts().isEmpty()
                && !Files.exists(folder.log())
                && !Files.exists(folder.events())) {
            throw new FolderException("the backend of " + identity.member().node() + " is gone, and it is a voter of a"
                    + " cluster with " + String.join(", ", identity.contacts()) + ": it must not vote with nothing."
                    + " Next: `quorate repair`, then start it: it gets a new copy from the others");
        }
    }

    /** Does what is left to do after a change of clusters; once it is done it does nothing. */
    private static void settle(DataFolder folder, Identity identity, Failpoints failpoints) {
        String self = identity.member().node();
        if (folder.setBackendAside().isPresent()) {
            failpoints.reached(Failpoint.BACKEND_ASIDE, self);
        }
        if (folder.adoptTls(identity.clusterId())) {
            failpoints.reached(Failpoint.CERTIFICATES_TAKEN, self);
        }
        folder.store(identity);
    }

    private static NodeTrust openTrust(DataFolder folder, NodeSettings settings, RefusalLog refusals) {
        try {
            return NodeTrust.open(
                    folder,
                    settings.name(),
                    names(settings),
                    settings.certificateLifetime(),
                    Clock.systemUTC(),
                    refusals);
        } catch (IllegalArgumentException e) {
            throw new NodeException(
                    "the certificates in " + settings.dataFolder() + " cannot be used: " + e.getMessage()
                            + ". Restore the folder tls from a backup",
                    e);
        }
    }

    private static List<String> names(NodeSettings settings) {
        return NodeTrust.names(settings.name(), settings.address(), settings.alsoNamed());
    }

    private static void stageTls(DataFolder folder, NodeSettings settings, Identity identity) {
        NodeTrust.stageFounded(
                folder,
                identity.clusterId(),
                settings.name(),
                names(settings),
                settings.certificateLifetime(),
                Clock.systemUTC());
    }

    /** A cluster of this node's own, with an authority of its own. */
    private Identity foundAnew() {
        Identity founded = found(settings);
        stageTls(folder, settings, founded);
        reached(Failpoint.CERTIFICATES_STAGED);
        return founded;
    }

    /**
     * Waits until the others have said that they have nothing against this node's copy, where it votes.
     *
     * @param patience at most so long: it may be that there is nobody to say so
     */
    public void awaitTakesPart(Duration patience) throws InterruptedException {
        if (identity().replica() == Identity.Replica.MEMBER) {
            try {
                parts.takesPart().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                LOG.info("nobody has said yet whether this node may vote with what it has");
            }
        }
    }

    private void reached(Failpoint point) {
        failpoints.reached(point, settings.name());
    }

    private void report(MembershipMessage.ReportRefusal refusal) {
        membershipCommand(refusal, itself(), false).exceptionally(failure -> {
            LOG.info("what was refused could not be told to the cluster: {}", failure.getMessage());
            return refusal;
        });
    }

    /**
     * Tells the cluster that somebody was refused here, for its history; of each kind once a minute, with how many there were.
     *
     * @param kind short name, stable
     * @param message for people
     */
    public void refused(String kind, String message) {
        refusals.refused(kind, message);
    }

    /**
     * Answers, from now on and whatever this node becomes, the requests of who reaches the cluster port.
     *
     * @param name of the actor that they come to
     * @param service answers one request; fails with a {@link JournalException}; must not block
     */
    public void serve(String name, Function<byte[], CompletionStage<byte[]>> service) {
        endpoints.spawn(name, RequestGateway.props(service));
    }

    /** What this node does about its release. */
    public ReleaseSwitch releases() {
        return releases;
    }

    public Path dataFolder() {
        return settings.dataFolder();
    }

    /** How its pods are to be run. */
    public NodeSettings.Workloads workloads() {
        return settings.workloads();
    }

    /** How often it is written down where the API of the others is; zero for never. */
    public Duration refreshInterval() {
        return settings.refreshInterval();
    }

    /** This node's certificates. */
    public NodeTrust trust() {
        return trust;
    }

    private static Identity found(NodeSettings settings) {
        MemberId self = new MemberId(settings.name(), 1, settings.clusterAddress());
        return new Identity(
                UUID.randomUUID().toString(),
                ClusterEpoch.FIRST,
                self,
                settings.address() + ":" + settings.apiPort(),
                settings.address() + ":" + settings.joinPort(),
                List.of(self),
                Identity.Replica.MEMBER,
                List.of(),
                "",
                "");
    }

    /** The same node, where it is to be now. */
    private static Identity here(NodeSettings settings, Identity identity) {
        return identity.at(
                settings.clusterAddress(),
                settings.address() + ":" + settings.apiPort(),
                settings.address() + ":" + settings.joinPort());
    }

    private static void moved(NodeSettings settings, Identity here, ActorSystem<NodeActor.Message> system) {
        List<String> contacts = Stream.concat(settings.contacts().stream(), here.contacts().stream())
                .distinct()
                .toList();
        if (contacts.isEmpty()) {
            return; // a leader alone enters it by itself
        }
        Moving.announce(system.classicSystem(), here, contacts).ifPresent(refused -> {
            throw new NodeException(refused.message());
        });
    }

    private static void checkName(NodeSettings settings, Identity identity) {
        if (!identity.member().node().equals(settings.name())) {
            throw new NodeException("data folder " + settings.dataFolder() + " belongs to the node "
                    + identity.member().node() + ", this one is to be " + settings.name()
                    + ": give it a folder of its own"
                    + " (--data-folder), or start it as --name "
                    + identity.member().node());
        }
    }

    private static ActorSystem<NodeActor.Message> actorSystem(NodeSettings settings, NodeTrust trust) {
        Config config = ConfigFactory.defaultOverrides()
                .withFallback(ArteryTls.transport())
                .withFallback(ConfigFactory.parseResources("quorate-node.conf"))
                .withValue("pekko.remote.artery.canonical.hostname", ConfigValueFactory.fromAnyRef(settings.address()))
                .withValue("pekko.remote.artery.canonical.port", ConfigValueFactory.fromAnyRef(settings.clusterPort()))
                .withFallback(ConfigFactory.load());
        try {
            return ActorSystem.create(
                    NodeActor.create(),
                    "quorate",
                    ActorSystemSetup.create(BootstrapSetup.create(config), ArteryTls.setup(trust.tls())));
        } catch (RuntimeException e) {
            throw bindFailure(e, settings);
        }
    }

    private static RuntimeException bindFailure(RuntimeException failure, NodeSettings settings) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException
                    || String.valueOf(cause.getMessage()).contains("BindException")
                    || String.valueOf(cause.getMessage()).contains("Failed to bind")) {
                return new NodeException(
                        LocalAddresses.has(settings.address())
                                ? "the cluster port " + settings.clusterAddress()
                                        + " cannot be listened on: another process has it. `quorate status` tells whether"
                                        + " a node runs; --address and --cluster-port choose another"
                                : settings.address() + " is not an address of this machine, which has "
                                        + LocalAddresses.words()
                                        + ". Where the machine has another one now: `quorate start --address` with that;"
                                        + " the node stays who it is, and tells the others",
                        failure);
            }
        }
        return failure;
    }

    public Identity identity() {
        return parts.identity();
    }

    public ActorSystem<?> system() {
        return system;
    }

    /** The journal, as this node reaches it; changes when the node joins another cluster. */
    public Journal journal() {
        return parts.journal();
    }

    /** The same as one object, which goes with this node into another cluster. */
    public Journal lastingJournal() {
        return journal;
    }

    /** The journal of the leader on this node: refuses where this node does not lead. */
    public Journal leaderJournal() {
        return parts.leaderJournal();
    }

    /** Whether this node leads and decides. */
    public boolean leads() {
        return parts.leader().isHere();
    }

    /** The term in which this node leads and decides; empty where it does not. */
    public OptionalLong leadsIn() {
        RaftReplica replica = parts.replica();
        if (replica == null) {
            return OptionalLong.empty();
        }
        Leadership now = replica.leadership();
        return now.ready() ? OptionalLong.of(now.term()) : OptionalLong.empty();
    }

    /**
     * The journal of a cluster.
     *
     * @throws JournalException where this node is in another one now
     */
    public Journal journal(String clusterId) {
        return partsOf(clusterId).journal();
    }

    /**
     * The state of an aggregate of the control plane, as it is committed and known here; on a follower a moment old.
     *
     * @throws JournalException where this node is in another cluster now
     * @throws IllegalArgumentException where no such aggregate runs here
     */
    public Object state(String clusterId, String persistenceId) {
        return partsOf(clusterId).aggregate(persistenceId).state();
    }

    /**
     * Calls back with the persistence id of an aggregate of the control plane whenever {@link #state} may be another, whatever cluster this node
     * is in, and with {@link #BECAME_ANOTHER}. On a thread that decides: the observer must return at once.
     */
    public void onCommitted(Consumer<String> observer) {
        observers.add(observer);
    }

    private void committed(String persistenceId) {
        observers.forEach(observer -> observer.accept(persistenceId));
    }

    private NodeParts partsOf(String clusterId) {
        NodeParts now = parts;
        if (!now.identity().clusterId().equals(clusterId)) {
            throw new JournalException(
                    JournalException.Kind.NO_LEADER, "this node is not in the cluster any more that was asked");
        }
        return now;
    }

    /**
     * Sends a command to where it is decided; while this node becomes something else it waits for that.
     *
     * @param clusterId of the cluster that is asked: one that this node joins, or becomes by leaving, while the command waits knows nothing of
     *     whoever asked
     * @param idempotent whether deciding it twice does no harm
     */
    public CompletionStage<byte[]> command(String clusterId, String persistenceId, byte[] command, boolean idempotent) {
        NodeParts asked;
        try {
            asked = partsOf(clusterId);
        } catch (JournalException e) {
            return CompletableFuture.failedFuture(e);
        }
        return asked.aggregate(persistenceId).command(command, idempotent).exceptionallyCompose(failure -> {
            JournalException reason = JournalException.of(failure);
            boolean again = asked.isClosed() && !closed && (idempotent || reason.certainlyNotStored());
            return again
                    ? settled.thenCompose(now -> identity().clusterId().equals(clusterId)
                            ? command(clusterId, persistenceId, command, idempotent)
                            : CompletableFuture.failedFuture(reason))
                    : CompletableFuture.failedFuture(reason);
        });
    }

    /**
     * Has a command decided by this node in one of its leaderships. What was to be done in one that is over fails as certainly not decided where it has
     * not been yet, and is sent to nobody else: the next leader makes up its own mind.
     *
     * @param term of that leadership
     */
    public CompletionStage<byte[]> commandAsLeader(String clusterId, long term, String persistenceId, byte[] command) {
        OptionalLong now = leadsIn();
        if (now.isEmpty() || now.getAsLong() != term) {
            return CompletableFuture.failedFuture(new JournalException(
                    JournalException.Kind.NO_LEADER, "this node does not lead in term " + term + " any more"));
        }
        try {
            return partsOf(clusterId).aggregate(persistenceId).commandHere(command);
        } catch (JournalException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<MembershipMessage> membershipCommand(
            MembershipMessage command, String by, boolean idempotent) {
        return command(
                        identity().clusterId(),
                        Membership.ID,
                        MembershipForm.command(new Asked(command, by)),
                        idempotent)
                .thenApply(bytes -> MembershipForm.read(bytes, MembershipMessage.class));
    }

    private String itself() {
        return new Peer(identity().member().node(), PeerKind.NODE).words();
    }

    /** Whether a leader is known, and everything that it had committed when this was asked is applied here. */
    public CompletionStage<Boolean> ready() {
        return parts.journal()
                .barrier()
                .thenApply(index -> true)
                .exceptionally(failure -> false)
                .toCompletableFuture()
                .completeOnTimeout(false, 1, TimeUnit.SECONDS);
    }

    public CompletionStage<NodeStatus> status() {
        return parts.status();
    }

    /**
     * A token as it is handed out; it is stored nowhere but as a hash.
     *
     * @param forWorker whether it lets in workers only
     */
    public record IssuedToken(String token, List<String> joinAddresses, long expiresAtMillis, boolean forWorker) {}

    /**
     * Issues a token.
     *
     * @param own the token; empty for one of 128 random bits
     * @param uses joins that it is good for
     * @param forWorker whether it lets in workers only; else whoever shows it says what it is to be
     * @param nowMillis wall clock
     * @param by who asks
     */
    public CompletionStage<IssuedToken> issueToken(
            String own, Duration ttl, int uses, boolean forWorker, long nowMillis, String by) {
        String token = own.isEmpty() ? randomToken() : own;
        long expires = nowMillis + ttl.toMillis();
        String kind = forWorker ? NodeKind.WORKER.word() : "";
        return membershipCommand(new MembershipMessage.IssueToken(hash(token), expires, uses, kind), by, false)
                .thenApply(answer -> new IssuedToken(token, joinAddresses(), expires, forWorker));
    }

    /**
     * Issues a token for a node that takes the place of another, which is dead.
     *
     * @param by who asks
     * @return the token, or why not
     */
    public CompletionStage<Replacement> offerReplacement(String name, Duration ttl, long nowMillis, String by) {
        String token = randomToken();
        long expires = nowMillis + ttl.toMillis();
        return parts.offerReplacement(new MembershipMessage.OfferReplacement(hash(token), expires, name), by)
                .thenApply(answer -> answer instanceof MembershipMessage.Refused no
                        ? new Replacement(Optional.empty(), Optional.of(no))
                        : new Replacement(
                                Optional.of(new IssuedToken(token, joinAddresses(), expires, isWorker(name))),
                                Optional.empty()));
    }

    /** One of the two is there. */
    public record Replacement(Optional<IssuedToken> token, Optional<MembershipMessage.Refused> refused) {}

    private boolean isWorker(String name) {
        MembershipState.Node known = parts.membership().nodes().get(name);
        return known != null && known.isWorker();
    }

    /** Where a node can join: here, and at every other control-plane node, should this one be down by then. */
    private List<String> joinAddresses() {
        Identity self = identity();
        return Stream.concat(
                        Stream.of(self.joinAddress()).filter(address -> self.replica() != Identity.Replica.WORKER),
                        parts.membership().nodes().values().stream()
                                .filter(node -> node.completed() && !node.isWorker())
                                .map(MembershipState.Node::joinAddress))
                .distinct()
                .toList();
    }

    private static String randomToken() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /**
     * A token as it is listed.
     *
     * @param kind of the nodes that it lets in; empty for any
     */
    public record ListedToken(String hash, long expiresAtMillis, int usesLeft, String kind) {}

    /** The tokens that may still let somebody in, by hash, as this node knows them. */
    public List<ListedToken> tokens(long nowMillis) {
        return parts.membership().tokens().entrySet().stream()
                .filter(token ->
                        token.getValue().usesLeft() > 0 && token.getValue().expiresAtMillis() >= nowMillis)
                .map(token -> new ListedToken(
                        token.getKey(),
                        token.getValue().expiresAtMillis(),
                        token.getValue().usesLeft(),
                        token.getValue().kind().map(NodeKind::word).orElse("")))
                .sorted(java.util.Comparator.comparing(ListedToken::hash))
                .toList();
    }

    /** Revokes the token whose hash begins so. The answer is Done or Refused. */
    public CompletionStage<MembershipMessage> revokeToken(String id, String by) {
        return membershipCommand(new MembershipMessage.RevokeToken(id), by, false);
    }

    /** A token for clients, as it is handed out; it is stored nowhere but as a hash. */
    public record IssuedAccess(String token, long expiresAtMillis) {}

    /**
     * Issues a token that opens the API.
     *
     * @param name the client's
     * @param kind {@code admin} or {@code viewer}
     * @param by who asks
     */
    public CompletionStage<IssuedAccess> issueAccess(
            String name, String kind, Duration ttl, long nowMillis, String by) {
        String token = randomToken();
        long expires = nowMillis + ttl.toMillis();
        return membershipCommand(new MembershipMessage.IssueAccess(hash(token), name, kind, expires), by, false)
                .thenApply(answer -> new IssuedAccess(token, expires));
    }

    /** Whom a token of theirs names, as this node knows it; empty where it is unknown or too old. */
    public Optional<Peer> bearer(String token, long nowMillis) {
        // Looked up by its hash: how long that takes says nothing about the token.
        MembershipState.Access known = parts.membership().access().get(hash(token));
        return known == null || known.expiresAtMillis() < nowMillis
                ? Optional.empty()
                : Optional.of(new Peer(known.name(), known.kind().equals("admin") ? PeerKind.ADMIN : PeerKind.VIEWER));
    }

    /** The clients that may use the API with a token, by the token's hash. */
    public Map<String, MembershipState.Access> access() {
        return parts.membership().access();
    }

    /** Ends the access by the token whose hash begins so. The answer is Done or Refused. */
    public CompletionStage<MembershipMessage> revokeAccess(String id, String by) {
        return membershipCommand(new MembershipMessage.RevokeAccess(id), by, false);
    }

    /** SHA-256 of a token, hexadecimal. */
    public static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Decides on a join; asked by the node that wants to, through any member. Who is let in gets a certificate, and what it takes to issue
     * others.
     */
    public CompletionStage<Admission.Answer> admit(Admission.Request request) {
        PublicKey key = Keys.requested(request.certificateRequest());
        MembershipMessage.Join join = request.join().with(hash(request.token()));
        Optional<MembershipMessage.Refused> skew = VersionSkew.refusal(parts.version(), request.version());
        if (skew.isPresent()) {
            return CompletableFuture.completedFuture(Admission.Answer.of(skew.get()));
        }
        Optional<MembershipMessage.Refused> level =
                FeatureLevels.refusal(parts.membership().level(), request.highestLevel(), request.version());
        if (level.isPresent()) {
            return CompletableFuture.completedFuture(Admission.Answer.of(level.get()));
        }
        failpoints.reached(Failpoint.ADMISSION_ASKED, join.node());
        return membershipCommand(join, Asked.byToken(join.tokenHash()), true).thenApply(decision -> {
            failpoints.reached(Failpoint.ADMISSION_DECIDED, join.node());
            if (decision instanceof MembershipMessage.Refused no) {
                refused(no.kind(), join.node() + " at " + join.address() + " wanted to join: " + no.message());
            }
            if (!(decision instanceof MembershipMessage.Granted granted)) {
                return Admission.Answer.of(decision);
            }
            MemberId member = MemberId.parse(granted.member());
            Credentials credentials = trust.credentials();
            return new Admission.Answer(
                    decision,
                    Pem.ofCertificates(trust.issue(
                            key,
                            new Peer(member.node(), PeerKind.NODE),
                            NodeTrust.names(member.node(), member.host(), List.of()))),
                    Pem.ofCertificates(credentials.authorities()),
                    Pem.ofKeys(credentials.authorityKeys()));
        });
    }

    /**
     * A join that this node asks for.
     *
     * @param pair what it will be known by; the private key goes nowhere
     */
    public record JoinAttempt(Admission.Request request, KeyPair pair) {}

    /**
     * What this node says of itself when it wants to join.
     *
     * @param asWorker whether it is to host workloads only
     */
    public JoinAttempt joinAttempt(String token, boolean asWorker, long nowMillis) {
        Identity self = identity();
        KeyPair pair = Keys.pair(new SecureRandom());
        return new JoinAttempt(
                new Admission.Request(
                        token,
                        new MembershipMessage.Join(
                                "",
                                self.member().node(),
                                self.member().address(),
                                self.apiAddress(),
                                self.joinAddress(),
                                nowMillis,
                                (asWorker ? NodeKind.WORKER : NodeKind.CONTROL_PLANE).word()),
                        Keys.request(pair),
                        parts.version(),
                        parts.highestLevel()),
                pair);
    }

    /** Whether this node is alone and holds nothing that joining would leave behind. */
    public boolean isAloneAndEmpty() {
        return parts.isAloneAndEmpty();
    }

    /** Whether this node belongs, with others, to the cluster whose authority has this fingerprint, or one that begins so. */
    public boolean belongsTo(String fingerprint) {
        return identity().replica() != Identity.Replica.REMOVED
                && !parts.isAlone()
                && trust.fingerprint().startsWith(fingerprint);
    }

    /**
     * Leaves this node's own cluster of one and follows the one that has granted a join. What it had goes aside in the data
     * folder. Blocks until it follows.
     *
     * @throws IllegalArgumentException when the answer grants nothing, or its certificates cannot be used
     * @throws NodeException when it has joined meanwhile, or holds something
     */
    public synchronized void join(JoinAttempt attempt, Admission.Answer answer) {
        if (!isAloneAndEmpty()) {
            throw new NodeException("this node belongs to a cluster with others, or holds data of its own");
        }
        if (!(answer.decision() instanceof MembershipMessage.Granted granted)) {
            throw new IllegalArgumentException("the answer grants no join: " + answer.decision());
        }
        reached(Failpoint.JOIN_GRANTED);
        Credentials credentials = new Credentials(
                Pem.certificates(answer.authorities()),
                Pem.keys(answer.authorityKeys()),
                Pem.certificates(answer.certificate()),
                attempt.pair().getPrivate());
        if (!credentials.isWhole()) {
            throw new IllegalArgumentException("the certificate that came is for another key");
        }
        folder.stageTls(granted.clusterId(), credentials.files());
        reached(Failpoint.CERTIFICATES_STAGED);
        boolean worker = NodeKind.of(attempt.request().join().kind()) == NodeKind.WORKER;
        Identity old = identity();
        Identity joined = new Identity(
                granted.clusterId(),
                ClusterEpoch.parse(granted.epoch()),
                MemberId.parse(granted.member()),
                old.apiAddress(),
                old.joinAddress(),
                granted.founders().stream().map(MemberId::parse).toList(),
                worker ? Identity.Replica.WORKER : Identity.Replica.FOLLOWER,
                granted.contacts(),
                "",
                "");
        restart(
                joined,
                "before-join-" + NodeParts.shortId(joined.clusterId()) + "-"
                        + joined.member().incarnation());
        LOG.info("joined cluster {} as {}", granted.clusterId(), joined.member());
    }

    /**
     * Asks to leave the cluster: this node hands over its role, is a member no longer, and then founds a cluster of its own. The answer,
     * Done or Refused, comes when that has begun; it is done when {@link #identity()} names another cluster.
     *
     * @param by who asks
     */
    public CompletionStage<MembershipMessage> leave(String by) {
        return membershipCommand(
                        new MembershipMessage.Leave(identity().member().node(), MembershipMessage.Leave.BY_ITSELF),
                        by,
                        true)
                .thenApply(answer -> {
                    reached(Failpoint.LEAVE_BEGUN);
                    return answer;
                });
    }

    /**
     * Asks for the removal of a node, through any other. The answer, Done or Refused, comes when it has begun.
     *
     * @param force the node will never come back
     * @param by who asks
     */
    public CompletionStage<MembershipMessage> remove(String name, boolean force, String by) {
        return parts.remove(name, force, by);
    }

    /**
     * Has a node take another address at its next start, once its machine has it. The answer is Done or Refused.
     *
     * @param address host of the cluster port, or {@code host:port}; the one that it has drops what was planned
     * @param by who asks
     */
    public CompletionStage<MembershipMessage> planMove(String name, String address, String by) {
        return membershipCommand(new MembershipMessage.PlanMove(name, address), by, true);
    }

    /** Changes what is configured of roles: a SetPolicy or a ConfigureNode. The answer is Done or Refused. */
    public CompletionStage<MembershipMessage> configure(MembershipMessage change, String by) {
        return membershipCommand(change, by, true);
    }

    /**
     * Empties this node: it founds a cluster of its own. What it had goes aside in the data folder. Blocks until done.
     *
     * @throws NodeException when other nodes count on it
     */
    public synchronized void reset() {
        boolean removed = identity().replica() == Identity.Replica.REMOVED;
        if (!removed && !parts.isAlone()) {
            throw new NodeException(
                    "this node belongs to a cluster with others: `quorate leave` first, so that they know;"
                            + " where they do not exist any more, `quorate remove-node` them");
        }
        restart(foundAnew(), "before-reset-" + parts.shortClusterId());
    }

    /**
     * Hands leadership over where this node leads, then its vote where another can take it, and waits for both, for a bounded time. What is
     * asked of this node goes on being served; it becomes nothing else any more.
     */
    public void handOver() {
        stopping = true;
        parts.handOver();
        comesBackAs = parts.handOverVote();
    }

    /**
     * Writes a backup of what this node's replica has now, while it goes on. Blocks until all of it is written.
     *
     * @throws JournalException where there is no copy here
     * @throws IOException where it cannot be written; what was written is not whole then, and says so
     */
    public void backup(OutputStream out, long nowMillis) throws IOException {
        parts.recovery().backup(out, nowMillis);
    }

    /**
     * Has backups taken again and again, or changes how; the schedule is part of the cluster's replicated state. The answer is Done or
     * Refused.
     *
     * @param by who asks
     */
    public CompletionStage<MembershipMessage> scheduleBackups(MembershipMessage.ScheduleBackups schedule, String by) {
        return membershipCommand(schedule, by, true);
    }

    /** Ends that. The answer is Done. */
    public CompletionStage<MembershipMessage> endBackups(String by) {
        return membershipCommand(new MembershipMessage.EndBackups(), by, true);
    }

    /** What is scheduled, and what came of it, as this node knows it. */
    public Optional<BackupSchedule> backups() {
        return parts.membership().backups();
    }

    /**
     * A node that holds a copy of the journal.
     *
     * @param apiAddress {@code host:port} where its clients reach it
     */
    public record CopyHolder(String name, String apiAddress, boolean leads) {}

    /** The other nodes that hold a copy, as this one knows them. */
    public List<CopyHolder> copyHolders() {
        NodeParts now = parts;
        String self = now.identity().member().node();
        String leader = now.leader().address();
        return now.membership().controlPlane().stream()
                .filter(node -> node.completed()
                        && node.role() != Role.SPARE
                        && !node.member().node().equals(self))
                .map(node -> new CopyHolder(
                        node.member().node(),
                        node.apiAddress(),
                        node.member().address().equals(leader)))
                .toList();
    }

    /** Whether this node has a copy of the journal. */
    public boolean holdsCopy() {
        return identity().holdsCopy();
    }

    /**
     * Judges whether the cluster may be recovered, with whose copy, and what that costs.
     *
     * @param at where survivors are, {@code host:port}, that are not where they are known to be
     * @param base name of the node to go on with; empty for the one that has most
     */
    public CompletionStage<Assessment> assessRecovery(List<String> at, String base) {
        return parts.recovery().assess(at, base);
    }

    /**
     * Begins the recovery that was judged possible, with the node that was chosen. Completes when that node has begun; it is done when the
     * status of a node that belongs to the cluster names the epoch, and a leader.
     *
     * @param by who orders it
     * @return what is done
     */
    public CompletionStage<RecoveryPlan> recover(Assessment assessment, String by, long nowMillis) {
        Identity now = identity();
        RecoveryPlan plan = assessment.plan(now.clusterId(), now.epoch(), new SecureRandom().nextInt(), by, nowMillis);
        return parts.recovery().begin(plan).thenApply(begun -> plan);
    }

    /** Notes that what the last recovery did is known. The answer is Done or Refused. */
    public CompletionStage<MembershipMessage> acknowledgeRecovery(String by) {
        return membershipCommand(new MembershipMessage.AcknowledgeRecovery(), by, true);
    }

    /** The last upgrade of the cluster, as it is known here. */
    public UpgradeState upgrade() {
        return parts.upgrade();
    }

    /** {@code host:port} where a member's clients reach it; empty where it is no member. */
    public Optional<String> apiAddressOf(String name) {
        return Optional.ofNullable(parts.membership().nodes().get(name)).map(MembershipState.Node::apiAddress);
    }

    /** Why an upgrade waits just now, where this node leads it; else empty. */
    public String upgradeWaits() {
        return parts.upgradeExchange().waits();
    }

    /** The cluster's feature level, as it is known here. */
    public int featureLevel() {
        return parts.membership().level();
    }

    /** Finds out what speaks against an upgrade, and begins it where nothing does. May take minutes: a backup is taken. */
    public CompletionStage<UpgradeAnswer> planUpgrade(UpgradeWish wish) {
        return parts.upgrades().plan(wish);
    }

    /** Raises the feature level to what every member can do: there is no way back to older releases. */
    public CompletionStage<UpgradeAnswer> finalizeUpgrade(String by) {
        return parts.upgrades().finish(by);
    }

    /** Pauses, resumes, aborts or rolls back. */
    public CompletionStage<UpgradeMessage> changeUpgrade(UpgradeMessage message, String by) {
        return parts.upgradeCommand(new UpgradeAsked(message, by, System.currentTimeMillis()));
    }

    /** Who takes care of pods when a node is upgraded. Call it once, at the start. */
    public void upgradeWith(Workloads next) {
        workloadsOfUpgrade = next;
        parts.upgradeExchange().with(next);
    }

    /** Puts a new authority in the place of the cluster's. The answer is Done, or Refused with what to do first. */
    public CompletionStage<MembershipMessage> replaceAuthority(String reason, String by) {
        return parts.replaceAuthority(reason, by);
    }

    /** Hands leadership over where this node leads, then stops everything. */
    @Override
    public synchronized void close() {
        closed = true;
        parts.handOver();
        parts.close();
        comesBackAs.ifPresent(folder::store);
        trust.close();
        endSystem(STOP_PATIENCE).ifPresent(why -> LOG.warn("{}", why));
        folder.close();
    }

    /** Ends the actors, and waits until they have; says which are left where that takes too long. */
    private Optional<String> endSystem(Duration patience) {
        try {
            ArteryTls.terminate(system.classicSystem()).get(patience.toSeconds(), TimeUnit.SECONDS);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted while the actor system stopped");
        } catch (ExecutionException | TimeoutException e) {
            return Optional.of("the actor system did not stop in time: " + e + "\n" + system.printTree());
        }
    }

    /** Ends everything at once, without handing over: what a crash looks like to the others; may be called twice. For tests. */
    synchronized void crash() {
        if (closed) {
            return;
        }
        closed = true;
        parts.close();
        trust.close();
        endSystem(CRASH_PATIENCE).ifPresent(why -> {
            throw new NodeException(why);
        });
        folder.close();
    }
}
