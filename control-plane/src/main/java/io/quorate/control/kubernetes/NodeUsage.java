package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.node.workload.Usage;
import io.quorate.node.workload.UsageSample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What this machine and its pods use now. Nothing is looked at before somebody asks: an answer is from the last time that somebody did, where that is not
 * too long ago, and else takes a second. Any thread.
 */
final class NodeUsage {
    private static final Path PROC = Path.of("/proc");
    private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Executor executor;
    private @Nullable UsageSample last;

    NodeUsage(Executor executor) {
        this.executor = executor;
    }

    CompletionStage<ObjectNode> ask() {
        return CompletableFuture.supplyAsync(this::sample, executor).thenCompose(now -> {
            @Nullable UsageSample before = swap(now);
            if (before != null) {
                return CompletableFuture.completedFuture(json(Usage.between(before, now)));
            }
            Executor later = CompletableFuture.delayedExecutor(LEAST_NANOS, TimeUnit.NANOSECONDS, executor);
            return CompletableFuture.supplyAsync(this::sample, later).thenApply(then -> json(Usage.between(now, then)));
        });
    }

    /** The one to compare with; null where there is none of the right age. */
    private synchronized @Nullable UsageSample swap(UsageSample now) {
        @Nullable UsageSample before = last;
        long age = before == null ? Long.MAX_VALUE : now.nanos() - before.nanos();
        if (age < LEAST_NANOS) {
            return null; // a good one for the next who asks
        }
        last = now;
        return age > MOST_NANOS ? null : before;
    }

    private UsageSample sample() {
        try {
            return UsageSample.read(PROC, System.nanoTime());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode json(Usage usage) {
        ObjectNode told = Json.object()
                .put("windowNanos", usage.windowNanos())
                .put("cpuNanos", usage.cpuNanos())
                .put("memoryBytes", usage.memoryBytes());
        ArrayNode containers = told.putArray("containers");
        for (Usage.Container each : usage.containers()) {
            containers
                    .addObject()
                    .put("pod", each.podUid())
                    .put("name", each.name())
                    .put("cpuNanos", each.cpuNanos())
                    .put("memoryBytes", each.memoryBytes());
        }
        return told;
    }
}
