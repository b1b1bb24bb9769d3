package io.quorate.control.http;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Ends a connection on which nothing is asked for a time. While an answer is on its way the connection is in use, whether anything comes of it or not:
 * a followed log or a carried connection may be silent for as long as it likes. Whether the other end is there still, TCP asks ({@link KeepAlive}).
 */
final class IdleLimit {
    /** How often is looked in this time. */
    private static final int LOOKS = 5;

    private final long limitNanos;
    private final LongSupplier nanos;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long latestNanos;

    private IdleLimit(Duration limit, LongSupplier nanos) {
        this.limitNanos = limit.toNanos();
        this.nanos = nanos;
        this.latestNanos = nanos.getAsLong();
    }

    /**
     * Of each connection that it is used for.
     *
     * @param inParallel how many requests of one connection may be under way
     * @param nanos as {@link System#nanoTime()}
     */
    static Flow<HttpRequest, HttpResponse, NotUsed> flow(
            Function<HttpRequest, CompletionStage<HttpResponse>> handler,
            int inParallel,
            Duration limit,
            LongSupplier nanos) {
        return Flow.fromMaterializer((materializer, attributes) -> {
                    IdleLimit connection = new IdleLimit(limit, nanos);
                    Source<HttpResponse, ?> looks = Source.tick(
                                    limit.dividedBy(LOOKS), limit.dividedBy(LOOKS), NotUsed.getInstance())
                            .takeWhile(look -> !connection.isOver())
                            .filter(look -> false)
                            .map(never -> HttpResponse.create());
                    return Flow.<HttpRequest>create()
                            .map(connection::asked)
                            .mapAsync(inParallel, handler::apply)
                            .map(connection::answered)
                            .merge(looks, true);
                })
                .mapMaterializedValue(made -> NotUsed.getInstance());
    }

    private boolean isOver() {
        return underWay.get() == 0 && nanos.getAsLong() - latestNanos >= limitNanos;
    }

    private HttpRequest asked(HttpRequest request) {
        underWay.incrementAndGet();
        return request;
    }

    private HttpResponse answered(HttpResponse response) {
        if (response.status().equals(StatusCodes.SWITCHING_PROTOCOLS)) {
            return response; // no HTTP any more: it ends by itself
        }
        if (response.entity() instanceof HttpEntity.Strict) {
            done();
            return response;
        }
        return response.transformEntityDataBytes(Flow.<ByteString>create().watchTermination((used, end) -> {
            end.whenComplete((taken, failure) -> done());
            return used;
        }));
    }

    private void done() {
        latestNanos = nanos.getAsLong();
        underWay.decrementAndGet();
    }
}
