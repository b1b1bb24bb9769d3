package io.quorate.chaos.check;

import static io.quorate.chaos.check.Calls.fail;
import static io.quorate.chaos.check.Calls.info;
import static io.quorate.chaos.check.Calls.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.check.Verdict.Result;
import io.quorate.chaos.history.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ListAppendTest {
    private static void assertFound(String anomaly, Call... calls) {
        Verdict verdict = ListAppend.check(List.of(calls));
        assertThat(verdict.result()).isEqualTo(Result.VIOLATION);
        assertThat(verdict.findings())
                .as(verdict.text())
                .extracting(Finding::anomaly)
                .contains(anomaly);
    }

    private static void assertOnly(String anomaly, Call... calls) {
        Verdict verdict = ListAppend.check(List.of(calls));
        assertThat(verdict.findings())
                .as(verdict.text())
                .extracting(Finding::anomaly)
                .containsOnly(anomaly);
    }

    private static void assertAccepted(Call... calls) {
        assertThat(ListAppend.check(List.of(calls)).text()).startsWith("OK");
    }

    private static Call failed(long from, long to, String steps) {
        return fail(from, to, "txn", "", steps.replace('\'', '"'));
    }

    private static Call unknown(long from, String steps) {
        return info(from, "txn", "", steps.replace('\'', '"'));
    }

    @Test
    void appends_that_interleave_are_G0() {
        assertOnly(
                "G0",
                txn(0, 9, "[['append','x',1],['append','y',1]]"),
                txn(1, 8, "[['append','x',2],['append','y',2]]"),
                txn(2, 7, "[['r','x',[1,2]],['r','y',[2,1]]]"));
    }

    @Test
    void two_that_each_see_what_the_other_appended_are_G1c() {
        assertOnly("G1c", txn(0, 9, "[['append','x',1],['r','y',[1]]]"), txn(1, 8, "[['append','y',1],['r','x',[1]]]"));
    }

    @Test
    void a_read_of_one_part_of_a_transaction_without_the_other_is_G_single() {
        assertOnly(
                "G-single",
                txn(0, 9, "[['append','x',1],['append','y',1]]"),
                txn(1, 8, "[['r','x',[1]],['r','y',[]]]"),
                txn(2, 7, "[['r','y',[1]]]"));
    }

    @Test
    void two_that_each_append_to_what_the_other_has_read_as_empty_are_G2() {
        assertOnly(
                "G2",
                txn(0, 9, "[['r','x',[]],['append','y',1]]"),
                txn(1, 8, "[['r','y',[]],['append','x',1]]"),
                txn(2, 7, "[['r','x',[1]],['r','y',[1]]]"));
    }

    @Test
    void a_read_of_what_was_certainly_not_appended_is_G1a() {
        assertFound("G1a", failed(0, 1, "[['append','x',1]]"), txn(2, 3, "[['r','x',[1]]]"));
    }

    @Test
    void a_read_of_an_intermediate_state_is_G1b() {
        assertFound("G1b", txn(0, 9, "[['append','x',1],['append','x',2]]"), txn(1, 8, "[['r','x',[1]]]"));
    }

    @Test
    void lists_of_which_neither_continues_the_other_are_incompatible() {
        assertFound(
                "incompatible order",
                txn(0, 9, "[['append','x',1]]"),
                txn(1, 8, "[['append','x',2]]"),
                txn(2, 7, "[['r','x',[1,2]]]"),
                txn(3, 6, "[['r','x',[2,1]]]"));
    }

    @Test
    void an_element_that_is_there_twice_is_a_duplicate() {
        assertFound("duplicate", txn(0, 1, "[['append','x',1]]"), txn(2, 3, "[['r','x',[1,1]]]"));
    }

    @Test
    void an_element_that_nobody_appended_is_found() {
        assertFound("never appended", txn(0, 1, "[['append','x',1]]"), txn(2, 3, "[['r','x',[1,5]]]"));
    }

    @Test
    void a_transaction_that_does_not_see_its_own_append_is_found() {
        assertFound("internal", txn(0, 1, "[['append','x',1],['r','x',[]]]"));
        assertFound("internal", txn(0, 9, "[['r','x',[]],['r','x',[1]]]"), txn(1, 8, "[['append','x',1]]"));
    }

    @Test
    void a_transaction_that_sees_what_it_appends_later_is_found() {
        assertFound("internal", txn(0, 1, "[['r','x',[1]],['append','x',1]]"));
        assertFound("internal", txn(0, 1, "[['append','x',1],['r','x',[2,1]],['append','x',2]]"));
    }

    @Test
    void an_acknowledged_append_that_is_not_there_later_is_lost() {
        assertFound("lost append", txn(0, 1, "[['append','x',1]]"), txn(2, 3, "[['r','x',[]]]"));
        assertFound("G-single-realtime", txn(0, 1, "[['append','x',1]]"), txn(2, 3, "[['r','x',[]]]"));
    }

    @Test
    void an_update_that_two_base_on_the_same_list_is_lost() {
        assertFound(
                "lost append",
                txn(0, 5, "[['r','x',[]],['append','x',1]]"),
                txn(1, 6, "[['r','x',[]],['append','x',2]]"),
                txn(7, 8, "[['r','x',[2]]]"));
    }

    @Test
    void a_read_that_does_not_see_what_a_later_one_does_is_stale() {
        assertFound(
                "stale read",
                txn(0, 1, "[['append','x',1]]"),
                txn(2, 3, "[['r','x',[]]]"),
                txn(4, 5, "[['r','x',[1]]]"));
    }

    @Test
    void what_only_real_time_forbids_is_named_so() {
        assertOnly(
                "G0-realtime",
                txn(0, 1, "[['append','x',1]]"),
                txn(2, 3, "[['append','x',2]]"),
                txn(4, 5, "[['r','x',[2,1]]]"));
        assertFound("G1c-realtime", txn(0, 1, "[['append','y',1],['r','x',[1]]]"), txn(2, 3, "[['append','x',1]]"));
        assertFound(
                "G2-realtime",
                txn(0, 1, "[['append','z',1]]"),
                txn(2, 3, "[['r','y',[]]]"),
                txn(-1, 9, "[['append','y',1],['r','z',[]]]"));
    }

    @Test
    void a_cycle_says_why_each_comes_before_the_next() {
        Verdict verdict = ListAppend.check(List.of(
                txn(0, 9, "[['append','x',1],['append','y',1]]"),
                txn(1, 8, "[['r','x',[1]],['r','y',[]]]"),
                txn(2, 7, "[['r','y',[1]]]")));
        assertThat(verdict.text())
                .contains("T1 before T0 (rw): the first read y as [], without 1")
                .contains("T0 before T1 (wr): the first appended 1 of x, with which the list ends that was read");
    }

    @Test
    void an_append_of_unknown_outcome_may_be_there_or_not_or_come_later() {
        assertAccepted(unknown(0, "[['append','x',1]]"), txn(1, 2, "[['r','x',[]]]"), txn(3, 4, "[['r','x',[1]]]"));
        assertAccepted(unknown(0, "[['append','x',1]]"), txn(1, 2, "[['r','x',[]]]"), txn(3, 4, "[['r','x',[]]]"));
    }

    @Test
    void what_is_appended_twice_cannot_be_judged() {
        assertThat(ListAppend.check(List.of(txn(0, 1, "[['append','x',1]]"), txn(2, 3, "[['append','x',1]]")))
                        .result())
                .isEqualTo(Result.UNKNOWN);
        assertThat(ListAppend.check(List.of()).result()).isEqualTo(Result.UNKNOWN);
    }

    @Property(tries = 200)
    void what_was_done_one_after_the_other_is_accepted_however_it_overlaps(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 80) int size,
            @ForAll @IntRange(min = 0, max = 8) int overlap) {
        assertThat(ListAppend.check(serial(new Random(seed), size, overlap)).result())
                .isNotEqualTo(Result.VIOLATION);
    }

    @Property(tries = 300)
    void an_acknowledged_append_that_one_later_read_does_not_see_is_found_in_any_history(
            @ForAll long seed,
            @ForAll @IntRange(min = 5, max = 80) int size,
            @ForAll @IntRange(min = 0, max = 8) int overlap) {
        Random random = new Random(seed);
        List<Call> calls = new ArrayList<>(serial(random, size, overlap));
        long end = 10_000_000;
        String key = "k" + random.nextInt(3);
        List<JsonNode> acknowledged = new ArrayList<>();
        for (Call call : calls) {
            call.answered().forEach(step -> {
                if (call.isOk()
                        && step.path(0).asText().equals("append")
                        && step.path(1).asText().equals(key)) {
                    acknowledged.add(step.path(2));
                }
            });
        }
        Assume.that(!acknowledged.isEmpty());
        acknowledged.remove(random.nextInt(acknowledged.size()));
        calls.add(txn(end, end + 1, "[['r','" + key + "'," + acknowledged + "]]"));
        assertThat(ListAppend.check(calls).result()).isEqualTo(Result.VIOLATION);
    }

    /** Each happens at a moment of its own; one of unknown outcome may not happen. */
    private static List<Call> serial(Random random, int size, int overlap) {
        Map<String, List<Integer>> lists = new HashMap<>();
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            boolean unknown = random.nextInt(10) == 0;
            boolean happens = !unknown || random.nextBoolean();
            List<String> steps = new ArrayList<>();
            Map<String, List<Integer>> after = new HashMap<>();
            lists.forEach((key, list) -> after.put(key, new ArrayList<>(list)));
            for (int step = 0; step <= random.nextInt(4); step++) {
                String key = "k" + random.nextInt(3);
                List<Integer> list = after.computeIfAbsent(key, one -> new ArrayList<>());
                if (random.nextBoolean()) {
                    list.add(i * 10 + step);
                    steps.add("['append','" + key + "'," + (i * 10 + step) + "]");
                } else {
                    steps.add("['r','" + key + "'," + list + "]");
                }
            }
            if (happens) {
                lists.putAll(after);
            }
            // Even places are invocations and odd ones completions, so that no two are the same.
            long moment = 1000L * i;
            long from = 2 * (moment - random.nextLong(1 + 500L * overlap));
            long to = 2 * (moment + random.nextLong(1 + 500L * overlap)) + 1;
            String text = steps.toString();
            calls.add(unknown ? unknown(from, text) : txn(from, to, text));
        }
        return calls;
    }
}
