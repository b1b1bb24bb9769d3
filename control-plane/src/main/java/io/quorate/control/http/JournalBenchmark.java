package io.quorate.control.http;

import io.quorate.node.Node;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.JournalException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Closed-loop clients beside the leader: each appends one event to a stream of its own and waits until it is committed. Bounded
 * in clients and time; one run at a time.
 */
final class JournalBenchmark {
    private final Node node;
    private final AtomicBoolean running = new AtomicBoolean();

    JournalBenchmark(Node node) {
        this.node = node;
    }

    CompletionStage<Map<String, Object>> run(int clients, Duration duration, int bytes) {
        if (!node.leads()) {
            throw new IllegalArgumentException("this benchmark runs on the leader; `quorate status` names it");
        }
        if (!running.compareAndSet(false, true)) {
            throw new IllegalArgumentException("a benchmark is running already");
        }
        Run run = new Run(clients, duration, bytes);
        return run.start().whenComplete((result, failure) -> running.set(false));
    }

    private final class Run {
        private final int clients;
        private final long begin = System.nanoTime();
        private final long end;
        private final byte[] value;
        private final String writer = UUID.randomUUID().toString();
        private final ConcurrentHistogram latencies = new ConcurrentHistogram(60_000_000_000L, 3);
        private final AtomicLong done = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final AtomicInteger active;
        private final CompletableFuture<Map<String, Object>> result = new CompletableFuture<>();

        Run(int clients, Duration duration, int bytes) {
            this.clients = clients;
            this.end = begin + duration.toNanos();
            this.value = new byte[bytes];
            this.active = new AtomicInteger(clients);
        }

        CompletionStage<Map<String, Object>> start() {
            for (int client = 0; client < clients; client++) {
                next("bench-" + writer.substring(0, 8) + "-" + client, 1);
            }
            return result;
        }

        private void next(String stream, long sequenceNr) {
            long since = System.nanoTime();
            if (since >= end) {
                finish();
                return;
            }
            node.leaderJournal()
                    .submit(new Operation.AppendEvents(
                            stream,
                            sequenceNr,
                            writer,
                            System.currentTimeMillis(),
                            List.of(EventData.of(0, "bench.v1", value))))
                    .whenComplete((outcome, failure) -> {
                        if (failure == null && outcome instanceof Outcome.Applied) {
                            latencies.recordValue(System.nanoTime() - since);
                            done.incrementAndGet();
                            next(stream, sequenceNr + 1);
                        } else {
                            failed.incrementAndGet();
                            if (failure == null
                                    || failure instanceof JournalException e
                                            && e.kind() != JournalException.Kind.OVERLOADED) {
                                finish();
                            } else {
                                next(stream, sequenceNr);
                            }
                        }
                    });
        }

        private void finish() {
            if (active.decrementAndGet() == 0) {
                double seconds = (System.nanoTime() - begin) / 1e9;
                Map<String, Object> map = new LinkedHashMap<>();
                map.put("clients", clients);
                map.put("bytes", value.length);
                map.put("seconds", Math.round(seconds * 1000) / 1000.0);
                map.put("operations", done.get());
                map.put("failed", failed.get());
                map.put("opsPerSecond", Math.round(done.get() / seconds));
                map.put("p50Micros", latencies.getValueAtPercentile(50) / 1000);
                map.put("p99Micros", latencies.getValueAtPercentile(99) / 1000);
                map.put("maxMicros", latencies.getMaxValue() / 1000);
                result.complete(map);
            }
        }
    }
}
