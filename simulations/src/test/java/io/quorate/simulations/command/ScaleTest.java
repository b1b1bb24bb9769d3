package io.quorate.simulations.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ScaleTest {
    private final StringWriter err = new StringWriter();

    private int run(String... words) {
        CommandLine command = Scale.commandLine();
        command.setErr(new PrintWriter(err, true));
        return command.execute(words);
    }

    @Test
    void sizes_that_cannot_be_are_refused() {
        assertThat(run("--nodes", "2,10")).isEqualTo(2);
        assertThat(err.toString()).startsWith("--nodes wants numbers from 3 to 10000, is [2, 10]");
    }

    @Test
    void a_time_that_is_too_short_is_refused() {
        assertThat(run("--nodes", "3", "--seconds", "5")).isEqualTo(2);
        assertThat(err.toString()).startsWith("--seconds wants 30 or more");
    }
}
