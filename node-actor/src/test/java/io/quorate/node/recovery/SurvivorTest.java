package io.quorate.node.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.Recorded;
import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.contract.SurvivorReport;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SurvivorTest {
    private static final MemberId SELF = MemberId.parse("n3#2@10.0.0.3:19001");
    private static final MemberId OTHER = MemberId.parse("n1#1@10.0.0.1:19001");
    private static final RecoveryPlan ORDERED = new RecoveryPlan(
            "c",
            "2-00000007",
            "1",
            SELF.toString(),
            List.of("n4"),
            List.of(OTHER.toString()),
            "ada",
            1_000,
            0,
            "n3 had index 9",
            false);

    private static Identity identity(Identity.Replica replica) {
        return new Identity(
                "c",
                ClusterEpoch.FIRST,
                SELF,
                "10.0.0.3:16443",
                "10.0.0.3:25000",
                List.of(OTHER),
                replica,
                List.of(OTHER.address(), "10.0.0.4:19001"),
                "",
                "");
    }

    private static MembershipState known() {
        Membership rules = new Membership("c", ClusterEpoch.FIRST, List.of(OTHER));
        MembershipState state = rules.empty();
        long number = 1;
        for (MembershipEvent event : List.of(
                new MembershipEvent.NodeJoined(OTHER.toString(), "", "", "", ""),
                new MembershipEvent.RoleAssigned("n1", "voter", "it founds the cluster"),
                new MembershipEvent.NodeJoined(SELF.toString(), "", "", "", ""))) {
            state = rules.evolve(state, new Recorded(event, ""), number++);
        }
        return state;
    }

    @Test
    void a_standby_tells_what_it_has_applied_and_who_votes_as_it_knows() {
        SurvivorReport report =
                Survivor.report(identity(Identity.Replica.FOLLOWER), Optional.empty(), 4, 9, known(), "1.0");
        assertThat(report)
                .isEqualTo(new SurvivorReport(
                        "c", "1", SELF.toString(), "follower", 0, 4, 9, 9, "", List.of("n1"), "1.0"));
    }

    @Test
    void a_recovery_is_begun_by_what_it_was_decided_about_and_by_nobody_who_knows_a_leader() {
        Identity member = identity(Identity.Replica.MEMBER);
        assertThat(Survivor.refusal(ORDERED, member, false)).isEmpty();
        assertThat(Survivor.refusal(ORDERED, member, true))
                .hasValueSatisfying(why -> assertThat(why).startsWith("n3 knows a leader by now"));
        assertThat(Survivor.refusal(ORDERED, identity(Identity.Replica.NONE), false))
                .isPresent();
        Identity recovered = Recovery.identity(ORDERED, member);
        assertThat(Survivor.refusal(ORDERED, recovered, false))
                .hasValueSatisfying(why -> assertThat(why).startsWith("n3 is not what it was"));
    }

    @Test
    void the_base_goes_on_as_a_member_that_no_group_has_known_and_knows_none_of_the_lost() {
        RecoveryPlan plan = Survivor.planned(ORDERED, identity(Identity.Replica.FOLLOWER), known());
        assertThat(plan.member()).isEqualTo("n3#3@10.0.0.3:19001");
        assertThat(Recovery.isLeftToDo(plan, identity(Identity.Replica.FOLLOWER)))
                .isTrue();
        Identity next = Recovery.identity(plan, identity(Identity.Replica.FOLLOWER));
        assertThat(next.replica()).isEqualTo(Identity.Replica.MEMBER);
        assertThat(next.founders()).containsExactly(MemberId.parse(plan.member()));
        assertThat(next.contacts()).containsExactly("10.0.0.4:19001");
        assertThat(Recovery.isLeftToDo(plan, next)).isFalse();
    }

    @Test
    void the_journal_is_told_what_was_planned_or_what_is_known_without_a_plan() {
        Identity now = Recovery.identity(ORDERED, identity(Identity.Replica.MEMBER));
        assertThat(Survivor.toTell(now, Optional.of(ORDERED.reaching(9, 2)), 9, 5, "f")
                        .message())
                .isEqualTo(new MembershipMessage.Recover(
                        "2-00000007",
                        SELF.toString(),
                        List.of("n4"),
                        List.of(OTHER.toString()),
                        9,
                        "n3 had index 9; whether its last 2 entries were acknowledged is not known",
                        1_000,
                        now.apiAddress(),
                        now.joinAddress(),
                        ""));
        assertThat(Survivor.toTell(now, Optional.empty(), 9, 5, "f").message())
                .isInstanceOfSatisfying(MembershipMessage.Recover.class, told -> {
                    assertThat(told.lost()).isEmpty();
                    assertThat(told.offset()).isEqualTo(9);
                    assertThat(told.atMillis()).isEqualTo(5);
                });
    }
}
