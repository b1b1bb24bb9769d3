package io.quorate.chaos.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The lines of an answer that comes in chunks for as long as there are any (RFC 9112, section 7.1), as of a watch. For one thread; any may close
 * it.
 */
public final class StreamedAnswer implements AutoCloseable {
    private static final int CONNECT_MILLIS = 2000;

    private final Socket socket;
    private final InputStream in;
    private final int status;

    /** What is left of the chunk; -1 behind the last one. */
    private int left;

    private StreamedAnswer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.status = Integer.parseInt(headerLine().split(" ")[1]);
        boolean chunked = false;
        for (String header = headerLine(); !header.isEmpty(); header = headerLine()) {
            chunked |= header.equalsIgnoreCase("transfer-encoding: chunked");
        }
        this.left = chunked ? 0 : -1;
    }

    /**
     * Asks.
     *
     * @param silentMillis how long it may be silent
     * @throws IOException when there is no answer
     */
    public static StreamedAnswer of(Api target, String path, int silentMillis) throws IOException {
        Socket plain = new Socket();
        try {
            plain.setSoTimeout(silentMillis);
            plain.connect(target.socketAddress(), CONNECT_MILLIS);
            Socket secured = target.secured(plain);
            secured.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new StreamedAnswer(secured);
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    public int status() {
        return status;
    }

    /**
     * The next line.
     *
     * @return empty at the end
     * @throws IOException when it breaks off
     */
    public Optional<String> line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = next(); next >= 0; next = next()) {
            if (next == '\n') {
                return Optional.of(line.toString(StandardCharsets.UTF_8));
            }
            line.write(next);
        }
        return Optional.empty();
    }

    private int next() throws IOException {
        if (left == 0) {
            String size = headerLine();
            left = Integer.parseInt(size.strip(), 16);
            if (left == 0) {
                left = -1;
            }
        }
        if (left < 0) {
            return -1;
        }
        int next = in.read();
        if (next < 0) {
            throw new EOFException("the connection ended inside of an answer");
        }
        left--;
        if (left == 0) {
            headerLine(); // the line's end behind each chunk
        }
        return next;
    }

    private String headerLine() throws IOException {
        return HttpConnection.line(in);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is lost with a connection that is given up
        }
    }
}
