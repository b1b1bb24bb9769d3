package io.quorate.node;

import io.quorate.node.recovery.Assessment.Answer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Whether anything listens at an address: opens a connection, and closes it. */
final class SocketProbe {
    private static final int CONNECT_MILLIS = 1_500;

    private SocketProbe() {}

    /**
     * Looks whether there is anything to ask.
     *
     * @param prober runs what blocks for a second or two
     * @return empty where there is; else what can be said of who is there
     */
    static CompletionStage<Optional<Answer>> of(String address, Executor prober) {
        return CompletableFuture.supplyAsync(() -> probe(address), prober);
    }

    private static Optional<Answer> probe(String address) {
        int colon = address.lastIndexOf(':');
        InetSocketAddress target =
                new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        try (Socket socket = new Socket()) {
            socket.connect(target, CONNECT_MILLIS);
            return Optional.empty();
        } catch (ConnectException e) {
            boolean refused = String.valueOf(e.getMessage()).contains("refused");
            return Optional.of(
                    refused
                            ? new Answer.NotRunning("nothing listens at " + address + ": no node runs there")
                            : new Answer.Silent(address + " cannot be reached: " + e.getMessage()));
        } catch (IOException e) {
            return Optional.of(new Answer.Silent(
                    address + " says nothing within " + CONNECT_MILLIS / 1000.0 + " s: dead, or cut off"));
        }
    }
}
