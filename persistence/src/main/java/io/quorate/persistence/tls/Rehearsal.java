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
    /** As many and as large as frames of the log are, and then parts of a copy. */
    private static final List<SslTlsOutbound> WORDS = words();

    private Rehearsal() {}

    private static List<SslTlsOutbound> words() {
        List<SslTlsOutbound> words =
                new ArrayList<>(Collections.nCopies(100, new SendBytes(ByteString.fromArray(new byte[300]))));
        words.addAll(Collections.nCopies(4, new SendBytes(ByteString.fromArray(new byte[128 * 1024]))));
        return List.copyOf(words);
    }

    /**
     * Shakes hands as nodes of a cluster do, says some words, and hears them again: so many times, one after the other. Takes about a second of a
     * core for twelve in a young JVM.
     *
     * @param host that the process's own certificate names
     * @return fails with the handshake's failure where it would not be let in by itself
     */
    public static CompletionStage<Done> converse(ActorSystem system, Tls tls, String host, int times) {
        int all = WORDS.stream()
                .mapToInt(word -> ((SendBytes) word).bytes().size())
                .sum();
        return Source.range(1, times)
                .mapAsync(
                        1,
                        turn -> Source.from(WORDS)
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
