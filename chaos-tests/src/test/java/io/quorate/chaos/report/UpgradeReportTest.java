package io.quorate.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UpgradeReportTest {
    private static UpgradeRound round(String trial, List<Long> handovers, String... violations) {
        Map<String, Long> nodes = new LinkedHashMap<>();
        nodes.put("k8s-2", 9_000L);
        nodes.put("k8s-3", 8_000L);
        nodes.put("k8s-1", 10_000L);
        return new UpgradeRound(
                trial,
                "0.1.0",
                "0.2.0",
                "finished",
                41_000,
                nodes,
                new UpgradeRound.Writes(4_000, 0),
                handovers,
                List.of(130L, 700L),
                Spread.of(List.of(3L, 4L, 700L)),
                new UpgradeRound.Requests(900, 0, 7),
                List.of(violations));
    }

    private static UpgradeReport report(UpgradeRound... rounds) {
        return new UpgradeReport(3, "namespaces", 90, List.of(rounds));
    }

    @Test
    void a_line_tells_of_each_round_what_clients_noticed_and_the_last_one_of_the_handovers_of_all() {
        List<String> table = report(round("plain", List.of(700L)), round("killed", List.of(900L, 1_400L)))
                .table();
        assertThat(table).hasSize(4);
        assertThat(table.get(1))
                .startsWith("plain ")
                .contains("0.1.0 > 0.2.0", "k8s-2 9.0, k8s-3 8.0, k8s-1 10.0", "0.70");
        assertThat(table.getLast()).contains("3 handovers", "max 1400 ms", "within");
    }

    @Test
    void times_over_the_budget_are_told_and_break_nothing_while_a_violation_does() {
        UpgradeReport slow = report(round("plain", List.of(1_200L, 1_300L)));
        assertThat(slow.table().getLast()).endsWith("OVER");
        assertThat(slow.allHeld()).isTrue();
        assertThat(report(round("plain", List.of(), "a write was lost")).allHeld())
                .isFalse();
    }

    @Test
    void programs_read_the_same() {
        JsonNode json =
                report(round("plain", List.of(700L), "a write was lost")).json();
        assertThat(json.path("allHeld").asBoolean()).isFalse();
        assertThat(json.path("handover").path("max").asLong()).isEqualTo(700);
        JsonNode round = json.path("rounds").path(0);
        assertThat(round.path("nodeMillis").fieldNames()).toIterable().containsExactly("k8s-2", "k8s-3", "k8s-1");
        assertThat(round.path("requests").path("refused").asLong()).isEqualTo(7);
        assertThat(round.path("violations").path(0).asText()).isEqualTo("a write was lost");
    }
}
