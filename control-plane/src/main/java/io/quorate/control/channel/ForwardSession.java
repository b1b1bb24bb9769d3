package io.quorate.control.channel;

import io.quorate.control.channel.Multiplex.Frame;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ports of a pod, brought to a client: each of its requests is a pair of streams, one for the bytes and one for what goes wrong. */
public final class ForwardSession {
    static final String DATA = "data";
    static final String ERROR = "error";
    static final String PORT = "port";
    static final String REQUEST = "requestid";

    private static final Logger LOG = LoggerFactory.getLogger(ForwardSession.class);
    private static final int BLOCK = 16 * 1024;
    /** Of a request whose pod does not take them, before the whole connection waits. */
    private static final int MAX_WAITING = 16;

    private static final int MAX_REQUESTS = 256;
    private static final int PATIENCE_MILLIS = 5000;
    private static final byte[] END = new byte[0];

    private final Multiplex connection;
    private final String pod;
    private final String address;
    private final Map<Integer, Request> byData = new HashMap<>();
    private final Map<String, Request> byId = new HashMap<>();
    private volatile boolean over;

    /**
     * @param pod its name, for people
     * @param address its own, at which its ports are
     */
    public ForwardSession(Multiplex connection, String pod, String address) {
        this.connection = connection;
        this.pod = pod;
        this.address = address;
    }

    /** One connection to a port. */
    private final class Request {
        final String id;
        final int port;
        int data = -1;
        int error = -1;
        final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
        private volatile @Nullable Socket socket;

        Request(String id, int port) {
            this.id = id;
            this.port = port;
        }

        /** Both streams are there. */
        void run() {
            try (Socket opened = new Socket()) {
                socket = opened;
                opened.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
                Thread up = Thread.ofVirtual().name("quorate-forward").start(() -> up(opened));
                down(opened);
                up.interrupt();
                connection.end(data);
                connection.end(error);
            } catch (IOException e) {
                fail("error forwarding port " + port + " to pod " + pod + ": " + e.getMessage());
            } finally {
                forget(this);
            }
        }

        private void down(Socket opened) throws IOException {
            InputStream in = opened.getInputStream();
            byte[] buffer = new byte[BLOCK];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                connection.write(data, buffer, count);
            }
        }

        private void up(Socket opened) {
            try {
                OutputStream out = opened.getOutputStream();
                for (byte[] bytes = waiting.take(); bytes != END; bytes = waiting.take()) {
                    out.write(bytes);
                }
                opened.shutdownOutput();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                LOG.debug("a pod takes no more", e);
                close();
            }
        }

        private void fail(String why) {
            try {
                byte[] bytes = why.getBytes(StandardCharsets.UTF_8);
                connection.write(error, bytes, bytes.length);
                connection.end(error);
                connection.end(data);
            } catch (IOException e) {
                LOG.debug("nobody was left to be told: {}", why, e);
            }
        }

        /** Waits while the pod does not take what came before; not for ever: it may be gone. */
        void put(byte[] bytes) {
            try {
                while (!over && isOpen(this) && !waiting.offer(bytes, 1, TimeUnit.SECONDS)) {
                    LOG.trace("a pod is slow");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void close() {
            Socket open = socket;
            if (open != null) {
                try {
                    open.close();
                } catch (IOException e) {
                    LOG.debug("a connection was gone before it was closed", e);
                }
            }
        }
    }

    private synchronized boolean isOpen(Request request) {
        return byData.get(request.data) == request;
    }

    private synchronized void forget(Request request) {
        byData.remove(request.data);
        byId.remove(request.id);
        request.waiting.clear();
    }

    /** Returns when the client has gone. Blocks. */
    public void run() {
        Pings pings = Pings.start(connection);
        try {
            for (Optional<Frame> frame = connection.read(); frame.isPresent(); frame = connection.read()) {
                take(frame.get());
            }
        } catch (IOException e) {
            LOG.debug("a client is gone", e);
        } finally {
            over = true;
            pings.close();
            synchronized (this) {
                byId.values().forEach(Request::close);
            }
            try {
                connection.close();
            } catch (IOException e) {
                LOG.debug("a connection was gone before it was closed", e);
            }
        }
    }

    private void take(Frame frame) throws IOException {
        switch (frame) {
            case Frame.Opened(var stream, var headers) -> opened(stream, headers);
            case Frame.Data(var stream, var bytes) -> of(stream).ifPresent(request -> request.put(bytes));
            case Frame.Ended(var stream) -> of(stream).ifPresent(request -> request.put(END));
        }
    }

    private synchronized Optional<Request> of(int stream) {
        return Optional.ofNullable(byData.get(stream));
    }

    private synchronized void opened(int stream, Map<String, String> headers) throws IOException {
        String type = headers.getOrDefault(Multiplex.STREAM_TYPE, "");
        String id = headers.getOrDefault(REQUEST, headers.getOrDefault(PORT, ""));
        int port = port(headers.getOrDefault(PORT, ""));
        if (port < 1 || byId.size() >= MAX_REQUESTS) {
            throw new IOException("a stream is for no port, or one too many");
        }
        Request request = byId.computeIfAbsent(id, made -> new Request(made, port));
        if (type.equals(DATA)) {
            request.data = stream;
            byData.put(stream, request);
        } else if (type.equals(ERROR)) {
            request.error = stream;
        }
        if (request.data >= 0 && request.error >= 0) {
            Thread.ofVirtual().name("quorate-forward").start(request::run);
        }
    }

    private static int port(String text) {
        return text.matches("\\d{1,5}") && Integer.parseInt(text) <= 65535 ? Integer.parseInt(text) : -1;
    }
}
