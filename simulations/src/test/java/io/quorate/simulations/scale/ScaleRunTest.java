package io.quorate.simulations.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleRunTest {
    private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);

    private static Measured of(int nodes) {
        return ScaleRun.measure(1, nodes, HALF_A_MINUTE, Clocks.NONE);
    }

    @Test
    void what_the_leader_hears_grows_with_the_number_of_nodes_and_no_faster() {
        Measured some = of(60);
        Measured more = of(200);
        int further = more.nodes() - some.nodes();

        assertThat(more.quiet().receivedPerSecond() - some.quiet().receivedPerSecond())
                .as("each further worker tells its presence once a second")
                .isCloseTo(further, within(0.05 * further));
        assertThat(more.quiet().looksPerSecond())
                .as("workers are no reason to look at the roles")
                .isCloseTo(some.quiet().looksPerSecond(), within(0.2));
        assertThat(more.answerBytes())
                .as("an answer names the control plane, and no worker")
                .isLessThan(some.answerBytes() + 200);
        assertThat(more.join().received() - some.join().received())
                .as("a join takes a few messages, however many join")
                .isLessThan(20L * further);
        assertThat(more.leaderDied().busiestSecond() - some.leaderDied().busiestSecond())
                .as("who looks for a leader asks one node at most ten times a second, and tells the new one once")
                .isLessThan(12L * further);
        assertThat((double) more.leaderDiedBytes() / more.nodes())
                .as("those who look for a leader are told of the control plane, and of no worker")
                .isLessThan(1.5 * some.leaderDiedBytes() / some.nodes());

        assertThat(List.of(some.replacedSeconds(), more.replacedSeconds()))
                .as("a dead voter is replaced as soon")
                .allSatisfy(seconds -> assertThat(seconds).isLessThan(4));
        assertThat(more.leaderReplacedSeconds()).isLessThan(5);
        assertThat(more.heardSeconds()).isLessThan(5);
    }

    @Test
    void the_same_seed_gives_the_same_counts() {
        assertThat(of(55)).isEqualTo(of(55));
    }

    @Test
    void tables_and_picture_say_what_was_counted() {
        List<Measured> sizes = List.of(of(3), of(10));
        assertThat(new ScaleReport(sizes).counted())
                .startsWith("| virtual time | 3 nodes | 10 nodes |\n| --- | ---: | ---: |\n")
                .contains("| control-plane nodes | 3 | 10 |")
                .contains("replaced after, s | — | ");
        assertThat(new ScalePlot(sizes).svg())
                .startsWith("<svg ")
                .contains("10 nodes: ")
                .endsWith("</svg>\n");
    }
}
