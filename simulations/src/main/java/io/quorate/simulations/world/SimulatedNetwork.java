package io.quorate.simulations.world;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Carries messages between hosts in virtual time: late, twice, out of order, or not at all. Cuts have a direction. */
public final class SimulatedNetwork {
    /** Larger frames never arrive: the transport that nodes use in production refuses them. */
    private static final int MAX_FRAME_BYTES = 2 << 20;

    /** How long a frame takes on a link, each drawn anew. */
    @FunctionalInterface
    public interface Delays {
        /** Nanoseconds, not negative. */
        long draw(String from, String to, RandomGenerator random);
    }

    /** Sees everything that is given to the network, lost or not. */
    @FunctionalInterface
    public interface SendListener {
        void sent(String from, String to, int bytes);
    }

    private record Link(String from, String to) {}

    private final VirtualTime time;
    private final RandomGenerator random;
    private final Set<Link> cut = new HashSet<>();
    private NetworkConditions conditions = NetworkConditions.GOOD;
    private @Nullable Delays delays;
    private SendListener sends = (from, to, size) -> {};
    private long sent;
    private long bytes;

    SimulatedNetwork(VirtualTime time, RandomGenerator random) {
        this.time = time;
        this.random = random;
    }

    public void onSend(SendListener listener) {
        sends = listener;
    }

    public void conditions(NetworkConditions now) {
        conditions = now;
    }

    /** Each link has delays of its own from now on: instead of those of {@link NetworkConditions#GOOD}, and beside those of any other conditions. */
    public void delays(Delays ofLinks) {
        delays = ofLinks;
    }

    /** Whether everybody reaches everybody, as well as on a good day. */
    public boolean isWhole() {
        return cut.isEmpty() && conditions.equals(NetworkConditions.GOOD);
    }

    /** Frames that were given to the network, lost ones included. */
    public long sent() {
        return sent;
    }

    public long bytes() {
        return bytes;
    }

    /** Nothing from one host reaches another; the way back stays open. */
    public void cut(String from, String to) {
        cut.add(new Link(from, to));
    }

    /** No host of one side reaches one of the other. */
    public void partition(Collection<String> side, Collection<String> other) {
        for (String a : side) {
            for (String b : other) {
                cut(a, b);
                cut(b, a);
            }
        }
    }

    public void heal() {
        cut.clear();
    }

    public boolean reaches(String from, String to) {
        return !cut.contains(new Link(from, to));
    }

    /**
     * Sends; what is cut when the message arrives is lost as well.
     *
     * @param departureNanos how long until it leaves
     */
    void send(String from, String to, long departureNanos, int size, Runnable arrival) {
        send(from, to, departureNanos, size, arrival, random.nextDouble() < conditions.duplication() ? 2 : 1);
    }

    /** As {@link #send}, but never twice: what a connection does for a request. */
    void sendOnce(String from, String to, long departureNanos, int size, Runnable arrival) {
        send(from, to, departureNanos, size, arrival, 1);
    }

    private void send(String from, String to, long departureNanos, int size, Runnable arrival, int copies) {
        sent++;
        bytes += size;
        sends.sent(from, to, size);
        boolean lost = random.nextDouble() < conditions.loss() || size > MAX_FRAME_BYTES || !reaches(from, to);
        for (int copy = 0; copy < copies && !lost; copy++) {
            long delay = delay(from, to);
            time.after(departureNanos + delay, () -> {
                if (reaches(from, to)) {
                    arrival.run();
                }
            });
        }
    }

    private long delay(String from, String to) {
        Delays ofLinks = delays;
        long ofLink = ofLinks == null ? 0 : ofLinks.draw(from, to, random);
        return ofLinks != null && conditions.equals(NetworkConditions.GOOD)
                ? ofLink
                : ofLink
                        + conditions.minDelay().toNanos()
                        + (long) (-Math.log(1 - random.nextDouble())
                                * conditions.meanExtraDelay().toNanos());
    }
}
