package io.quorate.persistence.store;

import io.quorate.persistence.store.StorageException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.fusesource.leveldbjni.JniDBFactory;
import org.iq80.leveldb.CompressionType;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.DBException;
import org.iq80.leveldb.DBFactory;
import org.iq80.leveldb.Options;

/** Opens LevelDB in one of its two forms; their files are interchangeable: no compression, the byte-wise order. */
record LevelDbEngine(String name, DBFactory factory) implements StoreEngine {
    /**
     * What is written goes to a sorted table after this many bytes; also bounds the log that is read at a start. The larger, the
     * more of what is cut from a Raft log meanwhile is never merged: against 4 MiB it saves about a twentieth of a write's work.
     */
    private static final int WRITE_BUFFER_BYTES = 16 << 20;

    private static final int CACHE_BYTES = 4 << 20;
    private static final int OPEN_FILES = 128;

    @Override
    public KeyValueStore open(Path folder) {
        try {
            Files.createDirectories(folder);
            LevelDbFiles.dropLeftovers(folder);
            WriteAheadLogs.repairTails(folder);
            return new LevelDb(folder, this, this::openFiles, room(Files.getFileStore(folder)));
        } catch (IOException | DBException | IllegalStateException e) {
            throw LevelDb.failure(folder, "cannot be opened", e);
        } catch (RuntimeException e) {
            if (e instanceof StorageException known) {
                throw known;
            }
            throw new StorageException(
                    Kind.CORRUPT,
                    folder,
                    folder + " cannot be read: " + e.getMessage()
                            + ". Keep a copy of the folder; then `quorate repair` seeds this node again from the group",
                    e);
        }
    }

    private DB openFiles(Path folder) throws IOException {
        Options options = new Options()
                .createIfMissing(true)
                .compressionType(CompressionType.NONE)
                .writeBufferSize(WRITE_BUFFER_BYTES)
                .cacheSize(CACHE_BYTES)
                .maxOpenFiles(OPEN_FILES)
                .verifyChecksums(true)
                .paranoidChecks(true);
        DB db = factory.open(folder.toFile(), options);
        if (factory == JniDBFactory.factory && Manifests.areWrong(folder)) { // now that nobody else can have it open
            db.close();
            Manifests.correct(folder);
            db = factory.open(folder.toFile(), options);
        }
        return db;
    }

    /** One call of the system, a microsecond: a disk fills by others' doing, too. */
    private static LongSupplier room(FileStore disk) {
        return () -> {
            try {
                return disk.getUsableSpace();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }
}
