package io.quorate.chaos.load;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.HdrHistogram.Histogram;

/**
 * Clients that each send the next request when the last one is answered, or a period after they sent it where that is later. Spread evenly over the nodes, each on a keep-alive
 * connection of its own, all of them on one thread: on a small machine the clients share the processors with the nodes that
 * they measure, and a thread that wakes up for each answer would cost as much as the node's work for it.
 *
 * @param targets API ports, one or more
 * @param clients 1 or more
 * @param bytes size of a value
 * @param keys how many keys there are; clients choose among them at random
 * @param period from one request of a client to its next one, at least; zero: it does not wait
 */
public record ClosedLoop(List<Api> targets, int clients, int bytes, int keys, Duration period) {
    private static final int SLOWEST = 8;
    private static final long SILENCE_MILLIS = 15_000;
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final byte[] LENGTH = "\r\ncontent-length:".getBytes(StandardCharsets.US_ASCII);

    /**
     * What was measured. Latencies are of acknowledged writes, in microseconds.
     *
     * @param failed answers other than an acknowledgement, and lost connections
     * @param slowest the slowest writes, up to {@value #SLOWEST}, in the order in which they began
     */
    public record Result(
            int clients,
            double seconds,
            long acknowledged,
            long failed,
            long p50,
            long p99,
            long p999,
            long max,
            List<Slow> slowest) {
        public long opsPerSecond() {
            return Math.round(acknowledged / seconds);
        }
    }

    /**
     * One write.
     *
     * @param beganMillis after the warm-up
     * @param micros until it was acknowledged
     */
    public record Slow(long beganMillis, long micros) {}

    /**
     * Connects all clients, runs for a warm-up, whose figures are dropped, and then for the duration. Blocks.
     *
     * @throws IOException when a node cannot be reached at all
     */
    public Result run(Duration warmUp, Duration duration) throws IOException {
        return run(warmUp, duration, () -> {});
    }

    /** @param warm called once the warm-up is over, on the caller's thread: what follows is measured */
    public Result run(Duration warmUp, Duration duration, Runnable warm) throws IOException {
        try (Selector selector = Selector.open()) {
            Run run = new Run(selector);
            try {
                return run.toEnd(warmUp, duration, warm);
            } finally {
                run.closeAll();
            }
        }
    }

    private final class Run {
        private final Selector selector;
        private final Random random = new Random(clients);
        private final byte[] value = new byte[bytes];
        private final Histogram latencies = new Histogram(60_000_000_000L, 3);
        private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
        private final PriorityQueue<Client> resting = new PriorityQueue<>(Comparator.comparingLong(Client::due));
        private final PriorityQueue<Slow> slowest = new PriorityQueue<>(Comparator.comparingLong(Slow::micros));
        private long begin;
        private long acknowledged;
        private long failed;

        Run(Selector selector) {
            this.selector = selector;
            random.nextBytes(value);
        }

        Result toEnd(Duration warmUp, Duration duration, Runnable warm) throws IOException {
            List<Client> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                all.add(new Client(targets.get(i % targets.size())));
            }
            // Not before: no answer is read during the handshakes, and a write would seem to take as long as they do.
            begin = System.nanoTime() + warmUp.toNanos();
            for (Client client : all) {
                client.send();
            }
            goOnUntil(begin);
            warm.run();
            goOnUntil(begin + duration.toNanos());
            double seconds = Math.max(1, System.nanoTime() - begin) / 1e9;
            return new Result(
                    clients,
                    seconds,
                    acknowledged,
                    failed,
                    latencies.getValueAtPercentile(50) / 1000,
                    latencies.getValueAtPercentile(99) / 1000,
                    latencies.getValueAtPercentile(99.9) / 1000,
                    latencies.getMaxValue() / 1000,
                    slowest.stream()
                            .sorted(Comparator.comparingLong(Slow::beganMillis))
                            .toList());
        }

        private void goOnUntil(long end) throws IOException {
            while (System.nanoTime() < end) {
                boolean silent = selector.select(this::readable, millisToNext()) == 0;
                while (!resting.isEmpty() && resting.peek().due() <= System.nanoTime()) {
                    silent = false;
                    resting.poll().goOn();
                }
                if (silent && resting.isEmpty()) {
                    throw new IOException("no answer from any of " + targets + " within " + SILENCE_MILLIS + " ms");
                }
            }
        }

