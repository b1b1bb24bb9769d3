package io.quorate.node.role;

import static io.quorate.node.role.Role.SPARE;
import static io.quorate.node.role.Role.STANDBY;
import static io.quorate.node.role.Role.VOTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.node.role.ClusterView.InGroup;
import io.quorate.node.role.ClusterView.NodeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws of the planner, over random views in which a step can be committed at all. */
class RolePlannerTest {
    private static final RolePolicy DEFAULT = RolePolicy.DEFAULT;
    private static final Duration HEARD = Duration.ofMillis(100);
    private static final Duration DEAD = Duration.ofSeconds(30);

    private static NodeView node(String name, Role role, int domain) {
        return new NodeView(
                name,
                role,
                role == VOTER ? InGroup.VOTER : InGroup.OUTSIDE,
                false,
                HEARD,
                true,
                true,
                domain,
                0,
                false);
    }

    private static NodeView leader(NodeView node) {
        return new NodeView(
                node.name(),
                VOTER,
                InGroup.VOTER,
                true,
                Duration.ZERO,
                true,
                true,
                node.failureDomain(),
                0,
                node.leaving());
    }

    private static NodeView dead(NodeView node) {
        return new NodeView(
                node.name(),
                node.role(),
                node.inGroup(),
                false,
                DEAD,
                false,
                node.current(),
                node.failureDomain(),
                node.weight(),
                node.leaving());
    }

    private static NodeView leaves(NodeView node) {
        return new NodeView(
                node.name(),
                node.role(),
                node.inGroup(),
                node.leader(),
                node.silent(),
                node.steady(),
                node.current(),
                node.failureDomain(),
                node.weight(),
                true);
    }

    private static NodeView as(NodeView node, Role role, InGroup inGroup, boolean leader) {
        return new NodeView(
                node.name(),
                role,
                inGroup,
                leader,
                leader ? Duration.ZERO : node.silent(),
                node.steady(),
                role != SPARE && (node.current() || node.online(DEFAULT)),
                node.failureDomain(),
                node.weight(),
                node.leaving(),
                node.stopping(),
                node.worker(),
                node.logLost() && inGroup == InGroup.VOTER); // as another member it has lost nothing
    }

    private static NodeView worker(NodeView node) {
        return new NodeView(
                node.name(),
                SPARE,
                InGroup.OUTSIDE,
                false,
                node.silent(),
                node.steady(),
                false,
                node.failureDomain(),
                node.weight(),
                node.leaving(),
                false,
                true,
                false);
    }

    @Provide
    static Arbitrary<ClusterView> views() {
        Arbitrary<NodeView> nodes = Combinators.combine(
                        Arbitraries.of(Role.class),
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.of(true, true, true, false),
                        Arbitraries.of(true, true, false),
                        Arbitraries.of(true, true, false),
                        Arbitraries.of(false, false, false, false, true),
                        Arbitraries.of(InGroup.class))
                .as((role, domain, weight, alive, steady, current, leaving, inGroup) -> new NodeView(
                        "n",
                        role,
                        (inGroup == InGroup.LEARNER || inGroup == InGroup.TOLD) && role == STANDBY
                                ? inGroup
                                : role == VOTER ? InGroup.VOTER : InGroup.OUTSIDE,
                        false,
                        alive ? HEARD : DEAD,
                        alive && steady,
                        current && role != SPARE,
                        domain,
                        weight,
                        leaving,
                        weight == 3, // stops in good order
                        false,
                        weight == 2 && role == VOTER && !current));
        Arbitrary<NodeView> either = Arbitraries.of(true, false, false, false, false)
                .flatMap(isWorker -> isWorker ? nodes.map(RolePlannerTest::worker) : nodes);
        return either.list().ofMinSize(0).ofMaxSize(11).map(RolePlannerTest::led);
    }

