package io.quorate.persistence.store;

import io.quorate.persistence.store.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;

/** Files of another store that come here in parts, and count for nothing before they are complete. For one thread. */
public final class IncomingFiles implements AutoCloseable {
    private final Path folder;
    private final List<StoreFile> files;
    private final StoreEngine engine;
    private final long[] missing;

    private IncomingFiles(Path folder, List<StoreFile> files, StoreEngine engine) {
        this.folder = folder;
        this.files = List.copyOf(files);
        this.engine = engine;
        this.missing = files.stream().mapToLong(StoreFile::bytes).toArray();
    }

    /** In a folder that is emptied first. */
    static IncomingFiles into(Path folder, List<StoreFile> files, StoreEngine engine) {
        try {
            Folders.delete(folder);
            Files.createDirectories(folder);
            long room = Files.getFileStore(folder).getUsableSpace();
            long bytes = files.stream().mapToLong(StoreFile::bytes).sum();
            if (room - bytes < LevelDb.RESERVE_BYTES) {
                Folders.delete(folder);
                throw new IOException("no space left for " + (bytes >> 20) + " MiB");
            }
            for (StoreFile file : files) {
                Files.createFile(folder.resolve(file.name()));
            }
            return new IncomingFiles(folder, files, engine);
        } catch (IOException e) {
            throw LevelDb.failure(folder, "cannot be written", e);
        }
    }

    Path folder() {
        return folder;
    }

    /**
     * Takes a part of a file; each comes once.
     *
     * @throws StorageException when it cannot be written, or the file, now whole, is damaged
     */
    public void write(int file, long offset, byte[] bytes) {
        Path path = folder.resolve(files.get(file).name());
        try {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest, offset + rest.position());
                }
            }
            missing[file] -= bytes.length;
            if (missing[file] == 0 && StoreFile.isTable(files.get(file).name())) {
                Tables.check(path); // while it is still in memory; logs are looked at when the store is opened
            }
        } catch (IOException e) {
            throw LevelDb.failure(folder, "cannot be written", e);
        }
    }

    /**
     * Has the store looked at and brings all of it to disk.
     *
     * @param look at the store, open; throws where it is not to be used
     * @throws StorageException when something is missing or damaged
     */
    public void complete(Consumer<KeyValueStore> look) {
        for (int i = 0; i < missing.length; i++) {
            if (missing[i] != 0) {
                throw new StorageException(
                        Kind.CORRUPT, folder, missing[i] + " bytes of " + files.get(i) + " are missing");
            }
        }
        try (KeyValueStore store = engine.open(folder)) {
            look.accept(store);
        }
        try {
            for (Path each : Folders.list(folder)) {
                Folders.sync(each);
            }
            Folders.sync(folder);
        } catch (IOException e) {
            throw LevelDb.failure(folder, "cannot be synced", e);
        }
    }

    /** Deletes what was gathered and is not used; may be called twice. */
    @Override
    public void close() {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw LevelDb.failure(folder, "cannot be deleted", e);
        }
    }
}
