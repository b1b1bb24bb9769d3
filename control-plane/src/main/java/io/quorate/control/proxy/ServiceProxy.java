package io.quorate.control.proxy;

import io.quorate.control.objects.ObjectState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for the services that there are, and carries each connection to a pod. A pod that does not answer costs its client nothing: the next one
 * is asked before a byte was taken. One that goes away in good order keeps the connections that it has. Any thread; nothing blocks.
 */
public final class ServiceProxy {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceProxy.class);

    private static final int BACKLOG = 256;
    private static final int MAX_CONNECTIONS = 8_192;
    private static final Duration AGAIN = Duration.ofSeconds(10);

    /** How long connections may go on when the node ends: as long as an answer takes, and not as long as one that is kept for the next question. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(3);

    private final ActorSystem system;
    private final Materializer materializer;
    private final PodConnections pods;
    private final String node;
    private final String address;

    private final Map<Listener, Open> open = new HashMap<>();
    private final AtomicLong connections = new AtomicLong();
    private volatile ServiceTable table = ServiceTable.EMPTY;
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private volatile boolean closed;

    /**
     * @param node this one's name
     * @param address where node ports are listened on
     */
    public ServiceProxy(ActorSystem system, String node, String address, PodConnections.Elsewhere elsewhere) {
        this.system = system;
        this.materializer = Materializer.matFromSystem(system);
        this.pods = new PodConnections(system, node, this::apiOf, elsewhere);
        this.node = node;
        this.address = address;
    }

    /** Address and port of the API of a node; empty where it is not known. */
    public Optional<String> apiOf(String other) {
        return table.apiOf(other);
    }

    public PodConnections pods() {
        return pods;
    }

    /** Listens as a later state wants it from now on; completes when it does, where it can. */
    public synchronized CompletionStage<Void> update(ObjectState state) {
        if (closed) {
            return CompletableFuture.completedFuture(null);
        }
        table = table.next(state, node, address);
        Map<Listener, Backends> wanted = table.listeners();
        List<CompletionStage<?>> changes = new ArrayList<>();
        for (Iterator<Open> each = open.values().iterator(); each.hasNext(); ) {
            Open is = each.next();
            if (!wanted.containsKey(is.listener)) {
                changes.add(is.close());
                each.remove();
            }
        }
        wanted.forEach((listener, backends) -> open.computeIfAbsent(listener, Open::new).backends = backends);
        open.values().forEach(each -> changes.add(each.listen()));
        return CompletableFuture.allOf(
                changes.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture<?>[]::new));
    }

    /**
     * Listens on nothing any more; connections that stand go on. Completes when none does, or a few seconds later: who stops the node then cuts
     * nobody's answer off.
     */
    public synchronized CompletionStage<Void> end() {
        closed = true;
        CompletableFuture<?>[] ended = open.values().stream()
                .map(each -> each.close().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        open.clear();
        return CompletableFuture.allOf(ended)
                .thenCompose(done -> connections.get() == 0 ? CompletableFuture.completedFuture(null) : idle)
                .completeOnTimeout(null, LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void disconnected() {
        if (connections.decrementAndGet() == 0 && closed) {
            idle.complete(null);
        }
    }

    private synchronized void again(Open is) {
        is.waits = false;
        if (!closed && open.get(is.listener) == is) {
            is.listen();
        }
    }

    /** One listener. */
    private final class Open {
        private final Listener listener;
        private final AtomicLong turn;
        private volatile @Nullable Backends backends;
        private @Nullable CompletionStage<Tcp.ServerBinding> binding;

        /** Completes when it listens no more and whoever had connected by then is looked after. */
        private CompletionStage<Done> last = CompletableFuture.completedFuture(Done.getInstance());

        /** It could not listen just now. */
        private boolean waits;

        private boolean told;

        Open(Listener listener) {
            this.listener = listener;
            // Nodes begin with different ones, so that a few connections to each are spread, too.
            this.turn = new AtomicLong(Math.floorMod(node.hashCode(), 1 << 16));
        }

        /** Completes when it does, or cannot. */
        CompletionStage<?> listen() {
            if (binding != null || waits) {
                return CompletableFuture.completedFuture(null);
            }
            Pair<CompletionStage<Tcp.ServerBinding>, CompletionStage<Done>> run = Tcp.get(system)
                    .bind(listener.address(), listener.port(), BACKLOG, List.of(), true, Optional.empty())
                    .toMat(Sink.foreach(this::accepted), Keep.both())
                    .run(materializer);
            CompletionStage<Tcp.ServerBinding> begun = run.first();
            binding = begun;
            last = run.second();
            return begun.exceptionally(failure -> {
                failed(failure);
                return null;
            });
        }

        private void failed(Throwable failure) {
            synchronized (ServiceProxy.this) {
                binding = null;
                waits = true;
                if (!told) {
                    told = true;
                    LOG.warn(
                            "nobody can connect to {} here, where a service is wanted: {}; it is tried again every {} s. Where another"
                                    + " node of this machine listens there, that one carries it. Ports below 1024 are root's, or whose"
                                    + " net.ipv4.ip_unprivileged_port_start says so",
                            listener,
                            String.valueOf(failure.getMessage()),
                            AGAIN.toSeconds());
                }
            }
            system.scheduler().scheduleOnce(AGAIN, () -> again(this), system.dispatcher());
        }

        CompletionStage<?> close() {
            CompletionStage<Tcp.ServerBinding> was = binding;
            binding = null;
            return was == null
                    ? CompletableFuture.completedFuture(null)
                    : was.thenCompose(Tcp.ServerBinding::unbind)
                            .thenCompose(done -> last)
                            .handle((done, never) -> Done.getInstance());
        }

        private void accepted(Tcp.IncomingConnection connection) {
            Backends now = backends;
            boolean full = connections.incrementAndGet() > MAX_CONNECTIONS;
            if (now == null || full) {
                disconnected();
                refuse(connection);
                return;
            }
            Iterator<Backend> order = now.order(
                            turn.getAndIncrement(),
                            connection.remoteAddress().getAddress().getHostAddress())
                    .iterator();
            connected(order).whenComplete((pod, failure) -> {
                if (pod == null) {
                    disconnected();
                    LOG.info("no pod answers for {}: {}", listener, String.valueOf(failure));
                    refuse(connection);
                } else {
                    connection.handleWith(
                            pod.watchTermination((used, ended) -> {
                                ended.whenComplete((done, why) -> disconnected());
                                return used;
                            }),
                            materializer);
                }
            });
        }

        private CompletionStage<Flow<ByteString, ByteString, NotUsed>> connected(Iterator<Backend> order) {
            Backend first = order.next();
            CompletionStage<Flow<ByteString, ByteString, NotUsed>> tried = pods.to(first);
            return order.hasNext()
                    ? tried.handle((flow, failure) ->
                                    failure == null ? CompletableFuture.completedFuture(flow) : connected(order))
                            .thenCompose(next -> next)
                    : tried;
        }

        private void refuse(Tcp.IncomingConnection connection) {
            connection.handleWith(
                    Flow.fromSinkAndSource(
                            Sink.cancelled(), Source.failed(new IllegalStateException("nobody answers"))),
                    materializer);
        }
    }
}
