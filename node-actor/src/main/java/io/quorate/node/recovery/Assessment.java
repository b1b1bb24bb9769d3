package io.quorate.node.recovery;

import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.contract.SurvivorReport;
import io.quorate.node.role.ClusterView;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a cluster may be recovered, with whose copy, and what that costs. Pure: from what each node that should be there has answered.
 *
 * @param findings one for each node that is a member, as far as is known here, by name
 * @param refusal why it may not; empty where it may
 * @param base the node whose copy the cluster would go on with; empty where there is none
 * @param best the one that has most
 * @param missing what {@code base} lacks against {@code best}, in words; empty where it lacks nothing
 * @param kept nodes that belong to the cluster still, and get their copy from the base
 * @param lost members that would belong to it no longer
 * @param uncertain voters of whom it cannot be told whether they are dead or cut off, where they could go on acknowledging if they live
 */
public record Assessment(
        List<Finding> findings,
        Optional<Refusal> refusal,
        String base,
        String best,
        String missing,
        List<String> kept,
        List<MemberId> lost,
        List<String> uncertain) {

    /** What a node answered. */
    public sealed interface Answer {
        record Reported(SurvivorReport report) implements Answer {}

        /** Its machine answers, and no node runs there. */
        record NotRunning(String why) implements Answer {}

        /** Dead, or cut off: it cannot be told. */
        record Silent(String why) implements Answer {}
    }

    /**
     * @param role that it is recorded with
     * @param answer what it said when it was asked
     */
    public record Finding(MemberId member, String role, Answer answer) {
        /** What it has, where it belongs to the same epoch. */
        Optional<SurvivorReport> reportOf(ClusterEpoch epoch) {
            return answer instanceof Answer.Reported(var report)
                            && ClusterEpoch.parse(report.epoch()).equals(epoch)
                    ? Optional.of(report)
                    : Optional.empty();
        }
    }

    /**
     * @param kind short name, stable
     * @param message one line for a person, with the proof
     * @param next what to do
     */
    public record Refusal(String kind, String message, String next) {}

    /** The Raft rule of whose log is the better one (Raft, section 5.4.1); a standby's ends with what it has applied. */
    private static final Comparator<SurvivorReport> BY_WHAT_IT_HAS = Comparator.comparingLong(SurvivorReport::lastTerm)
            .thenComparingLong(SurvivorReport::lastIndex)
            .thenComparing(SurvivorReport::votes)
            .thenComparing(SurvivorReport::member, Comparator.reverseOrder());

    public Assessment {
        findings = List.copyOf(findings);
        kept = List.copyOf(kept);
        lost = List.copyOf(lost);
        uncertain = List.copyOf(uncertain);
    }

    /**
     * Judges.
     *
     * @param findings of every member that is known, this node among them
     * @param epoch that this node belongs to
     * @param wanted name of the node to go on with; empty for the one that has most
     */
    public static Assessment of(List<Finding> findings, ClusterEpoch epoch, String wanted) {
        List<SurvivorReport> survivors = findings.stream()
                .flatMap(finding -> finding.reportOf(epoch).stream())
                .filter(SurvivorReport::holdsCopy)
                .sorted(BY_WHAT_IT_HAS.reversed())
                .toList();
        if (survivors.isEmpty()) {
            return refused(
                    findings,
                    new Refusal(
                            "no-survivor",
                            "no node that answers has a copy of the journal",
                            "start one that has, or give its address: `quorate recover --survivor ADDRESS`"));
        }
        SurvivorReport best = survivors.getFirst();
        Optional<SurvivorReport> chosen = wanted.isEmpty()
                ? Optional.of(best)
                : survivors.stream()
                        .filter(report -> nameOf(report).equals(wanted))
                        .findFirst();
        Set<String> voters = new TreeSet<>(best.voters());
        Optional<Refusal> refusal = quorum(findings, epoch, voters);
        if (refusal.isEmpty() && chosen.isEmpty()) {
            refusal = Optional.of(new Refusal(
                    "no-copy",
                    wanted + " does not answer, or has no copy of the journal; "
                            + survivors.stream().map(Assessment::nameOf).collect(Collectors.joining(", ")) + " has one",
                    "`quorate recover` without --from takes the best one"));
        }
        SurvivorReport base = chosen.orElse(best);
        String baseName = nameOf(base);
        Set<String> names = survivors.stream().map(Assessment::nameOf).collect(Collectors.toCollection(TreeSet::new));
        List<MemberId> lost = findings.stream()
                .filter(finding ->
                        holdsCopy(finding) || voters.contains(finding.member().node()))
                .map(Finding::member)
                .filter(member -> !names.contains(member.node()))
                .toList();
        List<String> silent = findings.stream()
                .filter(finding -> finding.answer() instanceof Answer.Silent)
                .map(finding -> finding.member().node())
                .filter(voters::contains)
                .toList();
        return new Assessment(
                findings,
                refusal,
                baseName,
                nameOf(best),
                missing(base, best),
                names.stream().filter(name -> !name.equals(baseName)).toList(),
                lost,
                silent.size() >= ClusterView.committing(voters.size()) ? silent : List.of());
    }

    private static boolean holdsCopy(Finding finding) {
        return finding.role().equals("voter") || finding.role().equals("standby");
    }

    private static Assessment refused(List<Finding> findings, Refusal refusal) {
        return new Assessment(findings, Optional.of(refusal), "", "", "", List.of(), List.of(), List.of());
    }

    private static Optional<Refusal> quorum(List<Finding> findings, ClusterEpoch epoch, Set<String> voters) {
        List<SurvivorReport> there = findings.stream()
                .flatMap(finding -> finding.reportOf(epoch).stream())
                .toList();
        Optional<SurvivorReport> led =
                there.stream().filter(report -> !report.leader().isEmpty()).findFirst();
        if (led.isPresent()) {
            return Optional.of(new Refusal(
                    "has-leader",
                    nameOf(led.get()) + " knows a leader, " + led.get().leader()
                            + ": the cluster lives, and nothing is to be recovered",
                    "`quorate status`; a dead node is removed with `quorate remove-node NAME --force`"));
        }
        List<String> present = there.stream()
                .filter(SurvivorReport::votes)
                .map(Assessment::nameOf)
                .filter(voters::contains)
                .sorted()
                .toList();
        return 2 * present.size() > voters.size()
                ? Optional.of(new Refusal(
                        "has-quorum",
                        String.join(", ", present) + " answer: " + present.size() + " of the " + voters.size()
                                + " master nodes are a quorum, and will elect a leader",
                        "`quorate status`, in a few seconds"))
                : Optional.empty();
    }

    private static String missing(SurvivorReport base, SurvivorReport best) {
        if (base.lastTerm() == best.lastTerm()) {
            long entries = best.lastIndex() - base.lastIndex();
            return entries == 0 ? "" : entries + " entries that " + nameOf(best) + " has";
        }
        return "everything that " + nameOf(best) + " has of term " + best.lastTerm();
    }

    private static String nameOf(SurvivorReport report) {
        return MemberId.parse(report.member()).node();
    }

    /**
     * The plan that follows from it.
     *
     * @param random tells this recovery from another one of the same epoch
     * @param by who ordered it
     */
    public RecoveryPlan plan(String clusterId, ClusterEpoch epoch, int random, String by, long atMillis) {
        return new RecoveryPlan(
                clusterId,
                epoch.next(random).toString(),
                epoch.toString(),
                findings.stream()
                        .map(Finding::member)
                        .filter(member -> member.node().equals(base))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("there is nothing to recover with"))
                        .toString(),
                kept,
                lost.stream().map(MemberId::toString).toList(),
                by,
                atMillis,
                0,
                note(),
                false);
    }

    /** What was known, and what may be missing, for the record. */
    public String note() {
        List<String> had = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding.answer() instanceof Answer.Reported(var report) && report.holdsCopy()) {
                had.add(finding.member().node() + " had index " + report.lastIndex() + " of term " + report.lastTerm());
            }
        }
        String gone = lost.stream().map(MemberId::node).collect(Collectors.joining(", "));
        return Stream.of(
                        String.join(", ", had),
                        missing.isEmpty() ? "" : "given up: " + missing,
                        gone.isEmpty() ? "" : "what only " + gone + " had is not here")
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("; "));
    }
}
