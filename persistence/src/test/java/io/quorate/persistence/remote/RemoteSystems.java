package io.quorate.persistence.remote;

import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.actor.ActorSystem;

/** Several nodes of this process, each an actor system that is reached over a real socket. */
final class RemoteSystems implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<ActorSystem> systems = new ArrayList<>();

    ActorSystem start(int port) {
        ActorSystem system = ActorSystem.create(
                "quorate", ConfigFactory.parseString("""
                pekko.actor.provider = remote
                pekko.loglevel = WARNING
                pekko.remote.artery.canonical { hostname = 127.0.0.1, port = %d }
                pekko.remote.artery.advanced.maximum-frame-size = 2 MiB
                pekko.remote { use-unsafe-remote-features-outside-cluster = on, warn-about-direct-use = off }
                """.formatted(port)).withFallback(ConfigFactory.load()));
        systems.add(system);
        return system;
    }

    /** One that only asks. */
    ActorSystem start() throws Exception {
        return start(freePort());
    }

    static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /** Has a connection made and taken, so that how long that takes is no part of what is tested. */
    static void meet(ActorSystem system, String address, String name, byte[] question) throws Exception {
        try (RequestChannel channel =
                new RequestChannel(system, () -> RequestChannel.resolve(system, address, "/user/" + name), PATIENCE)) {
            channel.request(question)
                    .handle((answer, refusal) -> "met")
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** A node that answers so under a name; where it is. */
    String serve(String name, Function<byte[], CompletionStage<byte[]>> answer) throws Exception {
        int port = freePort();
        start(port).actorOf(RequestGateway.props(answer), name);
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() throws Exception {
        for (ActorSystem system : systems) {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
