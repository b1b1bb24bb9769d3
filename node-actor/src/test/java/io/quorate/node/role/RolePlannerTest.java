package io.quorate.node.role;

import static io.quorate.node.role.Role.STANDBY;
import static io.quorate.node.role.Role.VOTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RolePlannerTest {
    @Provide
    static Arbitrary<Map<String, Role>> roles() {
        return Arbitraries.maps(Arbitraries.integers().between(1, 30).map(n -> "n" + n), Arbitraries.of(Role.class))
                .ofMaxSize(15);
    }

    @Provide
    static Arbitrary<RolePolicy> policies() {
        return Arbitraries.of(1, 3, 5, 7).map(RolePolicy::new);
    }

    private static long voters(Map<String, Role> roles) {
        return roles.values().stream().filter(VOTER::equals).count();
    }

    private static Map<String, Role> after(Map<String, Role> roles, RolePlanner.Promote step) {
        Map<String, Role> next = new TreeMap<>(roles);
        next.put(step.node(), VOTER);
        return next;
    }

    /** A cluster as it grows: its founder votes. */
    private static Map<String, Role> cluster(int size) {
        Map<String, Role> roles = new TreeMap<>();
        for (int i = 1; i <= size; i++) {
            roles.put("n" + i, i == 1 ? VOTER : STANDBY);
        }
        return roles;
    }

    private static Map<String, Role> settled(Map<String, Role> roles, RolePolicy policy) {
        Map<String, Role> now = roles;
        for (int steps = 0; ; steps++) {
            assertThat(steps).as("steps from %s", roles).isLessThanOrEqualTo(roles.size());
            Optional<RolePlanner.Promote> step = RolePlanner.plan(now, policy);
            if (step.isEmpty()) {
                return now;
            }
            now = after(now, step.get());
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,1", "3,3", "4,3", "5,3", "9,3"})
    void a_cluster_that_grows_has_three_voters_as_soon_as_it_has_three_nodes(int nodes, int voters) {
        assertThat(voters(settled(cluster(nodes), RolePolicy.DEFAULT))).isEqualTo(voters);
    }

    @Property
    void a_step_promotes_one_standby_and_nothing_else(
            @ForAll("roles") Map<String, Role> roles, @ForAll("policies") RolePolicy policy) {
        RolePlanner.plan(roles, policy)
                .ifPresent(step -> assertThat(roles.get(step.node())).isEqualTo(STANDBY));
    }

    @Property
    void a_plan_ends_after_at_most_one_step_for_each_node(
            @ForAll("roles") Map<String, Role> roles, @ForAll("policies") RolePolicy policy) {
        Map<String, Role> end = settled(roles, policy);
        assertThat(RolePlanner.plan(end, policy)).isEmpty();
    }

    @Property
    void no_voter_is_ever_taken_away_so_no_step_can_cost_the_quorum(
            @ForAll("roles") Map<String, Role> roles, @ForAll("policies") RolePolicy policy) {
        Map<String, Role> end = settled(roles, policy);
        roles.forEach((node, role) -> {
            if (role == VOTER) {
                assertThat(end).containsEntry(node, VOTER);
            }
        });
    }

    @Property
    void a_plan_ends_with_an_odd_number_of_voters_and_never_more_than_the_policy_wants(
            @ForAll("roles") Map<String, Role> roles, @ForAll("policies") RolePolicy policy) {
        long before = voters(roles);
        long after = voters(settled(roles, policy));
        if (after > before) {
            assertThat(after % 2).isEqualTo(1);
            assertThat(after).isLessThanOrEqualTo(policy.voters());
        }
        if (after < policy.voters()) {
            assertThat(after).as("all but the one that would make it even").isGreaterThanOrEqualTo(roles.size() - 1L);
        }
    }

    @Property
    void equal_views_give_equal_steps_in_whatever_order_the_nodes_are_listed(
            @ForAll("roles") Map<String, Role> roles, @ForAll("policies") RolePolicy policy, @ForAll long seed) {
        List<String> names = new ArrayList<>(roles.keySet());
        Collections.shuffle(names, new Random(seed));
        Map<String, Role> shuffled = new LinkedHashMap<>();
        names.forEach(name -> shuffled.put(name, roles.get(name)));
        assertThat(RolePlanner.plan(shuffled, policy)).isEqualTo(RolePlanner.plan(new HashMap<>(roles), policy));
    }

    @Property
    void planning_changes_nothing(@ForAll("roles") Map<String, Role> roles) {
        Map<String, Role> before = new HashMap<>(roles);
        RolePlanner.plan(Collections.unmodifiableMap(roles), RolePolicy.DEFAULT);
        assertThat(roles).isEqualTo(before);
    }

    @Test
    void among_equal_standbys_the_lower_name_goes_first_and_the_reason_says_why() {
        RolePlanner.Promote step =
                RolePlanner.plan(cluster(4), RolePolicy.DEFAULT).orElseThrow();
        assertThat(step.node()).isEqualTo("n2");
        assertThat(step.reason()).isEqualTo("1 of 3 voters: the cluster has 4 nodes");
    }

    @Test
    void a_cluster_without_nodes_or_without_standbys_has_no_step() {
        assertThat(RolePlanner.plan(Map.of(), RolePolicy.DEFAULT)).isEmpty();
        assertThat(RolePlanner.plan(Map.of("n1", VOTER, "n2", VOTER), RolePolicy.DEFAULT))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 2, 4, 6, 8, 9})
    void a_policy_wants_an_odd_number_of_voters_up_to_seven(int voters) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RolePolicy(voters))
                .withMessage("voters: wants 1, 3, 5 or 7, is " + voters);
    }
}
