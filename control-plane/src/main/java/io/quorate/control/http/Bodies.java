package io.quorate.control.http;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.Materializer;

/**
 * What comes with a request. It may never come, and who promised it may be nobody that is known: so it is waited for at most for a time. Any
 * thread; nothing blocks.
 *
 * @param patience until the end of a body
 */
record Bodies(Duration patience, Materializer materializer) {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** @return fails where there is more, and by a {@link java.util.concurrent.TimeoutException} where it is too slow */
    CompletionStage<byte[]> read(HttpRequest request, int maxBytes) {
        return request.entity() instanceof HttpEntity.Strict strict
                ? CompletableFuture.completedFuture(strict.getData().toArray())
                : request.entity()
                        .withSizeLimit(maxBytes)
                        .toStrict(patience.toMillis(), materializer)
                        .thenApply(strict -> strict.getData().toArray());
    }

    /** An answer that waits for no body: where one is still on its way, the connection ends after the answer. */
    void passOver(HttpRequest request) {
        request.discardEntityBytes(materializer);
    }

    /**
     * Answers once the body is passed over: an answer that overtakes it ends the connection, and the client may not get to read it. One that is
     * still not there after the patience is overtaken.
     */
    <T> CompletionStage<T> after(HttpRequest request, T answer) {
        return request.discardEntityBytes(materializer)
                .completionStage()
                .handle((passed, failure) -> answer)
                .toCompletableFuture()
                .completeOnTimeout(answer, patience.toMillis(), TimeUnit.MILLISECONDS);
    }
}
