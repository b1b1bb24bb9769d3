package io.quorate.node.release;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes a source of releases in a folder. For one thread; a file is replaced as a whole. */
public final class ReleasePacking {
    private static final String TOP = "quorate/";
    private static final int FILE_MODE = 0100644;
    private static final int PROGRAM_MODE = 0100755;

    private final Path source;

    /** @param source the folder; need not exist yet */
    public ReleasePacking(Path source) {
        this.source = source;
    }

    /**
     * Packs an unpacked distribution as a release; caches of classes stay behind, which belong to the place where they were made.
     *
     * @param instead content of files that are to be others, by their path in the distribution
     */
    public ReleaseManifest pack(Path distribution, Release release, Map<String, byte[]> instead) throws IOException {
        if (!Files.isExecutable(distribution.resolve("bin/quorate"))) {
            throw new IllegalArgumentException(distribution + " is no distribution: it has no bin/quorate");
        }
        Files.createDirectories(source);
        ReleaseVersion version = ReleaseVersion.parse(release.version());
        Map<String, byte[]> files = new TreeMap<>(instead);
        files.put(Release.FILE, release.bytes());
        Path archive = source.resolve("quorate-" + version + ".tar.gz");
        Path next = source.resolve(archive.getFileName() + ".next");
        MessageDigest digest = ReleaseManifest.digest();
        long unpacked = 0;
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(next), digest);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Path file : files(distribution)) {
                String path = distribution.relativize(file).toString();
                byte[] other = files.remove(path);
                unpacked += add(tar, path, other == null ? Files.readAllBytes(file) : other, Files.isExecutable(file));
            }
            for (Map.Entry<String, byte[]> added : files.entrySet()) {
                unpacked += add(tar, added.getKey(), added.getValue(), false);
            }
        }
        Files.move(next, archive, StandardCopyOption.ATOMIC_MOVE);
        ReleaseManifest manifest = new ReleaseManifest(
                release,
                archive.getFileName().toString(),
                Files.size(archive),
                unpacked,
                HexFormat.of().formatHex(digest.digest()));
        write(ReleaseManifest.file(version), manifest.bytes());
        return manifest;
    }

    private static List<Path> files(Path distribution) throws IOException {
        try (Stream<Path> all = Files.walk(distribution)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith(distribution.resolve("aot")))
                    .sorted()
                    .toList();
        }
    }

    private static long add(TarArchiveOutputStream tar, String path, byte[] bytes, boolean program) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(TOP + path);
        entry.setSize(bytes.length);
        entry.setMode(program ? PROGRAM_MODE : FILE_MODE);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
        return bytes.length;
    }

    /** Signs a manifest. */
    public void sign(ReleaseVersion version, PrivateKey key) throws IOException {
        String file = ReleaseManifest.file(version);
        if (!Files.exists(source.resolve(file))) {
            throw new IllegalArgumentException(source + " has no release " + version + ": pack it first");
        }
        sign(file, Files.readAllBytes(source.resolve(file)), key);
    }

    /** What the channels have now. */
    public Channels channels() throws IOException {
        Path file = source.resolve(Channels.FILE);
        return Files.exists(file) ? Channels.read(Files.readAllBytes(file)) : Channels.NONE;
    }

    /** Replaces the channels, and signs them. */
    public void store(Channels channels, PrivateKey key) throws IOException {
        byte[] bytes = channels.bytes();
        sign(Channels.FILE, bytes, key);
        write(Channels.FILE, bytes);
    }

    private void sign(String file, byte[] bytes, PrivateKey key) throws IOException {
        write(file + Signatures.SUFFIX, Signatures.sign(bytes, key).getBytes(StandardCharsets.US_ASCII));
    }

    private void write(String name, byte[] bytes) throws IOException {
        Path next = Files.write(source.resolve(name + ".next"), bytes);
        Files.move(next, source.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
