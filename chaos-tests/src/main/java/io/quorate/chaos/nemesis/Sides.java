package io.quorate.chaos.nemesis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Who does not reach whom, where a cluster has to go on nevertheless: what counts is where its voters are. Pure. */
final class Sides {
    private Sides() {}

    /**
     * Some neighbours, less than half of the nodes and less than half of the voters: the others go on without them.
     *
     * @param voters indices below the number of nodes; one or more
     * @param number chooses among such sides
     */
    static List<Integer> minority(int nodes, Set<Integer> voters, int number) {
        List<List<Integer>> sides = IntStream.range(0, nodes)
                .mapToObj(first -> side(nodes, first))
                .filter(side -> 2 * among(side, voters) < voters.size())
                .toList();
        return sides.get(number % sides.size()); // on average a side has less than half of the voters, so one has
    }

    private static List<Integer> side(int nodes, int first) {
        return IntStream.range(first, first + (nodes - 1) / 2)
                .mapToObj(each -> each % nodes)
                .toList();
    }

    private static long among(Collection<Integer> some, Set<Integer> voters) {
        return some.stream().filter(voters::contains).count();
    }

    /**
     * Whom each does not reach in a ring, in which everybody reaches two neighbours only. Voters are side by side in it: so one of three, or
     * of five, reaches a majority of them. Of three nodes all are neighbours.
     *
     * @param voters indices below the number of nodes
     */
    static Map<Integer, List<Integer>> apartInRing(int nodes, Set<Integer> voters) {
        List<Integer> ring = new ArrayList<>(IntStream.range(0, nodes).boxed().toList());
        ring.sort((one, other) -> Boolean.compare(voters.contains(other), voters.contains(one)));
        Map<Integer, List<Integer>> apart = new TreeMap<>();
        for (int place = 0; place < nodes; place++) {
            List<Integer> others = new ArrayList<>(ring);
            Collections.rotate(others, 1 - place); // a neighbour, itself, the other neighbour, and all the rest
            apart.put(ring.get(place), List.copyOf(others.subList(Math.min(3, nodes), nodes)));
        }
        return apart;
    }
}
