package io.quorate.chaos.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Clients that each send the next request when the last one is answered. Spread evenly over the nodes; each on a connection and
 * a virtual thread of its own.
 *
 * @param targets {@code host:port} of API ports, one or more
 * @param clients 1 or more
 * @param bytes size of a value
 * @param keys how many keys there are; clients choose among them at random
 */
public record ClosedLoop(List<String> targets, int clients, int bytes, int keys) {
    private static final int TIMEOUT_MILLIS = 15_000;
    private static final int MAX_FAILURES_IN_A_ROW = 100;

    /**
     * What was measured. Latencies are of acknowledged writes, in microseconds.
     *
     * @param failed answers other than an acknowledgement, and lost connections
     */
    public record Result(
            int clients, double seconds, long acknowledged, long failed, long p50, long p99, long p999, long max) {
        public long opsPerSecond() {
            return Math.round(acknowledged / seconds);
        }
    }

    /** Runs for a warm-up, whose figures are dropped, and then for the duration. Blocks. */
    public Result run(Duration warmUp, Duration duration) throws InterruptedException {
        ConcurrentHistogram latencies = new ConcurrentHistogram(60_000_000_000L, 3);
        AtomicLong acknowledged = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        long begin = System.nanoTime() + warmUp.toNanos();
        long end = begin + duration.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int client = i;
            threads.add(Thread.ofVirtual()
                    .name("client-" + i)
                    .start(() -> client(client, begin, end, latencies, acknowledged, failed)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = Math.max(1, System.nanoTime() - begin) / 1e9;
        return new Result(
                clients,
                seconds,
                acknowledged.get(),
                failed.get(),
                latencies.getValueAtPercentile(50) / 1000,
                latencies.getValueAtPercentile(99) / 1000,
                latencies.getValueAtPercentile(99.9) / 1000,
                latencies.getMaxValue() / 1000);
    }

    private void client(
            int client,
            long begin,
            long end,
            ConcurrentHistogram latencies,
            AtomicLong acknowledged,
            AtomicLong failed) {
        Random random = new Random(client);
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        int inARow = 0;
        try (HttpConnection connection = new HttpConnection(targets.get(client % targets.size()), TIMEOUT_MILLIS)) {
            while (inARow < MAX_FAILURES_IN_A_ROW) {
                long since = System.nanoTime();
                if (since >= end) {
                    return;
                }
                boolean done;
                try {
                    done = connection
                                    .send("PUT", "/v1/kv/load-" + random.nextInt(keys), "", value)
                                    .status()
                            == 200;
                } catch (IOException e) {
                    done = false;
                }
                inARow = done ? 0 : inARow + 1;
                if (since >= begin) {
                    if (done) {
                        latencies.recordValue(System.nanoTime() - since);
                        acknowledged.incrementAndGet();
                    } else {
                        failed.incrementAndGet();
                    }
                }
            }
        }
    }
}
