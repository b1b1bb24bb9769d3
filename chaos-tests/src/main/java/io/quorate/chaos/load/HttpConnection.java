package io.quorate.chaos.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive connection that sends one request at a time (RFC 9112). For one thread; on
 * a virtual thread it costs no other thread anything while it waits.
 */
public final class HttpConnection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 1000;
    private static final int MAX_LINE = 8192;
    private static final int MAX_BODY = 64 << 20;

    private final Api target;
    private final int timeoutMillis;
    private @Nullable Socket socket;
    private @Nullable InputStream in;
    private @Nullable OutputStream out;

    /**
     * @param timeoutMillis how long an answer may take, 1 or more
     */
    public HttpConnection(Api target, int timeoutMillis) {
        this.target = target;
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * @param etag the revision that the ETag names; -1 without one
     */
    public record Answer(int status, long etag, byte[] body) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /**
     * Sends and waits. After a failure the next request opens a new connection.
     *
     * @param headers further header lines, each ended by CR LF; may be empty
     * @throws IOException when there was no answer: what was asked may have been done, unless it is a
     *     {@link java.net.ConnectException}
     */
    public Answer send(String method, String path, String headers, byte[] body) throws IOException {
        try {
            connect();
            byte[] head = (method + " " + path + " HTTP/1.1\r\nHost: " + target + "\r\n" + headers
                            + (body.length > 0 || method.equals("PUT") || method.equals("POST")
                                    ? "Content-Length: " + body.length + "\r\n\r\n"
                                    : "\r\n"))
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] request = new byte[head.length + body.length];
            System.arraycopy(head, 0, request, 0, head.length);
            System.arraycopy(body, 0, request, head.length, body.length);
            out.write(request);
            return answer(in);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Opens the connection, where it is not open yet: the first request else does.
     *
     * @throws IOException when it cannot be opened; nothing was asked then
     */
    public void connect() throws IOException {
        if (socket != null) {
            return;
        }
        try {
            open();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void open() throws IOException {
        Socket plain = new Socket();
        plain.setTcpNoDelay(true);
        plain.setSoTimeout(timeoutMillis);
        socket = plain;
        plain.connect(target.socketAddress(), CONNECT_MILLIS);
        Socket fresh = target.secured(plain);
        if (fresh instanceof SSLSocket secured) {
            secured.startHandshake();
        }
        socket = fresh;
        in = new BufferedInputStream(fresh.getInputStream(), 4096);
        out = fresh.getOutputStream();
    }

    private Answer answer(InputStream from) throws IOException {
        String status = line(from);
        if (!status.startsWith("HTTP/1.1 ") || status.length() < 12) {
            throw new IOException("not an HTTP/1.1 answer: " + status);
        }
        int length = -1;
        long etag = -1;
        boolean close = false;
        boolean chunked = false;
        for (String header = line(from); !header.isEmpty(); header = line(from)) {
            int colon = header.indexOf(':');
            String name = header.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = header.substring(colon + 1).strip();
            switch (name) {
                case "content-length" -> length = Integer.parseInt(value);
                case "etag" -> etag = Long.parseLong(value.replace("\"", ""));
                case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
                case "connection" -> close = value.equalsIgnoreCase("close");
                default -> {}
            }
        }
        byte[] body = chunked ? chunks(from) : exactly(from, length);
        if (close) {
            close();
        }
        return new Answer(Integer.parseInt(status.substring(9, 12)), etag, body);
    }

    /** As a node answers that asks another one (RFC 9112, section 7.1). */
    private static byte[] chunks(InputStream from) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(line(from).split(";")[0].strip(), 16);
            if (length == 0) {
                while (!line(from).isEmpty()) {
                    // what may follow the last chunk is of no use here
                }
                return body.toByteArray();
            }
            if (body.size() > MAX_BODY - length) {
                throw new IOException("an answer of more than " + MAX_BODY + " bytes");
            }
            body.writeBytes(exactly(from, length));
            line(from);
        }
    }

    private static byte[] exactly(InputStream from, int length) throws IOException {
        if (length < 0 || length > MAX_BODY) {
            throw new IOException("an answer without a usable length");
        }
        byte[] bytes = from.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the connection ended inside of an answer");
        }
        return bytes;
    }

    static String line(InputStream from) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = from.read(); c != '\n'; c = from.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended");
            }
            if (line.length() > MAX_LINE) {
                throw new IOException("a header line of more than " + MAX_LINE + " bytes");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // nothing is lost with a connection that is given up
            }
            socket = null;
        }
    }
}
