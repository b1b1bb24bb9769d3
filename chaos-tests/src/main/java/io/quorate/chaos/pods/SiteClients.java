package io.quorate.chaos.pods;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Ask web servers behind a node port all the time, at each node twice: once with a connection for each request, and once over one that is kept for as
 * long as the other end keeps it. One that was kept and ends before a byte of an answer is no failure: whoever keeps connections asks again then
 * (RFC 9110, section 9.2.2).
 */
public final class SiteClients implements AutoCloseable {
    private static final Pattern POD = Pattern.compile("(?:hostname: |served by )([a-z0-9-]+)");
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: site\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /**
     * What came of it.
     *
     * @param again how often a kept connection was at its end
     * @param refused connections, in place of which another node was asked for one
     * @param pods who answered
     */
    public record Tally(long answered, long again, long refused, Set<String> pods, List<String> failures) {
        @Override
        public String toString() {
            return answered + " requests answered by " + pods.size() + " pods, " + failures.size() + " failed; " + again
                    + " kept connections ended between requests"
                    + (refused == 0 ? "" : ", " + refused + " connections were refused and asked for elsewhere");
        }
    }

    private final List<Thread> threads = new ArrayList<>();
    private final Set<String> pods = new TreeSet<>();
    private final List<String> failures = new ArrayList<>();
    private long answered;
    private long again;
    private long refused;
    private volatile boolean closed;

    /** @param pause of each client between two requests */
    public SiteClients(List<InetSocketAddress> sites, Duration pause) {
        for (InetSocketAddress site : sites) {
            start(List.of(site), pause);
        }
    }

    private SiteClients() {}

    /**
     * By way of a load balancer: one that a node refuses a connection has asked nothing there yet, and goes on to the next node.
     *
     * @param pause of each client between two requests
     */
    public static SiteClients balanced(List<InetSocketAddress> sites, Duration pause) {
        SiteClients clients = new SiteClients();
        for (int i = 0; i < sites.size(); i++) {
            List<InetSocketAddress> order = new ArrayList<>(sites.subList(i, sites.size()));
            order.addAll(sites.subList(0, i));
            clients.start(List.copyOf(order), pause);
        }
        return clients;
    }

    private void start(List<InetSocketAddress> order, Duration pause) {
        for (boolean keeps : new boolean[] {true, false}) {
            threads.add(Thread.ofVirtual().start(() -> run(order, keeps, pause)));
        }
    }

    private void run(List<InetSocketAddress> order, boolean keeps, Duration pause) {
        @Nullable Connection kept = null;
        while (!closed) {
            boolean fresh = kept == null;
            try {
                Connection now = kept == null ? connect(order) : kept;
                kept = now;
                String answer = now.ask();
                answered(now.site, answer);
                if (!keeps || now.ends) {
                    now.close();
                    kept = null;
                }
            } catch (IOException e) {
                boolean unanswered = kept == null || !kept.begun;
                InetSocketAddress site = kept == null ? order.getFirst() : kept.site;
                if (kept != null) {
                    kept.close();
                    kept = null;
                }
                if (fresh || !unanswered) {
                    failed(site, String.valueOf(e));
                } else {
                    ended();
                    continue;
                }
            }
            try {
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            } catch (InterruptedException e) {
                break;
            }
        }
        if (kept != null) {
            kept.close();
        }
    }

    private Connection connect(List<InetSocketAddress> order) throws IOException {
        for (InetSocketAddress site : order.subList(0, order.size() - 1)) {
            try {
                return new Connection(site);
            } catch (ConnectException e) {
                refused();
            }
        }
        return new Connection(order.getLast());
    }

    private synchronized void refused() {
        refused++;
    }

    private synchronized void answered(InetSocketAddress site, String answer) {
        Matcher pod = POD.matcher(answer);
        if (answer.startsWith("HTTP/1.1 200") && pod.find()) {
            answered++;
            pods.add(pod.group(1));
        } else {
            failed(site, answer);
        }
    }

    private synchronized void failed(InetSocketAddress site, String why) {
        if (!closed) {
            failures.add(java.time.Instant.now() + " " + site + ": " + why);
        }
    }

    private synchronized void ended() {
        again++;
    }

    public synchronized Tally tally() {
        return new Tally(answered, again, refused, Set.copyOf(pods), List.copyOf(failures));
    }

    /** Waits until so many more requests are answered. */
    public void awaitMore(int count) throws InterruptedException {
        long wanted = tally().answered() + count;
        while (tally().answered() < wanted) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
    }

    /** One connection, and an answer at a time. */
    private static final class Connection {
        private final InetSocketAddress site;
        private final Socket socket = new Socket();
        private final InputStream in;

        /** Whether a byte of the latest answer has come. */
        private boolean begun;

        /** Whether the other end has said that it closes. */
        private boolean ends;

        Connection(InetSocketAddress site) throws IOException {
            this.site = site;
            try {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.connect(site, TIMEOUT_MILLIS);
                in = new BufferedInputStream(socket.getInputStream());
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }

        String ask() throws IOException {
            begun = false;
            socket.getOutputStream().write(REQUEST);
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException("the connection ended " + (begun ? "inside of an answer" : "unanswered"));
                }
                begun = true;
                head.append((char) next);
            }
            int length = 0;
            for (String line : head.toString().split("\r\n")) {
                String lower = line.toLowerCase(java.util.Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(
                            lower.substring("content-length:".length()).strip());
                }
                ends |= lower.equals("connection: close");
            }
            byte[] body = in.readNBytes(length);
            if (body.length < length) {
                throw new EOFException("the connection ended inside of an answer");
            }
            return head + new String(body, StandardCharsets.UTF_8);
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // nothing is lost with it
            }
        }
    }
}
