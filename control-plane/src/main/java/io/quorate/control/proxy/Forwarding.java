package io.quorate.control.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Where connections to a port of a service go.
 *
 * @param backends in their order; may be none, and then a connection is refused
 * @param sticky whether a client always gets the same one, while it is there
 */
public record Forwarding(List<Backend> backends, boolean sticky) {
    public Forwarding {
        backends = List.copyOf(backends);
    }

    /**
     * Chooses one.
     *
     * @param client its address
     * @param turn counts connections: one after another, each is chosen as often as the others
     */
    public Optional<Backend> choose(String client, long turn) {
        if (backends.isEmpty()) {
            return Optional.empty();
        }
        return sticky
                ? backends.stream().max(Comparator.comparingLong(each -> weight(client, each)))
                : Optional.of(backends.get((int) Math.floorMod(turn, (long) backends.size())));
    }

    /** Rendezvous hashing (Thaler and Ravishankar, 1998): when one goes, only its own clients get another. */
    private static long weight(String client, Backend backend) {
        CRC32 sum = new CRC32();
        sum.update((backend.address() + ":" + backend.port() + " " + client).getBytes(StandardCharsets.UTF_8));
        return sum.getValue() * 0x9E3779B97F4A7C15L >>> 1; // neighbours are far apart
    }
}
