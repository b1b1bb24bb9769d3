package io.quorate.control.schedule;

import io.quorate.control.resource.HighestRandomWeight;
import io.quorate.control.resource.Taint;
import io.quorate.control.resource.Toleration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.IntSummaryStatistics;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The choice of a node for one pod: which can take it, and which of those suits it best. Filters, scores and weights are those of kubernetes' scheduler
 * framework (its default plugins) but for images. Equal scores are told apart by the pod's uid and the node's name: never by chance, and
 * not always for the same node.
 */
final class Placing {
    /** A node that does not say how many pods it takes is taken to be full with so many. */
    private static final long USUAL_PODS = 110;

    private static final int HOSTNAME_SKEW = 3;
    private static final int ZONE_SKEW = 5;

    private Placing() {}

    static Placement place(PodView pod, ClusterView view) {
        Topology topology = new Topology(pod, view);
        ClaimedVolumes volumes = new ClaimedVolumes(pod, view);
        List<NodeView> able = new ArrayList<>();
        List<List<String>> all = new ArrayList<>(view.nodes().size());
        for (NodeView node : view.nodes()) {
            List<String> reasons = Fit.reasons(pod, node, view.load(node.name()));
            if (reasons.isEmpty()) {
                reasons = volumes.reasons(node);
            }
            if (reasons.isEmpty()) {
                reasons = topology.reasons(node);
            }
            if (reasons.isEmpty()) {
                able.add(node);
            }
            all.add(reasons);
        }
        Iterator<Score> scores = scores(pod, view, topology, able).iterator();
        Iterator<NodeView> nodes = view.nodes().iterator();
        List<Placement.Verdict> verdicts = new ArrayList<>(all.size());
        for (List<String> reasons : all) {
            verdicts.add(new Placement.Verdict(
                    nodes.next().name(), reasons, reasons.isEmpty() ? Optional.of(scores.next()) : Optional.empty()));
        }
        return new Placement(best(pod, verdicts), verdicts);
    }

    private static Optional<String> best(PodView pod, List<Placement.Verdict> verdicts) {
        String best = "";
        int most = -1;
        long tie = 0;
        for (Placement.Verdict each : verdicts) {
            if (each.score().isEmpty()) {
                continue;
            }
            int total = each.score().get().total();
            long hash = HighestRandomWeight.of(pod.uid(), each.node());
            if (total > most || (total == most && hash > tie)) {
                best = each.node();
                most = total;
                tie = hash;
            }
        }
        return most < 0 ? Optional.empty() : Optional.of(best);
    }

    /** One for each of those that can take it, in their order. */
    private static List<Score> scores(PodView pod, ClusterView view, Topology topology, List<NodeView> able) {
        if (able.isEmpty()) {
            return List.of();
        }
        double[] crowds = crowds(pod, view, topology, able);
        int[] intolerable = new int[able.size()];
        int[] wanted = new int[able.size()];
        int[] wishes = new int[able.size()];
        for (int i = 0; i < able.size(); i++) {
            NodeView node = able.get(i);
            intolerable[i] = intolerable(pod, node);
            wanted[i] = wanted(pod, node);
            wishes[i] = topology.wish(node);
        }
        Resources own = Load.estimate(pod);
        List<Score> scores = new ArrayList<>(able.size());
        DoubleSummaryStatistics crowd = Arrays.stream(crowds).summaryStatistics();
        double leastCrowd = crowd.getMin();
        double mostCrowd = crowd.getMax();
        int mostIntolerable = Arrays.stream(intolerable).max().getAsInt();
        int mostWanted = Arrays.stream(wanted).max().getAsInt();
        IntSummaryStatistics wish = Arrays.stream(wishes).summaryStatistics();
        int leastWish = wish.getMin();
        int mostWish = wish.getMax();
        for (int i = 0; i < able.size(); i++) {
            NodeView node = able.get(i);
            Load load = view.load(node.name());
            int taints = mostIntolerable == 0 ? Score.MAX : Score.MAX - Score.MAX * intolerable[i] / mostIntolerable;
            int affinity = mostWanted == 0 ? 0 : Score.MAX * wanted[i] / mostWanted;
            int spread =
                    mostCrowd == 0 ? Score.MAX : (int) (Score.MAX * (mostCrowd + leastCrowd - crowds[i]) / mostCrowd);
            int company = mostWish == leastWish ? 0 : Score.MAX * (wishes[i] - leastWish) / (mostWish - leastWish);
            scores.add(new Score(
                    left(own, node, load),
                    balance(own, node, load),
                    Score.TAINTS * taints,
                    Score.AFFINITY * affinity,
                    Score.SPREAD * spread,
                    Score.COMPANY * company));
        }
        return scores;
    }

