package io.quorate.control.proxy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/** Connections to pods: to those of this node by TCP, to those of another by way of it. Any thread; nothing blocks. */
public final class PodConnections {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** The way to the pods of other nodes. */
    @FunctionalInterface
    public interface Elsewhere {
        /**
         * Connects to a pod of the node whose API is at an address.
         *
         * @param api {@code host:port}
         * @return what goes there and what comes back, for one use within some seconds; fails where nobody answers
         */
        CompletionStage<Flow<ByteString, ByteString, NotUsed>> connect(String api, String address, int port);
    }

    private final ActorSystem system;
    private final Materializer materializer;
    private final String node;
    private final Function<String, Optional<String>> apis;
    private final Elsewhere elsewhere;

    /**
     * @param node this one's name
     * @param apis address and port of the API of a node
     */
    PodConnections(ActorSystem system, String node, Function<String, Optional<String>> apis, Elsewhere elsewhere) {
        this.system = system;
        this.materializer = Materializer.matFromSystem(system);
        this.node = node;
        this.apis = apis;
        this.elsewhere = elsewhere;
    }

    /** Completes when somebody answers there; the flow is for one use, within some seconds. */
    CompletionStage<Flow<ByteString, ByteString, NotUsed>> to(Backend backend) {
        if (backend.node().equals(node)) {
            return here(backend.address(), backend.port());
        }
        return apis.apply(backend.node())
                .map(api -> elsewhere.connect(api, backend.address(), backend.port()))
                .orElseGet(() -> CompletableFuture.failedFuture(
                        new IllegalStateException("the address of " + backend.node() + " is not known")));
    }

    /** To a pod of this node. */
    public CompletionStage<Flow<ByteString, ByteString, NotUsed>> here(String address, int port) {
        return Connecting.begin(
                Tcp.get(system)
                        .outgoingConnection(
                                InetSocketAddress.createUnresolved(address, port),
                                Optional.empty(),
                                List.of(),
                                true,
                                Optional.of(PATIENCE),
                                Optional.empty()),
                connection -> Optional.empty(),
                materializer);
    }
}
