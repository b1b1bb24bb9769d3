package io.quorate.chaos.workload;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.RecordedClient;
import io.quorate.chaos.load.Api;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;

/**
 * Clients that each ask for the next operation when the last one has ended, but not more often than a rate, each one through a node that is
 * chosen at random. What each client asks, and of whom, follows from the seed; what overlaps does not.
 *
 * @param nodes API ports, one or more
 * @param clients 1 or more
 * @param perSecond operations of all clients together; more than 0
 */
public record WorkloadRun(List<Api> nodes, int clients, double perSecond, Duration duration, long seed) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** What became of all operations. */
    public record Tally(long ok, long fail, long info) {
        @Override
        public String toString() {
            return ok + " ok, " + fail + " not done, " + info + " unknown";
        }
    }

    /** Runs for its duration, and blocks. See {@link #run(Workload, HistoryWriter, BooleanSupplier)}. */
    public Tally run(Workload workload, HistoryWriter history) throws InterruptedException {
        return run(workload, history, () -> true);
    }

    /**
     * Runs for its duration and then on until it may end, and blocks.
     *
     * @param mayEnd asked before each operation, by any thread
     * @throws IllegalStateException when the first or the last operations cannot be done, in spite of all patience
     */
    public Tally run(Workload workload, HistoryWriter history, BooleanSupplier mayEnd) throws InterruptedException {
        Run run = new Run(workload, history);
        run.untilDone(workload.first());
        List<KeyValueClient> opened = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            opened.add(new KeyValueClient(nodes));
        }
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            inParallel(executor, opened, (client, number) -> client.open());
            long end = System.nanoTime() + duration.toNanos();
            inParallel(
                    executor,
                    opened,
                    (client, number) -> run.client(
                            client,
                            new Random(seed * 1_000_003 + number),
                            () -> System.nanoTime() - end >= 0 && mayEnd.getAsBoolean()));
        } finally {
            opened.forEach(KeyValueClient::close);
        }
        run.untilDone(workload.last());
        return new Tally(run.ok.get(), run.fail.get(), run.info.get());
    }

    private static void inParallel(
            ExecutorService executor, List<KeyValueClient> clients, ObjIntConsumer<KeyValueClient> action)
            throws InterruptedException {
        List<Callable<Void>> all = new ArrayList<>();
        for (int i = 0; i < clients.size(); i++) {
            int number = i;
            all.add(() -> {
                action.accept(clients.get(number), number);
                return null;
            });
        }
        for (Future<Void> each : executor.invokeAll(all)) {
            try {
                each.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a client failed: " + e.getCause(), e.getCause());
            }
        }
    }

    private final class Run {
        private final Workload workload;
        private final HistoryWriter history;
        private final AtomicLong ok = new AtomicLong();
        private final AtomicLong fail = new AtomicLong();
        private final AtomicLong info = new AtomicLong();

        Run(Workload workload, HistoryWriter history) {
            this.workload = workload;
            this.history = history;
        }

        void client(KeyValueClient client, Random random, BooleanSupplier isOver) {
            long period = (long) (TimeUnit.SECONDS.toNanos(1) * clients / perSecond);
            RecordedClient recorded = history.client();
            // Not all at the same moment.
            long next = System.nanoTime() + random.nextLong(period);
            for (await(next); !isOver.getAsBoolean() && !Thread.currentThread().isInterrupted(); await(next)) {
                ask(workload.next(random), client, recorded, random);
                next = Math.max(next + period, System.nanoTime());
            }
        }

        private static void await(long moment) {
            for (long left = moment - System.nanoTime();
                    left > 0 && !Thread.currentThread().isInterrupted();
                    left = moment - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }

        private boolean ask(Operation operation, KeyValueClient client, RecordedClient recorded, Random random) {
            int node = random.nextInt(nodes.size());
            client.choose(node);
            recorded.invoke(
                    operation.function(),
                    operation.key(),
                    operation.value(),
                    nodes.get(node).address());
            try {
                JsonNode answered = operation.action().run(client);
                recorded.ok(answered);
                ok.incrementAndGet();
                return true;
            } catch (NotDone e) {
                recorded.fail(String.valueOf(e.getMessage()));
                fail.incrementAndGet();
            } catch (OutcomeUnknown e) {
                recorded.info(String.valueOf(e.getMessage()));
                info.incrementAndGet();
            }
            return false;
        }

        void untilDone(List<Operation> operations) throws InterruptedException {
            RecordedClient recorded = history.client();
            Random random = new Random(seed);
            try (KeyValueClient client = new KeyValueClient(nodes)) {
                for (Operation each : operations) {
                    long end = System.nanoTime() + PATIENCE.toNanos();
                    while (!ask(each, client, recorded, random)) {
                        if (System.nanoTime() - end > 0) {
                            throw new IllegalStateException(each.function() + " " + each.key() + " is not done after "
                                    + PATIENCE.toSeconds() + " s; the last lines of the history say why");
                        }
                        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
                    }
                }
            }
        }
    }
}
