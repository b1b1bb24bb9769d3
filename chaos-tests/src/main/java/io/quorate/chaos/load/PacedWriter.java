package io.quorate.chaos.load;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Begins a write of a key of its own every few milliseconds, whatever became of the ones before it, and tries each until it is
 * acknowledged. A key is written only where it is absent, so that a try after an unknown outcome cannot write twice unnoticed.
 */
public final class PacedWriter implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 3000;
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** While so many wait, none is begun. */
    private static final int MAX_UNDER_WAY = 512;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** A write that has waited for long tries less often: else what waits keeps those busy who have to elect. */
    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Between two tries a write waits for this part of its age: so much later, at the most, it is acknowledged. */
    private static final int PART_OF_AGE = 8;

    /** Strong reads that wait together cost as much as one. */
    private static final int READERS = 8;

    /** As a client's pool. */
    private static final int POOLED = 8;

    private final String prefix;
    private final Supplier<List<Api>> targets;
    private final Duration period;
    private final int pooled;
    private final Thread pacer;
    private final Map<Api, Deque<HttpConnection>> pools = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Write> acknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicInteger givenUp = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile First awaited = new First(Long.MAX_VALUE);
    private volatile boolean closing;

    /**
     * An acknowledged write; times of {@link System#nanoTime}.
     *
     * @param revision that the acknowledgement named
     */
    public record Write(String key, long revision, long beganNanos, long acknowledgedNanos) {}

    /**
     * @param prefix of its keys; not used before in this cluster
     * @param targets whom to write through at the moment; asked for each try
     */
    public PacedWriter(String prefix, Supplier<List<Api>> targets, Duration period) {
        this(prefix, targets, period, POOLED);
    }

    /**
     * @param prefix of its keys; not used before in this cluster
     * @param targets whom to write through at the moment; asked for each try
     * @param pooled connections to one target, opened when they are wanted; a write that finds none free waits for one. Where nodes start
     *     anew, more of them are more handshakes on processors that have yet to warm up
     */
    public PacedWriter(String prefix, Supplier<List<Api>> targets, Duration period, int pooled) {
        this.prefix = prefix;
        this.targets = targets;
        this.period = period;
        this.pooled = pooled;
        this.pacer = Thread.ofPlatform().name("pacer").start(this::pace);
    }

    /** The first acknowledgement of a write that began at a moment or after it. */
    public static final class First {
        private final long sinceNanos;
        private final CompletableFuture<Long> acknowledgedNanos = new CompletableFuture<>();

        private First(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }

        private void offer(long beganNanos, long now) {
            if (beganNanos - sinceNanos >= 0) {
                acknowledgedNanos.complete(now);
            }
        }

        /**
         * Waits for it.
         *
         * @return nanoseconds from the moment to the acknowledgement
         * @throws IllegalStateException when there is none in time
         */
        public long await(Duration patience) throws InterruptedException {
            return awaitMoment(patience) - sinceNanos;
        }

        /**
         * Waits for it, too.
         *
         * @return when it was acknowledged, as of {@link System#nanoTime}
         * @throws IllegalStateException when there is none in time
         */
        public long awaitMoment(Duration patience) throws InterruptedException {
            try {
                return acknowledgedNanos.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                throw new IllegalStateException("no write was acknowledged within " + patience.toMillis() + " ms", e);
            }
        }
    }

    /** From this moment on; call it before what is to be measured, not after: it looks for what comes, not for what has been. */
    public First firstFromNow() {
        First first = new First(System.nanoTime());
        awaited = first;
        return first;
    }

    /** Waits until so many more writes are acknowledged, each within the time given. */
    public void awaitMore(int count, Duration patience) throws InterruptedException {
        int wanted = acknowledged.size() + count;
        while (acknowledged.size() < wanted) {
            firstFromNow().await(patience);
        }
    }

    private void pace() {
        long next = System.nanoTime();
        for (int number = 0; !closing; number++) {
            if (underWay.get() < MAX_UNDER_WAY) {
                String key = prefix + number;
                underWay.incrementAndGet();
                Thread.ofVirtual().start(() -> write(key));
            }
            next += period.toNanos();
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void write(String key) {
        try {
            long began = System.nanoTime();
            boolean maybeStored = false;
            while (System.nanoTime() - began < GIVE_UP_NANOS) {
                List<Api> choice = targets.get();
                Api target = choice.get(Math.floorMod(turn.getAndIncrement(), choice.size()));
                Deque<HttpConnection> pool = pool(target);
                HttpConnection connection = pool.poll();
                if (connection == null) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                    continue;
                }
                boolean usable = false;
                boolean pausing = false;
                try {
                    HttpConnection.Answer answer = connection.send(
                            "PUT", "/v1/kv/" + key + "?expect=0", "", key.getBytes(StandardCharsets.UTF_8));
                    if (answer.status() == 412 && maybeStored) {
                        answer = connection.send("GET", "/v1/kv/" + key, "", new byte[0]);
                    }
                    usable = true;
                    if (answer.status() == 200) {
                        long now = System.nanoTime();
                        acknowledged.add(new Write(key, answer.etag(), began, now));
                        awaited.offer(began, now);
                        return;
                    }
                    maybeStored |= answer.status() == 504;
                    pausing = true;
                } catch (ConnectException e) {
                    pausing = true;
                } catch (IOException e) {
                    maybeStored = true;
                } finally {
                    if (usable) {
                        pool.addFirst(connection);
                    } else {
                        pool.addLast(connection);
                    }
                }
                if (pausing) {
                    LockSupport.parkNanos(pause(began));
                }
            }
            givenUp.incrementAndGet();
        } finally {
            underWay.decrementAndGet();
        }
    }

    private static long pause(long beganNanos) {
        return Math.clamp((System.nanoTime() - beganNanos) / PART_OF_AGE, PAUSE_NANOS, MAX_PAUSE_NANOS);
    }

    /**
     * Opens connections ahead, as a client with a pool has them: what is measured after a kill is the cluster, and not how fast hands are
     * shaken with it on the processors that it elects on.
     */
    public void pool() throws IOException {
        for (Api target : targets.get()) {
            List<HttpConnection> open = new ArrayList<>();
            Deque<HttpConnection> pool = pool(target);
            try {
                for (HttpConnection next = pool.poll(); next != null; next = pool.poll()) {
                    open.add(next);
                    open(next);
                }
            } finally {
                open.forEach(pool::addLast);
            }
        }
    }

    /** One to a node that was killed since looks open until it is used. */
    private static void open(HttpConnection connection) throws IOException {
        try {
            connection.send("GET", "/healthz", "", new byte[0]);
        } catch (IOException ended) {
            connection.connect();
        }
    }

    private Deque<HttpConnection> pool(Api target) {
        return pools.computeIfAbsent(target, each -> {
            ConcurrentLinkedDeque<HttpConnection> pool = new ConcurrentLinkedDeque<>();
            for (int i = 0; i < pooled; i++) {
                pool.add(new HttpConnection(each, TIMEOUT_MILLIS));
            }
            return pool;
        });
    }

    /** Stops beginning writes, and waits for those under way. */
    @Override
    public void close() {
        closing = true;
        try {
            pacer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        while (underWay.get() > 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        pools.values().forEach(connections -> connections.forEach(HttpConnection::close));
    }

    public List<Write> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** Writes without an acknowledgement after 30 s. */
    public int givenUp() {
        return givenUp.get();
    }

    /**
     * Reads every acknowledged key back, linearizably.
     *
     * @return one line for each that is lost, was written again, or shares its revision with another; empty when all is well
     */
    public List<String> violations(Api target) throws IOException {
        Queue<String> violations = new ConcurrentLinkedQueue<>();
        Map<Long, String> byRevision = new ConcurrentHashMap<>();
        Queue<Write> left = new ConcurrentLinkedQueue<>(acknowledged);
        List<Future<?>> readers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < READERS; i++) {
                readers.add(threads.submit(() -> {
                    read(target, left, byRevision, violations);
                    return "";
                }));
            }
        }
        for (Future<?> reader : readers) {
            if (reader.state() == Future.State.FAILED) {
                throw new IOException("cannot read back through " + target, reader.exceptionNow());
            }
        }
        return List.copyOf(violations);
    }

    private static void read(Api target, Queue<Write> left, Map<Long, String> byRevision, Queue<String> violations)
            throws IOException {
        try (HttpConnection connection = new HttpConnection(target, TIMEOUT_MILLIS)) {
            for (Write write = left.poll(); write != null; write = left.poll()) {
                String other = byRevision.put(write.revision, write.key);
                if (other != null) {
                    violations.add(write.key + " and " + other + " share revision " + write.revision);
                }
                HttpConnection.Answer answer = connection.send("GET", "/v1/kv/" + write.key, "", new byte[0]);
                if (answer.status() != 200 || !answer.text().equals(write.key)) {
                    violations.add(write.key + " was acknowledged and is lost: " + answer.status());
                } else if (answer.etag() != write.revision) {
                    violations.add(write.key + " was acknowledged as revision " + write.revision + " and is "
                            + answer.etag() + ": written twice");
                }
            }
        }
    }
}
