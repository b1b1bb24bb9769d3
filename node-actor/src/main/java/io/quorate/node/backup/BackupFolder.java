package io.quorate.node.backup;

import io.quorate.persistence.backup.BackupException;
import io.quorate.persistence.backup.BackupHeader;
import io.quorate.persistence.backup.BackupReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder that a node's scheduled backups go to. It is not made here: where it is not there, what it lies on may not be mounted. Blocks;
 * for one thread at a time.
 */
public final class BackupFolder {
    private static final Logger LOG = LoggerFactory.getLogger(BackupFolder.class);

    private final Path folder;
    private final BackupNames names;

    /**
     * @param cluster begin of the cluster's identity
     * @param node name of this node
     */
    public BackupFolder(Path folder, String cluster, String node) {
        this.folder = folder;
        this.names = new BackupNames(cluster, node);
    }

    /** Where a backup comes from. */
    @FunctionalInterface
    public interface Source {
        void writeTo(OutputStream out) throws IOException;
    }

    /** @param offset up to which the journal is in it */
    public record Written(Path file, long offset, long bytes) {}

    /** It was not taken; the message says why, in words that are the same each time. */
    public static final class FailedException extends Exception {
        private static final long serialVersionUID = 1L;

        FailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Writes a backup, reads it back, and deletes older ones of the same cluster that are too many. A file has its name only when it is
     * whole and on disk; where that fails there is none, and nothing older is deleted.
     *
     * @param nowMillis since 1970
     * @param keep how many stay; 1 or more
     */
    public Written write(Source source, long nowMillis, int keep) throws FailedException {
        try {
            delete(names.abandoned(list()));
            Written written = writeWhole(source, nowMillis);
            deleteOlder(keep, written.file());
            return written;
        } catch (IOException | BackupException e) {
            throw new FailedException(words(e), e);
        }
    }

    private Written writeWhole(Source source, long nowMillis) throws IOException {
        Path unfinished = folder.resolve(names.unfinished(nowMillis));
        try {
            try (FileChannel channel = FileChannel.open(
                            unfinished,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                    OutputStream out = Channels.newOutputStream(channel)) {
                source.writeTo(out);
                channel.force(true);
            }
            BackupHeader header = readBack(unfinished);
            Path file = folder.resolve(names.finished(nowMillis, header.index()));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            sync();
            return new Written(file, header.index(), Files.size(file));
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static BackupHeader readBack(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            BackupReader reader = new BackupReader(in);
            reader.readToEnd();
            return reader.header();
        }
    }

    private void deleteOlder(int keep, Path justWritten) {
        try {
            delete(names.superfluous(list(), keep, justWritten.getFileName().toString()));
        } catch (IOException e) {
            LOG.warn("the backup is there, and older ones in {} could not be deleted: {}", folder, e.toString());
        }
    }

    private List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }

    private void delete(List<String> files) throws IOException {
        for (String name : files) {
            Files.deleteIfExists(folder.resolve(name));
            LOG.info("{} was deleted", folder.resolve(name));
        }
    }

    private void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Without the name of the file, in which the time is: the same cause is told in the same words each time. */
    private String words(Exception failure) {
        if (!Files.isDirectory(folder)) {
            return Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
                    ? folder + " is no folder"
                    : "the folder " + folder + " is not there";
        }
        return switch (failure) {
            case AccessDeniedException e -> "this node's user may not write to " + folder;
            case FileSystemException e ->
                folder + " cannot be written to: "
                        + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason());
            case BackupException e -> "what was written to " + folder + " is not whole: " + e.getMessage();
            default -> folder + " cannot be written to: " + failure.getMessage();
        };
    }
}
