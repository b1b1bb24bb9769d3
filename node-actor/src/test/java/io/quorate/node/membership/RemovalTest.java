package io.quorate.node.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.contract.MembershipMessage.Refused;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.ClusterView.InGroup;
import io.quorate.node.role.ClusterView.NodeView;
import io.quorate.node.role.Role;
import io.quorate.node.role.RolePolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RemovalTest {
    private static NodeView node(String name, Role role, Duration silent) {
        return new NodeView(
                name,
                role,
                role == Role.VOTER ? InGroup.VOTER : InGroup.OUTSIDE,
                name.equals("n1"),
                silent,
                true,
                true,
                1,
                0,
                false);
    }

    private static NodeView live(String name, Role role) {
        return node(name, role, Duration.ofMillis(100));
    }

    private static NodeView dead(String name) {
        return node(name, Role.VOTER, Duration.ofMinutes(1));
    }

    private static Optional<Refused> refusal(String name, boolean force, NodeView... nodes) {
        return Removal.refusal(new ClusterView(List.of(nodes)), RolePolicy.DEFAULT, name, force);
    }

    @Test
    void a_live_node_hands_over_first_and_is_not_removed_by_force() {
        NodeView[] three = {live("n1", Role.VOTER), live("n2", Role.VOTER), live("n3", Role.VOTER)};
        assertThat(refusal("n3", false, three)).isEmpty();
        assertThat(refusal("n3", true, three))
                .hasValueSatisfying(no -> assertThat(no.message()).contains("n3 is alive", "without --force"));
    }

    @Test
    void a_dead_node_is_removed_by_force_only() {
        NodeView[] three = {live("n1", Role.VOTER), live("n2", Role.VOTER), dead("n3")};
        assertThat(refusal("n3", true, three)).isEmpty();
        assertThat(refusal("n3", false, three))
                .hasValueSatisfying(no -> assertThat(no.message()).contains("silent for 60.0 s", "--force"));
    }

    @Test
    void a_live_voter_stays_where_the_others_would_be_too_few_unless_a_standby_can_take_its_place() {
        NodeView[] three = {live("n1", Role.VOTER), live("n2", Role.VOTER), dead("n3")};
        assertThat(refusal("n2", false, three))
                .hasValueSatisfying(no -> assertThat(no.message()).contains("only 1 of 2 voters", "`quorate start`"));
        NodeView[] four = {three[0], three[1], three[2], live("n4", Role.STANDBY)};
        assertThat(refusal("n2", false, four)).isEmpty();
    }

    @Test
    void an_unknown_node_is_refused_with_the_names_that_there_are() {
        assertThat(refusal("n9", false, live("n1", Role.VOTER), live("n2", Role.STANDBY)))
                .hasValueSatisfying(no -> assertThat(no.message()).contains("no node n9", "n1, n2"));
    }
}
