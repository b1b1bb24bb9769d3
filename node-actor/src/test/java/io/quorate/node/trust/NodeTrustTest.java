package io.quorate.node.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.TlsFiles;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's certificates: how they are kept, and when they are renewed. */
class NodeTrustTest {
    private static final Instant BEGIN = Instant.parse("2026-11-01T00:00:00Z");
    private static final Duration LIFETIME = Duration.ofDays(90);
    private static final List<String> NAMES = List.of("n1", "127.0.0.11");

    @TempDir
    Path root;

    private DataFolder folder;

    @BeforeEach
    void open() {
        folder = DataFolder.open(root.resolve("n1"));
        NodeTrust.stageFounded(folder, "here", "n1", NAMES, LIFETIME, at(BEGIN));
        folder.adoptTls("here");
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private static Clock at(Instant instant) {
        return Clock.fixed(instant, ZoneOffset.UTC);
    }

    private X509Certificate certificateAfter(Duration age, List<String> names) {
        try (NodeTrust trust = NodeTrust.open(folder, "n1", names, LIFETIME, at(BEGIN.plus(age)), Tls.Refusals.NONE)) {
            assertThat(trust.credentials().isWhole()).isTrue();
            assertThat(Credentials.of(folder.tls()).certificate())
                    .as("what the folder has")
                    .isEqualTo(trust.credentials().certificate());
            return trust.credentials().certificate();
        }
    }

    @Test
    void a_certificate_is_renewed_with_a_new_key_when_two_thirds_of_its_life_are_over() {
        X509Certificate first = Credentials.of(folder.tls()).certificate();
        assertThat(certificateAfter(Duration.ofDays(59), NAMES)).isEqualTo(first);
        X509Certificate second = certificateAfter(Duration.ofDays(61), NAMES);
        assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
        assertThat(second.getNotAfter().toInstant()).isEqualTo(BEGIN.plus(Duration.ofDays(61 + 90)));
    }

    /** Until its beginning nobody would take it, and its end is far: it would not be renewed either. */
    @Test
    void a_certificate_that_was_made_while_the_clock_was_ahead_is_made_anew_when_the_clock_is_right() {
        Duration now = Duration.ofDays(10);
        certificateAfter(Duration.ofDays(300), NAMES);
        assertThat(certificateAfter(now, NAMES).getNotBefore().toInstant()).isBeforeOrEqualTo(BEGIN.plus(now));
    }

    @Test
    void a_node_that_founded_its_cluster_while_its_clock_was_a_day_ahead_is_trusted_when_the_clock_is_right()
            throws Exception {
        X509Certificate authority = Credentials.of(folder.tls()).authorities().getFirst();
        authority.checkValidity(Date.from(BEGIN.minus(Duration.ofDays(1))));
        certificateAfter(Duration.ofDays(-1), NAMES).checkValidity(Date.from(BEGIN.minus(Duration.ofDays(1))));
    }

    /** As that of a machine without a battery is at its start: what it made would have ended when the clock is right. */
    @Test
    void a_clock_that_is_behind_the_authority_makes_no_certificate() {
        X509Certificate first = Credentials.of(folder.tls()).certificate();
        assertThat(certificateAfter(Duration.ofDays(-10_000), NAMES)).isEqualTo(first);
    }

    @Test
    void a_node_that_was_off_for_years_comes_back_with_a_certificate_that_is_good() {
        assertThat(certificateAfter(Duration.ofDays(1000), NAMES).getNotAfter().toInstant())
                .isAfter(BEGIN.plus(Duration.ofDays(1000)));
    }

    @Test
    void a_node_that_is_called_by_another_name_gets_a_certificate_for_it() throws Exception {
        X509Certificate other = certificateAfter(Duration.ZERO, List.of("n1", "127.0.0.99", "shop.example"));
        assertThat(other.getSubjectAlternativeNames().stream().map(name -> String.valueOf(name.get(1))))
                .containsExactlyInAnyOrder("n1", "127.0.0.99", "shop.example");
    }

    @Test
    void a_stop_between_the_key_and_its_certificate_costs_nothing() throws IOException {
        Credentials renewed = Credentials.of(folder.tls()).renewed("n1", NAMES, BEGIN, LIFETIME, new SecureRandom());
        Files.writeString(
                root.resolve("n1").resolve("tls").resolve(TlsFiles.NODE_KEY),
                renewed.files().nodeKey());
        assertThat(certificateAfter(Duration.ZERO, NAMES)).isNotNull();
    }

    @Test
    void certificates_of_another_cluster_are_taken_when_the_node_belongs_to_it_and_not_before() {
        X509Certificate here = Credentials.of(folder.tls()).authorities().getFirst();
        NodeTrust.stageFounded(folder, "there", "n1", NAMES, LIFETIME, at(BEGIN));
        assertThat(Credentials.of(folder.tls()).authorities()).containsExactly(here);
        folder.adoptTls("there");
        assertThat(Credentials.of(folder.tls()).authorities()).doesNotContain(here);

        X509Certificate there = Credentials.of(folder.tls()).authorities().getFirst();
        NodeTrust.stageFounded(folder, "nowhere", "n1", NAMES, LIFETIME, at(BEGIN));
        folder.adoptTls("there"); // it stopped before it belonged anywhere else
        assertThat(Credentials.of(folder.tls()).authorities()).containsExactly(there);
    }

    @Test
    void nobody_else_reads_a_key() throws IOException {
        for (String file : List.of(TlsFiles.NODE_KEY, TlsFiles.AUTHORITY_KEYS)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(
                            root.resolve("n1").resolve("tls").resolve(file))))
                    .isEqualTo("rw-------");
        }
        assertThat(Credentials.of(folder.tls()).toString() + folder.tls()).doesNotContain("PRIVATE");
    }

    @Test
    void files_that_are_missing_or_no_certificates_are_named() throws IOException {
        Path tls = root.resolve("n1").resolve("tls");
        Files.writeString(tls.resolve(TlsFiles.NODE_CERTIFICATE), "something else");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Credentials.of(folder.tls()))
                .withMessageContaining("node.crt")
                .withMessageContaining("no certificate");
        Files.delete(tls.resolve(TlsFiles.AUTHORITIES));
        assertThatExceptionOfType(FolderException.class)
                .isThrownBy(folder::tls)
                .withMessageContaining("ca.crt")
                .withMessageContaining("backup");
    }

    @Test
    void a_request_proves_to_hold_the_key_and_says_nothing_of_who_it_is_for() {
        var pair = Keys.pair(new SecureRandom());
        PublicKey asked = Keys.requested(Keys.request(pair));
        assertThat(asked).isEqualTo(pair.getPublic());
        byte[] forged = Keys.request(pair);
        forged[forged.length - 1] ^= 1;
        assertThatIllegalArgumentException().isThrownBy(() -> Keys.requested(forged));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Keys.requested(new byte[5000]))
                .withMessageContaining("at most");
        try (NodeTrust trust = NodeTrust.open(folder, "n1", NAMES, LIFETIME, at(BEGIN), Tls.Refusals.NONE)) {
            X509Certificate issued = trust.issue(asked, new Peer("n2", PeerKind.NODE), List.of("127.0.0.12"))
                    .getFirst();
            assertThat(Peer.of(issued)).contains(new Peer("n2", PeerKind.NODE));
        }
    }
}
