package io.quorate.persistence.plugin;

import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.plugin.Reading.Batch;
import io.quorate.persistence.plugin.Reading.Then;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * A stream of what a {@link Reading} finds. It holds one batch and asks for the next one when the batch is handed out and there
 * is demand, so a slow consumer costs one batch of memory and nothing of the journal's.
 *
 * <p>A live stream that has caught up waits until the journal tells of something new; it never polls. When a replica does not
 * answer, or is behind the one that told, it asks again after a pause, for ever.
 */
final class JournalSource<T> extends GraphStage<SourceShape<T>> {
    /** Long enough not to hammer a replica that is behind, short enough for nobody to notice. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final CompletionStage<Journal> journal;
    private final Supplier<Reading<T>> start;
    private final boolean live;
    private final Outlet<T> out = Outlet.create("JournalSource.out");
    private final SourceShape<T> shape = SourceShape.of(out);

    /**
     * @param journal what tells of news
     * @param start begins a reading of its own for each run of the stream
     * @param live whether the stream goes on when it has caught up
     */
    JournalSource(CompletionStage<Journal> journal, Supplier<Reading<T>> start, boolean live) {
        this.journal = journal;
        this.start = start;
        this.live = live;
    }

    @Override
    public SourceShape<T> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes inheritedAttributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {
        private final Reading<T> reading = start.get();
        private final AsyncCallback<Pair<@Nullable Batch<T>, @Nullable Throwable>> received =
                createAsyncCallback(answer -> received(answer.first(), answer.second()));
        private final AsyncCallback<Boolean> told = createAsyncCallback(any -> told());
        private final AsyncCallback<Journal> ready = createAsyncCallback(this::subscribe);

        /** Highest index that the journal told of; written on its threads. */
        private final AtomicLong newest = new AtomicLong(-1);

        /** Whether a message about it is on its way here: there is never more than one. */
        private final AtomicBoolean telling = new AtomicBoolean();

        private Journal.@Nullable Subscription subscription;
        private Iterator<T> batch = Collections.emptyIterator();
        private Then then = Then.MORE;
        private long seenIndex = -1;
        private long newestWhenAsked = -1;
        private boolean asking;
        private boolean pausing;

        Logic() {
            super(shape);
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    deliver();
                }
            });
        }

        @Override
        public void preStart() {
            if (live) {
                // A journal that cannot be opened fails the first request as well.
                journal.thenAccept(ready::invoke);
            }
        }

        private void subscribe(Journal opened) {
            subscription = opened.onApplied(index -> {
                newest.accumulateAndGet(index, Math::max);
                if (telling.compareAndSet(false, true)) {
                    told.invoke(true);
                }
            });
        }

        private void told() {
            telling.set(false);
            if (!batch.hasNext()) {
                deliver();
            }
        }

        private void deliver() {
            if (batch.hasNext()) {
                if (isAvailable(out)) {
                    push(out, batch.next());
                }
                if (batch.hasNext()) {
                    return;
                }
            }
            if (then == Then.END || (then == Then.CAUGHT_UP && !live)) {
                completeStage();
            } else if (isAvailable(out)) {
                ask();
            }
        }

        private void ask() {
            if (asking || pausing || (then == Then.CAUGHT_UP && newest.get() <= seenIndex)) {
                return;
            }
            asking = true;
            newestWhenAsked = newest.get();
            reading.next().whenComplete((found, failure) -> received.invoke(Pair.create(found, failure)));
        }

        private void received(@Nullable Batch<T> found, @Nullable Throwable failure) {
            asking = false;
            if (failure != null || found == null) {
                failed(JournalException.of(failure == null ? new IllegalStateException("no answer") : failure));
                return;
            }
            batch = found.items().iterator();
            then = found.then();
            seenIndex = found.appliedIndex();
            if (then == Then.CAUGHT_UP && seenIndex < newestWhenAsked) {
                pause(); // another replica told of news than the one that answered, which is behind
            }
            deliver();
        }

        private void failed(JournalException reason) {
            if (live && PatientJournal.worthRepeating(reason.kind())) {
                pause();
            } else {
                failStage(reason);
            }
        }

        private void pause() {
            pausing = true;
            scheduleOnce("again", PAUSE);
        }

        @Override
        public void onTimer(Object key) {
            pausing = false;
            deliver();
        }

        @Override
        public void postStop() {
            if (subscription != null) {
                subscription.close();
            }
        }
    }
}
