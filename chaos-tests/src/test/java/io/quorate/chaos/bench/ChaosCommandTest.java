package io.quorate.chaos.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class ChaosCommandTest {
    private static final CommandLine BENCH = BenchCommand.commandLine();

    @Test
    void acts_are_named_as_the_report_names_them() throws ParameterException {
        CommandLine.ParseResult parsed = BENCH.parseArgs(
                "chaos", "--data-folders", "unused", "--acts", "kill-leader,full-disk-voter,CLOCK_JUMP_LEADER");
        assertThat(parsed.subcommand().matchedOption("--acts").getValue().toString())
                .isEqualTo("[kill-leader, full-disk-voter, clock-jump-leader]");
    }

    @Test
    void an_act_that_there_is_not_is_answered_with_those_that_there_are() {
        StringWriter said = new StringWriter();
        BENCH.setErr(new PrintWriter(said));
        assertThat(BENCH.execute("chaos", "--data-folders", "unused", "--acts", "kill-everybody"))
                .isNotZero();
        assertThat(said.toString()).contains("kill-everybody").contains("kill-leader");
    }
}
