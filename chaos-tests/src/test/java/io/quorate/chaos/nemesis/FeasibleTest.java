package io.quorate.chaos.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.simulations.schedule.ScenarioFile;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FeasibleTest {
    private static final Set<Means> ALL = EnumSet.allOf(Means.class);

    private static List<String> refused(Set<Means> means, int nodes, String... acts) {
        String file = "nodes: " + nodes + "\nacts:\n- " + String.join("\n- ", acts) + "\n";
        return Feasible.refused(ScenarioFile.read(file), means);
    }

    @Test
    void what_processes_can_be_made_to_do_is_not_refused() {
        assertThat(refused(
                        ALL,
                        3,
                        "{at: 1s, crash: n1, for: 1s}",
                        "{at: 1s, power-loss: all, for: 1s}",
                        "{at: 1s, partition: [[n1], [n2]], for: 1s}",
                        "{at: 1s, one-way: {from: n1, to: n2}, for: 1s}",
                        "{at: 1s, isolate: leader, for: 1s}",
                        "{at: 1s, flaky: all, for: 1s}",
                        "{at: 1s, disk: {node: all, store: log, fault: FULL}, for: 1s}",
                        "{at: 1s, transfer: n1}",
                        "{at: 1s, membership: n1}",
                        "{at: 1s, set-back: n1, for: 1s}"))
                .isEmpty();
    }

    @Test
    void a_disk_that_drops_flushes_is_for_simulations_only() {
        assertThat(refused(
                        ALL,
                        3,
                        "{at: 1s, crash: n1, for: 1s}",
                        "{at: 2s, disk: {node: n1, store: log, fault: DROPS_FLUSHES}, for: 1s}"))
                .singleElement()
                .asString()
                .contains("at: 2s", "DROPS_FLUSHES", "quorate-simulate --replay");
    }

    @Test
    void what_the_machine_does_not_allow_is_told_act_by_act() {
        assertThat(refused(
                        Set.of(),
                        3,
                        "{at: 1s, isolate: n1, for: 1s}",
                        "{at: 2s, flaky: all, for: 1s}",
                        "{at: 3s, disk: {node: n1, store: both, fault: FULL}, for: 1s}",
                        "{at: 4s, crash: n1, for: 1s}"))
                .hasSize(3)
                .anySatisfy(line -> assertThat(line).contains("isolate", Means.CUTS.missing()))
                .anySatisfy(line -> assertThat(line).contains("flaky", Means.BAD_LINKS.missing()))
                .anySatisfy(line -> assertThat(line).contains("FULL", Means.SMALL_DISKS.missing()));
    }

    @Test
    void two_nodes_are_too_few() {
        assertThat(refused(ALL, 2, "{at: 1s, crash: n1, for: 1s}"))
                .singleElement()
                .asString()
                .contains("'nodes' is 2", "3 or more");
    }
}
