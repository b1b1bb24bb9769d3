package io.quorate.chaos.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CheckCommandTest {
    private static final String WRITE = "{\"process\":0,\"type\":\"%s\",\"f\":\"write\",\"key\":\"x\",\"value\":1}";
    private static final String READ = "{\"process\":1,\"type\":\"%s\",\"f\":\"read\",\"key\":\"x\",\"value\":%s}";

    @TempDir
    private Path folder;

    private final StringWriter printed = new StringWriter();

    private int check(String workload, String... lines) throws IOException {
        Path file = Files.write(folder.resolve("history.jsonl"), List.of(lines));
        CommandLine line = BenchCommand.commandLine();
        line.setOut(new PrintWriter(printed, true)).setErr(new PrintWriter(printed, true));
        return line.execute("check", "--workload", workload, file.toString());
    }

    @Test
    void a_history_as_promised_ends_with_0() throws IOException {
        assertThat(check(
                        "register",
                        WRITE.formatted("invoke"),
                        WRITE.formatted("ok"),
                        READ.formatted("invoke", "null"),
                        READ.formatted("ok", "1")))
                .isZero();
        assertThat(printed.toString()).startsWith("OK, 2 calls judged");
    }

    @Test
    void a_violation_ends_with_1_and_is_shown() throws IOException {
        assertThat(check(
                        "register",
                        WRITE.formatted("invoke"),
                        WRITE.formatted("ok"),
                        READ.formatted("invoke", "null"),
                        READ.formatted("ok", "null")))
                .isEqualTo(1);
        assertThat(printed.toString()).startsWith("VIOLATION").contains("write 1", "read null", "leaves 1");
    }

    @Test
    void what_cannot_be_judged_ends_with_4() throws IOException {
        assertThat(check("bank", "{\"process\":\"nemesis\",\"type\":\"info\",\"f\":\"kill\"}"))
                .isEqualTo(4);
        assertThat(printed.toString()).startsWith("UNKNOWN");
    }

    @Test
    void a_history_of_another_workload_is_refused_in_one_line() throws IOException {
        assertThat(check("append", WRITE.formatted("invoke"), WRITE.formatted("ok")))
                .isEqualTo(1);
        assertThat(printed.toString().strip()).isEqualTo("a list-append history knows txn, not 'write'");
    }

    @Test
    void a_wrong_command_line_ends_with_2() throws IOException {
        assertThat(check("queue")).isEqualTo(2);
    }
}
