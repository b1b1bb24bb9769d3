package io.quorate.node.role;

import io.quorate.node.role.ClusterView.InGroup;
import io.quorate.node.role.ClusterView.NodeView;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses the next role change. Pure and total: equal views give equal steps; where nothing else decides, the lower name goes
 * first. Run on the leader whenever something changed; after a step has been taken, plan again from the new view.
 *
 * <p>Laws, each a property test: a step never takes the group's quorum; half of an even group, which still commits, gets its quorum back; the
 * leader is never demoted; nobody is promoted while another is a learner; a worker gets no role, and counts for
 * none; planning and taking steps ends;
 * then as many nodes vote as should and can, and no two vote in one failure domain while another domain with a node that could has
 * none.
 *
 * <p>In the order of urgency: finish what was cut off; replace voters that are missing; take voters out that are dead, leave, or are
 * too many; spread voters over failure domains; the same for standbys; dismiss who leaves.
 */
public final class RolePlanner {
    private final ClusterView all;
    private final ClusterView view;
    private final RolePolicy policy;
    private final int target;

    private RolePlanner(ClusterView view, RolePolicy policy) {
        this.all = view;
        this.view = new ClusterView(
                view.nodes().stream().filter(node -> !node.worker()).toList());
        this.policy = policy;
        this.target = policy.votersOf((int) nodes(node -> !node.leaving()).count());
    }

