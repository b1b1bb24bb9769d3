package io.quorate.persistence.events;

import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.store.Checkpoint;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.StoreFile;
import io.quorate.persistence.store.StoreFiles;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints that are kept for nodes that begin with one. One that nobody asks for is dropped after a time. Any thread. */
final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    /** What has less is followed: taking, opening and bringing to disk take their time, too. */
    static final long MIN_BYTES = 4L << 20;

    /** What they keep on disk is bounded with them; who comes when there are as many follows the stream. */
    private static final int MAX = 4;

    /** Longer than a reader pauses before it asks once more. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Query.Checkpoint NONE = new Query.Checkpoint(0, List.of());

    private static final class Lease {
        final Checkpoint checkpoint;
        volatile long askedNanos;

        Lease(Checkpoint checkpoint, long nowNanos) {
            this.checkpoint = checkpoint;
            this.askedNanos = nowNanos;
        }
    }

    private final KeyValueStore store;
    private final LongSupplier nanos;
    private final Map<Long, Lease> leases = new LinkedHashMap<>();

    /** From a moment of the clock on: who still has one of this node's former life finds none of that number. */
    private final AtomicLong ids;

    Checkpoints(KeyValueStore store) {
        this(store, System::nanoTime);
    }

    /** @param nanos of a monotonic clock */
    Checkpoints(KeyValueStore store, LongSupplier nanos) {
        this.store = store;
        this.nanos = nanos;
        this.ids = new AtomicLong(nanos.getAsLong() & Long.MAX_VALUE >> 1);
    }

    Query.Checkpoint take() {
        Optional<StoreFiles> files = store.files().filter(all -> all.bytes() >= MIN_BYTES);
        if (files.isEmpty()) {
            return NONE;
        }
        synchronized (leases) {
            dropForgotten();
            if (leases.size() >= MAX) {
                return NONE;
            }
        }
        Checkpoint checkpoint;
        try {
            checkpoint = files.get().checkpoint();
        } catch (StorageException e) {
            LOG.warn("a node that wants a copy has to follow the journal stream: {}", e.getMessage());
            return NONE;
        }
        long id = ids.incrementAndGet();
        synchronized (leases) {
            leases.put(id, new Lease(checkpoint, nanos.getAsLong()));
        }
        dropWhenForgotten();
        return new Query.Checkpoint(
                id, checkpoint.files().stream().map(Checkpoints::told).toList());
    }

    private static Query.CheckpointFile told(StoreFile file) {
        return new Query.CheckpointFile(file.name(), file.bytes());
    }

    private void dropWhenForgotten() {
        CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    synchronized (leases) {
                        dropForgotten();
                        if (leases.isEmpty()) {
                            return;
                        }
                    }
                    dropWhenForgotten();
                });
    }

    private void dropForgotten() {
        long now = nanos.getAsLong();
        leases.values().removeIf(lease -> {
            boolean forgotten = now - lease.askedNanos >= PATIENCE.toNanos();
            if (forgotten) {
                close(lease);
            }
            return forgotten;
        });
    }

    private static void close(Lease lease) {
        try {
            lease.checkpoint.close();
        } catch (StorageException e) {
            LOG.warn("a checkpoint stays until the next start: {}", e.getMessage());
        }
    }

    Query.Part part(Query.CheckpointPart part) {
        Lease lease;
        synchronized (leases) {
            lease = leases.get(part.checkpoint());
        }
        if (lease == null) {
            throw new JournalException(
                    Kind.INVALID, "there is no checkpoint " + part.checkpoint() + " here, or not any more");
        }
        lease.askedNanos = nanos.getAsLong();
        byte[] bytes =
                lease.checkpoint.read(part.file(), part.offset(), Math.min(part.maxBytes(), Query.MAX_PART_BYTES));
        return new Query.Part(bytes, Applied.read(store.get(Keys.APPLIED)).index());
    }

    boolean drop(long id) {
        Lease lease;
        synchronized (leases) {
            lease = leases.remove(id);
        }
        if (lease == null) {
            return false;
        }
        close(lease);
        return true;
    }
}
