package io.quorate.node.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.Presence;
import io.quorate.node.contract.Recorded;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.ClusterView.InGroup;
import io.quorate.node.role.ClusterView.NodeView;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PresencesTest {
    private static final MemberId LEADER = MemberId.parse("n1#1@10.0.0.1:19001");
    private static final MemberId VOTER = MemberId.parse("n2#1@10.0.0.2:19001");
    private static final MemberId OUTSIDE = MemberId.parse("n3#1@10.0.0.3:19001");
    private static final Duration GAP = Duration.ofSeconds(10);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Presences presences = new Presences();

    private static long seconds(double seconds) {
        return (long) (seconds * 1e9);
    }

    private static MembershipState state(MembershipEvent... further) {
        Membership rules = new Membership("c", ClusterEpoch.FIRST, List.of(LEADER));
        MembershipState state = rules.empty();
        for (MemberId member : List.of(LEADER, VOTER, OUTSIDE)) {
            state = rules.evolve(state, recorded(new MembershipEvent.NodeJoined(member.toString(), "", "", "", "")), 1);
        }
        for (MemberId member : List.of(LEADER, VOTER)) {
            state = rules.evolve(state, recorded(new MembershipEvent.RoleAssigned(member.node(), "voter", "why")), 1);
        }
        for (MembershipEvent event : further) {
            state = rules.evolve(state, recorded(event), 1);
        }
        return state;
    }

    private static Recorded recorded(MembershipEvent event) {
        return new Recorded(event, "admin ada");
    }

    private static MembershipState joined() {
        return state(new MembershipEvent.JoinCompleted("n3"));
    }

    private static Presences.Group group(long voterSilentMillis) {
        return new Presences.Group(LEADER, List.of(LEADER, VOTER), List.of(), Map.of(VOTER, voterSilentMillis));
    }

    private boolean tells(MemberId member, String replica, long applied, double at) {
        return presences.heard(
                new Presence("c", member.toString(), replica, applied, "1", 500, 0, "", "", ""),
                100_000,
                seconds(at),
                200,
                GAP);
    }

    private NodeView view(MembershipState state, String node, long voterSilentMillis, double at) {
        return presences.view(state, group(voterSilentMillis), seconds(at)).nodes().stream()
                .filter(one -> one.name().equals(node))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_node_that_was_let_in_has_its_minute_however_long_the_leader_has_led() {
        presences.begin(0, Duration.ZERO);
        MembershipState letIn = state();
        assertThat(presences.overdue(letIn, MINUTE, seconds(5000))).isEmpty();
        assertThat(presences.overdue(letIn, MINUTE, seconds(5060))).isEmpty();
        assertThat(presences.overdue(letIn, MINUTE, seconds(5061))).containsExactly("n3");
        assertThat(presences.overdue(joined(), MINUTE, seconds(5062))).isEmpty();
        assertThat(presences.overdue(letIn, MINUTE, seconds(5063)))
                .as("one that is let in again waits anew")
                .isEmpty();
    }

    @Test
    void a_voter_that_talks_but_does_not_answer_the_log_is_silent() {
        presences.begin(0, Duration.ZERO);
        tells(VOTER, "member", 100_000, 20);
        assertThat(view(joined(), "n2", 4000, 20).silent()).isEqualTo(Duration.ofSeconds(4));
        assertThat(view(joined(), "n1", 4000, 20).silent()).isZero();
    }

    @Test
    void who_was_never_heard_of_is_silent_since_before_the_leader_led() {
        presences.begin(seconds(10), Duration.ofMillis(600));
        assertThat(view(joined(), "n3", 0, 12).silent()).isEqualTo(Duration.ofMillis(2600));
        tells(OUTSIDE, "follower", 100_000, 13);
        assertThat(view(joined(), "n3", 0, 14).silent()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void a_node_is_current_with_nearly_everything_and_under_its_own_identity_only() {
        presences.begin(0, Duration.ZERO);
        tells(OUTSIDE, "follower", 90_000, 1);
        assertThat(view(joined(), "n3", 0, 1).current()).isTrue();
        tells(OUTSIDE, "follower", 70_000, 1);
        assertThat(view(joined(), "n3", 0, 1).current()).isFalse();
        tells(OUTSIDE, "none", 100_000, 1);
        assertThat(view(joined(), "n3", 0, 1).current()).isFalse();
        tells(OUTSIDE, "follower", 100_000, 1);
        MembershipState renewed = state(
                new MembershipEvent.JoinCompleted("n3"),
                new MembershipEvent.MemberRenewed("n3", "n3#2@10.0.0.3:19001"));
        assertThat(view(renewed, "n3", 0, 1).current()).isFalse();
    }

    @Test
    void a_node_that_holds_nothing_is_not_current_however_little_there_is_and_to_hold_something_is_news() {
        presences.begin(0, Duration.ZERO);
        presences.heard(follower(0), 10, seconds(1), 200, GAP);
        assertThat(view(joined(), "n3", 0, 1).current()).isFalse();
        assertThat(presences.heard(follower(0), 10, seconds(2), 200, GAP)).isFalse();
        assertThat(presences.heard(follower(7), 10, seconds(3), 200, GAP)).isTrue();
        assertThat(view(joined(), "n3", 0, 3).current()).isTrue();
    }

    private static Presence follower(long applied) {
        return new Presence("c", OUTSIDE.toString(), "follower", applied, "1", 500, 0, "", "", "");
    }

    @Test
    void a_node_that_takes_itself_for_a_member_and_is_none_was_told_to_become_one_under_that_identity() {
        presences.begin(0, Duration.ZERO);
        tells(OUTSIDE, "member", 100_000, 1);
        assertThat(view(joined(), "n3", 0, 1).inGroup()).isEqualTo(InGroup.TOLD);
        MembershipState renewed = state(
                new MembershipEvent.JoinCompleted("n3"),
                new MembershipEvent.MemberRenewed("n3", "n3#2@10.0.0.3:19001"));
        assertThat(view(renewed, "n3", 0, 1).inGroup()).isEqualTo(InGroup.OUTSIDE);
        tells(OUTSIDE, "follower", 100_000, 2);
        assertThat(view(joined(), "n3", 0, 2).inGroup()).isEqualTo(InGroup.OUTSIDE);
    }

    @Test
    void after_a_long_silence_a_node_has_to_settle() {
        presences.begin(0, Duration.ZERO);
        tells(OUTSIDE, "follower", 100_000, 1);
        assertThat(view(joined(), "n3", 0, 1).steady()).isTrue();
        assertThat(tells(OUTSIDE, "follower", 100_000, 20)).as("that is news").isTrue();
        assertThat(view(joined(), "n3", 0, 21).steady()).isFalse();
        assertThat(tells(OUTSIDE, "follower", 100_000, 25)).as("that is not").isFalse();
        assertThat(view(joined(), "n3", 0, 30).steady()).isTrue();
    }

    @Test
    void a_node_whose_join_is_not_complete_is_in_no_plan() {
        presences.begin(0, Duration.ZERO);
        assertThat(presences.view(state(), group(0), 0).nodes())
                .extracting(NodeView::name)
                .containsExactly("n1", "n2");
    }

    @Test
    void a_voter_that_stops_is_taken_for_gone_at_once_and_not_for_ever() {
        presences.begin(0, Duration.ZERO);
        presences.stops(VOTER, seconds(1));
        assertThat(view(joined(), VOTER.node(), 100, 1).stopping()).isTrue();
        assertThat(view(joined(), VOTER.node(), 100, 12).stopping())
                .as("it has thought better of it")
                .isFalse();
    }

    @Test
    void who_holds_no_vote_is_told_of_a_new_leader_if_it_has_not_spoken_to_it() {
        presences.begin(0, Duration.ZERO);
        assertThat(presences.unaware(joined(), seconds(1))).containsExactly(OUTSIDE);
        tells(OUTSIDE, "follower", 100_000, 1);
        assertThat(presences.unaware(joined(), seconds(1))).isEmpty();
        presences.begin(seconds(2), Duration.ZERO);
        assertThat(presences.unaware(joined(), seconds(1)))
                .as("this is another term")
                .containsExactly(OUTSIDE);
    }

    private static MembershipState withWorker(MembershipEvent... further) {
        MembershipState state = state(
                new MembershipEvent.JoinCompleted("n3"),
                new MembershipEvent.NodeJoined("w1#1@10.0.0.9:19001", "", "", "", "worker"),
                new MembershipEvent.JoinCompleted("w1"));
        Membership rules = new Membership("c", ClusterEpoch.FIRST, List.of(LEADER));
        for (MembershipEvent event : further) {
            state = rules.evolve(state, recorded(event), 1);
        }
        return state;
    }

    private List<String> seenForRoles(MembershipState state) {
        return presences.viewForRoles(state, group(0), seconds(1)).nodes().stream()
                .map(NodeView::name)
                .toList();
    }

    @Test
    void roles_are_planned_without_the_workers_that_stay() {
        presences.begin(0, Duration.ZERO);
        assertThat(seenForRoles(withWorker())).containsExactly("n1", "n2", "n3");
        assertThat(seenForRoles(withWorker(new MembershipEvent.NodeLeaving("w1", "leaves"))))
                .as("it is to be dismissed")
                .containsExactly("n1", "n2", "n3", "w1");
        assertThat(view(withWorker(), "w1", 0, 1).worker()).isTrue();
    }

    @Test
    void of_all_that_are_silent_one_is_named_in_five_seconds_however_often_is_asked() {
        presences.begin(0, Duration.ZERO);
        MemberId worker = MemberId.parse("w1#1@10.0.0.9:19001");
        MembershipState state = withWorker();
        assertThat(presences.unaware(state, seconds(0.1))).containsExactly(OUTSIDE);
        assertThat(presences.unaware(state, seconds(4.9))).isEmpty();
        assertThat(presences.unaware(state, seconds(5))).containsExactly(OUTSIDE);
        assertThat(presences.unaware(state, seconds(9.9))).isEmpty();
        assertThat(presences.unaware(state, seconds(10))).containsExactly(worker);
        tells(OUTSIDE, "follower", 100_000, 11);
        assertThat(presences.unaware(state, seconds(15))).containsExactly(worker);
        assertThat(presences.unaware(state, seconds(20))).containsExactly(worker);
        presences.begin(seconds(21), Duration.ZERO);
        assertThat(presences.unaware(state, seconds(21)))
                .as("this is another term")
                .containsExactly(OUTSIDE);
    }

    @Test
    void who_was_removed_is_forgotten() {
        presences.begin(0, Duration.ZERO);
        tells(OUTSIDE, "none", 0, 1);
        presences.keep(joined());
        assertThat(presences.of("n3")).isPresent();
        presences.keep(state(new MembershipEvent.NodeRemoved("n3", "gone")));
        assertThat(presences.of("n3")).isEmpty();
    }
}
