package io.quorate.control.schedule;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What of where other pods are matters to one pod: found once for it, and then asked for each node. */
final class Topology {
    static final String SPREAD = "node(s) didn't match pod topology spread constraints";
    static final String SPREAD_LABEL = SPREAD + " (missing required label)";
    static final String NEAR = "node(s) didn't match pod affinity rules";
    static final String FAR = "node(s) didn't match pod anti-affinity rules";
    static final String KEPT_AWAY = "node(s) didn't satisfy existing pods anti-affinity rules";

    /** Pods by domain, as one constraint counts them. */
    private record Counted(Spread spread, Map<String, Integer> byDomain, int own) {
        int least() {
            if (byDomain.size() < spread.least()) {
                return 0;
            }
            return byDomain.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        }
    }

    /** Domains where a term's pods are. */
    private record Domains(String key, Set<String> domains, boolean first) {}

    private final List<Counted> hard = new ArrayList<>();
    private final List<Counted> soft = new ArrayList<>();
    private final List<Domains> near = new ArrayList<>();
    private final List<Domains> far = new ArrayList<>();
    private final List<Domains> closed = new ArrayList<>();
    private final Map<String, Map<String, Integer>> wished = new HashMap<>();

    Topology(PodView pod, ClusterView view) {
        for (Spread each : pod.spreads()) {
            (each.hard() ? hard : soft).add(counted(each, pod, view));
        }
        for (Company each : pod.near()) {
            near.add(domains(each, pod, view));
        }
        for (Company each : pod.far()) {
            far.add(domains(each, pod, view));
        }
        for (PodView other : view.keepingAway()) {
            for (Company each : other.far()) {
                if (each.means(pod)) {
                    domain(other, each.topologyKey(), view)
                            .ifPresent(domain -> closed.add(new Domains(each.topologyKey(), Set.of(domain), false)));
                }
            }
        }
        wish(pod.ratherNear(), 1, view);
        wish(pod.ratherFar(), -1, view);
    }

    /** Where a pod is, by the labels of its node; empty where that has none of them. */
    private static Optional<String> domain(PodView pod, String topologyKey, ClusterView view) {
        return view.node(pod.node()).flatMap(home -> Optional.ofNullable(home.domain(topologyKey)));
    }

    private static Counted counted(Spread spread, PodView pod, ClusterView view) {
        Map<String, Integer> byDomain = new HashMap<>();
        for (NodeView node : view.nodes()) {
            @Nullable String domain = node.domain(spread.topologyKey());
            if (domain != null && Fit.isWanted(pod, node)) {
                byDomain.putIfAbsent(domain, 0);
            }
        }
        for (PodView other : view.placed()) {
            if (spread.counts(pod, other)) {
                domain(other, spread.topologyKey(), view)
                        .ifPresent(domain -> byDomain.computeIfPresent(domain, (name, count) -> count + 1));
            }
        }
        return new Counted(spread, byDomain, spread.counts(pod, pod) ? 1 : 0);
    }

    private static Domains domains(Company term, PodView pod, ClusterView view) {
        Set<String> domains = new HashSet<>();
        boolean any = false;
        for (PodView other : view.placed()) {
            if (term.means(other)) {
                any = true;
                domain(other, term.topologyKey(), view).ifPresent(domains::add);
            }
        }
        return new Domains(term.topologyKey(), domains, !any && term.means(pod));
    }

    private void wish(List<Company> terms, int sign, ClusterView view) {
        for (Company term : terms) {
            Map<String, Integer> byDomain = wished.computeIfAbsent(term.topologyKey(), key -> new HashMap<>());
            for (PodView other : view.placed()) {
                if (term.means(other)) {
                    domain(other, term.topologyKey(), view)
                            .ifPresent(domain -> byDomain.merge(domain, sign * term.weight(), Integer::sum));
                }
            }
        }
    }

    /** Why not; empty where nothing speaks against it. */
    List<String> reasons(NodeView node) {
        for (Counted each : hard) {
            @Nullable String domain = node.domain(each.spread().topologyKey());
            if (domain == null) {
                return List.of(SPREAD_LABEL);
            }
            int there = each.byDomain().getOrDefault(domain, 0);
            if (there + each.own() - each.least() > each.spread().maxSkew()) {
                return List.of(SPREAD);
            }
        }
        for (Domains each : near) {
            @Nullable String domain = node.domain(each.key());
            if (domain == null || !(each.first() || each.domains().contains(domain))) {
                return List.of(NEAR);
            }
        }
        if (isIn(far, node)) {
            return List.of(FAR);
        }
        return isIn(closed, node) ? List.of(KEPT_AWAY) : List.of();
    }

    private static boolean isIn(Collection<Domains> all, NodeView node) {
        for (Domains each : all) {
            @Nullable String domain = node.domain(each.key());
            if (domain != null && each.domains().contains(domain)) {
                return true;
            }
        }
        return false;
    }

    boolean hasSpreads() {
        return !soft.isEmpty() || !hard.isEmpty();
    }

    /** How many pods like it are where a node is, by the constraints that are wishes; the fewer the better. Not comparable between pods. */
    double crowd(NodeView node) {
        double crowd = 0;
        for (Counted each : soft) {
            @Nullable String domain = node.domain(each.spread().topologyKey());
            if (domain != null) {
                crowd += weighed(
                        each.byDomain().getOrDefault(domain, 0),
                        each.byDomain().size(),
                        each.spread().maxSkew());
            }
        }
        return crowd;
    }

    /** As kubernetes weighs: what has many domains says more. */
    static double weighed(int count, int domains, int maxSkew) {
        return count * Math.log(domains + 2) + (maxSkew - 1);
    }

    int wish(NodeView node) {
        int sum = 0;
        for (Map.Entry<String, Map<String, Integer>> each : wished.entrySet()) {
            @Nullable String domain = node.domain(each.getKey());
            sum += domain == null ? 0 : each.getValue().getOrDefault(domain, 0);
        }
        return sum;
    }
}
