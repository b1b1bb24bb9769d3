package io.quorate.node.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.contract.Assignment;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.folder.Identity;
import io.quorate.node.folder.Identity.Replica;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TransitionTest {
    private static final String FIRST = "n2#1@10.0.0.2:19001";
    private static final String SECOND = "n2#2@10.0.0.2:19001";

    private static Identity identity(Replica replica) {
        return new Identity(
                "c",
                ClusterEpoch.FIRST,
                MemberId.parse(FIRST),
                "10.0.0.2:16443",
                "10.0.0.2:25000",
                List.of(MemberId.parse("n1#1@10.0.0.1:19001")),
                replica,
                List.of("10.0.0.1:19001"),
                "",
                "");
    }

    private static Optional<Transition> told(
            Replica replica, String standing, String member, String role, String reason) {
        return Transition.due(
                identity(replica),
                new Assignment(standing, member, role, List.of("10.0.0.9:19001"), reason, "", "", 0, "", List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "MEMBER,   n2#1@10.0.0.2:19001, voter",
        "FOLLOWER, n2#1@10.0.0.2:19001, standby",
        "NONE,     n2#1@10.0.0.2:19001, spare",
        "WORKER,   n2#1@10.0.0.2:19001, worker",
        "MEMBER,   n2#1@10.0.0.2:19001, standby", // under way: the role is recorded last
        "REPAIRED, n2#1@10.0.0.2:19001, voter",
        "REPAIRED, n2#1@10.0.0.2:19001, standby", // repaired while it was promoted: the group may have it
        "REPAIRED, n2#1@10.0.0.2:19001, spare",
        "MEMBER,   n3#1@10.0.0.2:19001, spare" // meant for another
    })
    void a_node_stays_what_it_is(Replica replica, String member, String role) {
        assertThat(told(replica, Assignment.MEMBER, member, role, "")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "NONE,     n2#1@10.0.0.2:19001, standby, FOLLOWER",
        "FOLLOWER, n2#1@10.0.0.2:19001, spare,   NONE",
        "MEMBER,   n2#2@10.0.0.2:19001, spare,   NONE",
        "MEMBER,   n2#2@10.0.0.2:19001, standby, FOLLOWER",
        "FOLLOWER, n2#2@10.0.0.2:19001, standby, FOLLOWER",
        "REPAIRED, n2#2@10.0.0.2:19001, standby, FOLLOWER",
        "REPAIRED, n2#2@10.0.0.2:19001, spare,   NONE",
        // It voted, and its disk does not know it: it was set back. Its vote is given up.
        "FOLLOWER, n2#1@10.0.0.2:19001, voter,   REPAIRED",
        "NONE,     n2#1@10.0.0.2:19001, voter,   REPAIRED",
        "FOLLOWER, n2#2@10.0.0.2:19001, voter,   REPAIRED",
        "MEMBER,   n2#2@10.0.0.2:19001, voter,   REPAIRED",
        "REPAIRED, n2#2@10.0.0.2:19001, voter,   REPAIRED"
    })
    void a_node_becomes_what_it_is_told(Replica replica, String member, String role, Replica then) {
        assertThat(told(replica, Assignment.MEMBER, member, role, ""))
                .contains(new Transition.Become(
                        identity(replica).as(MemberId.parse(member), then).withContacts(List.of("10.0.0.9:19001"))));
    }

    @ParameterizedTest
    @EnumSource(
            value = Replica.class,
            names = {"FOLLOWER", "NONE", "MEMBER", "REPAIRED"})
    void a_node_that_is_told_late_that_it_voted_as_who_it_was_before_stays_what_it_is(Replica replica) {
        Identity now = identity(replica).as(MemberId.parse(SECOND), replica);
        Assignment late = new Assignment(Assignment.MEMBER, FIRST, "voter", List.of(), "", "", "", 0, "", List.of());
        assertThat(Transition.due(now, late)).isEmpty();
    }

    @Test
    void only_a_disk_that_was_set_back_is_said_to_be_one() {
        assertThat(told(Replica.FOLLOWER, Assignment.MEMBER, FIRST, "voter", ""))
                .hasValueSatisfying(next -> assertThat(next.showsOldDisk()).isTrue());
        assertThat(told(Replica.FOLLOWER, Assignment.MEMBER, SECOND, "standby", ""))
                .hasValueSatisfying(next -> assertThat(next.showsOldDisk()).isFalse());
        assertThat(told(Replica.REPAIRED, Assignment.MEMBER, SECOND, "spare", ""))
                .hasValueSatisfying(next -> assertThat(next.showsOldDisk()).isFalse());
    }

    @Test
    void a_node_that_is_told_where_it_was_stays_where_it_is() {
        Identity moved = identity(Replica.MEMBER).at("10.0.7.2:19001", "10.0.7.2:16443", "10.0.7.2:25000");
        Assignment told = new Assignment(Assignment.MEMBER, SECOND, "spare", List.of(), "", "", "", 0, "1", List.of());
        assertThat(Transition.due(moved, told))
                .hasValueSatisfying(next -> assertThat(next)
                        .isInstanceOfSatisfying(
                                Transition.Become.class,
                                become -> assertThat(become.identity().member()).hasToString("n2#2@10.0.7.2:19001")));
    }

    @Test
    void a_removed_node_knows_nobody_of_its_cluster_any_more_and_is_told_once() {
        assertThat(told(Replica.MEMBER, Assignment.REMOVED, "", "", "removed"))
                .contains(new Transition.Become(identity(Replica.MEMBER).removed("removed")));
        assertThat(told(Replica.REMOVED, Assignment.REMOVED, "", "", "removed")).isEmpty();
    }

    @Test
    void a_node_whose_join_was_forgotten_starts_anew_and_may_join_again() {
        assertThat(told(Replica.FOLLOWER, Assignment.REMOVED, "", "", MembershipMessage.Abandon.REASON))
                .contains(new Transition.StartAnew());
    }

    @Test
    void a_node_that_left_by_itself_starts_anew() {
        assertThat(told(Replica.NONE, Assignment.REMOVED, "", "", MembershipMessage.Leave.BY_ITSELF))
                .contains(new Transition.StartAnew());
    }

    private static Optional<Transition> toldIn(String epoch, Identity identity, String standing) {
        return Transition.due(
                identity,
                new Assignment(
                        standing,
                        standing.equals(Assignment.MEMBER) ? SECOND : "",
                        standing.equals(Assignment.MEMBER) ? "standby" : "",
                        List.of("10.0.0.9:19001"),
                        "recovered without it",
                        "",
                        "",
                        0,
                        epoch,
                        List.of("n1#2@10.0.0.1:19001")));
    }

    @ParameterizedTest
    @CsvSource({"MEMBER, FOLLOWER", "FOLLOWER, FOLLOWER", "NONE, NONE", "WORKER, WORKER"})
    void a_node_that_a_recovery_has_kept_gets_the_copy_of_the_new_epoch(Replica replica, Replica then) {
        ClusterEpoch second = new ClusterEpoch(2, "3fa81c09");
        assertThat(toldIn("2-3fa81c09", identity(replica), Assignment.MEMBER))
                .contains(new Transition.Reseed(identity(replica)
                        .in(second, MemberId.parse(SECOND), List.of(MemberId.parse("n1#2@10.0.0.1:19001")), then)
                        .withContacts(List.of("10.0.0.9:19001"))));
    }

    @Test
    void a_node_that_a_recovery_went_on_without_is_removed() {
        assertThat(toldIn("2-3fa81c09", identity(Replica.MEMBER), Assignment.REMOVED))
                .contains(new Transition.Become(identity(Replica.MEMBER).removed("recovered without it")));
    }

    @ParameterizedTest
    @CsvSource({"1", "2-00000001"})
    void an_older_epoch_and_one_that_contradicts_decide_nothing(String epoch) {
        Identity now = identity(Replica.MEMBER)
                .in(new ClusterEpoch(2, "3fa81c09"), MemberId.parse(FIRST), List.of(), Replica.MEMBER);
        assertThat(toldIn(epoch, now, Assignment.REMOVED)).isEmpty();
        assertThat(toldIn(epoch, now, Assignment.MEMBER)).isEmpty();
    }

    @Test
    void who_is_not_known_there_changes_nothing() {
        assertThat(told(Replica.MEMBER, Assignment.UNKNOWN, SECOND, "spare", ""))
                .isEmpty();
    }

    @Test
    void a_node_that_became_a_member_of_the_group_since_it_was_told_to_give_up_its_copy_keeps_it() {
        Transition told =
                told(Replica.FOLLOWER, Assignment.MEMBER, FIRST, "spare", "").orElseThrow();
        assertThat(told.isOutdated(identity(Replica.FOLLOWER))).isFalse();
        assertThat(told.isOutdated(identity(Replica.MEMBER))).isTrue();
        Transition voted =
                told(Replica.FOLLOWER, Assignment.MEMBER, FIRST, "voter", "").orElseThrow();
        assertThat(voted.isOutdated(identity(Replica.MEMBER))).isTrue();
        Transition renewed =
                told(Replica.MEMBER, Assignment.MEMBER, SECOND, "spare", "").orElseThrow();
        assertThat(renewed.isOutdated(identity(Replica.MEMBER))).isFalse();
        Transition removed =
                told(Replica.FOLLOWER, Assignment.REMOVED, "", "", "by force").orElseThrow();
        assertThat(removed.isOutdated(identity(Replica.MEMBER))).isFalse();
    }
}
