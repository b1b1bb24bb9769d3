package io.quorate.simulations.world;

import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.WriteBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A key-value store that knows what a crash leaves of it. A write that was asked to be durable survives once its flush has taken its
 * time; one that was not survives a crash only when the coin says so, and all before it then as well: what is lost is a suffix of
 * the writes that were not durable. (A durable write may survive while an earlier one, that was not, is lost: the interface allows
 * it and LevelDB does it when its log changes between them.) After {@link #sync()} everything survives.
 */
public final class SimulatedDisk implements KeyValueStore {
    private record Write(List<WriteBatch.Change> changes, boolean durable, long durableAtNanos) {}

    private final String name;
    private final RandomGenerator random;
    private final LongSupplier nanos;
    private final LongConsumer spend;
    private final Duration flushTime;

    /** What is certain to be on the platter. */
    private final TreeMap<byte[], byte[]> platter = new TreeMap<>(Arrays::compareUnsigned);

    /** Written since, oldest first. */
    private final List<Write> uncertain = new ArrayList<>();

    private TreeMap<byte[], byte[]> present = new TreeMap<>(Arrays::compareUnsigned);
    private int openCursors;
    private DiskFault fault = DiskFault.NONE;
    private boolean broken;
    private long flushes;

    /**
     * @param nanos the owner's time within its turn
     * @param spend takes the time of a flush from the owner
     * @param flushTime the median; a flush takes half of it to twice of it
     */
    public SimulatedDisk(
            String name, RandomGenerator random, LongSupplier nanos, LongConsumer spend, Duration flushTime) {
        this.name = name;
        this.random = random;
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
        return present.subMap(new byte[] {(byte) first}, new byte[] {(byte) (first + 1)})
                .size();
    }

    /** Bytes of keys and values. */
    public long bytes() {
        long bytes = 0;
        for (Map.Entry<byte[], byte[]> entry : present.entrySet()) {
            bytes += entry.getKey().length + entry.getValue().length;
        }
        return bytes;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = present.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public void write(WriteBatch batch, boolean durable) {
        refuse(batch);
        if (openCursors > 0) {
            TreeMap<byte[], byte[]> copy = new TreeMap<>(Arrays::compareUnsigned);
            copy.putAll(present);
            present = copy;
            openCursors = 0;
        }
        List<WriteBatch.Change> changes = List.copyOf(batch.changes());
        apply(present, changes);
        long doneAt = durable ? flush() : Long.MAX_VALUE;
        uncertain.add(new Write(changes, durable && fault != DiskFault.DROPS_FLUSHES, doneAt));
        settle();
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
                uncertain.add(new Write(List.copyOf(batch.changes()), false, Long.MAX_VALUE));
            }
            throw failed(StorageException.Kind.IO, "the device answered with an error");
        }
    }

    private StorageException failed(StorageException.Kind kind, String what) {
        return new StorageException(kind, Path.of(name), name + ": " + what);
    }

    /** Moves to the platter what is certain: durable writes whose flush is over, with no doubtful write before them. */
    private void settle() {
        int certain = 0;
        while (certain < uncertain.size()
                && uncertain.get(certain).durable()
                && uncertain.get(certain).durableAtNanos() < nanos.getAsLong()) {
            apply(platter, uncertain.get(certain).changes());
            certain++;
        }
        uncertain.subList(0, certain).clear();
    }

    private static void apply(TreeMap<byte[], byte[]> map, List<WriteBatch.Change> changes) {
        for (WriteBatch.Change change : changes) {
            byte[] value = change.value();
            if (value == null) {
                map.remove(change.key());
            } else {
                map.put(change.key(), value);
            }
        }
    }

    @Override
    public void sync() {
        refuse(new WriteBatch());
        flush();
        if (fault != DiskFault.DROPS_FLUSHES) {
            uncertain.forEach(write -> apply(platter, write.changes()));
            uncertain.clear();
        }
    }

    /** Power is lost: what was not flushed may be gone. The disk can be used again afterwards. */
    public void crash() {
        long now = nanos.getAsLong();
        int doubtful =
                (int) uncertain.stream().filter(write -> !certain(write, now)).count();
        int survive = doubtful == 0 ? 0 : random.nextInt(doubtful + 1);
        for (Write write : uncertain) {
            if (certain(write, now) || survive-- > 0) {
                apply(platter, write.changes());
            }
        }
        uncertain.clear();
        present = new TreeMap<>(Arrays::compareUnsigned);
        present.putAll(platter);
        openCursors = 0;
        broken = false;
    }

    private static boolean certain(Write write, long now) {
        return write.durable() && write.durableAtNanos() <= now;
    }

    /** Everything is gone: a new disk. */
    public void wipe() {
        platter.clear();
        uncertain.clear();
        present = new TreeMap<>(Arrays::compareUnsigned);
        openCursors = 0;
        broken = false;
    }

    /** Damages a value on the platter and in the cache; the next one at or after the key. */
    public void corrupt(byte[] from) {
        Map.Entry<byte[], byte[]> hit = present.ceilingEntry(from);
        if (hit != null) {
            byte[] bad = hit.getValue().clone();
            bad[bad.length / 2] ^= 0x10;
            present.put(hit.getKey(), bad);
            platter.put(hit.getKey(), bad);
        }
    }

    @Override
    public Cursor cursor() {
        TreeMap<byte[], byte[]> moment = present;
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
                if (!closed && moment == present && openCursors > 0) {
                    openCursors--;
                }
                closed = true;
            }
        };
    }

    @Override
    public void close() {}
}
