package io.quorate.simulations.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SimulatePlanTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int simulate(String... words) {
        CommandLine line = SimulatePlan.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--nodes=0                      | --nodes: wants 1 to 100, is 0",
                "--nodes=1000                   | --nodes: wants 1 to 100, is 1000",
                "--domains=6                    | --domains: wants 1 to 5, is 6: each wants a node",
                "--latency=10ms..2ms            | --latency wants a time like 5ms, or two of them like 2ms..10ms",
                "--fail=n9 at 3s for 4s         | --fail: 'n9 at 3s for 4s': there is no 'n9', only n1 to n5",
                "--fail=n1 tomorrow             | --fail: wants 'n1 at 30s for 10s'",
                "--runs=0                       | --runs: wants 1 to 1000, is 0",
                "--nodes=many                   | 'many' is not an int",
                "--plan=nowhere.yaml            | nowhere.yaml: there is no such file",
                "--voter=3                      | Unknown option: '--voter=3'"
            })
    void what_cannot_be_is_told_in_a_line(String word, String told) {
        assertThat(simulate(word)).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(2).first().asString().contains(told);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void a_plan_in_a_file_is_not_mixed_with_options() throws IOException {
        Path plan = Files.writeString(folder.resolve("plan.yaml"), "{nodes: 3}");
        assertThat(simulate("--plan", plan.toString(), "--nodes", "4")).isEqualTo(2);
        assertThat(err.toString()).contains("write --nodes into " + plan);
    }

    @Test
    void a_plan_is_told_as_a_table_and_as_a_page() throws IOException {
        Path page = folder.resolve("page.html");
        assertThat(simulate("--nodes", "3", "--fail", "n3 at 5s for 5s", "--seconds", "12", "--html", page.toString()))
                .isZero();
        assertThat(out.toString())
                .startsWith("3 nodes in 3 failure domains: 3 voters")
                .contains("n3  5.0 s to 10.0 s", "writes acknowledged within 1 s");
        assertThat(page).content().startsWith("<!doctype html>").contains("<svg");
    }

    @Test
    void programs_get_json_and_nothing_else() throws IOException {
        assertThat(simulate(
                        "--nodes", "1", "--fail", "n1 at 5s for 2s", "--seconds", "10", "--runs", "2", "-o", "json"))
                .isZero();
        assertThat(new ObjectMapper().readTree(out.toString()).path("runs")).hasSize(2);
    }

    @Test
    void the_help_has_examples_of_the_questions_that_matter() {
        assertThat(simulate("--help")).isZero();
        assertThat(out.toString()).contains("Examples:", "quorate simulate --nodes 4 --domains 2 --fail");
    }
}