    /** By the pod's own wishes; where it has none, few of the same owner on a node and in a zone, as kubernetes does unless it is told otherwise. */
    private static double[] crowds(PodView pod, ClusterView view, Topology topology, List<NodeView> able) {
        double[] crowds = new double[able.size()];
        if (topology.hasSpreads()) {
            for (int i = 0; i < crowds.length; i++) {
                crowds[i] = topology.crowd(able.get(i));
            }
            return crowds;
        }
        Map<String, Integer> byNode = view.ofOwner(pod.owner());
        if (byNode.isEmpty()) {
            return crowds;
        }
        Map<String, Integer> byZone = new HashMap<>();
        able.forEach(node -> byZone.putIfAbsent(zone(node), 0));
        byNode.forEach(
                (name, count) -> view.node(name).ifPresent(node -> byZone.merge(zone(node), count, Integer::sum)));
        for (int i = 0; i < crowds.length; i++) {
            NodeView node = able.get(i);
            crowds[i] = Topology.weighed(byNode.getOrDefault(node.name(), 0), able.size(), HOSTNAME_SKEW)
                    + Topology.weighed(byZone.getOrDefault(zone(node), 0), byZone.size(), ZONE_SKEW);
        }
        return crowds;
    }

    private static String zone(NodeView node) {
        return node.labels().getOrDefault(NodeView.ZONE, "");
    }

    private static int intolerable(PodView pod, NodeView node) {
        int count = 0;
        for (Taint taint : node.taints()) {
            if (taint.effect().equals(Taint.PREFER_NO_SCHEDULE) && !Toleration.tolerated(taint, pod.tolerations())) {
                count++;
            }
        }
        return count;
    }

    private static int wanted(PodView pod, NodeView node) {
        int sum = 0;
        for (Affinity each : pod.preferences()) {
            sum += each.matches(node) ? each.weight() : 0;
        }
        return sum;
    }

    /** Least allocated: the share that is left with this pod, of processors and memory; of pods where a node names neither. */
    private static int left(Resources own, NodeView node, Load load) {
        Resources there = node.allocatable();
        if (there.of(Resources.CPU) == 0 && there.of(Resources.MEMORY) == 0) {
            long pods = there.names(Resources.PODS) ? there.of(Resources.PODS) : USUAL_PODS;
            return share(pods - load.count() - 1L, pods);
        }
        int sum = 0;
        int named = 0;
        for (String resource : new String[] {Resources.CPU, Resources.MEMORY}) {
            long all = there.of(resource);
            if (all > 0) {
                sum += share(all - load.estimated().of(resource) - own.of(resource), all);
                named++;
            }
        }
        return sum / named;
    }

    private static int share(long left, long all) {
        return all <= 0 || left <= 0 ? 0 : (int) (Score.MAX * (double) left / all);
    }

    private static int balance(Resources own, NodeView node, Load load) {
        double cpu = used(own, node, load, Resources.CPU);
        double memory = used(own, node, load, Resources.MEMORY);
        return (int) (Score.MAX * (1 - Math.abs(cpu - memory) / 2));
    }

    private static double used(Resources own, NodeView node, Load load, String resource) {
        long all = node.allocatable().of(resource);
        return all <= 0 ? 0 : Math.min(1, (load.estimated().of(resource) + own.of(resource)) / (double) all);
    }
}
