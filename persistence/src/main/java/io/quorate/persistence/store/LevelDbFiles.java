package io.quorate.persistence.store;

import io.quorate.persistence.store.StorageException.Kind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** LevelDB's files. What is made of them lies beside the store's folder, and is gone at the next start. */
final class LevelDbFiles implements StoreFiles {
    private static final Logger LOG = LoggerFactory.getLogger(LevelDbFiles.class);

    private static final String CHECKPOINT = ".checkpoint-";
    private static final String INCOMING = ".incoming";

    /** Who writes may wait for a table that is not written as long as we keep it from that. */
    private static final Duration PATIENCE = Duration.ofMillis(20);

    private static final int ATTEMPTS = 10;

    private final Path folder;
    private final StoreEngine engine;
    private final LevelDb store;
    private final Set<Checkpoint> checkpoints = ConcurrentHashMap.newKeySet();
    private int made;

    LevelDbFiles(Path folder, StoreEngine engine, LevelDb store) {
        this.folder = folder;
        this.engine = engine;
        this.store = store;
    }

    /** What a former life of a store has left beside it. */
    static void dropLeftovers(Path folder) throws IOException {
        String name = folder.getFileName().toString();
        try (DirectoryStream<Path> beside = Files.newDirectoryStream(
                folder.toAbsolutePath().getParent(),
                path -> path.getFileName().toString().startsWith(name + CHECKPOINT)
                        || path.getFileName().toString().equals(name + INCOMING))) {
            for (Path each : beside) {
                Folders.delete(each);
            }
        }
    }

    private Path beside(String suffix) {
        return folder.resolveSibling(folder.getFileName() + suffix);
    }

    @Override
    public long bytes() {
        long bytes = 0;
        try {
            for (Path each : Folders.list(folder)) {
                bytes += Files.size(each);
            }
        } catch (IOException e) {
            LOG.debug("a file of {} was deleted while they were counted: {}", folder, e.toString());
        }
        return bytes;
    }

    @Override
    public synchronized Checkpoint checkpoint() {
        checkpoints.removeIf(Checkpoint::isClosed);
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                made++;
                Checkpoint checkpoint = Checkpoint.in(beside(CHECKPOINT + made));
                checkpoints.add(checkpoint);
                boolean taken = false;
                try {
                    taken = store.withoutChanges(
                            PATIENCE, () -> checkpoint.linkTables(folder), () -> checkpoint.linkLogs(folder));
                } finally {
                    if (!taken) {
                        checkpoint.close();
                    }
                }
                if (taken) {
                    return checkpoint;
                }
            }
        } catch (IOException | UnsupportedOperationException e) {
            throw new StorageException(Kind.IO, folder, "no checkpoint can be made of " + folder + ": " + e, e);
        }
        throw new StorageException(Kind.IO, folder, "no checkpoint can be made of " + folder + " now: it is too busy");
    }

    @Override
    public IncomingFiles receive(List<StoreFile> files) {
        return IncomingFiles.into(beside(INCOMING), files, engine);
    }

    @Override
    public void replaceBy(IncomingFiles files) {
        store.replaceBy(files.folder());
    }

    /** The store is closed: its checkpoints are deleted. */
    void close() {
        checkpoints.forEach(Checkpoint::close);
    }
}
