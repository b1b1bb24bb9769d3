package io.quorate.node.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.fault.Failpoints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small releases from a folder, up to the switch. */
class RefreshTest {
    private static final ReleaseVersion NEXT = ReleaseVersion.parse("0.2.0");
    private static final Channel STABLE = Channel.parse("latest/stable");

    @TempDir
    private Path root;

    private final KeyPair maker = Signatures.generate();
    private Path base;
    private Path data;
    private Path source;
    private ReleasePacking packing;
    private Refresh refresh;

    @BeforeEach
    void publish() throws IOException {
        base = Files.createDirectories(root.resolve("base"));
        Path script = Files.createDirectories(base.resolve("bin")).resolve("quorate");
        Files.writeString(script, "#!/bin/sh\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        Files.write(base.resolve(Release.FILE), release("0.1.0", 1, 2).bytes());
        data = Files.createDirectories(root.resolve("data"));
        Files.writeString(
                Files.createDirectories(data.resolve(TrustedKeys.FOLDER)).resolve("maker.pem"),
                Signatures.pem(maker.getPublic()));
        source = root.resolve("source");
        packing = new ReleasePacking(source);
        packing.pack(base, release("0.2.0", 1, 2), Map.of());
        packing.sign(NEXT, maker.getPrivate());
        packing.store(Channels.NONE.with(STABLE, NEXT), maker.getPrivate());
        refresh = refresh();
    }

    private Refresh refresh() {
        ReleaseSettings settings = new ReleaseSettings(source.toString(), STABLE, 1, Duration.ofSeconds(60), 2, false);
        ReleaseFolder folder = new ReleaseFolder(data);
        Optional<Path> home =
                folder.current().map(folder::home).or(() -> Optional.of(base)).map(RefreshTest::real);
        return new Refresh(
                folder,
                home.flatMap(Release::of).orElseThrow(),
                home,
                Optional.of(base),
                settings,
                Failpoints.NONE,
                "n1");
    }

    /** As the launcher says it ({@code pwd -P}). */
    private static Path real(Path home) {
        try {
            return home.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Release release(String version, int lowest, int highest) {
        return new Release(version, lowest, highest, ReleaseVersion.parse("0.1.0"), "2026-11-27");
    }

    private static ReleaseOrder order(String version) {
        return new ReleaseOrder("o-" + version, "", version, "", false);
    }

    private static final ReleaseOrder BACK = new ReleaseOrder("o-back", "", "", "", true);

    private void take(ReleaseOrder order) {
        refresh.begin(order);
        refresh.prepare(order, words -> {});
        refresh.turn(order);
        assertThat(refresh.folder().confirm()).isTrue();
        refresh = refresh();
    }

    /** Everything in the data folder, with what is in it. */
    private Map<String, String> content() throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> all = Files.walk(data)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                content.put(data.relativize(each).toString(), Files.readString(each, StandardCharsets.ISO_8859_1));
            }
        }
        return content;
    }

    private void assertRefused(String version, String kind) throws IOException {
        Map<String, String> before = content();
        assertThatThrownBy(() -> refresh.prepare(order(version), words -> {}))
                .isInstanceOfSatisfying(
                        ReleaseRefused.class,
                        refused -> assertThat(refused.kind()).isEqualTo(kind));
        assertThat(content()).as("what was there before").isEqualTo(before);
    }

    @Test
    void what_the_channel_has_is_unpacked_and_switched_to_and_a_revert_goes_back() {
        assertThat(refresh.offer("", "").version()).isEqualTo("0.2.0");
        take(order("0.2.0"));
        assertThat(refresh.running().version()).isEqualTo("0.2.0");
        assertThat(refresh.folder().current()).contains("0.2.0");
        assertThat(refresh.folder().state().previous()).isEqualTo("0.1.0");
        take(BACK);
        assertThat(refresh.running().version()).isEqualTo("0.1.0");
        assertThat(refresh.folder().current()).as("what is installed").isEmpty();
    }

    @Test
    void a_fall_back_is_to_the_release_before_where_the_data_folder_is_reached_by_a_link() throws IOException {
        data = Files.createSymbolicLink(root.resolve("link"), data);
        refresh = refresh();
        assertFallsBackTo("-", order("0.2.0"));
        publish("0.3.0", 1, 2);
        assertFallsBackTo("0.2.0", order("0.3.0"));
    }

    private void assertFallsBackTo(String previous, ReleaseOrder order) {
        refresh.begin(order);
        refresh.prepare(order, words -> {});
        refresh.turn(order);
        assertThat(data.resolve("versions/trial")).content().contains("\nprevious " + previous + "\n");
        assertThat(refresh.folder().confirm()).isTrue();
        refresh = refresh();
    }

    @Test
    void a_revert_below_the_level_of_the_cluster_is_refused() throws IOException {
        Files.write(base.resolve(Release.FILE), release("0.1.0", 1, 1).bytes());
        refresh = refresh();
        take(order("0.2.0"));
        refresh.folder().update(state -> state.at(2));
        refresh.begin(BACK);
        assertThatThrownBy(() -> refresh.prepare(BACK, words -> {})).hasMessageContaining("feature level 1 at most");
    }

