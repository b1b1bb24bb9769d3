package io.quorate.node.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Rehearsal;
import io.quorate.persistence.tls.Tls;
import io.quorate.persistence.tls.Tls.ClientCertificate;
import io.quorate.persistence.tls.TlsIdentity;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.Test;

/** Who shakes hands with whom, and what is said of those who may not. */
class HandshakeTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String HOST = "127.0.0.11";

    private final SecureRandom random = new SecureRandom();
    private final List<String> refused = new ArrayList<>();

    private Credentials node(String cluster, Instant when, Duration lifetime) {
        return Credentials.found(cluster, "n1", List.of("n1", HOST), when, lifetime, random);
    }

    private Credentials node() {
        return node("here", Instant.now(), DAY);
    }

    private TlsIdentity client(Credentials issuer, PeerKind kind, Instant when, Duration lifetime) {
        KeyPair pair = Keys.pair(random);
        List<X509Certificate> chain = issuer.authority()
                .orElseThrow()
                .issue(pair.getPublic(), new Peer("somebody", kind), List.of(), when, lifetime, random);
        return new TlsIdentity(issuer.authorities(), chain, List.of(pair.getPrivate()));
    }

    private Tls server(Credentials credentials) {
        return new Tls(credentials.identity(), (kind, message) -> refused.add(kind + ": " + message));
    }

    private static Tls caller(TlsIdentity identity) {
        return new Tls(identity, Tls.Refusals.NONE);
    }

    /** Lets two engines talk until both are done, or one has enough. */
    private static void shake(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(64 * 1024);
        ByteBuffer toClient = ByteBuffer.allocate(64 * 1024);
        client.beginHandshake();
        server.beginHandshake();
        for (int turn = 0; turn < 50; turn++) {
            step(client, toServer, toClient);
            step(server, toClient, toServer);
            // A client of TLS 1.3 is done before the server has judged its certificate.
            if (done(client) && done(server) && turn > 10) {
                return;
            }
        }
        throw new AssertionError("no end: " + client.getHandshakeStatus() + ", " + server.getHandshakeStatus());
    }

    private static boolean done(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws SSLException {
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            engine.getDelegatedTask().run();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            engine.wrap(ByteBuffer.allocate(0), out);
        } else {
            in.flip();
            engine.unwrap(in, ByteBuffer.allocate(64 * 1024));
            in.compact();
        }
    }

    private void onClusterPort(Tls from, Tls to) throws SSLException {
        shake(from.client(HOST, 19001, PeerKind.IN_CLUSTER), to.server(ClientCertificate.NEEDED, PeerKind.IN_CLUSTER));
    }

    private void onApiPort(Tls from, Tls to) throws SSLException {
        shake(from.client(HOST, 16443, PeerKind.SERVERS), to.server(ClientCertificate.WELCOME, PeerKind.ANY));
    }

    private void assertRefused(String kind, String... words) {
        assertThat(refused).singleElement().satisfies(line -> {
            assertThat(line).startsWith(kind + ": ");
            assertThat(List.of(words)).allSatisfy(word -> assertThat(line).contains(word));
        });
    }

    @Test
    void a_process_speaks_with_itself_and_not_with_a_host_that_its_certificate_does_not_name() throws Exception {
        Tls itself = server(node());
        ActorSystem system = ActorSystem.create("rehearsal");
        try {
            assertThat(Rehearsal.converse(system, itself, HOST, 2).toCompletableFuture())
                    .succeedsWithin(PATIENCE);
            CompletionStage<Done> elsewhere = Rehearsal.converse(system, itself, "somewhere.else", 2);
            assertThat(elsewhere.toCompletableFuture())
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withCauseInstanceOf(SSLException.class);
            // As the node hears it, which says so.
            assertThat(elsewhere.handle((done, failure) -> failure).toCompletableFuture())
                    .succeedsWithin(PATIENCE)
                    .isInstanceOf(SSLException.class);
        } finally {
            system.terminate();
            assertThat(system.getWhenTerminated().toCompletableFuture()).succeedsWithin(PATIENCE);
        }
    }

    @Test
    void nodes_of_one_cluster_trust_each_other_and_each_sees_who_the_other_is() throws Exception {
        Credentials one = node();
        SSLEngine client = caller(one.identity()).client(HOST, 19001, PeerKind.IN_CLUSTER);
        SSLEngine server = server(one).server(ClientCertificate.NEEDED, PeerKind.IN_CLUSTER);
        shake(client, server);
        assertThat(Peer.of((X509Certificate) server.getSession().getPeerCertificates()[0]))
                .contains(new Peer("n1", PeerKind.NODE));
        assertThat(client.getSession().getProtocol()).isEqualTo("TLSv1.3");
        assertThat(refused).isEmpty();
    }

    @Test
    void a_node_of_another_cluster_is_refused_by_both_sides() {
        Credentials here = node();
        Credentials there = node("there", Instant.now(), DAY);
        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(() -> onClusterPort(caller(here.identity()), server(there)))
                .withMessageContaining("not this cluster's authority");
        // One that trusts everybody gets no further: its certificate is what the server wants to see.
        TlsIdentity trusting = new TlsIdentity(here.authorities(), there.chain(), List.of(there.key()));
        assertThatExceptionOfType(SSLException.class).isThrownBy(() -> onClusterPort(caller(trusting), server(here)));
        assertThat(refused).hasSize(1);
    }

    @Test
    void an_expired_certificate_is_refused_with_the_time_it_ended() {
        Credentials here = node();
        TlsIdentity late = client(here, PeerKind.ADMIN, Instant.now().minus(DAY), Duration.ofHours(1));
        assertThatExceptionOfType(SSLException.class).isThrownBy(() -> onApiPort(caller(late), server(here)));
        assertRefused("expired-certificate", "CN=somebody", "expired at");
    }

    @Test
    void an_admin_opens_the_api_and_not_the_cluster_port() throws Exception {
        Credentials here = node();
        TlsIdentity admin = client(here, PeerKind.ADMIN, Instant.now(), DAY);
        onApiPort(caller(admin), server(here));
        assertThat(refused).isEmpty();
        assertThatExceptionOfType(SSLException.class).isThrownBy(() -> onClusterPort(caller(admin), server(here)));
        assertRefused("wrong-certificate", "CN=somebody");
    }

    @Test
    void a_client_without_a_certificate_gets_to_the_api_and_not_into_the_cluster() throws Exception {
        Credentials here = node();
        TlsIdentity nobody = TlsIdentity.anonymous(here.authorities());
        onApiPort(caller(nobody), server(here));
        assertThatExceptionOfType(SSLException.class).isThrownBy(() -> onClusterPort(caller(nobody), server(here)));
        assertRefused("no-certificate");
    }

    @Test
    void who_speaks_without_tls_is_refused_in_words() {
        SSLEngine server = server(node()).server(ClientCertificate.WELCOME, PeerKind.ANY);
        ByteBuffer plain = ByteBuffer.wrap("GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n".getBytes());
        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(() -> server.unwrap(plain, ByteBuffer.allocate(64 * 1024)));
        assertRefused("plain-text");
    }

    @Test
    void a_node_is_who_it_was_called_as() {
        Credentials here = node();
        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(() -> shake(
                        caller(here.identity()).client("127.0.0.12", 19001, PeerKind.IN_CLUSTER),
                        server(here).server(ClientCertificate.NEEDED, PeerKind.IN_CLUSTER)))
                .withMessageContaining("127.0.0.12");
    }

    @Test
    void new_keys_are_for_new_connections_and_the_old_authority_is_trusted_until_it_is_taken_away() throws Exception {
        Credentials old = node();
        Tls server = server(old);
        Authority next = Authority.found("here", Instant.now(), random);
        Credentials both =
                old.trusting(List.of(next.certificate(), old.authorities().getFirst()), List.of(next.key()));
        Credentials renewed = both.renewed("n1", List.of("n1", HOST), Instant.now(), DAY, random);
        assertThat(renewed.isFromCurrentAuthority()).isTrue();
        assertThat(both.isFromCurrentAuthority()).isFalse();

        server.become(both.identity());
        onClusterPort(caller(renewed.identity()), server);
        onClusterPort(caller(both.identity()), server);

        Credentials only = renewed.trusting(List.of(next.certificate()), List.of());
        assertThat(only.authorityKeys()).containsExactly(next.key());
        server.become(only.identity());
        onClusterPort(caller(renewed.identity()), server);
        assertThatExceptionOfType(SSLException.class).isThrownBy(() -> onClusterPort(caller(old.identity()), server));
    }

    @Test
    void who_goes_over_to_another_cluster_says_no_more_to_the_old_one_and_answers_its_clients() throws Exception {
        Credentials here = node();
        Credentials renewed = here.renewed("n1", List.of("n1", HOST), Instant.now(), DAY, random);
        Tls moving = server(here);
        SSLEngine server = moving.server(ClientCertificate.NEEDED, PeerKind.IN_CLUSTER);
        shake(caller(here.identity()).client(HOST, 19001, PeerKind.IN_CLUSTER), server);
        SSLEngine client = moving.client(HOST, 19001, PeerKind.IN_CLUSTER);
        shake(client, server(here).server(ClientCertificate.NEEDED, PeerKind.IN_CLUSTER));
        SSLEngine api = moving.server(ClientCertificate.WELCOME, PeerKind.ANY);
        shake(caller(here.identity()).client(HOST, 16443, PeerKind.SERVERS), api);

        moving.become(renewed.identity());
        server.wrap(ByteBuffer.allocate(1), ByteBuffer.allocate(64 * 1024));
        moving.move(node("there", Instant.now(), DAY).identity());
        for (SSLEngine left : List.of(server, client)) {
            ByteBuffer more = ByteBuffer.allocate(1);
            assertThat(left.unwrap(ByteBuffer.allocate(1), ByteBuffer.allocate(64 * 1024))
                            .getStatus())
                    .isEqualTo(Status.CLOSED);
            assertThat(left.wrap(more, ByteBuffer.allocate(64 * 1024)).getStatus())
                    .isEqualTo(Status.CLOSED);
            assertThat(more.remaining()).as("nothing of it is sent").isEqualTo(1);
            assertThat(left.isOutboundDone()).isTrue();
        }
        api.wrap(ByteBuffer.allocate(1), ByteBuffer.allocate(64 * 1024));
        assertThat(refused).isEmpty();
    }

    @Test
    void kinds_that_may_do_everything_are_nodes_and_admins() {
        assertThat(Set.of(PeerKind.values()).stream().filter(PeerKind::isAdmin))
                .containsExactlyInAnyOrder(PeerKind.NODE, PeerKind.ADMIN, PeerKind.ADMIN_SERVICE);
    }
}
