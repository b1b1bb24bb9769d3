package io.quorate.chaos.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VerdictsTest {
    @Test
    void what_held_is_told_in_a_line_and_what_did_not_with_its_first_lines() {
        Map<String, List<String>> verdicts = new LinkedHashMap<>();
        verdicts.put("reads", List.of());
        verdicts.put(
                "writes",
                IntStream.rangeClosed(1, 23).mapToObj(n -> n + " is lost").toList());
        StringWriter told = new StringWriter();
        Verdicts.tell(new PrintWriter(told, true), verdicts, "chaos.json");
        assertThat(told.toString().lines())
                .startsWith("reads: held", "writes: VIOLATED", "  1 is lost")
                .endsWith("  20 is lost", "  and 3 more, in chaos.json")
                .hasSize(23);
    }
}
