package io.quorate.control.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class UpgradeScreenTest {
    private static JsonNode upgrade(String phase, String reason) throws JsonProcessingException {
        return new ObjectMapper().readTree("""
                        {"phase":"%s","version":"0.2.0","reason":"%s","settled":1,"rollback":false,"waits":"",
                         "nodes":[{"name":"n1","standing":"done","stage":"uncordon","worker":false},
                                  {"name":"n2","standing":"under-way","stage":"verify","worker":false},
                                  {"name":"w1","standing":"waiting","stage":"cordon","worker":true}]}
                        """.formatted(phase, reason));
    }

    @Test
    void a_running_upgrade_is_one_line_of_the_status() throws Exception {
        assertThat(UpgradeScreen.status(upgrade("running", "")))
                .containsExactly(
                        "upgrade: to 0.2.0, 1 of 3 nodes done, n2 at verify. `quorate upgrade status` shows more");
    }

    @Test
    void one_that_stopped_says_why_and_what_to_do() throws Exception {
        assertThat(UpgradeScreen.status(upgrade("stopped", "n2, verify: it is not heard of")))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("problem: the upgrade to 0.2.0 has stopped")
                .contains("n2, verify: it is not heard of");
    }

    @Test
    void one_that_is_complete_is_a_reminder_and_one_that_is_finalized_is_nothing() throws Exception {
        assertThat(UpgradeScreen.status(upgrade("completed", "")).getFirst()).contains("quorate upgrade finalize");
        assertThat(UpgradeScreen.status(upgrade("finalized", ""))).isEmpty();
    }

    @Test
    void a_bar_and_a_line_for_each_node_show_how_far_it_is() throws Exception {
        assertThat(UpgradeScreen.lines(upgrade("running", "")))
                .containsExactly(
                        "upgrade to 0.2.0  [########................] 1/3  running",
                        "  n1                        done",
                        "  n2                        verify (5/6)",
                        "  w1               worker   waiting");
    }
}
