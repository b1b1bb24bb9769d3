package io.quorate.node.member;

import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.SerialExecutor;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica outside of the Raft group: follows the committed journal of another node. It is told when there is more and fetches
 * bounded chunks, one after the other: small ones, with a rest between them, while others write; else larger ones, each asked for
 * before the one before is stored, so that two are in memory at most. They are not synced: where a loss of power takes some, the
 * store goes back to its last sync, and the stream brings the rest again.
 */
public final class JournalFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalFollower.class);

    /** While others write: small, so that whoever reads it at the source is not in the way of its other work for long. */
    private static final int SMALL_CHUNK_BYTES = 128 * 1024;

    private static final int LARGE_CHUNK_BYTES = 512 * 1024;

    /** What is written as one batch, at least, while more is there: each batch also writes a head for every entity in it. */
    private static final int BATCH_BYTES = 512 * 1024;

    private static final Duration LONGEST_REST = Duration.ofMillis(20);

    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Before a source is asked again that has less than is known to be committed: its own news may be on the way. */
    private static final Duration BEHIND_PAUSE = Duration.ofMillis(20);

    private final Journal source;
    private final EventStore events;
    private final SerialExecutor thread;
    private final FailStop failStop;
    private final JournalMetrics metrics;
    private final LongConsumer applied;
    private final Journal.Subscription news;
    private long sourceIndex;
    private long unflushedBytes;
    private long askedAt;
    private boolean fetching;
    private boolean othersWrite = true;
    private volatile boolean closed;

    /**
     * @param thread the only one that writes to {@code events}
     * @param applied told of each new applied index, on {@code thread}
     */
    public JournalFollower(
            Journal source,
            EventStore events,
            SerialExecutor thread,
            FailStop failStop,
            JournalMetrics metrics,
            LongConsumer applied) {
        this.source = source;
        this.events = events;
        this.thread = thread;
        this.failStop = failStop;
        this.metrics = metrics;
        this.applied = applied;
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
        if (fetching || closed || sourceIndex <= events.pendingIndex()) {
            return;
        }
        ask(events.pendingIndex());
    }

    private void ask(long after) {
        fetching = true;
        askedAt = System.nanoTime();
        source.ask(new Query.EntriesAfter(after, othersWrite ? SMALL_CHUNK_BYTES : LARGE_CHUNK_BYTES))
                .whenComplete((entries, failure) -> thread.execute(() -> received(entries, failure)));
    }

    private void received(Query.@Nullable Entries entries, @Nullable Throwable failure) {
        fetching = false;
        if (closed) {
            return;
        }
        if (failure != null || entries == null) {
            LOG.info("the journal stream was cut at index {}: {}", events.pendingIndex(), String.valueOf(failure));
            thread.schedule(this::fetch, PAUSE);
            return;
        }
        boolean news = entries.upTo() > events.pendingIndex();
        othersWrite = entries.appliedIndex() > sourceIndex;
        sourceIndex = Math.max(sourceIndex, entries.appliedIndex());
        if (!othersWrite && entries.upTo() < sourceIndex && entries.upTo() > events.pendingIndex()) {
            ask(entries.upTo());
        }
        try {
            events.adopt(entries);
            unflushedBytes += entries.entries().stream()
                    .mapToLong(each -> each.bytes().length)
                    .sum();
            if (news && unflushedBytes < BATCH_BYTES && events.pendingIndex() < sourceIndex) {
                next();
                return;
            }
            events.flush();
            unflushedBytes = 0;
        } catch (RuntimeException e) {
            closed = true;
            failStop.stop("what came by the journal stream could not be stored: " + e.getMessage(), e);
            return;
        }
        metrics.applied(events.appliedIndex(), Math.max(0, sourceIndex - events.appliedIndex()));
        applied.accept(events.appliedIndex());
        if (news) {
            next();
        } else {
            thread.schedule(this::fetch, BEHIND_PAUSE);
        }
    }

    /** While others write, catching up takes two thirds of the time and leaves them the rest: they wait for the same machines. */
    private void next() {
        if (othersWrite) {
            long rest = Math.min(LONGEST_REST.toNanos(), (System.nanoTime() - askedAt) / 2);
            thread.schedule(this::fetch, Duration.ofNanos(rest));
        } else {
            fetch();
        }
    }

    @Override
    public void close() {
        closed = true;
        news.close();
    }
}
