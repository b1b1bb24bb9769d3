package io.quorate.control.http;

import io.quorate.control.metrics.NodeMetrics;
import io.quorate.node.Node;
import io.quorate.node.NodeException;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Tls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two listeners of a node: for clients, and for nodes that join. */
public final class HttpServer implements AutoCloseable {
    /** An occupied port is told of at once: who waits has a busy machine, as after a loss of power, where all start at the same moment. */
    private static final long BIND_PATIENCE_SECONDS = 30;

    private static final long UNBIND_PATIENCE_SECONDS = 5;

    /** A connection that nothing is asked on is ended after this. */
    private static final Duration IDLE = Duration.ofSeconds(75);

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    private final Routes routes;
    private final List<ServerBinding> bindings;

    private HttpServer(Routes routes, List<ServerBinding> bindings) {
        this.routes = routes;
        this.bindings = bindings;
    }

    /**
     * Listens; returns when both ports are open.
     *
     * @throws NodeException when a port is occupied
     */
    public static HttpServer start(Node node, String address, int apiPort, int joinPort, NodeMetrics metrics) {
        return start(node, address, apiPort, joinPort, metrics, Bodies.PATIENCE);
    }

    /** @param bodyPatience how long the body of a request is waited for */
    static HttpServer start(
            Node node, String address, int apiPort, int joinPort, NodeMetrics metrics, Duration bodyPatience) {
        ActorSystem system = Adapter.toClassic(node.system());
        Routes routes = new Routes(node, metrics, system, bodyPatience);
        Tls tls = node.trust().tls();
        ServerSettings settings = ServerSettings.create(system).withSocketOptions(List.of(new KeepAlive()));
        ServerBinding api = bound(
                Http.get(system)
                        .newServerAt(address, apiPort)
                        .enableHttps(ConnectionContext.httpsServer(
                                () -> tls.server(Tls.ClientCertificate.WELCOME, PeerKind.ANY)))
                        .withSettings(settings)
                        .bindFlow(IdleLimit.flow(routes::apply, settings.getPipeliningLimit(), IDLE, System::nanoTime)),
                "API",
                address,
                apiPort,
                "--api-port");
        try {
            ServerBinding join = bound(
                    Http.get(system)
                            .newServerAt(address, joinPort)
                            .enableHttps(ConnectionContext.httpsServer(
                                    () -> tls.server(Tls.ClientCertificate.UNASKED, PeerKind.SERVERS)))
                            .withSettings(settings)
                            .bindFlow(IdleLimit.flow(
                                    routes::admit, settings.getPipeliningLimit(), IDLE, System::nanoTime)),
                    "join",
                    address,
                    joinPort,
                    "--join-port");
            return new HttpServer(routes, List.of(api, join));
        } catch (NodeException e) {
            new HttpServer(routes, List.of(api)).close();
            throw e;
        }
    }

    private static ServerBinding bound(
            CompletionStage<ServerBinding> binding, String what, String address, int port, String option) {
        try {
            return binding.toCompletableFuture().get(BIND_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted", e);
        } catch (TimeoutException e) {
            throw new NodeException(
                    "the " + what + " port " + address + ":" + port + " could not be listened on within "
                            + BIND_PATIENCE_SECONDS
                            + " s: the machine is too busy to start a node. Next: the same command again, when it is less so",
                    e);
        } catch (ExecutionException e) {
            throw new NodeException(
                    "the " + what + " port " + address + ":" + port
                            + " cannot be listened on: another process has it, or the address is not this machine's."
                            + " `quorate status` tells whether a node runs; " + option + " chooses another",
                    e);
        }
    }

    /** Returns when both ports are free again, and those of services; requests under way are answered still. What runs for the cluster here goes on. */
    @Override
    public void close() {
        List<CompletableFuture<?>> ended = new ArrayList<>();
        ended.add(routes.end().toCompletableFuture());
        bindings.forEach(binding -> ended.add(binding.unbind().toCompletableFuture()));
        try {
            CompletableFuture.allOf(ended.toArray(CompletableFuture<?>[]::new))
                    .get(UNBIND_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("a port was not let go of in time: {}", String.valueOf(e));
        }
    }
}