        /** At least 1: a selector takes 0 for ever. */
        private long millisToNext() {
            Client next = resting.peek();
            return next == null ? SILENCE_MILLIS : Math.max(1, (next.due() - System.nanoTime()) / 1_000_000);
        }

        private void readable(SelectionKey key) {
            ((Client) key.attachment()).readable();
        }

        private void answered(long since, boolean done) {
            if (since >= begin) {
                if (done) {
                    long took = System.nanoTime() - since;
                    latencies.recordValue(took);
                    keepIfSlow(since, took / 1000);
                    acknowledged++;
                } else {
                    failed++;
                }
            }
        }

        /** Nothing is made for the many that are not: the client shares the processors with what it measures. */
        private void keepIfSlow(long since, long micros) {
            if (slowest.size() == SLOWEST) {
                if (micros <= slowest.peek().micros()) {
                    return;
                }
                slowest.remove();
            }
            slowest.add(new Slow((since - begin) / 1_000_000, micros));
        }

        void closeAll() throws IOException {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        }

        /** One connection, one request under way. */
        private final class Client {
            private final Api target;
            private final byte[] answer = new byte[BUFFER_BYTES];
            private SocketChannel channel;
            private TlsChannel secured;
            private int length;
            private long since;

            Client(Api target) throws IOException {
                this.target = target;
                connect();
            }

            private void connect() throws IOException {
                channel = SocketChannel.open(target.socketAddress());
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                secured = TlsChannel.open(channel, target.engine());
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, this);
            }

            void send() throws IOException {
                byte[] head = ("PUT /v1/kv/load-" + random.nextInt(keys) + " HTTP/1.1\r\nHost: " + target
                                + "\r\nContent-Length: " + bytes + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
                ByteBuffer request = ByteBuffer.allocate(head.length + bytes)
                        .put(head)
                        .put(value)
                        .flip();
                length = 0;
                since = System.nanoTime();
                secured.write(request);
            }

            void readable() {
                try {
                    in.clear();
                    boolean open = secured.read(in);
                    int read = in.flip().remaining();
                    if (!open || length + read > answer.length) {
                        throw new IOException("the connection ended, or the answer is too long");
                    }
                    in.get(answer, length, read);
                    length += read;
                    if (read > 0 && isComplete()) {
                        answered(since, answer[9] == '2');
                        resting.add(this);
                    }
                } catch (IOException e) {
                    lost();
                }
            }

            /** When it sends the next one, by {@link System#nanoTime()}. */
            long due() {
                return since + period.toNanos();
            }

            void goOn() {
                try {
                    send();
                } catch (IOException e) {
                    lost();
                }
            }

            /** Whether head and body are here (RFC 9112, section 6.3: the length is told). */
            private boolean isComplete() throws IOException {
                int body = 0;
                for (int i = 3; i < length; i++) {
                    if (answer[i] == '\n' && answer[i - 1] == '\r' && answer[i - 2] == '\n' && answer[i - 3] == '\r') {
                        body = i + 1;
                        break;
                    }
                }
                return body > 0 && length >= body + contentLength(body);
            }

            private int contentLength(int headEnd) throws IOException {
                for (int i = 0; i < headEnd - LENGTH.length; i++) {
                    int matched = 0;
                    while (matched < LENGTH.length && (answer[i + matched] | 0x20) == (LENGTH[matched] | 0x20)) {
                        matched++;
                    }
                    if (matched == LENGTH.length) {
                        int number = 0;
                        for (int j = i + matched; answer[j] != '\r'; j++) {
                            number = answer[j] == ' ' ? number : number * 10 + answer[j] - '0';
                        }
                        return number;
                    }
                }
                throw new IOException("an answer without a Content-Length");
            }

            private void lost() {
                if (!resting.remove(this)) {
                    answered(since, false);
                }
                try {
                    channel.close();
                    connect();
                    send();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(target + " does not answer any more", e);
                }
            }
        }
    }
}
