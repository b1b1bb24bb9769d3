package io.quorate.persistence.store;

import io.quorate.persistence.store.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The files of a store as they were at one moment, while others go on writing to it: a second link to each, and how far it was written
 * then. Tables never change; logs and the manifest only grow, and what has come since is not shown. So nothing is copied, and it takes
 * room on the disk only for what the store has deleted meanwhile. Any thread.
 */
public final class Checkpoint implements AutoCloseable {
    private static final int STEP = 4 * 1024;
    private static final byte[] ZEROS = new byte[STEP];

    private final Path folder;
    private final List<Link> links = new ArrayList<>();
    private volatile boolean closed;

    /** @param written what comes after this byte was not there yet: zeros */
    private record Link(StoreFile file, long written) {}

    private Checkpoint(Path folder) {
        this.folder = folder;
    }

    /** An empty one, in a folder that is not there yet. */
    static Checkpoint in(Path folder) throws IOException {
        Files.createDirectory(folder);
        return new Checkpoint(folder);
    }

    /** Links everything but the logs, while no table is written or deleted. */
    void linkTables(Path store) throws IOException {
        linkAll(store, StoreFile::isTable);
        String manifest = Files.readString(store.resolve(StoreFile.CURRENT)).strip();
        link(store, StoreFile.CURRENT);
        link(store, manifest);
    }

    /** Links the logs, while nobody writes. */
    void linkLogs(Path store) throws IOException {
        linkAll(store, StoreFile::isLog);
    }

    private void linkAll(Path store, Predicate<String> wanted) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(
                store, file -> wanted.test(file.getFileName().toString()))) {
            for (Path each : all) {
                link(store, each.getFileName().toString());
            }
        }
    }

    private void link(Path store, String name) throws IOException {
        Path link = folder.resolve(name);
        Files.createLink(link, store.resolve(name));
        long size = Files.size(link);
        if (StoreFile.isTable(name) || name.equals(StoreFile.CURRENT)) {
            links.add(new Link(new StoreFile(name, size), size));
        } else {
            // The file is longer than what was written, by zeros; so may be the last record, up to the end of its
            // block.
            long written = writtenOf(link, size);
            long blocks = (written + WriteAheadLogs.BLOCK - 1) / WriteAheadLogs.BLOCK * WriteAheadLogs.BLOCK;
            links.add(new Link(new StoreFile(name, Math.min(size, blocks)), written));
        }
    }

    /** Where the last byte that is not zero ends. */
    private static long writtenOf(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long end = size; end > 0; end -= STEP) {
                long start = Math.max(0, end - STEP);
                byte[] bytes = read(channel, start, (int) (end - start));
                if (!Arrays.equals(bytes, 0, bytes.length, ZEROS, 0, bytes.length)) {
                    int last = bytes.length;
                    while (bytes[last - 1] == 0) {
                        last--;
                    }
                    return start + last;
                }
            }
            return 0;
        }
    }

    private static byte[] read(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new IOException("ends at byte " + (offset + bytes.position()));
            }
        }
        return bytes.array();
    }

    /** In the order in which they are numbered. */
    public List<StoreFile> files() {
        return links.stream().map(Link::file).toList();
    }

    /**
     * A part of a file.
     *
     * @param file number of it
     * @return fewer bytes only at its end
     * @throws IllegalArgumentException where there is no such part
     * @throws StorageException when it cannot be read, or the checkpoint is closed
     */
    public byte[] read(int file, long offset, int maxBytes) {
        if (file < 0 || file >= links.size()) {
            throw new IllegalArgumentException("there are " + links.size() + " files, and no number " + file);
        }
        Link link = links.get(file);
        if (offset < 0 || maxBytes < 0 || offset > link.file().bytes()) {
            throw new IllegalArgumentException(
                    link.file() + " has no " + maxBytes + " bytes from byte " + offset + " on");
        }
        int length = (int) Math.min(maxBytes, link.file().bytes() - offset);
        int written = (int) Math.max(0, Math.min(length, link.written() - offset));
        Path path = folder.resolve(link.file().name());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            byte[] bytes = read(channel, offset, written);
            return written == length ? bytes : Arrays.copyOf(bytes, length);
        } catch (NoSuchFileException e) {
            throw new StorageException(Kind.IO, path, "the checkpoint " + folder + " is gone", e);
        } catch (IOException e) {
            throw new StorageException(Kind.IO, path, path + " cannot be read: " + e.getMessage(), e);
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Deletes it; may be called twice. */
    @Override
    public void close() {
        closed = true;
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new StorageException(Kind.IO, folder, folder + " cannot be deleted: " + e, e);
        }
    }
}
