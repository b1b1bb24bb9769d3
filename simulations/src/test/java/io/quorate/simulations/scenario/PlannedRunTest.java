package io.quorate.simulations.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.simulations.report.Figures;
import io.quorate.simulations.report.Recording;
import io.quorate.simulations.report.Report;
import io.quorate.simulations.schedule.PlanFile;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlannedRunTest {
    private static Recording run(String plan, long seed) {
        return PlannedRun.run(PlanFile.read(plan).checked(), seed, share -> {});
    }

    private static String text(Recording recording) {
        return new Report(recording.plan(), List.of(Figures.of(recording)), recording).text();
    }

    @Test
    void a_leader_that_dies_costs_one_election_and_a_stall_of_about_as_long() {
        Figures figures = Figures.of(run("{nodes: 4, seconds: 40, fail: [leader at 10s for 10s]}", 1));
        assertThat(figures.elections()).singleElement().satisfies(election -> {
            assertThat(election.at()).isBetween(nanos(10), nanos(13));
            assertThat(election.nobodyFor()).isBetween(nanos(0.1), nanos(3));
        });
        assertThat(figures.stalls()).singleElement().satisfies(stall -> {
            assertThat(stall.from()).isBetween(nanos(9.8), nanos(10.1));
            assertThat(stall.took()).isBetween(nanos(0.3), nanos(3));
        });
        assertThat(figures.promotions()).singleElement().satisfies(promotion -> {
            assertThat(promotion.node()).isEqualTo("n4");
            assertThat(promotion.after().orElseThrow()).isBetween(nanos(3), nanos(7));
        });
        assertThat(figures.quorumLosses()).isEmpty();
    }

    @Test
    void a_domain_that_holds_two_of_three_voters_takes_the_quorum_with_it() {
        Recording recording = run("{nodes: 4, domains: 2, seconds: 60, fail: [domain:1 at 10s for 30s]}", 1);
        Figures figures = Figures.of(recording);
        assertThat(figures.quorumLosses()).singleElement().satisfies(loss -> {
            assertThat(loss.away()).containsExactly("n1", "n3");
            assertThat(loss.took()).isBetween(nanos(29.9), nanos(30.2));
        });
        assertThat(figures.availability()).isBetween(0.3, 0.6);
        assertThat(text(recording))
                .contains("Losing domain 1 took the quorum", "it held 2 of 3 voters (n1, n3)", "use three");
    }

    @Test
    void a_link_that_is_cut_leaves_the_writes_beyond_it_waiting_and_the_quorum_there() {
        Recording recording = run("{nodes: 3, standbys: 0, seconds: 40, fail: [link:1-2 at 10s for 15s]}", 1);
        Figures figures = Figures.of(recording);
        assertThat(figures.quorumLosses()).isEmpty();
        assertThat(text(recording)).contains("waited for more than a second while others did not");
    }

    @Test
    void a_write_takes_longer_over_longer_lines() {
        String plan = "{nodes: 3, seconds: 15, latency: %s, fail: []}";
        Figures near = Figures.of(run(plan.formatted("1ms"), 1));
        Figures far = Figures.of(run(plan.formatted("30ms..40ms"), 1));
        // To the leader and back, and from there to a follower and back: at least one of both.
        assertThat(near.availability()).isEqualTo(1);
        assertThat(near.undisturbed().median()).isBetween(nanos(0.001), nanos(0.01));
        assertThat(far.undisturbed().median()).isBetween(nanos(0.06), nanos(0.2));
    }

    @Test
    void the_same_seed_shows_the_same_and_another_one_something_else() {
        String plan = "{nodes: 4, seconds: 40, latency: 2ms..10ms, fail: [leader at 10s for 10s]}";
        Recording once = run(plan, 3);
        Recording again = run(plan, 3);
        assertThat(again).isEqualTo(once);
        assertThat(text(again)).isEqualTo(text(once));
        assertThat(run(plan, 4).writes()).isNotEqualTo(once.writes());
    }

    private static long nanos(double seconds) {
        return (long) (seconds * Duration.ofSeconds(1).toNanos());
    }
}
