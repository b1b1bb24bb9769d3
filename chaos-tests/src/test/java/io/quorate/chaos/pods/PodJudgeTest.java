package io.quorate.chaos.pods;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.chaos.pods.ObjectWatch.Seen;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Four pods are wanted, one more may be there, one fewer may be ready. */
class PodJudgeTest {
    private static final PodJudge JUDGE = new PodJudge(4, 1, 1);

    private final List<Seen> changes = new ArrayList<>();

    private static JsonNode pod(String uid, String address, boolean ready, boolean ends) {
        ObjectNode pod = new ObjectMapper().createObjectNode();
        ObjectNode metadata = pod.putObject("metadata").put("uid", uid);
        if (ends) {
            metadata.put("deletionTimestamp", "2026-01-01T00:00:00Z");
        }
        ObjectNode status = pod.putObject("status").put("phase", "Running").put("podIP", address);
        status.putArray("conditions").addObject().put("type", "Ready").put("status", ready ? "True" : "False");
        return pod;
    }

    private void change(String type, String name, JsonNode object) {
        changes.add(new Seen(type, name, changes.size() + 1, object, 0));
    }

    private void ready(int from, int to) {
        for (int i = from; i <= to; i++) {
            change("ADDED", "w" + i, pod("u" + i, "127.64.0." + i, true, false));
        }
    }

    private void ends(int pod) {
        change("MODIFIED", "w" + pod, pod("u" + pod, "127.64.0." + pod, true, true));
    }

    private List<String> violations() {
        return JUDGE.violations(changes, version -> true);
    }

    @Test
    void a_roll_out_within_its_bounds_is_fine() {
        ready(1, 4);
        ends(1);
        ready(5, 5);
        ends(2);
        change("DELETED", "w1", pod("u1", "127.64.0.1", false, true));
        ready(6, 6);
        assertThat(violations()).isEmpty();
    }

    @Test
    void one_too_many_is_told_of() {
        ready(1, 6);
        assertThat(violations()).containsExactly("version 6, w6: 6 pods, of which there may be 5");
    }

    @Test
    void one_that_was_told_to_end_too_early_is_told_of() {
        ready(1, 4);
        ends(1);
        ends(2);
        assertThat(violations()).containsExactly("version 6, w2: told to end, which leaves 2 ready, of at least 3");
        assertThat(JUDGE.violations(changes, version -> false)).isEmpty(); // as in a drain
    }

    @Test
    void one_that_is_not_ready_any_more_because_its_node_is_dead_is_nobodys_fault() {
        ready(1, 4);
        for (int i = 1; i <= 2; i++) {
            change("MODIFIED", "w" + i, pod("u" + i, "127.64.0." + i, false, false));
            change("MODIFIED", "w" + i, pod("u" + i, "127.64.0." + i, false, true));
        }
        assertThat(violations()).isEmpty();
    }

    @Test
    void two_claims_of_one_address_or_name_are_told_of() {
        ready(1, 1);
        change("ADDED", "w2", pod("u2", "127.64.0.1", true, false));
        change("MODIFIED", "w2", pod("u3", "127.64.0.3", true, false));
        assertThat(violations())
                .containsExactly(
                        "version 2, w2: two pods have the address 127.64.0.1",
                        "version 3, w2: two pods have this name at once");
    }
}
