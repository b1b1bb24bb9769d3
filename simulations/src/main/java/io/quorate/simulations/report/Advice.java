package io.quorate.simulations.report;

import io.quorate.node.role.Role;
import io.quorate.node.role.RolePolicy;
import io.quorate.simulations.report.Figures.QuorumLoss;
import io.quorate.simulations.report.Recording.End;
import io.quorate.simulations.report.Recording.Write;
import io.quorate.simulations.schedule.ClusterPlan;
import io.quorate.simulations.schedule.Failure;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a run showed to be weak in a plan, in sentences. */
final class Advice {
    /** Share of the writes. */
    private static final double WORTH_A_WORD = 0.001;

    private final Recording recording;
    private final Figures figures;
    private final ClusterPlan plan;

    private Advice(Recording recording, Figures figures) {
        this.recording = recording;
        this.figures = figures;
        this.plan = recording.plan();
    }

    /** Empty where nothing was found. */
    static List<String> of(Recording recording, Figures figures) {
        Advice advice = new Advice(recording, figures);
        List<String> found = new ArrayList<>();
        figures.quorumLosses().stream().map(advice::loss).forEach(found::add);
        found.addAll(advice.hints());
        advice.cutOff().ifPresent(found::add);
        return List.copyOf(new LinkedHashSet<>(found));
    }

    private String loss(QuorumLoss loss) {
        String held =
                loss.away().size() + " of " + loss.voters().size() + " voters (" + String.join(", ", loss.away()) + ")";
        List<Failure> guilty = loss.failures().stream()
                .filter(failure -> Figures.nodes(recording, failure).stream().anyMatch(loss.away()::contains))
                .toList();
        String time = "for " + Words.seconds(loss.took()) + " from " + Words.at(loss.from()) + " on";
        if (guilty.isEmpty()) {
            return "The quorum was lost " + time + ": " + held + " were away.";
        }
        String names = guilty.stream().map(Failure::what).collect(Collectors.joining(" and "));
        return "Losing " + names + (guilty.size() > 1 ? " at a time" : "") + " took the quorum " + time + ": "
                + (guilty.size() > 1 ? "they held " : "it held ") + held + ".";
    }

    private List<String> hints() {
        List<String> hints = new ArrayList<>();
        boolean lost = !figures.quorumLosses().isEmpty();
        boolean byDomain = figures.quorumLosses().stream()
                .flatMap(loss -> loss.failures().stream())
                .anyMatch(failure -> failure.what().startsWith("domain "));
        int voters = (int) recording.rolesAtFirst().values().stream()
                .filter(role -> role == Role.VOTER)
                .count();
        if (lost && voters == 1) {
            hints.add(
                    plan.nodes() < 3
                            ? "One voter survives no loss, and two nodes have one: use three nodes."
                            : "One voter survives no loss: use --voters 3.");
        } else if (byDomain && plan.roles().domains() == 1) {
            hints.add("All nodes are in one failure domain, and what takes it takes the cluster: use three.");
        } else if (byDomain && plan.roles().domains() == 2) {
            hints.add("Two domains cannot survive the loss of the one with more voters: use three.");
        } else if (byDomain && voters > plan.roles().domains()) {
            crowded(voters).ifPresent(hints::add);
        }
        if (lost && !unreplaced().isEmpty() && voters > 1) {
            hints.add("Nobody took the vote of " + String.join(", ", unreplaced())
                    + " before the next one was lost: more standbys, in other domains, close that gap.");
        }
        return hints;
    }

    private Optional<String> crowded(int voters) {
        long most = recording.rolesAtFirst().entrySet().stream()
                .filter(each -> each.getValue() == Role.VOTER)
                .collect(Collectors.groupingBy(each -> plan.domainOf(each.getKey()), Collectors.counting()))
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        return most * 2 > voters
                ? Optional.of("One domain has a majority of the voters: spread the nodes over more of them.")
                : Optional.empty();
    }

    /** Writes that were late while others were not: their node did not reach who led. */
    private Optional<String> cutOff() {
        Map<Integer, Integer> late = new TreeMap<>();
        int all = 0;
        for (Write write : recording.writes()) {
            if (!Figures.isInTime(write) && write.end() != End.LOST_WITH_ITS_NODE && !stalled(write) && cutOff(write)) {
                late.merge(plan.domainOf(write.node()), 1, Integer::sum);
                all++;
            }
        }
        return all < recording.writes().size() * WORTH_A_WORD || all == 0
                ? Optional.empty()
                : Optional.of(Words.count(all, "write")
                        + " waited for more than a second while others did not, for their node did not reach who led: "
                        + late.entrySet().stream()
                                .map(each -> each.getValue() + " in domain " + each.getKey())
                                .collect(Collectors.joining(", "))
                        + ". A node asks the leader itself, not by way of another.");
    }

    private boolean cutOff(Write write) {
        return !write.node().isEmpty()
                && recording.failures().stream()
                        .anyMatch(failure -> failure.cuts()
                                && write.began() < failure.until().toNanos()
                                && write.ended() > failure.at().toNanos());
    }

    private boolean stalled(Write write) {
        return figures.stalls().stream()
                .anyMatch(stall -> write.began() <= stall.until() && write.ended() >= stall.from());
    }

    /** Voters at the time of a loss that had been away for longer than it takes to replace them. */
    private Set<String> unreplaced() {
        Set<String> names = new TreeSet<>();
        long patience = RolePolicy.DEFAULT.promoteAfter().toNanos() * 3;
        for (QuorumLoss loss : figures.quorumLosses()) {
            for (Failure failure : loss.failures()) {
                if (loss.from() - failure.at().toNanos() > patience) {
                    Figures.nodes(recording, failure).stream()
                            .filter(loss.away()::contains)
                            .forEach(names::add);
                }
            }
        }
        return names;
    }
}
