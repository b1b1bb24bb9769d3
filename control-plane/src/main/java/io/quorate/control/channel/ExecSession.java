package io.quorate.control.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.channel.Multiplex.Frame;
import io.quorate.control.resource.Json;
import io.quorate.node.workload.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command and who sent for it: its input comes from there, what it says goes there, and at last how it ended. */
public final class ExecSession {
    /** What streams there are; the place of each is its web socket channel. */
    static final List<String> TYPES = List.of("stdin", "stdout", "stderr", "error", "resize");

    private static final Logger LOG = LoggerFactory.getLogger(ExecSession.class);
    private static final int BLOCK = 16 * 1024;
    private static final int MAX_SIZE_BYTES = 256;
    private static final long STREAM_PATIENCE_SECONDS = 30;
    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;

    private final Multiplex connection;
    private final RunningCommand command;
    private final boolean terminal;

    /** The streams by their places, as they come. */
    private final List<CompletableFuture<Integer>> streams =
            TYPES.stream().map(type -> new CompletableFuture<Integer>()).toList();

    private volatile boolean over;

    /** @param terminal whether what it says on its two outputs is one */
    public ExecSession(Multiplex connection, RunningCommand command, boolean terminal) {
        this.connection = connection;
        this.command = command;
        this.terminal = terminal;
    }

    /** Returns when it is over, and the connection closed. Blocks. */
    public void run() {
        Thread reader = Thread.ofVirtual().name("quorate-exec-in").start(this::take);
        Pings pings = Pings.start(connection);
        try {
            Thread errors =
                    Thread.ofVirtual().name("quorate-exec-err").start(() -> give(command.errors(), STDERR, !terminal));
            give(command.output(), STDOUT, true);
            errors.join();
            int code = command.await();
            finish(ended(code));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over = true;
            pings.close();
            command.abandon();
            try {
                connection.close();
            } catch (IOException e) {
                LOG.debug("a connection was gone before it was closed", e);
            }
            reader.interrupt();
        }
    }

    private void finish(ObjectNode status) {
        try {
            int stream = stream(ERROR);
            byte[] bytes = Json.bytes(status);
            connection.write(stream, bytes, bytes.length);
            connection.end(stream);
        } catch (IOException e) {
            LOG.debug("nobody was left to be told how a command ended", e);
        }
    }

    /** As {@code exec} tells it. */
    static ObjectNode ended(int code) {
        ObjectNode status = Json.object();
        status.putObject("metadata");
        if (code == 0) {
            return status.put("status", "Success");
        }
        status.put("status", "Failure")
                .put("message", "command terminated with non-zero exit code: exit status " + code)
                .put("reason", "NonZeroExitCode");
        status.putObject("details")
                .putArray("causes")
                .addObject()
                .put("reason", "ExitCode")
                .put("message", Integer.toString(code));
        return status;
    }

    private int stream(int place) throws IOException {
        try {
            return streams.get(place).get(STREAM_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the client has not opened its stream " + TYPES.get(place), e);
        }
    }

    /** What it says, to the client; a client that is gone ends the command. */
    private void give(InputStream from, int place, boolean wanted) {
        byte[] buffer = new byte[BLOCK];
        try (from) {
            int stream = -1;
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                if (wanted && count > 0) {
                    stream = stream < 0 ? stream(place) : stream;
                    connection.write(stream, buffer, count);
                }
            }
            if (wanted && streams.get(place).isDone()) {
                connection.end(stream(place));
            }
        } catch (IOException e) {
            LOG.debug("what a command says is not taken any more", e);
            command.abandon();
        }
    }

    /** What comes from the client. */
    private void take() {
        try {
            for (Optional<Frame> frame = connection.read(); frame.isPresent(); frame = connection.read()) {
                switch (frame.get()) {
                    case Frame.Opened(var stream, var headers) -> {
                        int place = TYPES.indexOf(headers.getOrDefault(Multiplex.STREAM_TYPE, ""));
                        if (place >= 0) {
                            streams.get(place).complete(stream);
                        }
                    }
                    case Frame.Data(var stream, var bytes) -> take(stream, bytes);
                    case Frame.Ended(var stream) -> {
                        if (is(stream, STDIN)) {
                            closeInput();
                        }
                    }
                }
            }
        } catch (IOException e) {
            LOG.debug("a client is gone", e);
        } finally {
            if (!over) {
                command.abandon();
            }
        }
    }

    private boolean is(int stream, int place) {
        return streams.get(place).getNow(-1) == stream;
    }

    private void take(int stream, byte[] bytes) {
        if (is(stream, STDIN)) {
            try {
                command.input().write(bytes);
                command.input().flush();
            } catch (IOException e) {
                LOG.debug("a command does not read any more", e); // and may go on without
            }
        } else if (is(stream, RESIZE) && bytes.length <= MAX_SIZE_BYTES) {
            try {
                JsonNode size = Json.readObject(bytes);
                command.resize(size.path("Width").asInt(), size.path("Height").asInt());
            } catch (IllegalArgumentException e) {
                LOG.debug("a size of a terminal is none", e);
            }
        }
    }

    private void closeInput() {
        try {
            command.input().close();
        } catch (IOException e) {
            LOG.debug("a command was gone before its input was closed", e);
        }
    }
}