    @Test
    void without_a_key_nothing_is_believed_and_it_is_said_how_to_add_one() throws IOException {
        Files.delete(data.resolve(TrustedKeys.FOLDER).resolve("maker.pem"));
        assertThatThrownBy(() -> refresh.offer("", ""))
                .hasMessageContaining("mkdir -p " + data.resolve("release-keys"));
        assertRefused("0.2.0", ReleaseRefused.UNTRUSTED);
    }

    @Test
    void a_manifest_that_somebody_else_signed_is_refused() throws IOException {
        packing.sign(NEXT, Signatures.generate().getPrivate());
        assertRefused("0.2.0", ReleaseRefused.UNTRUSTED);
    }

    @Test
    void two_keys_are_trusted_while_one_takes_the_place_of_the_other() throws IOException {
        KeyPair next = Signatures.generate();
        Files.writeString(data.resolve(TrustedKeys.FOLDER).resolve("next.pem"), Signatures.pem(next.getPublic()));
        packing.sign(NEXT, next.getPrivate());
        take(order("0.2.0"));
        assertThat(refresh.running().version()).isEqualTo("0.2.0");
    }

    @Test
    void an_archive_in_which_one_bit_is_wrong_is_refused() throws IOException {
        Path archive = source.resolve("quorate-0.2.0.tar.gz");
        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length / 2] ^= 1;
        Files.write(archive, bytes);
        assertRefusedLeavingNothing("0.2.0", ReleaseRefused.CORRUPT);
        Files.write(archive, new byte[] {1, 2, 3});
        assertRefusedLeavingNothing("0.2.0", ReleaseRefused.CORRUPT);
    }

    /** The folder of releases may be there now, and is empty. */
    private void assertRefusedLeavingNothing(String version, String kind) throws IOException {
        assertRefused(version, kind);
        assertThat(refresh.folder().installed()).isEmpty();
        try (Stream<Path> left = Files.list(refresh.folder().versions())) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void too_new_and_too_old_ones_are_refused() throws IOException {
        publish("0.3.0", 1, 2);
        publish("0.0.9", 1, 2);
        publish("0.1.1", 3, 3);
        assertRefused("0.3.0", ReleaseRefused.TOO_NEW);
        assertRefused("0.0.9", ReleaseRefused.TOO_OLD);
        assertRefused("0.1.1", ReleaseRefused.TOO_NEW);
    }

    private void publish(String version, int lowest, int highest) throws IOException {
        packing.pack(base, release(version, lowest, highest), Map.of());
        packing.sign(ReleaseVersion.parse(version), maker.getPrivate());
    }

    @Test
    void channels_that_were_set_back_are_refused() throws IOException {
        Channels old = packing.channels();
        packing.store(old.with(Channel.parse("edge"), NEXT), maker.getPrivate());
        assertThat(refresh.offer("", "edge").version()).isEqualTo("0.2.0");
        packing.store(old, maker.getPrivate());
        assertThatThrownBy(() -> refresh.offer("", "")).hasMessageContaining("set them back");
    }

    @Test
    void an_archive_of_another_version_than_its_manifest_says_is_refused() throws IOException {
        archive(tar -> {
            add(tar, "quorate/" + Release.FILE, release("0.1.9", 1, 2).bytes());
            add(tar, "quorate/bin/quorate", new byte[] {'#'});
        });
        assertRefusedLeavingNothing("0.2.0", ReleaseRefused.WRONG_VERSION);
    }

    @Test
    void an_archive_that_reaches_out_of_its_folder_is_refused() throws IOException {
        for (String name : List.of("quorate/../../outside", "/outside", "quorate/../outside", "other/x")) {
            archive(tar -> {
                add(tar, "quorate/a", new byte[] {1});
                add(tar, name, new byte[] {1});
            });
            assertRefusedLeavingNothing("0.2.0", ReleaseRefused.UNSAFE);
        }
        archive(tar -> {
            add(tar, "quorate/a", new byte[] {1});
            TarArchiveEntry link = new TarArchiveEntry("quorate/lib", TarConstants.LF_SYMLINK);
            link.setLinkName("/etc");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        });
        assertRefusedLeavingNothing("0.2.0", ReleaseRefused.UNSAFE);
    }

    @Test
    void an_archive_that_is_larger_unpacked_than_its_manifest_says_is_refused() throws IOException {
        archive(tar -> add(tar, "quorate/zeros", new byte[10_000_000]));
        assertRefusedLeavingNothing("0.2.0", ReleaseRefused.TOO_LARGE);
    }

    /** Fills an archive. */
    private interface Filling {
        void into(TarArchiveOutputStream tar) throws IOException;
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] bytes) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(bytes.length);
        entry.setMode(0100755);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    /** Another archive for the release, and a manifest that fits it. */
    private void archive(Filling filling) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream zipped = new GZIPOutputStream(bytes);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(zipped)) {
            filling.into(tar);
        }
        Files.write(source.resolve("quorate-0.2.0.tar.gz"), bytes.toByteArray());
        ReleaseManifest manifest = new ReleaseManifest(
                release("0.2.0", 1, 2), "quorate-0.2.0.tar.gz", bytes.size(), 1_000_000, sha256(bytes.toByteArray()));
        Files.write(source.resolve(ReleaseManifest.file(NEXT)), manifest.bytes());
        packing.sign(NEXT, maker.getPrivate());
    }

    private static String sha256(byte[] bytes) {
        try {
            return java.util.HexFormat.of()
                    .formatHex(
                            java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
