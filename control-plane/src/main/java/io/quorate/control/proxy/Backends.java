package io.quorate.control.proxy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Who answers at a listener.
 *
 * @param all at least one
 * @param sticky whether a client is to have the same one each time ({@code sessionAffinity: ClientIP})
 */
public record Backends(List<Backend> all, boolean sticky) {
    public Backends {
        all = List.copyOf(all);
    }

    /**
     * In which order they are tried for a connection: one after the other has its turn, and where it does not answer the next one is asked. A
     * client that is to have the same one again gets it by highest random weight (Thaler and Ravishankar, 1998), so that one pod more or less moves
     * only the clients that it has to.
     *
     * @param turn how many connections there were before
     * @param client its address
     */
    public List<Backend> order(long turn, String client) {
        List<Backend> order = new ArrayList<>(all);
        if (sticky) {
            order.sort((one, other) -> Long.compare(weight(client, other), weight(client, one)));
        } else {
            Collections.rotate(order, -(int) Math.floorMod(turn, (long) order.size()));
        }
        return order;
    }

    private static long weight(String client, Backend backend) {
        long hash = 31L * client.hashCode() + backend.hashCode();
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
