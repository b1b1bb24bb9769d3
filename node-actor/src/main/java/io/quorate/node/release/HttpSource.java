package io.quorate.node.release;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A source at an HTTP(S) address. The signatures, not the connection, say whether what comes is right. */
record HttpSource(URI base, String words) implements ReleaseSource {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    @Override
    public InputStream open(String name) throws IOException {
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        try {
            HttpResponse<InputStream> response = client.send(
                    HttpRequest.newBuilder(base.resolve(name))
                            .timeout(SILENCE)
                            .GET()
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                response.body().close();
                client.shutdownNow();
                throw new IOException("it answers " + response.statusCode());
            }
            return new Guarded(response.body(), client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            client.shutdownNow();
            throw new IOException("interrupted", e);
        } catch (IOException e) {
            client.shutdownNow();
            throw new IOException(
                    e.getMessage() == null ? "no connection to " + base.getAuthority() : e.getMessage(), e);
        }
    }

    /** The platform's stream waits for ever; this one is ended when nothing has come for a while. */
    private static final class Guarded extends FilterInputStream {
        private final HttpClient client;
        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().factory());
        private volatile long heard = System.nanoTime();

        Guarded(InputStream in, HttpClient client) {
            super(in);
            this.client = client;
            timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
        }

        private void look() {
            if (System.nanoTime() - heard > SILENCE.toNanos()) {
                client.shutdownNow(); // which fails the read
            }
        }

        @Override
        public int read() throws IOException {
            int got = super.read();
            heard = System.nanoTime();
            return got;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            heard = System.nanoTime(); // what the caller did meanwhile is not the source's silence
            int got = super.read(bytes, offset, length);
            heard = System.nanoTime();
            return got;
        }

        @Override
        public void close() throws IOException {
            timer.shutdownNow();
            client.shutdownNow();
            super.close();
        }
    }
}
