package io.quorate.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.quorate.node.aggregate.Aggregate;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.Membership;
import io.quorate.node.presence.Transition;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.plugin.JournalExtension;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.store.StoreEngine;
import io.quorate.persistence.store.StoreEngines;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node. Methods may be called from any thread; {@link #start}, {@link #join} and {@link #close} block until done.
 */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    /** Aggregates that the control plane puts on every node; made anew when the node joins another cluster. */
    @FunctionalInterface
    public interface Aggregates {
        List<Aggregate<?, ?, ?>> of(String clusterId);
    }

    private final NodeSettings settings;
    private final DataFolder folder;
    private final StoreEngine engine;
    private final ActorSystem<NodeActor.Message> system;
    private final Endpoints endpoints;
    private final Aggregates aggregates;
    private final JournalMetrics metrics;
    private final FailStop failStop;
    private final CurrentJournal journal;
    private volatile NodeParts parts;
    private volatile CompletableFuture<Void> settled = CompletableFuture.completedFuture(null);
    private volatile boolean closed;

    private Node(
            NodeSettings settings,
            DataFolder folder,
            StoreEngine engine,
            ActorSystem<NodeActor.Message> system,
            Aggregates aggregates,
            JournalMetrics metrics,
            FailStop failStop,
            Identity identity) {
        this.settings = settings;
        this.folder = folder;
        this.engine = engine;
        this.system = system;
        this.endpoints = new Endpoints(system);
        this.aggregates = aggregates;
        this.metrics = metrics;
        this.failStop = failStop;
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
                aggregates.of(identity.clusterId()),
                metrics,
                failStop,
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
        if (closed || parts != from) {
            return; // it has become something else since
        }
        switch (next) {
            case Transition.Become(var identity) -> restart(identity, "");
            case Transition.StartAnew() -> restart(found(settings), "after-leave-" + from.shortClusterId());
        }
    }

    /** @param asideAs name under which the backend is kept; empty to go on with it */
    private void restart(Identity next, String asideAs) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        settled = done;
        try {
            parts.close();
            if (!asideAs.isEmpty()) {
                folder.setBackendAside(asideAs);
            }
            folder.store(next);
            parts = start(next);
            journal.become(parts.journal());
        } catch (RuntimeException e) {
            failStop.stop("this node could not become " + next.member() + ": " + e.getMessage(), e);
        } finally {
            done.complete(null);
        }
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
        DataFolder folder = DataFolder.open(settings.dataFolder());
        ActorSystem<NodeActor.Message> system = null;
        try {
            Identity identity = folder.identity().orElseGet(() -> found(settings));
            checkSettings(settings, identity);
            folder.store(identity);
            StoreEngine engine = StoreEngines.of(settings.storeEngine());
            system = actorSystem(settings);
            return new Node(settings, folder, engine, system, aggregates, metrics, failStop, identity);
        } catch (RuntimeException e) {
            if (system != null) {
                system.terminate();
            }
            folder.close();
            throw e;
        }
    }

    private static Identity found(NodeSettings settings) {
        MemberId self = new MemberId(settings.name(), 1, settings.clusterAddress());
        return new Identity(
                UUID.randomUUID().toString(),
                self,
                settings.address() + ":" + settings.apiPort(),
                settings.address() + ":" + settings.joinPort(),
                List.of(self),
                Identity.Replica.MEMBER,
                List.of());
    }

    private static void checkSettings(NodeSettings settings, Identity identity) {
        if (!identity.member().node().equals(settings.name())) {
            throw new NodeException("data folder " + settings.dataFolder() + " belongs to the node "
                    + identity.member().node() + ", this one is to be " + settings.name()
                    + ": give it a folder of its own"
                    + " (--data-folder), or start it as --name "
                    + identity.member().node());
        }
        if (!identity.member().address().equals(settings.clusterAddress())) {
            throw new NodeException("data folder " + settings.dataFolder() + " belongs to a node at "
                    + identity.member().address() + ", this one is to be at " + settings.clusterAddress()
                    + ": start it with the address that its cluster knows");
        }
    }

    private static ActorSystem<NodeActor.Message> actorSystem(NodeSettings settings) {
        Config config = ConfigFactory.defaultOverrides()
                .withFallback(ConfigFactory.parseResources("quorate-node.conf"))
                .withValue("pekko.remote.artery.canonical.hostname", ConfigValueFactory.fromAnyRef(settings.address()))
                .withValue("pekko.remote.artery.canonical.port", ConfigValueFactory.fromAnyRef(settings.clusterPort()))
                .withFallback(ConfigFactory.load());
        try {
            return ActorSystem.create(NodeActor.create(), "quorate", config);
        } catch (RuntimeException e) {
            throw bindFailure(e, settings.clusterAddress());
        }
    }

    private static RuntimeException bindFailure(RuntimeException failure, String address) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException
                    || String.valueOf(cause.getMessage()).contains("BindException")
                    || String.valueOf(cause.getMessage()).contains("Failed to bind")) {
                return new NodeException(
                        "the cluster port " + address
                                + " cannot be listened on: another process has it, or the address is not"
                                + " this machine's. `quorate status` tells whether a node runs; --address and"
                                + " --cluster-port choose another",
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

    /** The journal of the leader on this node: refuses where this node does not lead. */
    public Journal leaderJournal() {
        return parts.leaderJournal();
    }

    /** Whether this node leads and decides. */
    public boolean leads() {
        return parts.leader().isHere();
    }

    /**
     * Sends a command to where it is decided; while this node becomes something else it waits for that.
     *
     * @param idempotent whether deciding it twice does no harm
     */
    public CompletionStage<byte[]> command(String persistenceId, byte[] command, boolean idempotent) {
        NodeParts asked = parts;
        return asked.aggregate(persistenceId).command(command, idempotent).exceptionallyCompose(failure -> {
            JournalException reason = JournalException.of(failure);
            boolean again = asked.isClosed() && !closed && (idempotent || reason.certainlyNotStored());
            return again
                    ? settled.thenCompose(now -> command(persistenceId, command, idempotent))
                    : CompletableFuture.failedFuture(reason);
        });
    }

    private CompletionStage<MembershipMessage> membershipCommand(MembershipMessage command, boolean idempotent) {
        return command(Membership.ID, MembershipForm.bytes(command), idempotent)
                .thenApply(bytes -> MembershipForm.read(bytes, MembershipMessage.class));
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

    /** A token as it is handed out; it is stored nowhere but as a hash. */
    public record IssuedToken(String token, List<String> joinAddresses, long expiresAtMillis) {}

    /**
     * Issues a token.
     *
     * @param own the token; empty for one of 128 random bits
     * @param uses joins that it is good for
     * @param nowMillis wall clock
     */
    public CompletionStage<IssuedToken> issueToken(String own, Duration ttl, int uses, long nowMillis) {
        String token = own.isEmpty() ? randomToken() : own;
        long expires = nowMillis + ttl.toMillis();
        return membershipCommand(new MembershipMessage.IssueToken(hash(token), expires, uses), false)
                .thenApply(answer -> new IssuedToken(token, List.of(identity().joinAddress()), expires));
    }

    private static String randomToken() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** A token as it is listed. */
    public record ListedToken(String hash, long expiresAtMillis, int usesLeft) {}

    /** The tokens that may still let somebody in, by hash, as this node knows them. */
    public List<ListedToken> tokens(long nowMillis) {
        return parts.membership().tokens().entrySet().stream()
                .filter(token ->
                        token.getValue().usesLeft() > 0 && token.getValue().expiresAtMillis() >= nowMillis)
                .map(token -> new ListedToken(
                        token.getKey(),
                        token.getValue().expiresAtMillis(),
                        token.getValue().usesLeft()))
                .sorted(java.util.Comparator.comparing(ListedToken::hash))
                .toList();
    }

    /** Revokes the token whose hash begins so. The answer is Done or Refused. */
    public CompletionStage<MembershipMessage> revokeToken(String id) {
        return membershipCommand(new MembershipMessage.RevokeToken(id), false);
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

    /** Decides on a join; asked by the node that wants to, through any member. The answer is Granted or Refused. */
    public CompletionStage<MembershipMessage> admit(MembershipMessage.Join join) {
        return membershipCommand(join, true);
    }

    /** What this node says of itself when it wants to join. */
    public MembershipMessage.Join joinRequest(String token, long nowMillis) {
        Identity self = identity();
        return new MembershipMessage.Join(
                hash(token),
                self.member().node(),
                self.member().address(),
                self.apiAddress(),
                self.joinAddress(),
                nowMillis);
    }

    /** Whether this node is alone and holds nothing that joining would leave behind. */
    public boolean isAloneAndEmpty() {
        return parts.isAloneAndEmpty();
    }

    /**
     * Leaves this node's own cluster of one and follows the one that has granted a join. What it had goes aside in the data
     * folder. Blocks until it follows.
     */
    public synchronized void join(MembershipMessage.Granted granted) {
        Identity old = identity();
        Identity joined = new Identity(
                granted.clusterId(),
                MemberId.parse(granted.member()),
                old.apiAddress(),
                old.joinAddress(),
                granted.founders().stream().map(MemberId::parse).toList(),
                Identity.Replica.FOLLOWER,
                granted.contacts());
        restart(
                joined,
                "before-join-" + NodeParts.shortId(joined.clusterId()) + "-"
                        + joined.member().incarnation());
        LOG.info("joined cluster {} as {}", granted.clusterId(), joined.member());
    }

    /**
     * Asks to leave the cluster: this node hands over its role, is a member no longer, and then founds a cluster of its own. The answer,
     * Done or Refused, comes when that has begun; it is done when {@link #identity()} names another cluster.
     */
    public CompletionStage<MembershipMessage> leave() {
        return membershipCommand(
                new MembershipMessage.Leave(identity().member().node(), MembershipMessage.Leave.BY_ITSELF), true);
    }

    /**
     * Asks for the removal of a node, through any other. The answer, Done or Refused, comes when it has begun.
     *
     * @param force the node will never come back
     */
    public CompletionStage<MembershipMessage> remove(String name, boolean force) {
        return parts.remove(name, force);
    }

    /** Changes what is configured of roles: a SetPolicy or a ConfigureNode. The answer is Done or Refused. */
    public CompletionStage<MembershipMessage> configure(MembershipMessage change) {
        return membershipCommand(change, true);
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
        restart(found(settings), "before-reset-" + parts.shortClusterId());
    }

    /** Hands leadership over where this node leads, and waits for it, for a bounded time. What is asked of this node goes on being served. */
    public void handOver() {
        parts.handOver();
    }

    /** Hands leadership over where this node leads, then stops everything. */
    @Override
    public synchronized void close() {
        closed = true;
        parts.handOver();
        parts.close();
        system.terminate();
        try {
            system.getWhenTerminated().toCompletableFuture().get(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the actor system did not stop in time: {}", String.valueOf(e));
        }
        folder.close();
    }

    /** Ends everything at once, without handing over: what a crash looks like to the others. For tests. */
    synchronized void crash() {
        closed = true;
        parts.close();
        CompletableFuture<?> ended = system.getWhenTerminated().toCompletableFuture();
        system.terminate();
        ended.join();
        folder.close();
    }
}
