package io.quorate.control.http;

import io.quorate.control.kubernetes.KubernetesApi;
import io.quorate.node.Node;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.PeerRefused;
import io.quorate.persistence.tls.Tls;
import io.quorate.persistence.tls.TlsIdentity;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.http.javadsl.model.headers.Authorization;
import org.apache.pekko.http.javadsl.model.headers.HttpCredentials;

/**
 * Who asks, and whether they may: by the certificate that the connection showed, or by a bearer token (RFC 6750). Nodes and admins may do
 * everything, everybody else who is known may look. Any thread.
 */
final class Access {
    /** Whom a node asks for: kubernetes' names for what a proxy says of who was let in by it. */
    static final String REMOTE_USER = "X-Remote-User";

    static final String REMOTE_GROUP = "X-Remote-Group";

    private static final String SHOWN = "quorate.shown";

    /** @param by the certificates of this node when it was checked */
    private record Shown(TlsIdentity by, Optional<Peer> peer) {}

    private final Node node;
    private final BiFunction<String, String, Optional<String>> users;

    /** @param users who is behind the name of a token, in a cluster; empty where nobody is any more */
    Access(Node node, BiFunction<String, String, Optional<String>> users) {
        this.node = node;
        this.users = users;
    }

    /** Whether a request is served. */
    sealed interface Verdict {
        /**
         * @param by who asks
         * @param clusterId which has let it in; this node may be in another one by the time it is served
         */
        record Admitted(Peer by, String clusterId) implements Verdict {}

        /** @param user who asks; empty where it is not known */
        record Refused(Problem problem, String user) implements Verdict {}
    }

    Verdict of(HttpRequest request) {
        String clusterId = node.identity().clusterId(); // first: who is known to the next one is not let in by this one
        Optional<Peer> peer = peer(request, clusterId);
        if (peer.isEmpty()) {
            return refused(
                    request,
                    "",
                    new Problem(
                            401,
                            "unauthenticated",
                            "this request shows neither a client certificate of this cluster nor a token that is good",
                            "`quorate config` on a node prints a file with both"));
        }
        // A backup is all there is, for whoever has the file.
        String path = request.getUri().path();
        boolean looks = request.method().isSafe() && !path.equals(Routes.BACKUP)
                || KubernetesApi.asksAboutItself(request.method().value(), path);
        return looks || peer.get().kind().isAdmin()
                ? new Verdict.Admitted(peer.get(), clusterId)
                : refused(
                        request,
                        peer.get().name(),
                        new Problem(
                                403,
                                "forbidden",
                                peer.get().name() + " may look, and may not "
                                        + request.method().value() + " "
                                        + request.getUri().path(),
                                "ask with the access of an admin: `quorate config --role admin` on a node"));
    }

    private Verdict refused(HttpRequest request, String user, Problem problem) {
        node.refused(
                problem.type(),
                request.method().value() + " " + request.getUri().path() + " from " + from(request) + ": "
                        + problem.detail());
        return new Verdict.Refused(problem, user);
    }

    private static String from(HttpRequest request) {
        return request.getAttribute(AttributeKeys.remoteAddress)
                .flatMap(RemoteAddress::getAddress)
                .map(InetAddress::getHostAddress)
                .orElse("somewhere");
    }

    private Optional<Peer> peer(HttpRequest request, String clusterId) {
        Optional<Peer> shown = request.getAttribute(AttributeKeys.sslSession).flatMap(info -> of(info.getSession()));
        if (shown.isPresent()) {
            return shown.map(
                    peer -> peer.kind() == PeerKind.NODE ? askedFor(request).orElse(peer) : peer);
        }
        Optional<HttpCredentials> credentials =
                request.getHeader(Authorization.class).map(Authorization::credentials);
        return credentials
                .filter(each -> each.scheme().equalsIgnoreCase("bearer"))
                .flatMap(each -> node.bearer(each.token(), System.currentTimeMillis()))
                .flatMap(holder -> users.apply(clusterId, holder.name()).map(name -> new Peer(name, holder.kind())));
    }

    /** Whom another node has let in, and asks for. */
    private static Optional<Peer> askedFor(HttpRequest request) {
        Optional<String> user = request.getHeader(REMOTE_USER).map(HttpHeader::value);
        Optional<String> group = request.getHeader(REMOTE_GROUP).map(HttpHeader::value);
        return user.flatMap(name -> Arrays.stream(PeerKind.values())
                .filter(kind -> group.filter(kind.organization()::equals).isPresent())
                .findFirst()
                .map(kind -> new Peer(name, kind)));
    }

    /**
     * Whose certificate the connection showed, if this cluster's authority still vouches for it. A connection may be older than what this node
     * is: it has joined another cluster since, or left its own, and whom that one let in is a stranger here. Checked once for each connection,
     * and again when this node has other certificates.
     */
    private Optional<Peer> of(SSLSession session) {
        Tls tls = node.trust().tls();
        TlsIdentity now = tls.identity();
        if (session.getValue(SHOWN) instanceof Shown known && known.by() == now) {
            return known.peer();
        }
        Optional<Peer> peer;
        try {
            peer = Optional.of(tls.holder(Stream.of(session.getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList()));
        } catch (SSLPeerUnverifiedException | PeerRefused e) {
            peer = Optional.empty();
        }
        session.putValue(SHOWN, new Shown(now, peer));
        return peer;
    }
}