    /** The next step, if any is due. */
    public static Optional<RoleStep> plan(ClusterView view, RolePolicy policy) {
        RolePlanner planner = new RolePlanner(view, policy);
        if (!view.hasQuorum(policy)) {
            return view.commits(policy) ? planner.voterToElectWithout() : Optional.empty();
        }
        return Stream.<Supplier<Optional<RoleStep>>>of(
                        planner::unrecorded,
                        planner::cutOffPromotion,
                        planner::voterWithoutLog,
                        planner::memberWithoutLog,
                        planner::strayLearner,
                        planner::missingVoter,
                        planner::voterToTakeOut,
                        planner::voterToSpread,
                        planner::missingStandby,
                        planner::standbyToTakeOut,
                        planner::standbyForSpread,
                        planner::standbyToSpread,
                        planner::dismissal)
                .map(Supplier::get)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Stream<NodeView> nodes(Predicate<NodeView> which) {
        return view.nodes().stream().filter(which);
    }

    private boolean online(NodeView node) {
        return node.online(policy);
    }

    private boolean eligible(NodeView node) {
        return online(node) && !node.leaving();
    }

    private long goodVoters() {
        return nodes(node -> node.votes() && eligible(node)).count();
    }

    /** A step has two parts, the group's and the record; a leader may die between them. */
    private Optional<RoleStep> unrecorded() {
        return nodes(node -> node.votes() != (node.role() == Role.VOTER))
                .findFirst()
                .map(node -> node.votes()
                        ? new RoleStep.Record(
                                node.name(),
                                Role.VOTER,
                                "it votes already: the promotion was cut off before it was recorded")
                        : new RoleStep.Record(
                                node.name(),
                                Role.SPARE,
                                "it votes no more: the demotion was cut off before it was recorded"));
    }

    /** Whether the group had it for a moment is not known, and it may not come there twice under one identity. */
    private Optional<RoleStep> cutOffPromotion() {
        return nodes(node -> node.inGroup() == InGroup.TOLD)
                .findFirst()
                .map(node -> new RoleStep.Withdraw(node.name(), "its promotion was cut off before the group had it"));
    }

    /** Its vote is lost whatever is done: without it fewer are needed to decide. */
    private Optional<RoleStep> voterWithoutLog() {
        return nodes(node -> node.votes() && node.logLost())
                .findFirst()
                .filter(this::mayGo)
                .map(node -> new RoleStep.Demote(
                        node.name(), Role.STANDBY, "it was repaired: its log is lost, and its vote with it"));
    }

    /** It was repaired while it was promoted. Whether the group has it is not known everywhere, and it may not come there as who it was. */
    private Optional<RoleStep> memberWithoutLog() {
        return nodes(node -> !node.votes() && node.logLost())
                .findFirst()
                .map(node ->
                        new RoleStep.Withdraw(node.name(), "it was repaired while it was promoted: its log is lost"));
    }

    private Optional<RoleStep> missingVoter() {
        if (goodVoters() >= target) {
            return Optional.empty();
        }
        Set<Integer> covered = domains(node -> node.votes() && eligible(node));
        Optional<NodeView> standby = nodes(
                        node -> node.role() == Role.STANDBY && eligible(node) && node.current() && mayBePromoted(node))
                .min(preference(covered));
        if (standby.isPresent()) {
            return standby.map(node -> new RoleStep.Promote(node.name(), whyMissing()));
        }
        if (nodes(node -> node.role() == Role.STANDBY && eligible(node))
                .findAny()
                .isPresent()) {
            return Optional.empty(); // it catches up
        }
        return nodes(node -> node.role() == Role.SPARE && eligible(node))
                .min(preference(covered))
                .map(node -> new RoleStep.Assign(
                        node.name(),
                        Role.STANDBY,
                        whyMissing() + "; no standby is left, so a spare becomes one first"));
    }

    /** The group takes one learner at a time: while one is there nobody else is told to become one, in vain. */
    private boolean mayBePromoted(NodeView node) {
        return node.inGroup() == InGroup.LEARNER
                || nodes(other -> other.inGroup() == InGroup.LEARNER).findAny().isEmpty();
    }

    private String whyMissing() {
        String silent = nodes(node -> node.votes() && !online(node))
                .map(node -> node.name() + " " + gone(node))
                .collect(Collectors.joining(", "));
        String leaving = nodes(node -> node.votes() && node.leaving() && online(node))
                .map(node -> node.name() + " leaves")
                .collect(Collectors.joining(", "));
        String why = Stream.of(silent, leaving).filter(text -> !text.isEmpty()).collect(Collectors.joining(", "));
        return goodVoters() + " of " + target + " voters"
                + (why.isEmpty() ? ": the cluster has " + view.nodes().size() + " nodes" : ": " + why);
    }

    private static String gone(NodeView node) {
        return node.logLost()
                ? "has lost its log"
                : node.stopping() ? "is stopping" : "has been silent for " + seconds(node.silent());
    }

    private static String seconds(Duration silent) {
        return String.format(Locale.ROOT, "%.1f s", silent.toMillis() / 1000.0);
    }

    private Optional<RoleStep> strayLearner() {
        return nodes(node -> node.inGroup() == InGroup.LEARNER && (!eligible(node) || goodVoters() >= target))
                .findFirst()
                .map(node -> new RoleStep.Withdraw(
                        node.name(),
                        eligible(node) ? "its vote is not needed any more" : "it was lost while it was promoted"));
    }

    private Optional<RoleStep> voterToTakeOut() {
        int voters = view.voters().size();
        boolean enough = goodVoters() >= target || voters > target;
        Optional<NodeView> dead = deadVoter();
        if (dead.isPresent() && (enough || voters % 2 == 0)) {
            String replaced =
                    enough ? ", and was replaced" : ", and of " + voters + " voters no more may die than of one less";
            return dead.filter(this::mayGo)
                    .map(node -> demoteDead(node, node.leaving() ? ", and leaves the cluster" : replaced));
        }
        if (!enough) {
            return Optional.empty(); // of an odd number better a dead voter that may come back than none
        }
        Optional<NodeView> leaving =
                nodes(node -> node.votes() && node.leaving()).findFirst();
        if (leaving.isPresent()) {
            return leaving.flatMap(this::takeOutLeaving);
        }
        return voters <= target
                ? Optional.empty()
                : nodes(node -> node.votes() && !node.leader())
                        .filter(this::mayGo)
                        .max(burden(NodeView::votes))
                        .map(node -> new RoleStep.Demote(
                                node.name(),
                                Role.STANDBY,
                                voters + " voters where " + target + " are wanted" + crowd(node, NodeView::votes)));
    }

    /** Half of an even group commits that it is smaller by one, and no other change of it: then it has its quorum again. */
    private Optional<RoleStep> voterToElectWithout() {
        return voterWithoutLog()
                .or(() -> deadVoter()
                        .filter(this::mayGo)
                        .map(node -> demoteDead(
                                node, ", and half of " + view.voters().size() + " voters could elect no leader")));
    }

    /** One that leaves first: it is not waited for. */
    private Optional<NodeView> deadVoter() {
        return nodes(node -> node.votes() && !online(node)).min(Comparator.comparing(node -> !node.leaving()));
    }

    private RoleStep demoteDead(NodeView node, String why) {
        // Of one that stops what it has is whole: it comes back soon, and need not fetch everything again.
        return new RoleStep.Demote(node.name(), node.stopping() ? Role.STANDBY : Role.SPARE, "it " + gone(node) + why);
    }

    private Optional<RoleStep> takeOutLeaving(NodeView node) {
        if (!node.leader()) {
            return mayGo(node)
                    ? Optional.of(new RoleStep.Demote(node.name(), Role.SPARE, "it leaves the cluster"))
                    : Optional.empty();
        }
        return nodes(other -> other.votes() && eligible(other) && other.current())
                .min(preference(Set.of()))
                .map(other -> new RoleStep.HandOver(other.name(), node.name() + " leads, and leaves the cluster"));
    }

    /** Whether the group still has its quorum without a voter. */
    private boolean mayGo(NodeView voter) {
        long live = view.liveVoters(policy) - (online(voter) ? 1 : 0);
        return !voter.leader() && live >= ClusterView.majority(view.voters().size() - 1);
    }

    private Optional<RoleStep> voterToSpread() {
        Set<Integer> covered = domains(NodeView::votes);
        if (view.voters().size() != target || covered.size() == target) {
            return Optional.empty();
        }
        return nodes(node -> node.role() == Role.STANDBY
                        && eligible(node)
                        && node.steady()
                        && node.current()
                        && mayBePromoted(node)
                        && !covered.contains(node.failureDomain()))
                .min(preference(covered))
                .map(node -> new RoleStep.Promote(
                        node.name(),
                        "failure domain " + node.failureDomain() + " has no voter, and another has several"));
    }

    private Optional<RoleStep> missingStandby() {
        long standbys =
                nodes(node -> node.role() == Role.STANDBY && eligible(node)).count();
        return standbys >= policy.standbys()
                ? Optional.empty()
                : nodes(node -> node.role() == Role.SPARE && eligible(node) && node.steady())
                        .min(preference(domains(this::standsBy)))
                        .map(node -> new RoleStep.Assign(
                                node.name(), Role.STANDBY, standbys + " of " + policy.standbys() + " standbys"));
    }

    private boolean standsBy(NodeView node) {
        return node.role() == Role.STANDBY && eligible(node);
    }

    private Optional<RoleStep> standbyToTakeOut() {
        Optional<NodeView> leaving =
                nodes(node -> node.role() == Role.STANDBY && node.leaving()).findFirst();
        if (leaving.isPresent()) {
            return leaving.map(node -> new RoleStep.Assign(node.name(), Role.SPARE, "it leaves the cluster"));
        }
        if (goodVoters() < target || nodes(node -> node.role() == Role.STANDBY).count() <= policy.standbys()) {
            return Optional.empty();
        }
        Optional<NodeView> silent =
                nodes(node -> node.role() == Role.STANDBY && !online(node)).findFirst();
        return silent.isPresent()
                ? silent.map(
                        node -> new RoleStep.Assign(node.name(), Role.SPARE, "it " + gone(node) + ", and was replaced"))
                : nodes(this::standsBy)
                        .max(Comparator.comparing((NodeView node) -> !isTheOneForSpread(node))
                                .thenComparing(burden(this::standsBy)))
                        .map(node -> new RoleStep.Assign(
                                node.name(),
                                Role.SPARE,
                                "more than " + policy.standbys() + " standbys" + crowd(node, this::standsBy)));
    }

    /** Whether voters share a failure domain, and this node is in one that has none: as a standby it can mend that. */
    private boolean couldSpread(NodeView node) {
        Set<Integer> covered = domains(NodeView::votes);
        return view.voters().size() == target && covered.size() < target && !covered.contains(node.failureDomain());
    }

    private boolean isTheOneForSpread(NodeView standby) {
        return couldSpread(standby)
                && nodes(node -> standsBy(node) && couldSpread(node)).count() == 1;
    }

    /** Only a standby can vote: one of the standbys has to be where a voter is missing. */
    private Optional<RoleStep> standbyForSpread() {
        long standbys = nodes(this::standsBy).count();
        if (standbys == 0
                || standbys != policy.standbys()
                || nodes(node -> standsBy(node) && couldSpread(node)).findAny().isPresent()) {
            return Optional.empty();
        }
        return nodes(node -> node.role() == Role.SPARE && eligible(node) && node.steady() && couldSpread(node))
                .min(preference(Set.of()))
                .map(
                        node -> new RoleStep.Assign(
                                node.name(),
                                Role.STANDBY,
                                "failure domain " + node.failureDomain()
                                        + " has no voter and no standby that could become one, and another has several voters"));
    }

    private Optional<RoleStep> standbyToSpread() {
        Set<Integer> covered = domains(this::standsBy);
        long standbys = nodes(this::standsBy).count();
        if (standbys != policy.standbys() || covered.size() == standbys) {
            return Optional.empty();
        }
        return nodes(node -> node.role() == Role.SPARE
                        && eligible(node)
                        && node.steady()
                        && !covered.contains(node.failureDomain()))
                .min(preference(covered))
                .map(node -> new RoleStep.Assign(
                        node.name(),
                        Role.STANDBY,
                        "failure domain " + node.failureDomain() + " has no standby, and another has several"));
    }

    private Optional<RoleStep> dismissal() {
        return all.nodes().stream()
                .filter(node -> node.leaving() && node.role() == Role.SPARE && node.inGroup() == InGroup.OUTSIDE)
                .findFirst()
                .map(node -> new RoleStep.Dismiss(node.name(), "it has handed over everything"));
    }

    private Set<Integer> domains(Predicate<NodeView> which) {
        return nodes(which).map(NodeView::failureDomain).collect(Collectors.toSet());
    }

    /** Who gets a role first: from a domain that has none yet, steady, light, and by name. */
    private static Comparator<NodeView> preference(Set<Integer> covered) {
        return Comparator.comparing((NodeView node) -> covered.contains(node.failureDomain()))
                .thenComparing(node -> !node.steady())
                .thenComparing(NodeView::weight)
                .thenComparing(NodeView::name);
    }

    /** Who loses a role first is the greatest: in the most crowded domain, not steady, heavy, and by name. */
    private Comparator<NodeView> burden(Predicate<NodeView> holders) {
        Map<Integer, Integer> crowds = new HashMap<>();
        nodes(holders).forEach(node -> crowds.merge(node.failureDomain(), 1, Integer::sum));
        return Comparator.comparing((NodeView node) -> crowds.getOrDefault(node.failureDomain(), 0))
                .thenComparing(node -> !node.steady())
                .thenComparing(NodeView::weight)
                .thenComparing(NodeView::name);
    }

    private String crowd(NodeView node, Predicate<NodeView> holders) {
        List<String> others = nodes(
                        holders.and(other -> !other.equals(node) && other.failureDomain() == node.failureDomain()))
                .map(NodeView::name)
                .toList();
        return others.isEmpty() ? "" : "; it shares its failure domain with " + String.join(", ", others);
    }
}
