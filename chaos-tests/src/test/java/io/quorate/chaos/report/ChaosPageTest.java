package io.quorate.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.nemesis.Act.Kind;
import io.quorate.chaos.nemesis.Cost;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ChaosPageTest {
    private static ChaosReport report(String violation) {
        return new ChaosReport(
                7,
                5,
                "Loopback addresses",
                10,
                List.of(new Cost(
                        Kind.KILL_LEADER,
                        List.of("<n1>"),
                        1_500,
                        2_000,
                        OptionalLong.of(800),
                        OptionalLong.empty(),
                        900)),
                List.of(50, 20, 0, 48),
                Map.of("copies", violation.isEmpty() ? List.of() : List.of(violation)));
    }

    @Test
    void the_page_shows_what_held_the_acts_and_how_long_they_took() {
        assertThat(new ChaosPage(report("")).html())
                .contains(
                        "Chaos, 5 nodes, 10 s, seed 7",
                        "class=held>held",
                        "kill-leader",
                        "first write after kill-leader")
                .contains("&lt;n1&gt; at 1.5 s", "<rect x='310.0'");
    }

    @Test
    void what_did_not_hold_is_told_and_is_no_markup() {
        assertThat(new ChaosPage(report("<i>another</i> entry")).html())
                .contains("class=broken>VIOLATED: &lt;i&gt;another&lt;/i&gt; entry");
    }
}
