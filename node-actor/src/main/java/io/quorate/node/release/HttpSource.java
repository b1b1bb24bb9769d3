package io.quorate.node.release;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.time.Duration;

/**
 * A source at an HTTP(S) address. The signatures, not the connection, say whether what comes is right.
 *
 * <p>The platform's older client: unlike the newer one it ends a read that gets nothing by itself.
 */
record HttpSource(URI base, String words) implements ReleaseSource {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    @Override
    public InputStream open(String name) throws IOException {
        URLConnection opened = base.resolve(name).toURL().openConnection();
        if (!(opened instanceof HttpURLConnection connection)) {
            throw new IOException("it is no address of the web");
        }
        connection.setConnectTimeout((int) CONNECT.toMillis());
        connection.setReadTimeout((int) SILENCE.toMillis());
        connection.setUseCaches(false);
        try {
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("it answers " + connection.getResponseCode());
            }
            return new Closing(connection);
        } catch (IOException e) {
            connection.disconnect();
            throw new IOException(
                    e.getMessage() == null ? "no connection to " + base.getAuthority() : e.getMessage(), e);
        }
    }

    /** Ends the connection with the stream, where not all of it was wanted. */
    private static final class Closing extends FilterInputStream {
        private final HttpURLConnection connection;

        Closing(HttpURLConnection connection) throws IOException {
            super(connection.getInputStream());
            this.connection = connection;
        }

        @Override
        public void close() {
            connection.disconnect(); // not the stream first: that would read what is left
        }
    }
}
