package io.quorate.chaos.network;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Carries IP packets between devices whose other ends are nodes: late, twice or not at all, as the conditions of each link say. One thread
 * for each device reads; what need not wait it delivers itself, another thread delivers what waits.
 */
final class Relay implements AutoCloseable {
    /** A queue in front of a slow link is no longer than that, either. */
    private static final int MOST_WAITING = 10_000;

    private final Map<Integer, TunDevice> devices = new HashMap<>();
    private final List<Thread> readers = new ArrayList<>();
    private final Map<Link, LinkConditions> conditions = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor late = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("relay-late").factory());

    /**
     * Begins to carry.
     *
     * @param devices by the address of the node at the other end, as a number. They are its own from here on
     * @param seed of what is lost, and how late the rest is
     */
    Relay(Map<Integer, TunDevice> devices, long seed) {
        this.devices.putAll(devices);
        late.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        SplittableRandom random = new SplittableRandom(seed);
        devices.forEach((address, device) -> {
            SplittableRandom own = random.split();
            readers.add(Thread.ofPlatform()
                    .daemon()
                    .name("relay-" + (address & 0xff))
                    .start(() -> carry(address, device, own)));
        });
    }

    /** Addresses of a sender and a receiver. */
    private record Link(int from, int to) {}

    /** From now on. */
    void set(int from, int to, LinkConditions next) {
        conditions.put(new Link(from, to), next);
    }

    /** As nothing was there. */
    void clear(int from, int to) {
        conditions.remove(new Link(from, to));
    }

    private void carry(int from, TunDevice device, RandomGenerator random) {
        byte[] packet = new byte[TunDevice.LONGEST_PACKET];
        for (int length = device.read(packet); length >= 0; length = device.read(packet)) {
            OptionalInt address = Ipv4.destination(packet, length);
            TunDevice to = address.isPresent() ? devices.get(address.getAsInt()) : null;
            if (to == null) {
                continue; // as discovery of neighbours, which nobody answers here
            }
            LinkConditions found = conditions.get(new Link(from, address.getAsInt()));
            if (found == null) {
                to.write(packet, length); // sent when it had some
                continue;
            }
            for (Duration after : found.fate(random)) {
                deliver(to, packet, length, after);
            }
        }
    }

    private void deliver(TunDevice to, byte[] packet, int length, Duration after) {
        if (after.isZero()) {
            to.write(packet, length);
        } else if (late.getQueue().size() < MOST_WAITING) {
            byte[] copy = Arrays.copyOf(packet, length);
            late.schedule(() -> to.write(copy, copy.length), after.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** The devices' namespaces are gone, and so nobody reads any more. */
    @Override
    public void close() {
        late.shutdownNow();
        boolean ended = true;
        try {
            ended = late.awaitTermination(1, TimeUnit.SECONDS);
            for (Thread reader : readers) {
                ended &= reader.join(Duration.ofSeconds(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ended = false;
        }
        if (ended) {
            devices.values().forEach(TunDevice::close);
        } // else the end of the process closes them
    }
}
