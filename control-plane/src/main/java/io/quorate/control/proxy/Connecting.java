package io.quorate.control.proxy;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.AsPublisher;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/** How a connection is begun: so that whether anybody answers is known before a client's first byte is taken. */
public final class Connecting {
    private Connecting() {}

    /**
     * Begins it at once.
     *
     * @param refusal why what was answered is no connection; empty where it is one
     * @return for one use, within some seconds
     */
    public static <M> CompletionStage<Flow<ByteString, ByteString, NotUsed>> begin(
            Flow<ByteString, ByteString, CompletionStage<M>> connection,
            Function<M, Optional<String>> refusal,
            Materializer materializer) {
        Pair<Pair<Subscriber<ByteString>, CompletionStage<M>>, Publisher<ByteString>> ends =
                Source.<ByteString>asSubscriber()
                        .viaMat(connection, Keep.both())
                        .toMat(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), Keep.both())
                        .run(materializer);
        return ends.first().second().thenApply(answer -> {
            refusal.apply(answer).ifPresent(why -> {
                throw new IllegalStateException(why);
            });
            return Flow.fromSinkAndSource(
                    Sink.fromSubscriber(ends.first().first()), Source.fromPublisher(ends.second()));
        });
    }
}
