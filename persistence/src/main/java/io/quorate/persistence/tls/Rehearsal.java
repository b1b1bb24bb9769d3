package io.quorate.persistence.tls;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.TLSClosing;
import org.apache.pekko.stream.TLSProtocol.SendBytes;
import org.apache.pekko.stream.TLSProtocol.SessionBytes;
import org.apache.pekko.stream.TLSProtocol.SslTlsInbound;
import org.apache.pekko.stream.TLSProtocol.SslTlsOutbound;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.TLS;
import org.apache.pekko.util.ByteString;

/**
 * Conversations of a process with itself, by the streams that nodes speak through, without the sockets. The first ones of a JVM take many times
 * as long as later ones: classes are loaded, and the arithmetic of curves and ciphers is interpreted first and compiled then. Who joins a
 * cluster has several at once before it hears a word, and the next thing it hears is a copy of everything.
 */
public final class Rehearsal {
    private static final int SMALL_WORDS = 100;

    /** In bytes; about those of a frame of the log with one event. */
    private static final int SMALL = 300;

    private static final int LARGE_WORDS = 4;

    /** In bytes; a quarter of a part of a copy. */
    private static final int LARGE = 128 * 1024;

    private Rehearsal() {}

    /**
     * Shakes hands as nodes of a cluster do, says some words, and hears them again: so many times, one after the other. Runs on the dispatcher
     * of the system's streams.
     *
     * @param host that the process's own certificate names
     * @return fails with the handshake's failure where it would not be let in by itself
     */
    public static CompletionStage<Done> converse(ActorSystem system, Tls tls, String host, int times) {
        List<SslTlsOutbound> words = new ArrayList<>(Collections.nCopies(SMALL_WORDS, word(SMALL)));
        words.addAll(Collections.nCopies(LARGE_WORDS, word(LARGE)));
        int all = SMALL_WORDS * SMALL + LARGE_WORDS * LARGE;
        return Source.range(1, times)
                .mapAsync(
                        1,
                        turn -> Source.from(words)
                                .concat(Source.maybe())
                                .via(conversation(tls, host))
                                .scan(
                                        0,
                                        (heard, word) -> heard
                                                + (word instanceof SessionBytes bytes
                                                        ? bytes.bytes().size()
                                                        : 0))
                                .takeWhile(heard -> heard < all)
                                .runWith(Sink.ignore(), system))
                .runWith(Sink.ignore(), system);
    }

    private static SslTlsOutbound word(int bytes) {
        return new SendBytes(ByteString.fromArray(new byte[bytes]));
    }

    private static Flow<SslTlsOutbound, SslTlsInbound, NotUsed> conversation(Tls tls, String host) {
        Flow<SslTlsInbound, SslTlsOutbound, NotUsed> echo = Flow.<SslTlsInbound>create()
                .mapConcat(word -> word instanceof SessionBytes bytes
                        ? List.<SslTlsOutbound>of(new SendBytes(bytes.bytes()))
                        : List.of());
        return side(() -> tls.client(host, 0, PeerKind.IN_CLUSTER))
                .atop(side(() -> tls.server(Tls.ClientCertificate.NEEDED, PeerKind.IN_CLUSTER))
                        .reversed())
                .join(echo);
    }

    private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> side(
            Supplier<SSLEngine> engine) {
        return TLS.create(engine, TLSClosing.eagerClose());
    }
}