    /** Names the nodes, and puts a leader first. */
    private static ClusterView led(List<NodeView> drawn) {
        List<NodeView> nodes = new ArrayList<>();
        nodes.add(leader(node("n00", VOTER, 1)));
        for (int i = 0; i < drawn.size(); i++) {
            NodeView n = drawn.get(i);
            nodes.add(new NodeView(
                    "n%02d".formatted(i + 1),
                    n.role(),
                    n.inGroup(),
                    false,
                    n.silent(),
                    n.steady(),
                    n.current(),
                    n.failureDomain(),
                    n.weight(),
                    n.leaving(),
                    n.stopping(),
                    n.worker(),
                    n.logLost()));
        }
        return new ClusterView(nodes);
    }

    @Provide
    static Arbitrary<RolePolicy> policies() {
        return Combinators.combine(
                        Arbitraries.of(1, 3, 5, 7), Arbitraries.integers().between(0, 4))
                .as((voters, standbys) -> new RolePolicy(voters, standbys, Duration.ofSeconds(3)));
    }

    /** The view once a step has been taken; what takes time (a spare gets a copy) has happened. */
    private static ClusterView after(ClusterView view, RoleStep step) {
        List<NodeView> nodes = new ArrayList<>();
        for (NodeView node : view.nodes()) {
            if (!node.name().equals(step.node())) {
                nodes.add(step instanceof RoleStep.HandOver ? as(node, node.role(), node.inGroup(), false) : node);
                continue;
            }
            switch (step) {
                case RoleStep.Promote promote -> nodes.add(as(node, VOTER, InGroup.VOTER, false));
                case RoleStep.Demote demote -> nodes.add(as(node, demote.to(), InGroup.OUTSIDE, false));
                case RoleStep.Assign assign -> nodes.add(as(node, assign.to(), node.inGroup(), false));
                case RoleStep.Record record -> nodes.add(as(node, record.to(), node.inGroup(), node.leader()));
                case RoleStep.HandOver handOver -> nodes.add(as(node, VOTER, InGroup.VOTER, true));
                case RoleStep.Withdraw withdraw -> nodes.add(as(node, node.role(), InGroup.OUTSIDE, false));
                case RoleStep.Dismiss dismiss -> {}
            }
        }
        return new ClusterView(nodes);
    }

    /** The view once a learner that is there has caught up: that takes time, and is waited for. */
    private static ClusterView caughtUp(ClusterView view) {
        return new ClusterView(view.nodes().stream()
                .map(node -> node.inGroup() == InGroup.LEARNER && good(node)
                        ? as(node, node.role(), node.inGroup(), false)
                        : node)
                .toList());
    }

    private static ClusterView settled(ClusterView view, RolePolicy policy) {
        ClusterView now = view;
        List<RoleStep> taken = new ArrayList<>();
        while (true) {
            assertThat(taken)
                    .as("steps from %s", view)
                    .hasSizeLessThanOrEqualTo(6 * view.nodes().size());
            Optional<RoleStep> step = RolePlanner.plan(now, policy);
            if (step.isEmpty()) {
                ClusterView later = caughtUp(now);
                if (later.equals(now)) {
                    return now;
                }
                now = later;
                continue;
            }
            taken.add(step.get());
            now = after(now, step.get());
        }
    }

    private static ClusterView cluster(int size) {
        return new ClusterView(IntStream.rangeClosed(1, size)
                .mapToObj(i -> i == 1 ? leader(node("n1", VOTER, 1)) : node("n" + i, STANDBY, 1))
                .toList());
    }

    private static List<String> with(ClusterView view, Role role) {
        return view.nodes().stream()
                .filter(node -> node.role() == role)
                .map(NodeView::name)
                .toList();
    }

    /** Those that may have a role, and stay. */
    private static List<NodeView> staying(ClusterView view) {
        return view.nodes().stream()
                .filter(node -> !node.leaving() && !node.worker())
                .toList();
    }

    private static boolean good(NodeView node) {
        return node.online(DEFAULT) && !node.leaving();
    }

