package io.quorate.node.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.contract.SurvivorReport;
import io.quorate.node.recovery.Assessment.Answer;
import io.quorate.node.recovery.Assessment.Finding;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AssessmentTest {
    private static final List<String> THREE = List.of("n1", "n2", "n3");
    private static final List<String> FIVE = List.of("n1", "n2", "n3", "n4", "n5");

    private static MemberId id(int node) {
        return new MemberId("n" + node, 1, "10.0.0." + node + ":19001");
    }

    private static Finding has(int node, String replica, long term, long index, List<String> voters) {
        return has(node, replica, term, index, voters, "", "1");
    }

    private static Finding has(
            int node, String replica, long term, long index, List<String> voters, String leader, String epoch) {
        return new Finding(
                id(node),
                replica.equals("member") ? "voter" : replica.equals("follower") ? "standby" : "spare",
                new Answer.Reported(new SurvivorReport(
                        "c", epoch, id(node).toString(), replica, term, term, index, index, leader, voters, "1")));
    }

    private static Finding dead(int node, String role) {
        return new Finding(id(node), role, new Answer.NotRunning("nothing listens"));
    }

    private static Finding silent(int node, String role) {
        return new Finding(id(node), role, new Answer.Silent("says nothing"));
    }

    private static Assessment of(Finding... findings) {
        return Assessment.of(List.of(findings), ClusterEpoch.FIRST, "");
    }

    @Test
    void one_of_three_voters_goes_on_where_the_other_two_are_dead() {
        Assessment found = of(has(1, "member", 7, 4711, THREE), dead(2, "voter"), dead(3, "voter"));
        assertThat(found.refusal()).isEmpty();
        assertThat(found.base()).isEqualTo("n1");
        assertThat(found.lost()).containsExactly(id(2), id(3));
        assertThat(found.kept()).isEmpty();
        assertThat(found.uncertain()).isEmpty();
        assertThat(found.missing()).isEmpty();
        assertThat(found.note()).isEqualTo("n1 had index 4711 of term 7; what only n2, n3 had is not here");
    }

    @Test
    void a_quorum_that_answers_is_the_proof_that_nothing_is_to_be_recovered() {
        Assessment found = of(has(1, "member", 7, 4711, THREE), has(2, "member", 7, 4711, THREE), dead(3, "voter"));
        assertThat(found.refusal()).hasValueSatisfying(no -> {
            assertThat(no.kind()).isEqualTo("has-quorum");
            assertThat(no.message()).contains("n1, n2 answer", "2 of the 3");
        });
    }

    @Test
    void a_survivor_that_knows_a_leader_is_proof_even_where_that_one_is_not_reached_from_here() {
        Assessment found = of(
                has(1, "member", 7, 4711, THREE),
                has(4, "follower", 7, 4700, THREE, "n3", "1"),
                silent(2, "voter"),
                silent(3, "voter"));
        assertThat(found.refusal()).hasValueSatisfying(no -> {
            assertThat(no.kind()).isEqualTo("has-leader");
            assertThat(no.message()).contains("n4 knows a leader, n3");
        });
    }

    @Test
    void silent_voters_that_would_be_a_quorum_may_only_be_cut_off_and_those_that_would_be_none_decide_nothing() {
        assertThat(of(has(1, "member", 7, 1, THREE), silent(2, "voter"), silent(3, "voter"))
                        .uncertain())
                .containsExactly("n2", "n3");
        assertThat(of(has(1, "member", 7, 1, THREE), silent(2, "voter"), dead(3, "voter"))
                        .uncertain())
                .isEmpty();
    }

    /** It elects nobody, but a leader that it has goes on: a group of an even size commits with half, but for one of two. */
    @Test
    void a_silent_half_of_four_voters_may_go_on_by_itself_and_one_of_two_cannot() {
        List<String> four = List.of("n1", "n2", "n3", "n4");
        assertThat(of(
                                has(1, "member", 7, 1, four),
                                has(2, "member", 7, 1, four),
                                silent(3, "voter"),
                                silent(4, "voter"))
                        .uncertain())
                .containsExactly("n3", "n4");
        assertThat(of(has(1, "member", 7, 1, four), has(2, "member", 7, 1, four), silent(3, "voter"), dead(4, "voter"))
                        .uncertain())
                .isEmpty();
        assertThat(of(has(1, "member", 7, 1, List.of("n1", "n2")), silent(2, "voter"))
                        .uncertain())
                .isEmpty();
    }

    @Test
    void of_unequal_survivors_the_one_with_the_later_term_is_the_better_one_and_then_the_longer_log() {
        assertThat(of(
                                has(1, "member", 7, 900, FIVE),
                                has(2, "member", 8, 800, FIVE),
                                dead(3, "voter"),
                                dead(4, "voter"),
                                dead(5, "voter"))
                        .base())
                .isEqualTo("n2");
        Assessment same = of(
                has(1, "member", 8, 790, FIVE),
                has(2, "member", 8, 800, FIVE),
                dead(3, "voter"),
                dead(4, "voter"),
                dead(5, "voter"));
        assertThat(same.base()).isEqualTo("n2");
        assertThat(same.kept()).containsExactly("n1");
        assertThat(same.lost()).containsExactly(id(3), id(4), id(5));
    }

    @Test
    void who_chooses_the_worse_one_is_told_what_that_gives_up() {
        List<Finding> findings = List.of(
                has(1, "member", 8, 790, FIVE),
                has(2, "member", 8, 800, FIVE),
                dead(3, "voter"),
                dead(4, "voter"),
                dead(5, "voter"));
        Assessment worse = Assessment.of(findings, ClusterEpoch.FIRST, "n1");
        assertThat(worse.base()).isEqualTo("n1");
        assertThat(worse.best()).isEqualTo("n2");
        assertThat(worse.missing()).isEqualTo("10 entries that n2 has");
        assertThat(worse.kept()).containsExactly("n2");
        assertThat(Assessment.of(findings, ClusterEpoch.FIRST, "n3").refusal())
                .hasValueSatisfying(no -> assertThat(no.message()).contains("n3 does not answer", "n2, n1"));
    }

    @Test
    void a_standby_that_has_more_than_the_voter_that_is_left_is_gone_on_with() {
        Assessment found = of(
                has(1, "member", 7, 800, THREE), has(4, "follower", 7, 900, THREE), dead(2, "voter"), dead(3, "voter"));
        assertThat(found.base()).isEqualTo("n4");
        assertThat(found.kept()).containsExactly("n1");
    }

    @Test
    void spares_have_nothing_to_go_on_with_and_lose_nothing() {
        Assessment found = of(has(5, "none", 0, 0, THREE), dead(1, "voter"), dead(2, "voter"), dead(3, "voter"));
        assertThat(found.refusal())
                .hasValueSatisfying(no -> assertThat(no.kind()).isEqualTo("no-survivor"));
        assertThat(of(has(1, "member", 7, 800, THREE), dead(2, "voter"), dead(3, "voter"), dead(5, "spare"))
                        .lost())
                .containsExactly(id(2), id(3));
    }

    @Test
    void a_node_of_another_epoch_is_no_survivor() {
        Assessment found =
                of(has(1, "member", 7, 800, THREE), has(2, "member", 9, 900, THREE, "", "2-3fa8"), dead(3, "voter"));
        assertThat(found.base()).isEqualTo("n1");
        assertThat(found.lost()).containsExactly(id(2), id(3));
    }

    @Test
    void the_plan_counts_the_epoch_up_and_names_who_ordered_it() {
        RecoveryPlan plan = of(has(1, "member", 7, 4711, THREE), dead(2, "voter"), dead(3, "voter"))
                .plan("c", ClusterEpoch.FIRST, 0x3fa81c09, "admin ada", 5);
        assertThat(plan.epoch()).isEqualTo("2-3fa81c09");
        assertThat(plan.previousEpoch()).isEqualTo("1");
        assertThat(plan.member()).startsWith("n1#");
        assertThat(plan.by()).isEqualTo("admin ada");
    }

    /**
     * Whatever the survivors have: never where they are a quorum, never without a word where the silent ones could go on without them, always with one
     * that has most, and nobody is forgotten.
     */
    @Property
    void laws(
            @ForAll @Size(min = 1, max = 7) List<@IntRange(max = 3) Integer> states,
            @ForAll @IntRange(min = 1, max = 9) int index) {
        int size = states.size();
        List<String> voters =
                IntStream.rangeClosed(1, size).mapToObj(node -> "n" + node).toList();
        List<Finding> findings = IntStream.rangeClosed(1, size)
                .mapToObj(node -> switch (states.get(node - 1)) {
                    case 0 -> dead(node, "voter");
                    case 1 -> silent(node, "voter");
                    case 2 -> has(node, "member", 7, index + node, voters);
                    default -> has(node, "member", 8, index, voters);
                })
                .toList();
        long there = states.stream().filter(state -> state >= 2).count();
        long silent = states.stream().filter(state -> state == 1).count();
        Assessment found = Assessment.of(findings, ClusterEpoch.FIRST, "");
        assertThat(found.refusal().isPresent()).isEqualTo(there == 0 || there > size / 2);
        if (there > 0) {
            boolean couldCommit = 2 * silent > size || 2 * silent == size && size >= 4;
            assertThat(found.uncertain()).hasSize(couldCommit ? (int) silent : 0);
            assertThat(found.missing()).isEmpty();
            assertThat(Stream.of(
                                    Stream.of(found.base()),
                                    found.kept().stream(),
                                    found.lost().stream().map(MemberId::node))
                            .flatMap(names -> names))
                    .containsExactlyInAnyOrderElementsOf(voters);
        }
    }
}
