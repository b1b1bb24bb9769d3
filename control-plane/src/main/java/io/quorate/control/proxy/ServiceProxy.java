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
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
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
public final class ServiceProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceProxy.class);

    private static final int BACKLOG = 256;
    private static final int MAX_CONNECTIONS = 8_192;
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final ActorSystem system;
    private final Materializer materializer;
    private final PodConnections pods;
    private final String node;
    private final String address;

    private final Map<Listener, Open> open = new HashMap<>();
    private final AtomicLong connections = new AtomicLong();
    private volatile ServiceTable table = ServiceTable.EMPTY;
    private boolean closed;

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

    /** Listens on nothing any more; connections that stand go on. */
    @Override
    public synchronized void close() {
        closed = true;
        open.values().forEach(Open::close);
        open.clear();
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
            CompletionStage<Tcp.ServerBinding> begun = Tcp.get(system)
                    .bind(listener.address(), listener.port(), BACKLOG, List.of(), true, Optional.empty())
                    .to(Sink.foreach(this::accepted))
                    .run(materializer);
            binding = begun;
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
                    : was.thenCompose(Tcp.ServerBinding::unbind).handle((done, never) -> Done.getInstance());
        }

        private void accepted(Tcp.IncomingConnection connection) {
            Backends now = backends;
            if (now == null || connections.incrementAndGet() > MAX_CONNECTIONS) {
                connections.decrementAndGet();
                refuse(connection);
                return;
            }
            Iterator<Backend> order = now.order(
                            turn.getAndIncrement(),
                            connection.remoteAddress().getAddress().getHostAddress())
                    .iterator();
            connected(order).whenComplete((pod, failure) -> {
                if (pod == null) {
                    connections.decrementAndGet();
                    LOG.info("no pod answers for {}: {}", listener, String.valueOf(failure));
                    refuse(connection);
                } else {
                    connection.handleWith(
                            pod.watchTermination((used, ended) -> {
                                ended.whenComplete((done, why) -> connections.decrementAndGet());
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