    @Property(tries = 3000)
    void a_step_never_takes_the_quorum_away(@ForAll("views") ClusterView view, @ForAll("policies") RolePolicy policy) {
        ClusterView now = view;
        for (int i = 0; i < 6 * view.nodes().size(); i++) {
            Optional<RoleStep> step = RolePlanner.plan(now, policy);
            if (step.isEmpty()) {
                break;
            }
            assertThat(now.hasQuorum(policy)
                            || step.get() instanceof RoleStep.Demote && isHalfOfFourOrMore(now, policy))
                    .as("a step is only planned where it can be committed")
                    .isTrue();
            ClusterView next = after(now, step.get());
            assertThat(next.hasQuorum(policy)).as("%s in %s", step, now).isTrue();
            now = next;
        }
    }

    private static boolean isHalfOfFourOrMore(ClusterView view, RolePolicy policy) {
        int voters = view.voters().size();
        return voters >= 4 && 2 * view.liveVoters(policy) == voters;
    }

    @Property(tries = 3000)
    void at_the_end_no_dead_voter_makes_a_number_even_or_too_large_and_no_half_is_left_without_a_quorum(
            @ForAll("views") ClusterView view, @ForAll("policies") RolePolicy policy) {
        ClusterView end = settled(view, policy);
        assertThat(isHalfOfFourOrMore(end, policy)).isFalse();
        int voters = end.voters().size();
        int target = policy.votersOf(staying(end).size());
        if (end.hasQuorum(policy) && (voters > target || voters % 2 == 0)) {
            assertThat(end.voters()).allMatch(node -> node.online(policy));
        }
    }

    @Property(tries = 3000)
    void the_leader_is_never_demoted_or_dismissed(
            @ForAll("views") ClusterView view, @ForAll("policies") RolePolicy policy) {
        RolePlanner.plan(view, policy).ifPresent(step -> {
            if (step instanceof RoleStep.Demote || step instanceof RoleStep.Dismiss) {
                assertThat(step.node()).isNotEqualTo("n00");
            }
        });
    }

    @Property(tries = 3000)
    void a_worker_gets_no_role_and_the_others_get_theirs_as_if_it_were_not_there(
            @ForAll("views") ClusterView view, @ForAll("policies") RolePolicy policy) {
        ClusterView without = new ClusterView(
                view.nodes().stream().filter(node -> !node.worker()).toList());
        Optional<RoleStep> step = RolePlanner.plan(view, policy);
        Set<String> workers = view.nodes().stream()
                .filter(NodeView::worker)
                .map(NodeView::name)
                .collect(Collectors.toSet());
        if (step.isPresent() && workers.contains(step.get().node())) {
            assertThat(step.get()).isInstanceOf(RoleStep.Dismiss.class);
        } else {
            assertThat(step).isEqualTo(RolePlanner.plan(without, policy));
        }
        assertThat(settled(view, policy).nodes()).filteredOn(NodeView::worker).allMatch(node -> node.role() == SPARE);
    }

    @Property(tries = 3000)
    void planning_and_taking_steps_ends(@ForAll("views") ClusterView view, @ForAll("policies") RolePolicy policy) {
        assertThat(RolePlanner.plan(settled(view, policy), policy)).isEmpty();
    }

    @Property(tries = 3000)
    void at_the_end_as_many_nodes_vote_as_should_and_can(
            @ForAll("views") ClusterView view, @ForAll("policies") RolePolicy policy) {
        ClusterView end = settled(view, policy);
        if (!end.hasQuorum(policy)) {
            return;
        }
        List<NodeView> staying = staying(end);
        int target = policy.votersOf(staying.size());
        long able = staying.stream().filter(RolePlannerTest::good).count();
        long vote = staying.stream().filter(node -> good(node) && node.votes()).count();
        long ready = staying.stream()
                .filter(node -> good(node) && (node.votes() || node.role() == STANDBY && node.current()))
                .count();
        assertThat(vote).isGreaterThanOrEqualTo(Math.min(target, ready));
        if (staying.stream().anyMatch(node -> node.role() == STANDBY && good(node) && !node.current())) {
            return; // one that catches up is waited for, before a spare is made one
        }
        assertThat(vote).isEqualTo(Math.min(target, able));
        if (able >= target) {
            assertThat(end.voters()).as("and nobody else votes").hasSize(target);
        }
    }

