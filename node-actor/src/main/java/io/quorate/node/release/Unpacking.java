package io.quorate.node.release;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks a release: a gzipped tar with one folder at its top, whose name does not matter. Files and folders only, none outside; all of it
 * is on the disk when the call returns, and belongs to the node's user alone.
 */
final class Unpacking {
    private static final int MAX_ENTRIES = 20_000;
    private static final int EXECUTABLE = 0100;

    private final Path into;
    private final long maxBytes;
    private String top = "";
    private long bytes;

    private Unpacking(Path into, long maxBytes) {
        this.into = into;
        this.maxBytes = maxBytes;
    }

    /**
     * @param into is made; must not exist
     * @param maxBytes of all files together
     * @throws ReleaseRefused when the archive is no such thing, reaches out of its folder, or is larger
     */
    static void unpack(InputStream archive, Path into, long maxBytes) throws IOException {
        new Unpacking(into, maxBytes).all(archive);
    }

    private void all(InputStream archive) throws IOException {
        Files.createDirectory(into, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(archive))) {
            int entries = 0;
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (++entries > MAX_ENTRIES) {
                    throw tooLarge("more than " + MAX_ENTRIES + " files");
                }
                one(tar, entry);
            }
        } catch (java.util.zip.ZipException | java.io.EOFException e) {
            throw new ReleaseRefused(ReleaseRefused.CORRUPT, "the archive cannot be unpacked: " + e.getMessage(), e);
        }
        if (bytes == 0) {
            throw new ReleaseRefused(ReleaseRefused.CORRUPT, "the archive is empty");
        }
        sync(into);
    }

    private void one(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException {
        Path to = place(entry.getName());
        if (entry.isDirectory()) {
            Files.createDirectories(to);
            return;
        }
        if (!entry.isFile() || entry.isLink() || entry.isSymbolicLink()) {
            throw unsafe(entry.getName() + " is a link, or something else that is no file");
        }
        Files.createDirectories(to.getParent());
        try (OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[64 * 1024];
            for (int got = tar.read(buffer); got > 0; got = tar.read(buffer)) {
                bytes += got;
                if (bytes > maxBytes) {
                    throw tooLarge("more than " + maxBytes + " bytes");
                }
                out.write(buffer, 0, got);
            }
        } catch (java.nio.file.FileAlreadyExistsException e) {
            throw unsafe(entry.getName() + " is there twice");
        }
        Files.setPosixFilePermissions(
                to, PosixFilePermissions.fromString((entry.getMode() & EXECUTABLE) == 0 ? "rw-------" : "rwx------"));
    }

    /** Where a file of the archive goes: its own path, without the folder at the top. */
    private Path place(String name) {
        List<String> parts = Stream.of(name.split("/", -1))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
        if (name.startsWith("/") || parts.isEmpty() || parts.contains("..") || name.indexOf('\0') >= 0) {
            throw unsafe("'" + name + "' is outside of its folder");
        }
        if (top.isEmpty()) {
            top = parts.getFirst();
        } else if (!top.equals(parts.getFirst())) {
            throw unsafe("'" + name + "' is not in the folder " + top + ", as the others are");
        }
        Path to = into;
        for (String part : parts.subList(1, parts.size())) {
            to = to.resolve(part);
        }
        return to;
    }

    private static ReleaseRefused unsafe(String why) {
        return new ReleaseRefused(
                ReleaseRefused.UNSAFE,
                "the archive is not unpacked: " + why + ". A release has files in one folder only");
    }

    private static ReleaseRefused tooLarge(String what) {
        return new ReleaseRefused(
                ReleaseRefused.TOO_LARGE,
                "the archive has " + what + " unpacked: that is no release, or not what its manifest says");
    }

    private static void sync(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.toList()) {
                try (FileChannel channel = FileChannel.open(each, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
        }
    }
}
