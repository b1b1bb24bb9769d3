package io.quorate.control.kubernetes;

import io.quorate.control.objects.ApiObjects;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectEvent;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Failure;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.StoredEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One watcher: what is there, if that is asked for, and then each change after a version, in their order, none twice. It is made when the client
 * takes it: nothing waits in memory for one that is slow, and one that is too slow is told that it is too late. The changes come from the state;
 * those that the state has no more, from the journal, up to a bound.
 */
final class Watch {
    /** A connection without any byte is ended: a client takes a blank for nothing. */
    private static final Duration QUIET = Duration.ofSeconds(30);

    private static final int MAX_CHUNK_BYTES = 64 * 1024;
    private static final int PAGE = 200;
    private static final int MAX_LOOKED_AT = 2000;

    /** So far behind a watch reads the journal; reading all objects is less then. */
    static final long MAX_BEHIND = 20_000;

    private static final ByteString BLANK = ByteString.fromString(" ");

    /** What one step gives: bytes, if it has any, or the end. */
    private record Step(ByteString bytes, boolean ends) {}

    private final ObjectFeed feed;
    private final String clusterId;
    private final WatchEvents events;
    private final boolean bookmarks;
    private final long endNanos;
    private final Executor executor;
    private @Nullable Iterator<StoredObject> present;
    private long version;
    private long saidNanos = System.nanoTime();
    private boolean ended;

    /**
     * @param present what is told of first; null for nothing
     * @param version what comes after it is told of
     * @param bookmarks whether the client wants to know from time to time how far it is
     */
    Watch(
            ObjectFeed feed,
            String clusterId,
            WatchEvents events,
            @Nullable Iterator<StoredObject> present,
            long version,
            boolean bookmarks,
            Duration duration,
            Executor executor) {
        this.feed = feed;
        this.clusterId = clusterId;
        this.events = events;
        this.present = present;
        this.version = version;
        this.bookmarks = bookmarks;
        this.endNanos = System.nanoTime() + duration.toNanos();
        this.executor = executor;
    }

    Source<ByteString, NotUsed> source() {
        return Source.unfoldAsync(
                this,
                watch -> watch.next()
                        .thenApply(step -> step.ends() && step.bytes().isEmpty()
                                ? Optional.<Pair<Watch, ByteString>>empty()
                                : Optional.of(Pair.create(watch, step.bytes()))));
    }

    private CompletionStage<Step> next() {
        if (ended) {
            return CompletableFuture.completedFuture(end());
        }
        return CompletableFuture.supplyAsync(this::step, executor)
                .thenCompose(stage -> stage)
                .exceptionally(this::failed);
    }

    private CompletionStage<Step> step() {
        long now = System.nanoTime();
        if (now - endNanos >= 0) {
            return CompletableFuture.completedFuture(end());
        }
        if (present != null) {
            ByteString chunk = initial(present);
            if (!chunk.isEmpty()) {
                return said(chunk);
            }
            present = null;
            if (bookmarks) {
                return said(events.bookmark(
                        version)); // all that there is was told: who goes on elsewhere goes on from here
            }
        }
        ObjectState state = feed.state(clusterId);
        Optional<Collection<Change>> changes = state.changesAfter(version);
        if (changes.isEmpty()) {
            return behind(state);
        }
        ByteString chunk = take(changes.get());
        if (!chunk.isEmpty()) {
            return said(chunk);
        }
        long quiet = QUIET.toNanos() - (System.nanoTime() - saidNanos);
        if (quiet <= 0) {
            return said(bookmarks ? events.bookmark(version) : BLANK);
        }
        long rest = Math.min(quiet, endNanos - System.nanoTime());
        return feed.after(clusterId, version, Duration.ofNanos(Math.max(1, rest)))
                .handleAsync((newer, failure) -> failure == null || isTimeout(failure), executor)
                .thenCompose(again -> again ? step() : CompletableFuture.completedFuture(end()));
    }

    private ByteString initial(Iterator<StoredObject> objects) {
        ByteString chunk = ByteString.emptyByteString();
        while (objects.hasNext() && chunk.size() < MAX_CHUNK_BYTES) {
            chunk = chunk.concat(events.present(objects.next(), System.currentTimeMillis()));
        }
        return chunk;
    }

    private ByteString take(Collection<Change> changes) {
        ByteString chunk = ByteString.emptyByteString();
        int looked = 0;
        for (Change change : changes) {
            chunk = chunk.concat(events.change(change, System.currentTimeMillis()));
            version = change.version();
            if (chunk.size() >= MAX_CHUNK_BYTES || ++looked >= MAX_LOOKED_AT && !chunk.isEmpty()) {
                break;
            }
        }
        return chunk;
    }

    private CompletionStage<Step> behind(ObjectState state) {
        if (state.version() - version > MAX_BEHIND) {
            return tooOld(state.version());
        }
        return feed.events(clusterId, version + 1, Long.MAX_VALUE, PAGE)
                .thenCompose(page -> page.items().isEmpty() ? tooOld(state.version()) : changes(page.items()))
                .thenCompose(step ->
                        step.bytes().isEmpty() && !step.ends() ? step() : CompletableFuture.completedFuture(step));
    }

    private CompletionStage<Step> changes(List<StoredEvent> stored) {
        CompletionStage<List<Change>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (StoredEvent each : stored) {
            ObjectEvent event = ApiObjects.readEvent(each);
            all = all.thenCompose(list -> before(event).thenApply(before -> {
                list.add(new Change(each.sequenceNr(), before, event.object(), event instanceof ObjectEvent.Deleted));
                return list;
            }));
        }
        return all.thenCompose(list -> {
            ByteString chunk = take(list);
            return chunk.isEmpty() ? CompletableFuture.completedFuture(new Step(chunk, false)) : said(chunk);
        });
    }

    /** What an object was before an event; of its form only as much as is looked at. */
    private CompletionStage<Optional<StoredObject>> before(ObjectEvent event) {
        Selection selection = events.selection();
        boolean concerned = event.object().key().type().equals(selection.type().id());
        if (event.previous() == 0 || !concerned) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (selection.isWhole()) {
            return CompletableFuture.completedFuture(Optional.of(event.object()));
        }
        return feed.events(clusterId, event.previous(), event.previous(), 1)
                .thenApply(page -> page.items().stream()
                        .findFirst()
                        .map(each -> ApiObjects.readEvent(each).object()));
    }

    private CompletionStage<Step> tooOld(long newest) {
        ended = true;
        return CompletableFuture.completedFuture(new Step(WatchEvents.error(tooOld(version, newest)), true));
    }

    static Failure tooOld(long version, long newest) {
        return Failure.expired("too old resource version: " + version + " (" + newest + ")");
    }

    private CompletionStage<Step> said(ByteString bytes) {
        saidNanos = System.nanoTime();
        return CompletableFuture.completedFuture(new Step(bytes, false));
    }

    private Step end() {
        ended = true;
        return new Step(ByteString.emptyByteString(), true);
    }

    /** The client opens another one, perhaps at another node. */
    private Step failed(Throwable failure) {
        ended = true;
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof JournalException
                ? new Step(ByteString.emptyByteString(), true)
                : new Step(WatchEvents.error(Failure.internal("the watch met an error")), true);
    }

    private static boolean isTimeout(Throwable failure) {
        return failure instanceof TimeoutException
                || failure instanceof CompletionException && failure.getCause() instanceof TimeoutException;
    }
}
