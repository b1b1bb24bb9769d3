package io.quorate.persistence.store;

import io.quorate.persistence.store.StorageException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.DBException;
import org.iq80.leveldb.DBIterator;
import org.iq80.leveldb.ReadOptions;
import org.iq80.leveldb.WriteOptions;
import org.jspecify.annotations.Nullable;

/**
 * A store on LevelDB. Every call holds a lock that {@link #close} waits for: the native library ends the process when it is
 * used after it was closed. The first failure poisons the store.
 */
final class LevelDb implements KeyValueStore {
    /**
     * It writes into mapped memory, where a disk without space ends the process by a signal and without a word. So it stops before: what
     * is left is for what is under way, a table of a whole write buffer and those that are merged.
     */
    static final long RESERVE_BYTES = 64L << 20;

    /** Opens LevelDB in a folder. */
    @FunctionalInterface
    interface Opener {
        DB open(Path folder) throws IOException;
    }

    private final Path folder;
    private final Opener opener;
    private final LongSupplier room;
    private final LevelDbFiles files;
    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private final ReentrantLock writing = new ReentrantLock();
    private DB db;
    /** How often other files have taken the place of what was here. */
    private int replaced;

    private volatile boolean closed;
    private volatile @Nullable StorageException poison;

    /**
     * @param engine opens other stores
     * @param room bytes that may still be written to the disk; asked before each write
     */
    LevelDb(Path folder, StoreEngine engine, Opener opener, LongSupplier room) throws IOException {
        this.folder = folder;
        this.opener = opener;
        this.room = room;
        this.files = new LevelDbFiles(folder, engine, this);
        this.db = opener.open(folder);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        Lock lock = enter();
        try {
            return db.get(key);
        } catch (RuntimeException e) {
            throw poisoned("cannot be read", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(WriteBatch batch, boolean durable) {
        Lock lock = enter();
        writing.lock();
        try (org.iq80.leveldb.WriteBatch changes = db.createWriteBatch()) {
            keepReserve();
            for (WriteBatch.Change change : batch.changes()) {
                if (change.value() == null) {
                    changes.delete(change.key());
                } else {
                    changes.put(change.key(), change.value());
                }
            }
            db.write(changes, new WriteOptions().sync(durable));
        } catch (IOException | RuntimeException e) {
            throw poisoned("cannot be written", e);
        } finally {
            writing.unlock();
            lock.unlock();
        }
    }

    private void keepReserve() throws IOException {
        long left = room.getAsLong();
        if (left < RESERVE_BYTES) {
            throw new IOException("no space left but " + (left >> 20) + " MiB");
        }
    }

    /**
     * A durable write alone is not enough: LevelDB syncs only the log file that it writes to at that moment, and not the tail of
     * the one before, which stays the only home of its entries until a background thread has written their table. So every log
     * file is synced. One that has vanished meanwhile has become a table, which LevelDB syncs itself.
     */
    @Override
    public void sync() {
        Lock lock = enter();
        try {
            for (Path log : WriteAheadLogs.in(folder)) {
                try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
                    channel.force(false);
                } catch (NoSuchFileException e) {
                    continue; // became a table between the listing and now
                }
            }
        } catch (IOException e) {
            throw poisoned("cannot be synced", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Cursor cursor() {
        Lock lock = enter();
        try {
            return new Walk(db.iterator(new ReadOptions().verifyChecksums(true).fillCache(false)));
        } catch (RuntimeException e) {
            throw poisoned("cannot be read", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<StoreFiles> files() {
        return Optional.of(files);
    }

    /** What is done with the files themselves. */
    @FunctionalInterface
    interface FileWork {
        void run() throws IOException;
    }

    /**
     * Works while no table is written or deleted.
     *
     * @param patience how long {@code unwritten} waits for who writes: that may be one who waits for a table
     * @param quiet is done first; what is done then, while nobody writes either, has to be over in a moment
     * @return whether both were done
     */
    boolean withoutChanges(Duration patience, FileWork quiet, FileWork unwritten) throws IOException {
        Lock lock = enter();
        try {
            db.suspendCompactions();
            quiet.run();
            if (!writing.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
            try {
                unwritten.run();
                return true;
            } finally {
                writing.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            db.resumeCompactions();
            lock.unlock();
        }
    }

    /** Closes what is here, deletes it, and opens other files in its place; all who read wait. */
    void replaceBy(Path others) {
        Lock lock = open.writeLock();
        lock.lock();
        try {
            if (closed || poison != null) {
                throw new IllegalStateException(folder + " is closed");
            }
            replaced++;
            db.close();
            // A stop in between leaves no store, and the next start an empty one: what it was.
            Folders.delete(folder);
            Files.move(others, folder, StandardCopyOption.ATOMIC_MOVE);
            Folders.sync(folder.toAbsolutePath().getParent());
            db = opener.open(folder);
        } catch (IOException | RuntimeException e) {
            throw poisoned("cannot be replaced", e);
        } finally {
            lock.unlock();
        }
    }

    private Lock enter() {
        Lock lock = open.readLock();
        lock.lock();
        StorageException known = poison;
        if (closed || known != null) {
            lock.unlock();
            throw known != null ? known : new StorageException(Kind.IO, folder, folder + " is closed");
        }
        return lock;
    }

    private StorageException poisoned(String what, Exception cause) {
        StorageException failure = failure(folder, what, cause);
        poison = failure;
        return failure;
    }

    /** What the engine says, as something that an operator can act on. */
    static StorageException failure(Path folder, String what, Exception cause) {
        String said = String.valueOf(cause.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .replaceFirst("^[\\w.$]+Exception: ", "");
        String lower = said.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("disk quota")) {
            return new StorageException(
                    Kind.FULL,
                    folder,
                    folder + " " + what + ": the disk is full. Free some space on it, " + (RESERVE_BYTES >> 20)
                            + " MiB at least, then start the node again",
                    cause);
        }
        boolean damaged = lower.contains("corruption: "); // "block checksum mismatch" speaks of no lock
        if (!damaged && lower.contains("lock") || cause instanceof OverlappingFileLockException) {
            return new StorageException(
                    Kind.IN_USE,
                    folder,
                    folder + " is in use by another process: `quorate status` tells which node runs there",
                    cause);
        }
        if (damaged || lower.contains("corrupt") || lower.contains("checksum") || lower.contains("missing file")) {
            return new StorageException(
                    Kind.CORRUPT,
                    folder,
                    folder + " is corrupt: " + said
                            + ". Keep a copy of the folder; then `quorate repair` seeds this node again from the group",
                    cause);
        }
        return new StorageException(
                Kind.IO, folder, folder + " " + what + ": " + said + ". Look at the disk and its permissions", cause);
    }

    @Override
    public void close() {
        Lock lock = open.writeLock();
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                db.close();
                files.close();
            }
        } catch (IOException | DBException e) {
            throw failure(folder, "cannot be closed", new IOException(e));
        } finally {
            lock.unlock();
        }
    }

    private final class Walk implements Cursor {
        private final DBIterator iterator;
        private final int of = replaced;
        private Map.@Nullable Entry<byte[], byte[]> at;

        Walk(DBIterator iterator) {
            this.iterator = iterator;
        }

        @Override
        public void seek(byte[] key) {
            Lock lock = enterSame();
            try {
                iterator.seek(key);
                load();
            } catch (RuntimeException e) {
                throw poisoned("cannot be read", e);
            } finally {
                lock.unlock();
            }
        }

        private Lock enterSame() {
            Lock lock = enter();
            if (of != replaced) {
                lock.unlock();
                throw new StorageException(
                        Kind.IO, folder, folder + " was replaced by the copy of another node while it was read");
            }
            return lock;
        }

        /** Looks without moving: to move costs a pass over all old versions of the key, which a lookup of one key has no use for. */
        private void load() {
            at = iterator.hasNext() ? iterator.peekNext() : null;
        }

        @Override
        public boolean valid() {
            return at != null;
        }

        @Override
        public byte[] key() {
            return here().getKey();
        }

        @Override
        public byte[] value() {
            return here().getValue();
        }

        private Map.Entry<byte[], byte[]> here() {
            Map.Entry<byte[], byte[]> entry = at;
            if (entry == null) {
                throw new IllegalStateException("the cursor is behind the last entry");
            }
            return entry;
        }

        @Override
        public void next() {
            Lock lock = enterSame();
            try {
                iterator.next();
                load();
            } catch (RuntimeException e) {
                throw poisoned("cannot be read", e);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            Lock lock = open.readLock();
            lock.lock();
            try {
                if (!closed && of == replaced) {
                    iterator.close();
                }
            } catch (IOException e) {
                throw failure(folder, "cannot be read", e);
            } finally {
                lock.unlock();
            }
        }
    }
}
