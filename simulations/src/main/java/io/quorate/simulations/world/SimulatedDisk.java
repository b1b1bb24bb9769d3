package io.quorate.simulations.world;

import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.WriteBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A key-value store that knows what a crash leaves of it, as LevelDB does. Writes go to a write-ahead file; a new one is begun now
 * and then, and for a while the one before it is the only home of its writes. A durable write flushes the file that it is in and
 * no other. So a crash takes a suffix of each of the two files, and a write may survive while an earlier one, that nobody flushed,
 * is lost. After {@link #sync()} everything survives.
 */
public final class SimulatedDisk implements KeyValueStore {
    private static final long NEVER = Long.MAX_VALUE;

    /** One for all maps: a map is built at once from another that has the same, and key by key from one that has an equal one. */
    private static final Comparator<byte[]> KEYS = Arrays::compareUnsigned;

    /** One write in so many begins a new file. */
    private static final int WRITES_PER_FILE = 48;

    /** After one write in so many the file before is a table, which is flushed as a whole. */
    private static final int WRITES_UNTIL_TABLE = 12;

    /** A write that a crash may take back. */
    private static final class Write {
        final long file;
        final long begunAtNanos;
        final List<WriteBatch.Change> changes;

        /** What each change overwrote; null where there was nothing. */
        final byte @Nullable [][] before;

        /** Whether the owner sees it: a write that failed may have reached the platter all the same. */
        final boolean visible;

        long durableAtNanos = NEVER;

        Write(long file, long begunAtNanos, List<WriteBatch.Change> changes, boolean visible) {
            this.file = file;
            this.begunAtNanos = begunAtNanos;
            this.changes = changes;
            this.visible = visible;
            this.before = new byte[changes.size()][];
        }

        void durableAt(long atNanos) {
            durableAtNanos = Math.min(durableAtNanos, atNanos);
        }

        void redo(TreeMap<byte[], byte[]> values) {
            for (int i = 0; i < before.length; i++) {
                before[i] = put(values, changes.get(i).key(), changes.get(i).value());
            }
        }

        void undo(TreeMap<byte[], byte[]> values) {
            for (int i = before.length - 1; i >= 0; i--) {
                put(values, changes.get(i).key(), before[i]);
            }
        }

        private static byte @Nullable [] put(TreeMap<byte[], byte[]> values, byte[] key, byte @Nullable [] value) {
            return value == null ? values.remove(key) : values.put(key, value);
        }
    }

    private final String name;
    private final RandomGenerator random;
    private final LongSupplier present;
    private final LongSupplier nanos;
    private final LongConsumer spend;
    private final Duration flushTime;

    /** Those that are not certain to be on the platter, oldest first. */
    private final List<Write> uncertain = new ArrayList<>();

    private TreeMap<byte[], byte[]> values = new TreeMap<>(KEYS);
    private int openCursors;
    private DiskFault fault = DiskFault.NONE;
    private boolean broken;
    private long flushes;
    private long file;

    /**
     * @param present the world's time, at which a crash comes
     * @param nanos the owner's time within its turn
     * @param spend takes the time of a flush from the owner
     * @param flushTime the median; a flush takes half of it to twice of it
     */
    public SimulatedDisk(
            String name,
            RandomGenerator random,
            LongSupplier present,
            LongSupplier nanos,
            LongConsumer spend,
            Duration flushTime) {
        this.name = name;
        this.random = random;
        this.present = present;
        this.nanos = nanos;
        this.spend = spend;
        this.flushTime = flushTime;
    }

    /** From now on; a disk that failed under the owner fails until the next crash. */
    public void fault(DiskFault now) {
        fault = now;
    }

    public DiskFault fault() {
        return fault;
    }

    public long flushes() {
        return flushes;
    }

    /** How many keys begin with a byte. */
    public int count(char first) {
        return values.subMap(new byte[] {(byte) first}, new byte[] {(byte) (first + 1)})
                .size();
    }

    /** Bytes of keys and values. */
    public long bytes() {
        long bytes = 0;
        for (Map.Entry<byte[], byte[]> entry : values.entrySet()) {
            bytes += entry.getKey().length + entry.getValue().length;
        }
        return bytes;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = values.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public void write(WriteBatch batch, boolean durable) {
        refuse(batch);
        leaveToCursors();
        rotate();
        Write write = new Write(file, nanos.getAsLong(), List.copyOf(batch.changes()), true);
        write.redo(values);
        uncertain.add(write);
        if (durable) {
            long done = flush();
            if (fault != DiskFault.DROPS_FLUSHES) {
                for (int i = uncertain.size() - 1; i >= 0 && uncertain.get(i).file == file; i--) {
                    uncertain.get(i).durableAt(done);
                }
            }
        }
        settle();
    }

    /** What is read by cursors stays as it is. */
    private void leaveToCursors() {
        if (openCursors > 0) {
            TreeMap<byte[], byte[]> copy = new TreeMap<>(KEYS);
            copy.putAll(values);
            values = copy;
            openCursors = 0;
        }
    }

    /** A file before the last one is a table by the time a new one is begun: the engine waits for that. */
    private void rotate() {
        boolean begins = random.nextInt(WRITES_PER_FILE) == 0;
        if ((begins || random.nextInt(WRITES_UNTIL_TABLE) == 0) && fault != DiskFault.DROPS_FLUSHES) {
            uncertain.stream().filter(each -> each.file < file).forEach(each -> each.durableAt(nanos.getAsLong()));
        }
        if (begins) {
            file++;
        }
    }

    private long flush() {
        flushes++;
        double share = Math.pow(2, 2 * random.nextDouble() - 1);
        spend.accept((long) (flushTime.toNanos() * share));
        return nanos.getAsLong();
    }

    private void refuse(WriteBatch batch) {
        if (!broken && fault == DiskFault.FULL) {
            throw failed(StorageException.Kind.FULL, "no space is left on the device");
        }
        if (broken || fault == DiskFault.IO_ERROR) {
            broken = true;
            if (random.nextBoolean() && !batch.isEmpty()) {
                // The write may have reached the disk although it failed: nothing is known of it.
                uncertain.add(new Write(file, nanos.getAsLong(), List.copyOf(batch.changes()), false));
            }
            throw failed(StorageException.Kind.IO, "the device answered with an error");
        }
    }

    private StorageException failed(StorageException.Kind kind, String what) {
        return new StorageException(kind, Path.of(name), name + ": " + what);
    }

    /** Forgets how to undo what is certain, up to the first write that is not. */
    private void settle() {
        long now = present.getAsLong();
        int certain = 0;
        while (certain < uncertain.size() && uncertain.get(certain).durableAtNanos <= now) {
            certain++;
        }
        uncertain.subList(0, certain).clear();
    }

    @Override
    public void sync() {
        refuse(new WriteBatch());
        long done = flush();
        if (fault != DiskFault.DROPS_FLUSHES) {
            uncertain.forEach(write -> write.durableAt(done));
        }
        settle();
    }

    /**
     * Power is lost: of each file a suffix that was not flushed may be gone. What the owner would only have begun later within its
     * present turn, when a flush before it had ended, never happened. The disk can be used again afterwards.
     */
    public void crash() {
        long now = present.getAsLong();
        leaveToCursors();
        for (Write write : uncertain.reversed()) {
            if (write.visible) {
                write.undo(values);
            }
        }
        uncertain.removeIf(write -> write.begunAtNanos > now);
        long[] files =
                uncertain.stream().mapToLong(write -> write.file).distinct().toArray();
        for (long each : files) {
            List<Write> writes =
                    uncertain.stream().filter(write -> write.file == each).toList();
            long certain =
                    writes.stream().filter(write -> write.durableAtNanos <= now).count();
            long survive = certain + random.nextInt((int) (writes.size() - certain) + 1);
            writes.stream().limit(survive).forEach(write -> write.redo(values));
        }
        file++;
        uncertain.clear();
        broken = false;
    }

    /**
     * Its owner is ahead of the world within its present turn: how many nanoseconds it is until the first of the writes begins that have not begun
     * yet; 0 where all have.
     */
    long beginsIn() {
        long now = present.getAsLong();
        long begins = now;
        for (Write write : uncertain.reversed()) {
            if (write.begunAtNanos <= now) {
                break;
            }
            begins = write.begunAtNanos;
        }
        return begins - now;
    }

    /** What is on it now. */
    public SortedMap<byte[], byte[]> image() {
        return new TreeMap<>(values);
    }

    /** Everything is gone: a new disk. */
    public void wipe() {
        setBack(Collections.emptySortedMap());
    }

    /** It is as it was when an image was taken; its owner is down. */
    public void setBack(SortedMap<byte[], byte[]> image) {
        uncertain.clear();
        values = new TreeMap<>(KEYS);
        values.putAll(image);
        openCursors = 0;
        broken = false;
    }

    @Override
    public Cursor cursor() {
        TreeMap<byte[], byte[]> moment = values;
        openCursors++;
        return new Cursor() {
            private Map.@Nullable Entry<byte[], byte[]> at;
            private boolean closed;

            @Override
            public void seek(byte[] key) {
                at = moment.ceilingEntry(key);
            }

            @Override
            public boolean valid() {
                return at != null;
            }

            @Override
            public byte[] key() {
                return here().getKey().clone();
            }

            @Override
            public byte[] value() {
                return here().getValue().clone();
            }

            private Map.Entry<byte[], byte[]> here() {
                if (at == null) {
                    throw new IllegalStateException("the cursor stands nowhere");
                }
                return at;
            }

            @Override
            public void next() {
                at = moment.higherEntry(here().getKey());
            }

            @Override
            public void close() {
                if (!closed && moment == values && openCursors > 0) {
                    openCursors--;
                }
                closed = true;
            }
        };
    }

    @Override
    public void close() {}
}
