package io.quorate.control.kubernetes;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** What is on its way to one reader, who takes it when it can; one that takes too little is given up. Any thread; nothing blocks. */
final class Outbox {
    /** More than everything that one node needs, and than changes while its connection is slow. */
    private static final long MAX_BYTES = 64L << 20;

    private ByteString waiting = ByteString.emptyByteString();
    private @Nullable CompletableFuture<Optional<ByteString>> reader;
    private boolean ended;

    /** @return whether anybody reads it still */
    synchronized boolean add(ByteString bytes) {
        if (ended) {
            return false;
        }
        if (waiting.size() + (long) bytes.size() > MAX_BYTES) {
            waiting = ByteString.emptyByteString();
            end();
            return false;
        }
        waiting = waiting.concat(bytes);
        CompletableFuture<Optional<ByteString>> waits = reader;
        if (waits != null) {
            reader = null;
            waits.complete(Optional.of(taken()));
        }
        return true;
    }

    private ByteString taken() {
        ByteString all = waiting;
        waiting = ByteString.emptyByteString();
        return all;
    }

    /** There is nothing after what waits. */
    synchronized void end() {
        ended = true;
        CompletableFuture<Optional<ByteString>> waits = reader;
        reader = null;
        if (waits != null) {
            waits.complete(Optional.empty());
        }
    }

    private synchronized CompletionStage<Optional<ByteString>> take() {
        if (!waiting.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.of(taken()));
        }
        if (ended) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        CompletableFuture<Optional<ByteString>> waits = new CompletableFuture<>();
        reader = waits;
        return waits;
    }

    /** For its one reader. */
    Source<ByteString, NotUsed> source() {
        return Source.unfoldAsync(this, box -> box.take().thenApply(next -> next.map(bytes -> Pair.create(box, bytes))))
                .watchTermination((used, done) -> {
                    done.whenComplete((end, failure) -> end());
                    return used;
                });
    }
}
