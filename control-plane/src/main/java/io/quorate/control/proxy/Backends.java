package io.quorate.control.proxy;

import io.quorate.control.resource.HighestRandomWeight;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
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
     * client that is to have the same one again gets it by {@link HighestRandomWeight}, so that one pod more or less moves only the clients that it
     * has to.
     *
     * @param turn how many connections there were before
     * @param client its address
     */
    public List<Backend> order(long turn, String client) {
        List<Backend> order = new ArrayList<>(all);
        if (sticky) {
            order.sort(Comparator.comparingLong((Backend each) -> HighestRandomWeight.of(client, each))
                    .reversed());
        } else {
            Collections.rotate(order, -(int) Math.floorMod(turn, (long) order.size()));
        }
        return order;
    }
}
