package io.quorate.node.member;

import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.SerialExecutor;
import java.time.Duration;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica outside of the Raft group: follows the committed journal of another node. It is told when there is more and fetches
 * bounded chunks: a small one after the other, with a rest between them, while others write; else a few at once, of ranges that follow
 * each other, so that neither end waits for the other. They are not synced: where a loss of power takes some, the store goes back to its
 * last sync, and the stream brings the rest again. An empty replica begins with the files of the other's store, where it can ({@link
 * Seeding}).
 */
public final class JournalFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalFollower.class);

    private static final int CHUNK_BYTES = 256 * 1024;

    /** While others write: small, so that whoever reads it at the source is not in the way of its other work for long. */
    private static final int SMALL_CHUNK_BYTES = 128 * 1024;

    /** What is written as one batch, at least, while more is there: each batch also writes a head for every entity in it. */
    private static final int BATCH_BYTES = 512 * 1024;

    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Before a source is asked again that has less than is known to be committed: its own news may be on the way. */
    private static final Duration BEHIND_PAUSE = Duration.ofMillis(20);

    private final Journal source;
    private final EventStore events;
    private final SerialExecutor thread;
    private final FailStop failStop;
    private final JournalMetrics metrics;
    private final Pace pace;
    private final Listener listener;
    private final @Nullable Seeding seeding;
    private final Journal.Subscription news;
    /** Chunks that are on their way, or are here and wait for those before them; by the index after which they begin. */
    private final TreeMap<Long, Chunk> chunks = new TreeMap<>();

    private long sourceIndex;
    private long bytesPerIndex;
    private long unflushedBytes;
    private volatile boolean closed;

    /**
     * @param last index up to which it was asked for, or goes once it is here
     * @param known what was known to be committed when it was asked for
     * @param entries null while it is on its way
     */
    private record Chunk(long last, long known, Query.@Nullable Entries entries) {}

    /** Told of what has come, on the follower's thread. */
    @FunctionalInterface
    public interface Listener {
        /** There is a new applied index. */
        void applied(long index);

        /** A part of another node's store is here, and counts for nothing yet. */
        default void partStored() {}

        /** The replica has begun with what another node's store held: of that nobody was told, one by one. */
        default void seeded() {}
    }

    /** With the system's clock. */
    public JournalFollower(
            Journal source,
            EventStore events,
            SerialExecutor thread,
            FailStop failStop,
            JournalMetrics metrics,
            Listener listener) {
        this(source, events, thread, System::nanoTime, failStop, metrics, listener);
    }

    /**
     * @param thread the only one that writes to {@code events}
     * @param nanos of a monotonic clock
     */
    public JournalFollower(
            Journal source,
            EventStore events,
            SerialExecutor thread,
            LongSupplier nanos,
            FailStop failStop,
            JournalMetrics metrics,
            Listener listener) {
        this.pace = new Pace(thread, nanos);
        this.source = source;
        this.events = events;
        this.thread = thread;
        this.failStop = failStop;
        this.metrics = metrics;
        this.listener = listener;
        this.seeding = events.canBeSeeded()
                ? new Seeding(source, events, thread, nanos, listener::partStored, this::seedingIsOver)
                : null;
        this.news = source.onApplied(this::isCommitted);
    }

    /** An index is known to be committed: what is missing up to it is fetched. Any thread. */
    public void isCommitted(long index) {
        thread.execute(() -> {
            sourceIndex = Math.max(sourceIndex, index);
            fetch();
        });
    }

    private void fetch() {
        if (closed) {
            return;
        }
        if (seeding != null && !seeding.isOver()) {
            if (sourceIndex > 0) {
                seeding.begin();
            }
            return;
        }
        while (chunks.size() < pace.atOnce()) {
            long after = chunks.isEmpty()
                    ? events.pendingIndex()
                    : chunks.lastEntry().getValue().last();
            if (after >= sourceIndex) {
                return;
            }
            // Where the next one begins is known before this one is here only where it has an end.
            boolean bounded = !pace.othersWrite() && bytesPerIndex > 0;
            ask(after, bounded ? after + Math.max(1, CHUNK_BYTES / bytesPerIndex) : Long.MAX_VALUE);
        }
    }

    private void seedingIsOver() {
        if (events.appliedIndex() > 0) {
            tell();
            listener.seeded();
        }
        fetch();
    }

    private void ask(long after, long last) {
        Chunk chunk = new Chunk(last, sourceIndex, null);
        chunks.put(after, chunk);
        pace.asked();
        source.ask(new Query.EntriesAfter(after, pace.othersWrite() ? SMALL_CHUNK_BYTES : CHUNK_BYTES, last))
                .whenComplete((entries, failure) -> thread.execute(() -> received(after, chunk, entries, failure)));
    }

    private void received(long after, Chunk asked, Query.@Nullable Entries entries, @Nullable Throwable failure) {
        if (closed || chunks.get(after) != asked) {
            return; // it was cut meanwhile
        }
        if (failure != null || entries == null) {
            LOG.info("the journal stream was cut at index {}: {}", events.pendingIndex(), String.valueOf(failure));
            chunks.clear();
            thread.schedule(this::fetch, PAUSE);
            return;
        }
        if (entries.upTo() <= after) {
            sourceIsBehind();
            return;
        }
        chunks.put(after, new Chunk(entries.upTo(), asked.known(), entries));
        bytesPerIndex = Math.max(1, bytesOf(entries) / (entries.upTo() - after));
        pace.learned(entries.appliedIndex() > asked.known());
        sourceIndex = Math.max(sourceIndex, entries.appliedIndex());
        if (entries.upTo() < asked.last() && asked.last() != Long.MAX_VALUE && entries.upTo() < sourceIndex) {
            ask(entries.upTo(), asked.last()); // there was more in its range than fits
        }
        if (!pace.othersWrite()) {
            fetch();
        }
        store();
    }

    private static long bytesOf(Query.Entries entries) {
        return entries.entries().stream()
                .mapToLong(entry -> entry.bytes().length)
                .sum();
    }

    /** What it has told of is not there yet, or another source told of it: what is here is stored, and it is asked again. */
    private void sourceIsBehind() {
        chunks.clear();
        if (flush()) {
            thread.schedule(this::fetch, BEHIND_PAUSE);
        }
    }

    /** Stores the chunks that follow what is here. */
    private void store() {
        boolean stored = false;
        while (!chunks.isEmpty() && chunks.firstKey() <= events.pendingIndex()) {
            Query.Entries entries = chunks.firstEntry().getValue().entries();
            if (entries == null) {
                break;
            }
            try {
                events.adopt(entries);
            } catch (RuntimeException e) {
                notStored(e);
                return;
            }
            chunks.pollFirstEntry();
            stored = true;
            unflushedBytes += bytesOf(entries);
        }
        boolean enough = unflushedBytes >= BATCH_BYTES || events.pendingIndex() >= sourceIndex;
        if (stored && (!enough || flush())) {
            pace.goOn(this::fetch);
        }
    }

    /** Makes what was stored visible; false where that failed, and it is over. */
    private boolean flush() {
        try {
            events.flush();
        } catch (RuntimeException e) {
            notStored(e);
            return false;
        }
        unflushedBytes = 0;
        tell();
        if (events.hasMoreToTakeAway()) {
            thread.execute(this::takeAway);
        }
        return true;
    }

    private void takeAway() {
        if (!closed && events.hasMoreToTakeAway()) {
            flush();
        }
    }

    private void tell() {
        metrics.applied(events.appliedIndex(), Math.max(0, sourceIndex - events.appliedIndex()));
        listener.applied(events.appliedIndex());
    }

    private void notStored(RuntimeException e) {
        closed = true;
        failStop.stop("what came by the journal stream could not be stored: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        closed = true;
        news.close();
        if (seeding != null) {
            thread.execute(seeding::close);
        }
    }
}
