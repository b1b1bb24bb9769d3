package io.quorate.simulations.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.node.role.Role;
import io.quorate.simulations.report.Recording.End;
import io.quorate.simulations.report.Recording.LeaderChange;
import io.quorate.simulations.report.Recording.QuorumChange;
import io.quorate.simulations.report.Recording.RoleChange;
import io.quorate.simulations.report.Recording.UpChange;
import io.quorate.simulations.report.Recording.Write;
import io.quorate.simulations.schedule.ClusterPlan;
import io.quorate.simulations.schedule.Failure;
import io.quorate.simulations.schedule.Failures;
import io.quorate.simulations.schedule.PlanFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<UpChange> ups = new ArrayList<>();
    private final List<RoleChange> roles = new ArrayList<>();
    private final List<LeaderChange> leaders = new ArrayList<>();
    private final List<QuorumChange> quorum = new ArrayList<>();
    private List<Write> writes = new ArrayList<>();
    private ClusterPlan plan = plan(3);

    private static ClusterPlan plan(int domains) {
        return PlanFile.read("{nodes: 4, domains: " + domains + ", seconds: 100, writes-per-second: 10, fail: []}");
    }

    private void fail(String... texts) {
        List<Failure> failures =
                List.of(texts).stream().map(text -> Failures.read(text, plan)).toList();
        plan = plan.failing(failures);
    }

    private Recording recording() {
        List<RoleChange> all = new ArrayList<>(IntStream.rangeClosed(1, 4)
                .mapToObj(i -> new RoleChange(0, "n" + i, Optional.of(i < 4 ? Role.VOTER : Role.STANDBY)))
                .toList());
        all.addAll(roles);
        List<LeaderChange> led = new ArrayList<>(List.of(new LeaderChange(0, Optional.of("n1"), 7)));
        led.addAll(leaders);
        List<QuorumChange> there =
                new ArrayList<>(List.of(new QuorumChange(0, true, List.of("n1", "n2", "n3"), List.of())));
        there.addAll(quorum);
        return new Recording(plan, 1, plan.failures().orElseThrow(), ups, all, led, there, writes);
    }

    /** Ten a second; those that are begun between two times end at the second of them. */
    private void writeAllBut(double from, double until) {
        writes = LongStream.range(0, 1000)
                .mapToObj(i -> {
                    long began = i * SECOND / 10;
                    boolean waits = began >= from * SECOND && began < until * SECOND;
                    return new Write(
                            began, waits ? (long) (until * SECOND) : began + SECOND / 100, "n1", End.ACKNOWLEDGED);
                })
                .toList();
    }

    @Test
    void an_election_lasts_from_when_nobody_led() {
        leaders.add(new LeaderChange(10 * SECOND, Optional.empty(), 7));
        leaders.add(new LeaderChange(12 * SECOND, Optional.of("n2"), 8));
        leaders.add(new LeaderChange(30 * SECOND, Optional.of("n3"), 9));
        Figures figures = Figures.of(recording());
        assertThat(figures.elections())
                .containsExactly(
                        new Figures.Election(12 * SECOND, "n2", 2 * SECOND),
                        new Figures.Election(30 * SECOND, "n3", 0));
        assertThat(figures.withoutLeader().max()).isEqualTo(2 * SECOND);
    }

    @Test
    void a_leader_that_was_cut_off_for_a_moment_is_not_elected_again() {
        leaders.add(new LeaderChange(10 * SECOND, Optional.empty(), 7));
        leaders.add(new LeaderChange(11 * SECOND, Optional.of("n1"), 7));
        leaders.add(new LeaderChange(20 * SECOND, Optional.of("n2"), 8));
        assertThat(Figures.of(recording()).elections()).containsExactly(new Figures.Election(20 * SECOND, "n2", 0));
    }

    @Test
    void a_write_counts_where_it_was_acknowledged_within_a_second() {
        writeAllBut(10, 13);
        Figures figures = Figures.of(recording());
        // Of the thirty that waited those of the last second were in time.
        assertThat(figures.availability()).isEqualTo(0.98);
        assertThat(figures.stalls()).singleElement().satisfies(stall -> {
            assertThat(stall.took()).isBetween(3 * SECOND, 3 * SECOND + SECOND / 10);
            assertThat(stall.until()).isEqualTo(13 * SECOND);
        });
    }

    @Test
    void a_write_whose_node_went_down_counts_for_nothing_and_one_that_was_given_up_as_missing() {
        writes = List.of(
                new Write(0, SECOND / 10, "n1", End.ACKNOWLEDGED),
                new Write(0, SECOND / 10, "n1", End.LOST_WITH_ITS_NODE),
                new Write(0, 10 * SECOND, "n1", End.GIVEN_UP));
        assertThat(Figures.of(recording()).availability()).isEqualTo(0.5);
    }

    @Test
    void writes_as_far_apart_as_they_are_begun_are_no_stall() {
        writeAllBut(0, 0);
        assertThat(Figures.of(recording()).stalls()).isEmpty();
    }

    @Test
    void how_long_a_write_takes_undisturbed_is_told_of_those_far_from_any_failure() {
        fail("n3 at 10s for 5s");
        writeAllBut(11, 29);
        assertThat(Figures.of(recording()).undisturbed())
                .isEqualTo(new Spread(800, SECOND / 100, SECOND / 100, SECOND / 100));
    }

    @Test
    void a_promotion_takes_the_vote_of_who_loses_it_next() {
        fail("n2 at 10s for 30s");
        ups.add(new UpChange(10 * SECOND, "n2", false));
        roles.add(new RoleChange(14 * SECOND, "n4", Optional.of(Role.VOTER)));
        roles.add(new RoleChange(15 * SECOND, "n2", Optional.of(Role.SPARE)));
        ups.add(new UpChange(40 * SECOND, "n2", true));
        roles.add(new RoleChange(50 * SECOND, "n2", Optional.of(Role.STANDBY)));
        roles.add(new RoleChange(60 * SECOND, "n2", Optional.of(Role.VOTER)));
        roles.add(new RoleChange(61 * SECOND, "n4", Optional.of(Role.STANDBY)));
        assertThat(Figures.of(recording()).promotions())
                .containsExactly(
                        new Figures.Promotion(14 * SECOND, "n4", Optional.of("n2"), OptionalLong.of(4 * SECOND)),
                        new Figures.Promotion(60 * SECOND, "n2", Optional.of("n4"), OptionalLong.empty()));
    }

    @Test
    void of_two_promotions_at_a_time_each_takes_a_vote() {
        fail("leader at 10s for 30s");
        roles.add(new RoleChange(14 * SECOND, "n4", Optional.of(Role.VOTER)));
        roles.add(new RoleChange(14 * SECOND, "n5", Optional.of(Role.VOTER)));
        roles.add(new RoleChange(15 * SECOND, "n1", Optional.of(Role.SPARE)));
        roles.add(new RoleChange(15 * SECOND, "n2", Optional.of(Role.SPARE)));
        roles.add(new RoleChange(50 * SECOND, "n2", Optional.of(Role.VOTER)));
        roles.add(new RoleChange(90 * SECOND, "n3", Optional.of(Role.SPARE)));
        assertThat(Figures.of(recording()).promotions())
                .containsExactly(
                        new Figures.Promotion(14 * SECOND, "n4", Optional.of("n1"), OptionalLong.of(4 * SECOND)),
                        new Figures.Promotion(14 * SECOND, "n5", Optional.of("n2"), OptionalLong.empty()),
                        new Figures.Promotion(50 * SECOND, "n2", Optional.empty(), OptionalLong.empty()));
    }

    @Test
    void a_domain_with_most_voters_is_told_with_what_it_held_and_with_what_to_do() {
        plan = plan(2);
        fail("domain:1 at 20s for 30s");
        quorum.add(new QuorumChange(20 * SECOND, false, List.of("n1", "n2", "n3"), List.of("n1", "n3")));
        quorum.add(new QuorumChange(50 * SECOND, true, List.of("n1", "n2", "n3"), List.of()));
        Report report = new Report(plan, List.of(Figures.of(recording())), recording());
        assertThat(report.advice())
                .containsExactly(
                        "Losing domain 1 took the quorum for 30.0 s from 20.0 s on: it held 2 of 3 voters (n1, n3).",
                        "Two domains cannot survive the loss of the one with more voters: use three.");
        assertThat(report.text()).contains("quorum lost                     1 time, for 30.0 s in all");
    }

    @Test
    void a_quorum_that_is_lost_to_the_end_is_lost_until_the_end() {
        quorum.add(new QuorumChange(90 * SECOND, false, List.of("n1", "n2", "n3"), List.of("n1", "n3")));
        assertThat(Figures.of(recording()).withoutQuorumInAll()).isEqualTo(10 * SECOND);
    }

    @Test
    void who_was_cut_off_from_the_leader_is_told_by_domain() {
        fail("link:1-2 at 20s for 30s");
        writeAllBut(0, 0);
        writes = writes.stream()
                .map(write -> write.began() >= 21 * SECOND && write.began() < 23 * SECOND
                        ? new Write(write.began(), write.began() + 5 * SECOND, "n2", End.ACKNOWLEDGED)
                        : new Write(write.began(), write.ended(), "n1", End.ACKNOWLEDGED))
                .toList();
        // The others go on at the same time.
        List<Write> both = new ArrayList<>(writes);
        both.addAll(LongStream.range(0, 1000)
                .mapToObj(i -> new Write(i * SECOND / 10, i * SECOND / 10 + SECOND / 100, "n3", End.ACKNOWLEDGED))
                .toList());
        writes = both;
        assertThat(new Report(plan, List.of(Figures.of(recording())), recording()).advice())
                .singleElement()
                .asString()
                .startsWith("20 writes waited for more than a second while others did not")
                .contains("20 in domain 2");
    }

    @Test
    void where_nothing_is_weak_nothing_is_advised() {
        writeAllBut(10, 11);
        Report report = new Report(plan, List.of(Figures.of(recording())), recording());
        assertThat(report.advice()).isEmpty();
        assertThat(report.text()).doesNotContain("Advice");
    }

    @Test
    void what_is_not_all_is_not_shown_as_all() {
        assertThat(Words.percent(0.99999)).isEqualTo("99.99 %");
        assertThat(Words.percent(1)).isEqualTo("100.00 %");
    }

    @Test
    void the_page_has_a_lane_for_each_node_and_needs_nothing_beside_itself() {
        fail("n3 at 10s for 5s", "domain:2 at 60s for 5s");
        writeAllBut(10, 12);
        leaders.add(new LeaderChange(10 * SECOND, Optional.empty(), 7));
        leaders.add(new LeaderChange(12 * SECOND, Optional.of("n2"), 8));
        ups.add(new UpChange(10 * SECOND, "n3", false));
        String page = new Report(plan, List.of(Figures.of(recording())), recording()).html();
        assertThat(page)
                .contains("n1, domain 1", "n4, domain 1", "n3 is down, 10.0 s to 100.0 s", "prefers-color-scheme: dark")
                .contains("n2 is elected at 12.0 s, nobody led for 2.0 s", "n1 leads, 0.0 s to 10.0 s")
                .doesNotContain("http", "src=", "NaN");
    }

    @Test
    void several_runs_are_a_table_and_the_worst_of_them_is_shown() {
        writeAllBut(10, 13);
        Recording bad = recording();
        writeAllBut(10, 11);
        Recording good = recording();
        Recording worst = Report.worse(good, bad);
        assertThat(worst).isSameAs(bad);
        assertThat(new Report(plan, List.of(Figures.of(good), Figures.of(bad)), worst).text())
                .contains("the worst of 2", "98.00 % of 1,000", "All runs");
    }

    @Test
    void programs_get_the_same_as_numbers() throws Exception {
        writeAllBut(10, 13);
        leaders.add(new LeaderChange(12 * SECOND, Optional.of("n2"), 8));
        JsonNode json =
                new ObjectMapper().readTree(new Report(plan, List.of(Figures.of(recording())), recording()).json());
        JsonNode run = json.path("runs").path(0);
        assertThat(run.path("withinOneSecond").asDouble()).isEqualTo(0.98);
        assertThat(run.path("elections").path(0).path("leader").asText()).isEqualTo("n2");
        assertThat(json.path("plan").path("nodes").asInt()).isEqualTo(4);
    }
}
