package io.quorate.node.member;

import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.SerialExecutor;
import io.quorate.persistence.store.IncomingFiles;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An empty replica begins with the files of another's store: those are written as they come, and need not be taken apart and put together
 * again. Parts are fetched as chunks of the journal stream are: one after the other while others write, else a few at once. Where
 * that cannot be, or fails again and again, the replica follows the stream from the first entry on. Used on the follower's thread.
 */
final class Seeding {
    private static final Logger LOG = LoggerFactory.getLogger(Seeding.class);

    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int ATTEMPTS = 3;

    private final Journal source;
    private final EventStore events;
    private final SerialExecutor thread;
    private final LongSupplier nanos;
    private final Runnable partStored;
    private final Runnable over;
    private @Nullable Copy copy;
    private int attempts;
    private boolean asked;
    private boolean done;

    /**
     * @param thread the only one that writes to {@code events}
     * @param partStored told of each part that is here
     * @param over told when the store has what was seeded, or begins with nothing after all
     */
    Seeding(
            Journal source,
            EventStore events,
            SerialExecutor thread,
            LongSupplier nanos,
            Runnable partStored,
            Runnable over) {
        this.source = source;
        this.events = events;
        this.thread = thread;
        this.nanos = nanos;
        this.partStored = partStored;
        this.over = over;
    }

    boolean isOver() {
        return done;
    }

    /** There is something to be had; may be called again and again. */
    void begin() {
        if (!asked && !done) {
            asked = true;
            attempts++;
            ask(new Query.TakeCheckpoint(), this::taken);
        }
    }

    private <A> void ask(Query<A> query, BiConsumer<A, @Nullable Throwable> then) {
        source.ask(query)
                .whenComplete((answer, failure) -> thread.execute(() -> {
                    if (!done) {
                        then.accept(answer, failure);
                    }
                }));
    }

    private void taken(Query.@Nullable Checkpoint checkpoint, @Nullable Throwable failure) {
        if (failure != null || checkpoint == null) {
            failed(String.valueOf(failure), JournalException.of(failure).kind() != JournalException.Kind.INVALID);
            return;
        }
        if (checkpoint.files().isEmpty()) {
            end();
            return;
        }
        try {
            Copy begun = new Copy(checkpoint, events.receive(checkpoint.files()));
            copy = begun;
            begun.fetch();
        } catch (RuntimeException e) {
            failed(String.valueOf(e.getMessage()), false);
        }
    }

    private void failed(String why, boolean again) {
        dropCopy();
        boolean another = again && attempts < ATTEMPTS;
        LOG.info(
                "the files of another node's store could not be had: {}; {}",
                why,
                another ? "it is tried again" : "its journal stream is followed from the beginning");
        if (another) {
            asked = false;
            thread.schedule(this::begin, PAUSE);
        } else {
            end();
        }
    }

    private void dropCopy() {
        Copy begun = copy;
        copy = null;
        if (begun != null) {
            begun.close();
        }
    }

    private void end() {
        done = true;
        over.run();
    }

    /** What was begun is dropped. */
    void close() {
        done = true;
        dropCopy();
    }

    /** One checkpoint on its way. */
    private final class Copy {
        private final long id;
        private final List<Query.CheckpointFile> files;
        private final IncomingFiles incoming;
        private int file;
        private long offset;
        private long left;
        private int onTheirWay;
        private long known;
        private final Pace pace = new Pace(thread, nanos);

        Copy(Query.Checkpoint checkpoint, IncomingFiles incoming) {
            this.id = checkpoint.id();
            this.files = checkpoint.files();
            this.incoming = incoming;
            this.left = files.stream().mapToLong(Query.CheckpointFile::bytes).sum();
            LOG.info("{} files of another node's store are fetched, {} MiB", files.size(), left >> 20);
        }

        void fetch() {
            while (copy == this && onTheirWay < pace.atOnce() && goToNext()) {
                int of = file;
                long from = offset;
                int wanted = (int) Math.min(Query.MAX_PART_BYTES, files.get(of).bytes() - from);
                offset += wanted;
                onTheirWay++;
                pace.asked();
                long knownThen = known;
                ask(
                        new Query.CheckpointPart(id, of, from, wanted),
                        (part, failure) -> received(of, from, wanted, knownThen, part, failure));
            }
        }

        /** To where the next part begins; false where there is none. */
        private boolean goToNext() {
            while (file < files.size() && offset >= files.get(file).bytes()) {
                file++;
                offset = 0;
            }
            return file < files.size();
        }

        private void received(
                int of, long from, int wanted, long knownThen, Query.@Nullable Part part, @Nullable Throwable failure) {
            if (copy != this) {
                return;
            }
            onTheirWay--;
            if (failure != null || part == null || part.bytes().length != wanted) {
                failed(failure == null ? "a part is not as long as it should be" : failure.toString(), true);
                return;
            }
            pace.learned(known == 0 || part.appliedIndex() > knownThen);
            known = Math.max(known, part.appliedIndex());
            left -= wanted;
            try {
                incoming.write(of, from, part.bytes());
                partStored.run();
                if (left == 0) {
                    events.seed(incoming);
                    LOG.info("the store begins with that of another node, at index {}", events.appliedIndex());
                    close();
                    copy = null;
                    end();
                    return;
                }
            } catch (RuntimeException e) {
                failed(String.valueOf(e.getMessage()), true);
                return;
            }
            pace.goOn(this::fetch);
        }

        void close() {
            CompletionStage<Boolean> told = source.ask(new Query.DropCheckpoint(id));
            told.exceptionally(gone -> false); // it is dropped there after a time
            incoming.close();
        }
    }
}
