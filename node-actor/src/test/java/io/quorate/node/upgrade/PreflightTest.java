package io.quorate.node.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.upgrade.Preflight.Facts;
import io.quorate.node.upgrade.Preflight.NodeFacts;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreflightTest {
    private static final long MEGABYTE = 1_000_000;

    private static NodeFacts good(String name) {
        return new NodeFacts(name, true, "0.1.0", 0, 10_000 * MEGABYTE, "0.2.0", List.of());
    }

    @Test
    void a_whole_cluster_may_be_upgraded() {
        assertThat(Preflight.findings(
                        new Facts(true, List.of(), "", "0.2.0", 100 * MEGABYTE, List.of(good("n1"), good("n2")))))
                .isEmpty();
    }

    @Test
    void all_that_speaks_against_it_is_said_at_once() {
        List<NodeFacts> nodes = List.of(
                new NodeFacts("n1", false, "0.1.0", 0, -1, "", List.of("it does not say")),
                new NodeFacts("n2", true, "0.1.0", 5000, 10 * MEGABYTE, "0.2.0", List.of()),
                new NodeFacts("n3", true, "0.4.0", 0, 10_000 * MEGABYTE, "", List.of("/srv is not there")),
                new NodeFacts("n5", true, "0.4.0", 0, 10_000 * MEGABYTE, "0.2.0", List.of()),
                new NodeFacts("n4", true, "0.1.0", 0, 10_000 * MEGABYTE, "0.1.9", List.of()));
        assertThat(Preflight.findings(
                        new Facts(false, List.of("n9 is joining"), "the disk is full", "0.2.0", 100 * MEGABYTE, nodes)))
                .anyMatch(line -> line.contains("no quorum"))
                .contains("n9 is joining")
                .anyMatch(line -> line.contains("the disk is full"))
                .anyMatch(line -> line.startsWith("n1 is not there"))
                .anyMatch(line -> line.startsWith("n2 is 5000 entries behind"))
                .anyMatch(line -> line.startsWith("n2 has 10 MB free"))
                .anyMatch(line -> line.startsWith("n5 runs 0.4.0"))
                .contains("n3: /srv is not there")
                .anyMatch(line -> line.startsWith("n4 finds 0.1.9"));
    }

    @Test
    void where_every_node_has_the_release_there_is_nothing_to_do() {
        NodeFacts has = new NodeFacts("n1", true, "0.2.0", 0, 10_000 * MEGABYTE, "0.2.0", List.of());
        assertThat(Preflight.findings(new Facts(true, List.of(), "", "0.2.0", MEGABYTE, List.of(has))))
                .containsExactly("every node runs 0.2.0 already");
    }

    @Test
    void a_node_that_fails_most_requests_is_harmed_and_one_that_fails_now_and_then_is_not() {
        assertThat(HealthBounds.errors(List.of("", "500", "", "500", ""))).isEmpty();
        assertThat(HealthBounds.errors(List.of("", "500", "500", "", "500"))).contains("3 of the last 5", "500");
        assertThat(HealthBounds.errors(List.of("500", "500"))).isEmpty();
    }

    @Test
    void commits_are_compared_with_what_they_took_before_and_never_below_a_floor() {
        List<Long> quick = List.of(2L, 3L, 2L, 4L, 2L);
        List<Long> slow = List.of(200L, 300L, 200L, 400L, 300L);
        assertThat(HealthBounds.harm(quick, List.of(20L, 30L, 20L, 40L, 20L))).isEmpty();
        assertThat(HealthBounds.harm(quick, slow)).contains("300 ms");
        assertThat(HealthBounds.harm(slow, slow)).isEmpty();
        assertThat(HealthBounds.harm(List.of(), List.of(1L, 3000L, 2L, 1L, 1L))).isEmpty();
        assertThat(HealthBounds.harm(List.of(), slow)).isEmpty();
    }
}
