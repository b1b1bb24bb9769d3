package io.quorate.chaos.check;

import io.quorate.chaos.check.Dependency.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Cycles of dependencies, each with the name of the weakest promise that it breaks (Adya, 1999, section 4.2; with real time: Kingsbury and
 * Alvaro, Elle, VLDB 2020, section 5).
 */
final class CycleSearch {
    /** Starts from which the shortest way back is looked for: in a large component any short cycle will do. */
    private static final int STARTS = 500;

    private final List<List<Dependency>> from = new ArrayList<>();

    /**
     * @param dependencies each goes on from the one before, the last one back to the first
     */
    record Cycle(String anomaly, List<Dependency> dependencies) {}

    /** What a cycle may be made of, in the order of how bad it is. */
    private record Anomaly(String name, Set<Kind> kinds, boolean withAntiDependency, Set<Kind> rest) {
        static Anomaly of(String name, EnumSet<Kind> kinds) {
            return new Anomaly(name, kinds, false, kinds);
        }

        /** @param rest what leads back from the anti-dependency that each has */
        static Anomaly around(String name, EnumSet<Kind> rest) {
            EnumSet<Kind> all = EnumSet.copyOf(rest);
            all.add(Kind.RW);
            return new Anomaly(name, all, true, rest);
        }
    }

    private static final List<Anomaly> ANOMALIES = List.of(
            Anomaly.of("G0", EnumSet.of(Kind.WW)),
            Anomaly.of("G1c", EnumSet.of(Kind.WW, Kind.WR)),
            Anomaly.around("G-single", EnumSet.of(Kind.WW, Kind.WR)),
            Anomaly.around("G2", EnumSet.of(Kind.WW, Kind.WR, Kind.RW)),
            Anomaly.of("G0-realtime", EnumSet.of(Kind.WW, Kind.REAL_TIME)),
            Anomaly.of("G1c-realtime", EnumSet.of(Kind.WW, Kind.WR, Kind.REAL_TIME)),
            Anomaly.around("G-single-realtime", EnumSet.of(Kind.WW, Kind.WR, Kind.REAL_TIME)),
            Anomaly.around("G2-realtime", EnumSet.allOf(Kind.class)));

    private CycleSearch(int nodes, List<Dependency> dependencies) {
        for (int i = 0; i < nodes; i++) {
            from.add(new ArrayList<>());
        }
        dependencies.forEach(each -> from.get(each.from()).add(each));
    }

    /** One cycle for each strongly connected component, the worst that it has. */
    static List<Cycle> cycles(int nodes, List<Dependency> dependencies) {
        CycleSearch search = new CycleSearch(nodes, dependencies);
        int[] component = search.components();
        int count = Arrays.stream(component).max().orElse(-1) + 1;
        List<List<Integer>> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(new ArrayList<>());
        }
        for (int i = 0; i < nodes; i++) {
            members.get(component[i]).add(i);
        }
        List<Cycle> cycles = new ArrayList<>();
        for (List<Integer> each : members) {
            if (each.size() > 1) {
                search.worst(each, component).ifPresent(cycles::add);
            }
        }
        return cycles;
    }

    private Optional<Cycle> worst(List<Integer> members, int[] component) {
        for (Anomaly anomaly : ANOMALIES) {
            List<Dependency> shortest = List.of();
            int starts = 0;
            for (int member : members) {
                for (Dependency first : from.get(member)) {
                    if (component[first.to()] != component[member]
                            || !(anomaly.withAntiDependency
                                    ? first.kind() == Kind.RW
                                    : anomaly.kinds.contains(first.kind()))
                            || (starts >= STARTS && !shortest.isEmpty())) {
                        continue;
                    }
                    starts++;
                    List<Dependency> back = way(first.to(), member, anomaly.rest, component);
                    if (!back.isEmpty() && (shortest.isEmpty() || back.size() + 1 < shortest.size())) {
                        shortest = new ArrayList<>(List.of(first));
                        shortest.addAll(back);
                    }
                }
            }
            if (!shortest.isEmpty()) {
                return Optional.of(new Cycle(anomaly.name, shortest));
            }
        }
        return Optional.empty();
    }

    /** The shortest way, breadth first; empty where there is none. */
    private List<Dependency> way(int start, int end, Set<Kind> kinds, int[] component) {
        Dependency[] reachedBy = new Dependency[from.size()];
        Deque<Integer> open = new ArrayDeque<>(List.of(start));
        while (!open.isEmpty()) {
            for (Dependency each : from.get(open.poll())) {
                if (kinds.contains(each.kind())
                        && component[each.to()] == component[start]
                        && each.to() != start
                        && reachedBy[each.to()] == null) {
                    reachedBy[each.to()] = each;
                    if (each.to() == end) {
                        List<Dependency> way = new ArrayList<>();
                        for (int at = end; at != start; at = reachedBy[at].from()) {
                            way.addFirst(reachedBy[at]);
                        }
                        return way;
                    }
                    open.add(each.to());
                }
            }
        }
        return List.of();
    }

    /** Strongly connected components (Tarjan, 1972), without recursion: a component may be as large as the history. */
    private int[] components() {
        int nodes = from.size();
        int[] index = new int[nodes];
        int[] low = new int[nodes];
        int[] component = new int[nodes];
        int[] edge = new int[nodes];
        Arrays.fill(index, -1);
        Arrays.fill(component, -1);
        Deque<Integer> path = new ArrayDeque<>();
        Deque<Integer> work = new ArrayDeque<>();
        int indexes = 0;
        int components = 0;
        for (int root = 0; root < nodes; root++) {
            if (index[root] >= 0) {
                continue;
            }
            work.push(root);
            while (!work.isEmpty()) {
                int node = work.peek();
                if (index[node] < 0) {
                    index[node] = indexes;
                    low[node] = indexes++;
                    path.push(node);
                }
                if (edge[node] < from.get(node).size()) {
                    int to = from.get(node).get(edge[node]++).to();
                    if (index[to] < 0) {
                        work.push(to);
                    } else if (component[to] < 0) {
                        low[node] = Math.min(low[node], index[to]);
                    }
                    continue;
                }
                work.pop();
                if (!work.isEmpty()) {
                    low[work.peek()] = Math.min(low[work.peek()], low[node]);
                }
                if (low[node] == index[node]) {
                    int member;
                    do {
                        member = path.pop();
                        component[member] = components;
                    } while (member != node);
                    components++;
                }
            }
        }
        return component;
    }
}