    @Property(tries = 3000)
    void at_the_end_no_two_vote_in_one_failure_domain_while_another_with_a_node_that_could_has_none(
            @ForAll("views") ClusterView view, @ForAll("policies") RolePolicy policy) {
        ClusterView end = settled(view, policy);
        List<Integer> domains =
                end.voters().stream().map(NodeView::failureDomain).toList();
        boolean crowded = domains.stream().distinct().count() < domains.size();
        boolean full = end.voters().size() == policy.votersOf(staying(end).size());
        if (end.hasQuorum(policy) && crowded && full) {
            assertThat(end.nodes())
                    .noneMatch(node -> node.role() == STANDBY
                            && good(node)
                            && node.steady()
                            && node.current()
                            && !domains.contains(node.failureDomain()));
        }
    }

    @Property(tries = 3000)
    void nobody_is_promoted_while_another_is_a_learner_and_at_the_end_nobody_is(
            @ForAll("views") ClusterView view, @ForAll("policies") RolePolicy policy) {
        List<String> learners = learners(view);
        RolePlanner.plan(view, policy).ifPresent(step -> {
            if (step instanceof RoleStep.Promote && !learners.isEmpty()) {
                assertThat(learners).contains(step.node());
            }
        });
        ClusterView end = settled(view, policy);
        if (end.hasQuorum(policy)) {
            assertThat(learners(end)).isEmpty();
        }
    }

    private static List<String> learners(ClusterView view) {
        return view.nodes().stream()
                .filter(node -> node.inGroup() == InGroup.LEARNER)
                .map(NodeView::name)
                .toList();
    }

    @Property
    void equal_views_give_equal_steps_in_whatever_order_the_nodes_are_listed(
            @ForAll("views") ClusterView view, @ForAll("policies") RolePolicy policy, @ForAll long seed) {
        List<NodeView> shuffled = new ArrayList<>(view.nodes());
        Collections.shuffle(shuffled, new Random(seed));
        assertThat(RolePlanner.plan(new ClusterView(shuffled), policy)).isEqualTo(RolePlanner.plan(view, policy));
    }

