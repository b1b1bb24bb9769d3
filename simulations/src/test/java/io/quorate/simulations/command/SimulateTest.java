package io.quorate.simulations.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.scenario.Plan;
import io.quorate.simulations.scenario.Scenario;
import io.quorate.simulations.schedule.ScenarioFile;
import io.quorate.simulations.schedule.Script;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SimulateTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int simulate(String... words) {
        return simulate(Simulate.commandLine(), words);
    }

    private int simulate(CommandLine commandLine, String... words) {
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        return commandLine.execute(words);
    }

    @Test
    void each_seed_gets_a_line_and_all_of_them_a_summary() {
        assertThat(simulate("--seed", "5", "--runs", "2", "--nodes", "3", "--seconds", "2"))
                .isZero();
        assertThat(out.toString().lines()).hasSize(3).satisfies(lines -> {
            assertThat(lines.get(0)).startsWith("seed 5 ").endsWith("ok");
            assertThat(lines.get(1)).startsWith("seed 6 ").endsWith("ok");
            assertThat(lines.get(2)).startsWith("2 runs").endsWith("every promise held");
        });
    }

    @Test
    void with_several_threads_the_same_is_told_in_the_same_order() {
        assertThat(simulate("--seed", "5", "--runs", "6", "--nodes", "3", "--seconds", "2"))
                .isZero();
        List<String> alone = out.toString().lines().limit(6).toList();
        out.getBuffer().setLength(0);
        assertThat(simulate("--seed", "5", "--runs", "6", "--nodes", "3", "--seconds", "2", "--threads", "3"))
                .isZero();
        assertThat(out.toString().lines().limit(6)).containsExactlyElementsOf(alone);
        assertThat(out.toString()).contains("virtual hours (", " in a real one)");
    }

    @Test
    void a_cluster_may_have_more_nodes_than_a_group() {
        assertThat(simulate("--nodes", "12")).isEqualTo(2);
        assertThat(simulate("--cluster", "--seed", "5", "--runs", "1", "--nodes", "12", "--seconds", "1"))
                .isZero();
        assertThat(out.toString().lines().findFirst().orElseThrow())
                .contains(" 12 nodes ")
                .endsWith("ok");
    }

    @Test
    void help_shows_an_example() {
        assertThat(simulate("--help")).isZero();
        assertThat(out.toString()).contains("simulate --seed 1 --runs 100 --nodes 3..5 --seconds 30");
    }

    @Test
    void an_argument_that_cannot_be_read_is_named() {
        assertThat(simulate("--nodes", "many")).isEqualTo(2);
        assertThat(err.toString()).contains("--nodes wants a number from 1 to 9 or a range like 3..5, is 'many'");
    }

    @Test
    void a_scenario_file_is_run_and_takes_the_course_of_the_seed_that_it_was_drawn_from(@TempDir Path folder)
            throws IOException {
        Plan plan = Plan.usual(5, 3, Duration.ofSeconds(5));
        Path file = Files.writeString(folder.resolve("five.yaml"), ScenarioFile.write(plan.script(), "seed 5"));
        assertThat(simulate("--replay", file.toString(), "--trace", "10")).isZero();
        assertThat(out.toString().lines())
                .hasSize(11)
                .first(InstanceOfAssertFactories.STRING)
                .isEqualTo(Scenario.run(plan).line());
    }

    @Test
    void a_scenario_file_that_cannot_be_read_is_named_with_what_is_wrong(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), "nodes: many");
        assertThat(simulate("--replay", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("bad.yaml: 'nodes' wants a whole number from 1 to 9, is 'many'");
        assertThat(simulate("--replay", folder.resolve("none.yaml").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("none.yaml: there is no such file");
    }

    /** Nobody can promise anything over disks that lie. */
    private static Script lying(Script script) {
        Plan plan = new Plan(
                script.seed(),
                script.nodes(),
                script.duration(),
                script.clients(),
                script.thinkTime(),
                Set.of(Plan.Fault.LYING_DISKS),
                Walls.ALL);
        return plan.script();
    }

    @Test
    void a_broken_promise_is_shrunk_and_written_as_a_scenario_that_can_be_replayed(@TempDir Path folder) {
        AtomicBoolean first = new AtomicBoolean(true);
        CommandLine commandLine = Simulate.commandLine(
                script -> Scenario.run(first.getAndSet(false) ? lying(script) : script, Walls.ALL));
        assertThat(simulate(commandLine, "--seed=1", "--runs=1", "--nodes=3", "--seconds=10", "--scenarios=" + folder))
                .isEqualTo(1);
        assertThat(out.toString())
                .contains("VIOLATION of ", "run it again: quorate-simulate --seed 1", "shrunk from", "DROPS_FLUSHES")
                .contains("1 RUNS BROKE A PROMISE");
        assertThat(simulate("--replay", folder.resolve("seed-1-3-nodes.yaml").toString()))
                .isEqualTo(1);
    }
}
