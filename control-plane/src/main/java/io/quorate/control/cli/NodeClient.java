package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.node.access.ApiAccess;
import io.quorate.node.folder.FolderException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;

/** Talks to the node that runs with a data folder. For one thread. */
final class NodeClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** With the handshake, for which a node that has just started loads classes. */
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** A node that goes over to another cluster has its next certificates in its folder and in use at nearly the same time. */
    private static final Duration CHANGING = Duration.ofSeconds(3);

    /** Of a node that sends what is large. One that is cut off, or whose machine lost its power, does not say so. */
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private static final int UNAUTHENTICATED = 401;

    private final Supplier<ApiAccess> source;
    private final Duration patience;
    private ApiAccess access;
    private HttpClient client;

    /** @param patience while what the source has may not be what the node uses */
    private NodeClient(Supplier<ApiAccess> source, Duration patience) {
        this.source = source;
        this.patience = patience;
        this.access = source.get();
        this.client = client(access);
    }

    private static HttpClient client(ApiAccess access) {
        return HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(access.context())
                .build();
    }

    static NodeClient of(Path dataFolder) {
        return new NodeClient(() -> access(dataFolder), CHANGING);
    }

    private static ApiAccess access(Path dataFolder) {
        try {
            return ApiAccess.ofDataFolder(dataFolder)
                    .orElseThrow(() -> new CommandFailure(
                            ExitCode.NOT_RUNNING,
                            "quorate is not running: " + dataFolder + " holds no node. Start one with `quorate start"
                                    + " --data-folder " + dataFolder + "`"));
        } catch (FolderException | IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    /** The same client of another member. @param api {@code host:port} */
    NodeClient at(String api) {
        return new NodeClient(
                () -> {
                    ApiAccess now = source.get();
                    return new ApiAccess(api, now.identity(), now.bearer());
                },
                patience);
    }

    static NodeClient ofConfig(Path file) {
        try {
            ApiAccess access = ApiAccess.ofConfig(file);
            return new NodeClient(() -> access, Duration.ZERO);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    /** A text as it stands in a path or a query. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    String api() {
        return access.server();
    }

    /** The node's {@code /v1/status}. */
    JsonNode status() {
        return json("GET", "/v1/status", "", Duration.ofSeconds(5));
    }

    JsonNode json(String method, String path, String body, Duration timeout) {
        return parse(call(method, path, body.getBytes(StandardCharsets.UTF_8), timeout));
    }

    /** Sends; an error document becomes a failure with its detail and the next step. */
    byte[] call(String method, String path, byte[] body, Duration timeout) {
        HttpResponse<byte[]> response = send(method, path, body, timeout);
        if (response.statusCode() < 300) {
            return response.body();
        }
        throw failure(response.statusCode(), response.body());
    }

    private static CommandFailure failure(int status, byte[] body) {
        JsonNode problem = parse(body);
        String detail = problem.path("detail").asText("the node answered " + status);
        String next = problem.path("next").asText("");
        return new CommandFailure(
                problem.path("outcome").asText("").equals("unknown") ? ExitCode.UNKNOWN : ExitCode.FAILED,
                next.isEmpty() ? detail : detail + ". Next: " + next);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create("https://" + api() + path));
        if (!access.bearer().isEmpty()) {
            builder.header("Authorization", "Bearer " + access.bearer());
        }
        return builder;
    }

    /** Gets what may be large, as it comes; to be closed. An error document becomes a failure, as for {@link #call}. */
    InputStream stream(String path) {
        return stream(path, SILENCE);
    }

    /** @param silence how long nothing may come */
    InputStream stream(String path, Duration silence) {
        HttpRequest request = request(path).timeout(silence).GET().build();
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            InputStream body = new UnlessSilent(response.body(), silence);
            if (response.statusCode() < 300) {
                return body;
            }
            try (body) {
                throw failure(response.statusCode(), body.readAllBytes());
            }
        } catch (ConnectException e) {
            throw new CommandFailure(
                    ExitCode.NOT_RUNNING, "quorate is not running at " + api() + ". Start it with `quorate start`");
        } catch (HttpTimeoutException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "the node at " + api() + " said nothing for " + silence.toSeconds() + " s. Next: `quorate status`");
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "the connection to " + api() + " was lost: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted");
        }
    }

    /** Sends; any answer will do. */
    HttpResponse<byte[]> send(String method, String path, byte[] body, Duration timeout) {
        return send(method, path, "", body, timeout);
    }

    /** An answer of the kubernetes API, whatever it is. */
    record Answer(int code, JsonNode body) {
        boolean isGood() {
            return code < 300;
        }

        /** Why not. */
        String message() {
            return body.path("message").asText(body.path("detail").asText("the node answered " + code));
        }
    }

    /** Asks the kubernetes API. */
    Answer ask(String method, String path, String contentType, String body) {
        HttpResponse<byte[]> response =
                send(method, path, contentType, body.getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(20));
        return new Answer(response.statusCode(), parse(response.body()));
    }

    private HttpResponse<byte[]> send(String method, String path, String contentType, byte[] body, Duration timeout) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                HttpResponse<byte[]> response = sendOnce(method, path, contentType, body, timeout);
                // A connection from before is a stranger's to what the node is now; nothing was done.
                boolean stranger = response.statusCode() == UNAUTHENTICATED && System.nanoTime() < end;
                if (!stranger) {
                    return response;
                }
                readAgain();
            } catch (SSLHandshakeException e) {
                if (System.nanoTime() > end) {
                    throw new CommandFailure(
                            ExitCode.FAILED,
                            "the node at " + api() + " and this command do not trust each other: " + e.getMessage()
                                    + ". Next: `quorate config` on a node prints what works");
                }
                readAgain(); // nothing was sent
            }
        }
    }

    private void readAgain() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
            access = source.get();
            client = client(access);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.UNKNOWN, "interrupted");
        }
    }

    private HttpResponse<byte[]> sendOnce(String method, String path, String contentType, byte[] body, Duration timeout)
            throws SSLHandshakeException {
        String api = api();
        HttpRequest.Builder builder = request(path);
        if (!contentType.isEmpty()) {
            builder.header("Content-Type", contentType);
        }
        HttpRequest request = builder.method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body))
                .timeout(timeout)
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (ConnectException e) {
            throw new CommandFailure(
                    ExitCode.NOT_RUNNING, "quorate is not running at " + api + ". Start it with `quorate start`");
        } catch (HttpConnectTimeoutException e) {
            throw new CommandFailure(
                    ExitCode.NOT_RUNNING,
                    "nothing answers at " + api + " within " + CONNECT.toSeconds()
                            + " s: the machine is off, cut off, or very busy. Next: `quorate status` there");
        } catch (HttpTimeoutException e) {
            throw new CommandFailure(
                    ExitCode.UNKNOWN,
                    "the node at " + api + " did not answer within " + timeout.toSeconds()
                            + " s; the command may have been done. Next: `quorate status`");
        } catch (SSLHandshakeException e) {
            throw e;
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.UNKNOWN,
                    "the connection to " + api + " was lost: " + e.getMessage() + ". Next: `quorate status`");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.UNKNOWN, "interrupted");
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "the node gave an answer that cannot be read: " + e.getMessage());
        }
    }

    /** Ends where no byte comes for a time. */
    private static final class UnlessSilent extends FilterInputStream {
        private final Duration silence;

        UnlessSilent(InputStream in, Duration silence) {
            super(in);
            this.silence = silence;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            CompletableFuture<Integer> came = new CompletableFuture<>();
            came.orTimeout(silence.toMillis(), TimeUnit.MILLISECONDS).exceptionally(late -> {
                ended(); // which ends the read
                return -1;
            });
            try {
                int read = in.read(into, from, length);
                came.complete(read);
                return read;
            } catch (IOException e) {
                if (came.isDone()) {
                    throw new IOException("nothing came for " + silence.toSeconds() + " s", e);
                }
                came.complete(-1);
                throw e;
            }
        }

        private void ended() {
            try {
                in.close();
            } catch (IOException e) {
                return; // it ends all the same
            }
        }
    }
}
