package io.quorate.control.kubernetes;

import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Refused;
import io.quorate.control.upstream.SplicedWatch;
import io.quorate.control.upstream.Upstreams;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On a node without a copy: answers requests to the API by asking those that have one. Where one does not answer the next is asked, if that does no harm; a
 * watch goes on at another one, and its client does not notice. Any thread; nothing blocks.
 */
final class ApiForward {
    private static final Logger LOG = LoggerFactory.getLogger(ApiForward.class);

    /** A watch is never silent for longer: {@link Watch}. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private static final Duration PAUSE = Duration.ofMillis(300);
    /** So long a watch looks for somebody who goes on with it. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final long NEARLY_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Upstreams upstreams;
    private final OtherNodes others;
    private final ActorSystem<?> system;

    ApiForward(Upstreams upstreams, OtherNodes others, ActorSystem<?> system) {
        this.upstreams = upstreams;
        this.others = others;
        this.system = system;
    }

    CompletionStage<ApiAnswer> answer(ApiRequest request) {
        return request.isWatch() ? watch(request) : ask(request, request.target(Map.of()), api -> {});
    }

    /** Address and port of the API of whom it asks first. */
    Optional<String> first() {
        return upstreams.order().stream().findFirst();
    }

    static Refused nobody() {
        return new Refused(Failure.unavailable(
                "nothing was stored: this node holds no copy of the journal, and knows nobody who does; try again"));
    }

    /** @param by told who answers */
    private CompletionStage<ApiAnswer> ask(ApiRequest request, String target, Consumer<String> by) {
        return new Asking(request, target, by).next(upstreams.order().iterator());
    }

    /** One request, as it goes from one node to the next. */
    private final class Asking {
        private final ApiRequest request;
        private final String target;
        private final Consumer<String> by;

        Asking(ApiRequest request, String target, Consumer<String> by) {
            this.request = request;
            this.target = target;
            this.by = by;
        }

        CompletionStage<ApiAnswer> next(Iterator<String> order) {
            if (!order.hasNext()) {
                return CompletableFuture.completedFuture(ApiAnswer.failure(nobody().failure()));
            }
            String api = order.next();
            return others.send(api, request, target)
                    .handle((answer, failure) ->
                            failure == null ? answered(order, api, answer) : failed(order, api, failure))
                    .thenCompose(next -> next);
        }

        private CompletionStage<ApiAnswer> answered(Iterator<String> order, String api, ApiAnswer answer) {
            upstreams.answered(api);
            by.accept(api);
            boolean nothing =
                    answer instanceof ApiAnswer.Whole(var code, var type, var body, var warnings) && code == 503;
            return nothing && order.hasNext() ? next(order) : CompletableFuture.completedFuture(answer);
        }

        private CompletionStage<ApiAnswer> failed(Iterator<String> order, String api, Throwable failure) {
            Throwable cause = failure.getCause() == null || failure instanceof OtherNodes.NothingAsked
                    ? failure
                    : failure.getCause();
            LOG.info("{} does not answer: {}", api, String.valueOf(cause));
            upstreams.failed(api);
            boolean nothing =
                    cause instanceof OtherNodes.NothingAsked || cause.getCause() instanceof OtherNodes.NothingAsked;
            boolean harmless = nothing
                    || request.method().equals("GET")
                    || request.method().equals("HEAD");
            if (harmless && order.hasNext()) {
                return next(order);
            }
            return CompletableFuture.completedFuture(ApiAnswer.failure(
                    harmless
                            ? Failure.unavailable(
                                    "nothing was stored: no node that holds a copy of the journal can be reached; try again")
                            : Failure.unknownOutcome("it may be stored, or may not: " + api + " has not answered")));
        }
    }

    // ---- watches

    private CompletionStage<ApiAnswer> watch(ApiRequest request) {
        boolean bookmarks = request.parameter("allowWatchBookmarks").equals("true");
        Splice splice = new Splice(
                request,
                new SplicedWatch(request.parameter("resourceVersion"), bookmarks),
                System.nanoTime()
                        + KubernetesApi.duration(request.parameter("timeoutSeconds"))
                                .toNanos());
        return splice.ask()
                .thenApply(answer -> answer instanceof ApiAnswer.Passed(var code, var type, var body, var warnings)
                        ? new ApiAnswer.Passed(code, type, splice.from(body), warnings)
                        : answer);
    }

    /** One watch of a client. */
    private final class Splice {
        private final ApiRequest request;
        private final SplicedWatch watch;
        private final long endNanos;
        private volatile String asked = "";

        Splice(ApiRequest request, SplicedWatch watch, long endNanos) {
            this.request = request;
            this.watch = watch;
            this.endNanos = endNanos;
        }

        /** The next node's answer, from where the one before it ended. */
        CompletionStage<ApiAnswer> ask() {
            long left = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(endNanos - System.nanoTime()));
            String target = request.target(Map.of(
                    "resourceVersion", watch.version(),
                    "allowWatchBookmarks", "true",
                    "timeoutSeconds", Long.toString(left)));
            return ApiForward.this.ask(request, target, api -> asked = api);
        }

        Source<ByteString, NotUsed> from(Source<ByteString, NotUsed> events) {
            return events.idleTimeout(SILENCE)
                    .map(bytes -> ByteString.fromArrayUnsafe(watch.take(bytes.toArray())))
                    .filter(bytes -> !bytes.isEmpty())
                    .onErrorComplete()
                    .concatLazy(Source.lazySource(() -> next(System.nanoTime() + PATIENCE_NANOS))
                            .mapMaterializedValue(later -> NotUsed.getInstance()));
        }

        private Source<ByteString, NotUsed> next(long untilNanos) {
            long now = System.nanoTime();
            watch.interrupted();
            boolean early = endNanos - now >= NEARLY_NANOS;
            if (early) {
                upstreams.failed(asked);
            }
            if (!watch.canGoOn() || now > untilNanos || !early) {
                return Source.empty(); // the client opens another one, if it wants to
            }
            return Source.completionStageSource(ask().thenApply(answer -> wentOn(answer, untilNanos)))
                    .mapMaterializedValue(later -> NotUsed.getInstance());
        }

        private Source<ByteString, NotUsed> wentOn(ApiAnswer answer, long untilNanos) {
            if (answer instanceof ApiAnswer.Passed(var code, var type, var body, var warnings)) {
                return from(body);
            }
            if (answer instanceof ApiAnswer.Whole(var code, var type, var body, var warnings) && code == 410) {
                return Source.single(
                        WatchEvents.error(Failure.expired("too old resource version: " + watch.version())));
            }
            CompletionStage<NotUsed> waited = Patterns.after(
                    PAUSE, system.classicSystem(), () -> CompletableFuture.completedFuture(NotUsed.getInstance()));
            return Source.completionStageSource(waited.thenApply(done -> next(untilNanos)))
                    .mapMaterializedValue(later -> NotUsed.getInstance());
        }
    }
}