    @Property(tries = 3000)
    void at_the_end_every_node_that_leaves_is_gone_if_the_others_can_do_without_it(
            @ForAll("views") ClusterView view, @ForAll("policies") RolePolicy policy) {
        ClusterView end = settled(view, policy);
        boolean able = end.nodes().stream().anyMatch(node -> good(node) && node.votes());
        long good = end.voters().stream().filter(RolePlannerTest::good).count();
        int target = policy.votersOf(staying(end).size());
        if (end.hasQuorum(policy) && able && good >= target) {
            assertThat(end.nodes()).noneMatch(NodeView::leaving);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,0,0", "2,1,1,0", "3,3,0,0", "4,3,1,0", "6,3,3,0", "7,3,3,1", "9,3,3,3"})
    void a_cluster_that_grows_has_three_voters_as_soon_as_it_has_three_nodes(
            int nodes, int voters, int standbys, int spares) {
        ClusterView end = settled(cluster(nodes), DEFAULT);
        assertThat(with(end, VOTER)).hasSize(voters);
        assertThat(with(end, STANDBY)).hasSize(standbys);
        assertThat(with(end, SPARE)).hasSize(spares);
    }

    @Test
    void seven_nodes_in_three_domains_have_a_voter_and_a_standby_in_each() {
        List<NodeView> nodes = new ArrayList<>();
        for (int i = 1; i <= 7; i++) {
            nodes.add(i == 1 ? leader(node("n1", VOTER, 1)) : node("n" + i, STANDBY, (i - 1) % 3 + 1));
        }
        ClusterView end = settled(new ClusterView(nodes), DEFAULT);
        for (Role role : List.of(VOTER, STANDBY)) {
            assertThat(end.nodes().stream().filter(node -> node.role() == role).map(NodeView::failureDomain))
                    .as(role.word())
                    .containsExactlyInAnyOrder(1, 2, 3);
        }
        assertThat(with(end, SPARE)).hasSize(1);
    }

    /** A seed of simulated clusters found it: where no standby was in the third domain, its spares never became one. */
    @Test
    void a_spare_in_a_domain_without_voter_becomes_standby_and_voter_while_another_domain_has_several() {
        ClusterView end = settled(
                new ClusterView(List.of(
                        leader(node("n1", VOTER, 1)),
                        node("n2", VOTER, 2),
                        node("n3", SPARE, 3),
                        node("n4", VOTER, 1),
                        node("n5", STANDBY, 2),
                        node("n6", SPARE, 3))),
                new RolePolicy(3, 1, DEFAULT.promoteAfter()));
        assertThat(end.voters()).extracting(NodeView::failureDomain).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(with(end, STANDBY)).hasSize(1);
    }

    @Test
    void a_voter_that_dies_is_replaced_by_a_standby_of_its_domain_and_then_loses_its_vote() {
        ClusterView view = new ClusterView(List.of(
                leader(node("n1", VOTER, 1)),
                node("n2", VOTER, 2),
                dead(node("n3", VOTER, 3)),
                node("n4", STANDBY, 1),
                node("n5", STANDBY, 3)));
        RoleStep first = RolePlanner.plan(view, DEFAULT).orElseThrow();
        assertThat(first).isEqualTo(new RoleStep.Promote("n5", "2 of 3 voters: n3 has been silent for 30.0 s"));
        assertThat(RolePlanner.plan(after(view, first), DEFAULT))
                .contains(new RoleStep.Demote("n3", SPARE, "it has been silent for 30.0 s, and was replaced"));
    }

    @Test
    void a_voter_that_stops_in_good_order_hands_its_vote_to_a_standby_and_stands_by_itself() {
        NodeView n3 = node("n3", VOTER, 1);
        NodeView stops = new NodeView(
                "n3",
                VOTER,
                InGroup.VOTER,
                false,
                HEARD,
                true,
                true,
                n3.failureDomain(),
                n3.weight(),
                false,
                true,
                false,
                false);
        ClusterView view = new ClusterView(
                List.of(leader(node("n1", VOTER, 1)), node("n2", VOTER, 1), stops, node("n4", STANDBY, 1)));
        RoleStep first = RolePlanner.plan(view, DEFAULT).orElseThrow();
        assertThat(first).isEqualTo(new RoleStep.Promote("n4", "2 of 3 voters: n3 is stopping"));
        assertThat(RolePlanner.plan(after(view, first), DEFAULT))
                .contains(new RoleStep.Demote("n3", STANDBY, "it is stopping, and was replaced"));
        ClusterView alone = new ClusterView(List.of(leader(node("n1", VOTER, 1)), node("n2", VOTER, 1), stops));
        assertThat(RolePlanner.plan(alone, DEFAULT)).as("nobody can replace it").isEmpty();
    }

    @Test
    void a_voter_that_was_repaired_loses_its_vote_at_once_even_where_nobody_can_replace_it_but_for_the_quorum() {
        NodeView repaired =
                new NodeView("n3", VOTER, InGroup.VOTER, false, HEARD, true, false, 1, 0, false, false, false, true);
        ClusterView view = new ClusterView(List.of(leader(node("n1", VOTER, 1)), node("n2", VOTER, 1), repaired));
        RoleStep first = RolePlanner.plan(view, DEFAULT).orElseThrow();
        assertThat(first)
                .isEqualTo(
                        new RoleStep.Demote("n3", STANDBY, "it was repaired: its log is lost, and its vote with it"));
        assertThat(RolePlanner.plan(
                        new ClusterView(List.of(leader(node("n1", VOTER, 1)), dead(node("n2", VOTER, 1)), repaired)),
                        DEFAULT))
                .as("without a quorum nothing can be decided")
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = InGroup.class, names = "VOTER", mode = EnumSource.Mode.EXCLUDE)
    void a_node_that_was_repaired_while_it_was_promoted_gets_another_name_before_it_is_promoted_again(InGroup inGroup) {
        NodeView repaired =
                new NodeView("n3", STANDBY, inGroup, false, HEARD, true, true, 1, 0, false, false, false, true);
        ClusterView view = new ClusterView(List.of(leader(node("n1", VOTER, 1)), node("n2", VOTER, 1), repaired));
        assertThat(RolePlanner.plan(view, DEFAULT))
                .hasValueSatisfying(step -> assertThat(step)
                        .isInstanceOf(RoleStep.Withdraw.class)
                        .extracting(RoleStep::node)
                        .isEqualTo("n3"));
    }

    @Test
    void a_dead_voter_that_nobody_can_replace_keeps_its_vote() {
        ClusterView view = new ClusterView(
                List.of(leader(node("n1", VOTER, 1)), node("n2", VOTER, 1), dead(node("n3", VOTER, 1))));
        assertThat(RolePlanner.plan(view, DEFAULT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void of_two_dead_voters_of_five_one_is_replaced_by_the_only_standby_and_first_the_one_that_leaves(boolean leaves) {
        NodeView n5 = dead(node("n5", VOTER, 1));
        ClusterView view = new ClusterView(List.of(
                leader(node("n1", VOTER, 1)),
                node("n2", VOTER, 1),
                node("n3", VOTER, 1),
                dead(node("n4", VOTER, 1)),
                leaves ? leaves(n5) : n5,
                node("n6", STANDBY, 1)));
        ClusterView end = settled(view, new RolePolicy(5, 1, Duration.ofSeconds(3)));
        assertThat(with(end, VOTER))
                .containsExactlyElementsOf(
                        leaves ? List.of("n1", "n2", "n3", "n4", "n6") : List.of("n1", "n2", "n3", "n5", "n6"));
        assertThat(end.nodes())
                .extracting(NodeView::name)
                .as("one that leaves is gone")
                .hasSize(leaves ? 5 : 6);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void half_of_four_voters_is_made_two_of_three_while_it_still_can_be(int wanted) {
        ClusterView view = new ClusterView(List.of(
                leader(node("n1", VOTER, 1)),
                node("n2", VOTER, 1),
                dead(node("n3", VOTER, 1)),
                dead(node("n4", VOTER, 1)),
                node("n5", STANDBY, 1)));
        RolePolicy policy = new RolePolicy(wanted, 1, Duration.ofSeconds(3));
        RoleStep first = RolePlanner.plan(view, policy).orElseThrow();
        assertThat(first)
                .isEqualTo(new RoleStep.Demote(
                        "n3", SPARE, "it has been silent for 30.0 s, and half of 4 voters could elect no leader"));
        assertThat(after(view, first).hasQuorum(policy)).isTrue();
        assertThat(with(settled(view, policy), VOTER))
                .contains("n1", "n2", "n5")
                .hasSize(3);
    }

    @Test
    void half_of_two_voters_decides_nothing() {
        ClusterView view = new ClusterView(
                List.of(leader(node("n1", VOTER, 1)), dead(node("n2", VOTER, 1)), node("n3", STANDBY, 1)));
        assertThat(RolePlanner.plan(view, DEFAULT)).isEmpty();
    }

    @Test
    void a_learner_that_dies_makes_room_for_another_before_that_one_is_told_to_become_a_voter() {
        ClusterView view = new ClusterView(List.of(
                leader(node("n1", VOTER, 1)),
                node("n2", VOTER, 1),
                dead(node("n3", VOTER, 1)),
                dead(learner("n4", true)),
                node("n5", STANDBY, 1)));
        assertThat(RolePlanner.plan(view, DEFAULT))
                .contains(new RoleStep.Withdraw("n4", "it was lost while it was promoted"));
        assertThat(with(settled(view, DEFAULT), VOTER)).containsExactly("n1", "n2", "n5");
    }

    @Test
    void a_learner_that_catches_up_is_waited_for_and_promoted_then() {
        NodeView other = node("n4", STANDBY, 2);
        ClusterView view = new ClusterView(List.of(
                leader(node("n1", VOTER, 1)),
                node("n2", VOTER, 1),
                dead(node("n3", VOTER, 1)),
                other,
                learner("n5", false)));
        assertThat(RolePlanner.plan(view, DEFAULT)).isEmpty();
        ClusterView caughtUp = new ClusterView(List.of(
                leader(node("n1", VOTER, 1)),
                node("n2", VOTER, 1),
                dead(node("n3", VOTER, 1)),
                other,
                learner("n5", true)));
        assertThat(RolePlanner.plan(caughtUp, DEFAULT))
                .hasValueSatisfying(step -> assertThat(step)
                        .isInstanceOf(RoleStep.Promote.class)
                        .extracting(RoleStep::node)
                        .isEqualTo("n5"));
    }

    private static NodeView learner(String name, boolean current) {
        return new NodeView(name, STANDBY, InGroup.LEARNER, false, HEARD, true, current, 1, 0, false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_promotion_that_was_cut_off_before_the_group_had_the_node_is_begun_anew_or_dropped(boolean needed) {
        NodeView told = new NodeView("n4", STANDBY, InGroup.TOLD, false, HEARD, true, true, 1, 0, false);
        ClusterView view = new ClusterView(List.of(
                leader(node("n1", VOTER, 1)),
                node("n2", VOTER, 1),
                needed ? node("n3", SPARE, 1) : node("n3", VOTER, 1),
                told));
        RoleStep first = RolePlanner.plan(view, DEFAULT).orElseThrow();
        assertThat(first).isEqualTo(new RoleStep.Withdraw("n4", "its promotion was cut off before the group had it"));
        assertThat(with(settled(view, DEFAULT), VOTER))
                .contains(needed ? "n4" : "n3")
                .hasSize(3);
    }

    @Test
    void without_a_quorum_nothing_is_planned() {
        ClusterView view = new ClusterView(List.of(
                leader(node("n1", VOTER, 1)),
                dead(node("n2", VOTER, 1)),
                dead(node("n3", VOTER, 1)),
                node("n4", STANDBY, 1)));
        assertThat(RolePlanner.plan(view, DEFAULT)).isEmpty();
    }

    @Test
    void the_only_voter_of_two_that_leaves_makes_the_other_vote_and_lead_first() {
        ClusterView view = new ClusterView(List.of(leaves(leader(node("n1", VOTER, 1))), node("n2", STANDBY, 1)));
        List<Class<?>> steps = new ArrayList<>();
        ClusterView now = view;
        for (Optional<RoleStep> step = RolePlanner.plan(now, DEFAULT);
                step.isPresent();
                step = RolePlanner.plan(now, DEFAULT)) {
            steps.add(step.get().getClass());
            now = after(now, step.get());
        }
        assertThat(steps)
                .containsExactly(
                        RoleStep.Promote.class, RoleStep.HandOver.class, RoleStep.Demote.class, RoleStep.Dismiss.class);
        assertThat(now.nodes()).extracting(NodeView::name).containsExactly("n2");
    }

    @Test
    void a_standby_that_lags_is_not_promoted_nor_is_a_spare_made_one_in_its_stead() {
        NodeView lags = new NodeView("n3", STANDBY, InGroup.OUTSIDE, false, HEARD, true, false, 1, 0, false);
        ClusterView view = new ClusterView(
                List.of(leader(node("n1", VOTER, 1)), node("n2", VOTER, 1), lags, node("n4", SPARE, 1)));
        assertThat(RolePlanner.plan(view, new RolePolicy(3, 1, Duration.ofSeconds(3))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 2, 4, 6, 8, 9})
    void a_policy_wants_an_odd_number_of_voters_up_to_seven(int voters) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RolePolicy(voters, 3, Duration.ofSeconds(3)))
                .withMessage("voters: wants 1, 3, 5 or 7, is " + voters);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 3_600_001})
    void a_policy_replaces_a_voter_after_a_second_to_an_hour(int millis) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RolePolicy(3, 3, Duration.ofMillis(millis)))
                .withMessageStartingWith("promote-after: wants 1 s to 1 h");
    }
}
