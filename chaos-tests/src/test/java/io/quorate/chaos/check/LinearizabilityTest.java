package io.quorate.chaos.check;

import static io.quorate.chaos.check.Calls.fail;
import static io.quorate.chaos.check.Calls.info;
import static io.quorate.chaos.check.Calls.json;
import static io.quorate.chaos.check.Calls.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.check.Linearizability.Bounds;
import io.quorate.chaos.check.Verdict.Result;
import io.quorate.chaos.history.Call;
import io.quorate.chaos.history.Call.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {
    private static final int VALUES = 3;

    private static Verdict check(Call... calls) {
        return Linearizability.check(List.of(calls), Bounds.DEFAULT);
    }

    private static void assertRefused(Call... calls) {
        assertThat(check(calls).result()).isEqualTo(Result.VIOLATION);
    }

    private static void assertAccepted(Call... calls) {
        assertThat(check(calls).text()).startsWith("OK");
    }

    @Test
    void a_read_that_is_older_than_an_acknowledged_write_is_refused() {
        assertRefused(ok(0, 1, "write", "x", "1"), ok(2, 3, "write", "x", "2"), ok(4, 5, "read", "x", "1"));
    }

    @Test
    void a_read_of_what_nobody_wrote_is_refused() {
        assertRefused(ok(0, 1, "write", "x", "1"), ok(2, 3, "read", "x", "7"));
    }

    @Test
    void a_read_of_what_was_certainly_not_written_is_refused() {
        assertRefused(ok(0, 1, "write", "x", "1"), fail(2, 3, "write", "x", "2"), ok(4, 5, "read", "x", "2"));
    }

    @Test
    void a_lost_write_is_refused() {
        assertRefused(ok(0, 1, "write", "x", "1"), ok(2, 3, "read", "x", "null"));
    }

    @Test
    void reads_that_go_back_and_forth_around_one_write_are_refused() {
        assertRefused(
                ok(0, 1, "write", "x", "1"),
                ok(2, 9, "write", "x", "2"),
                ok(3, 4, "read", "x", "2"),
                ok(5, 6, "read", "x", "1"));
    }

    @Test
    void two_compare_and_sets_of_the_same_value_are_refused() {
        assertRefused(ok(0, 1, "write", "x", "1"), ok(2, 5, "cas", "x", "[1,2]"), ok(3, 4, "cas", "x", "[1,3]"));
    }

    @Test
    void what_overlaps_may_have_any_order() {
        assertAccepted(
                ok(0, 9, "write", "x", "1"),
                ok(1, 8, "write", "x", "2"),
                ok(2, 3, "read", "x", "2"),
                ok(4, 5, "read", "x", "1"));
    }

    @Test
    void a_write_of_unknown_outcome_may_happen_much_later_or_never() {
        assertAccepted(info(0, "write", "x", "1"), ok(1, 2, "read", "x", "null"), ok(3, 4, "read", "x", "1"));
        assertAccepted(info(0, "write", "x", "1"), ok(1, 2, "read", "x", "null"), ok(3, 4, "read", "x", "null"));
    }

    @Test
    void a_write_of_unknown_outcome_does_not_happen_twice() {
        assertRefused(
                info(0, "write", "x", "1"),
                ok(1, 2, "read", "x", "1"),
                ok(3, 4, "write", "x", "2"),
                ok(5, 6, "read", "x", "2"),
                ok(7, 8, "read", "x", "1"));
    }

    @Test
    void keys_are_judged_apart() {
        Verdict verdict =
                check(ok(0, 1, "write", "x", "1"), ok(2, 3, "read", "y", "null"), ok(4, 5, "read", "x", "null"));
        assertThat(verdict.result()).isEqualTo(Result.VIOLATION);
        assertThat(verdict.findings())
                .singleElement()
                .extracting(Finding::text)
                .asString()
                .startsWith("key x: ");
    }

    @Test
    void a_violation_is_shown_by_the_operations_that_make_it_and_no_others() {
        List<Call> calls = new ArrayList<>();
        for (long i = 0; i < 100; i++) {
            calls.add(ok(4 * i, 4 * i + 1, "write", "x", String.valueOf(i)));
            calls.add(ok(4 * i + 2, 4 * i + 3, "read", "x", i == 50 ? "49" : String.valueOf(i)));
        }
        Verdict verdict = Linearizability.check(calls, Bounds.DEFAULT);
        String text = verdict.findings().getFirst().text();
        assertThat(text.lines().filter(line -> line.contains("process"))).hasSize(2);
        assertThat(text).contains("write 50", "> ", "read 49", "wants 49", "leaves 50");
    }

    @Test
    void reads_that_show_nothing_are_left_out_of_it() {
        Verdict verdict = check(
                ok(0, 1, "write", "x", "1"),
                ok(2, 9, "write", "x", "2"),
                ok(3, 10, "read", "x", "1"),
                ok(11, 12, "read", "x", "1"),
                ok(4, 13, "read", "x", "2"));
        String text = verdict.findings().getFirst().text();
        assertThat(text.lines().filter(line -> line.contains("process"))).hasSize(2);
        assertThat(text).contains("process 2    write 2", "process 11   read 1");
    }

    @Test
    void beyond_a_bound_the_verdict_is_unknown() {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            calls.add(info(i, "write", "x", String.valueOf(i)));
        }
        calls.add(ok(100, 101, "read", "x", "77"));
        assertThat(Linearizability.check(calls, new Bounds(10_000, 1_000_000)).result())
                .isEqualTo(Result.UNKNOWN);
        assertThat(Linearizability.check(calls, new Bounds(1_000_000, 10_000)).result())
                .isEqualTo(Result.UNKNOWN);
    }

    @Test
    void a_history_without_answers_is_not_ok() {
        assertThat(check(info(0, "write", "x", "1")).result()).isEqualTo(Result.UNKNOWN);
        assertThat(check().result()).isEqualTo(Result.UNKNOWN);
    }

    @Test
    void another_kind_of_history_is_refused_in_words() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> check(ok(0, 1, "txn", "", "[]")))
                .withMessageContaining("read, write and cas");
    }

    @Test
    void ten_thousand_operations_of_ten_clients_are_judged() {
        assertThat(Linearizability.check(linearizable(new Random(5), 10_000, 10, 0.001), Bounds.DEFAULT)
                        .text())
                .startsWith("OK");
    }

    @Property(tries = 300)
    void what_a_sequential_register_answered_is_accepted_however_it_overlaps(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 60) int size,
            @ForAll @IntRange(min = 0, max = 8) int overlap) {
        assertThat(Linearizability.check(linearizable(new Random(seed), size, overlap, 0.1), Bounds.DEFAULT)
                        .result())
                .isNotEqualTo(Result.VIOLATION);
    }

    @Property(tries = 500)
    void verdicts_are_those_of_a_search_through_all_permutations(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 6) int size,
            @ForAll @IntRange(min = 0, max = 4) int overlap) {
        Random random = new Random(seed);
        List<Call> calls = mutated(random, linearizable(random, size, overlap, 0.2));
        Result expected = hasOrder(calls) ? Result.OK : Result.VIOLATION;
        Verdict verdict = Linearizability.check(calls, Bounds.DEFAULT);
        assertThat(verdict.judged() == 0 ? Result.OK : verdict.result())
                .as("%s", calls)
                .isEqualTo(expected);
    }

    @Property(tries = 200)
    void a_read_of_what_was_never_written_is_refused_in_any_history(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 60) int size,
            @ForAll @IntRange(min = 0, max = 8) int overlap) {
        List<Call> calls = new ArrayList<>(linearizable(new Random(seed), size, overlap, 0.1));
        long end = 1_000_000;
        calls.add(ok(end, end + 1, "read", "x", "99"));
        assertThat(Linearizability.check(calls, Bounds.DEFAULT).result()).isEqualTo(Result.VIOLATION);
    }

    /**
     * Each operation happens at a moment of its own, in one register, and reaches from somewhat before to somewhat after it.
     *
     * @param unknown share of operations whose outcome the client does not learn
     */
    private static List<Call> linearizable(Random random, int size, int overlap, double unknown) {
        List<Call> calls = new ArrayList<>();
        JsonNode state = json("null");
        List<long[]> spans = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            long moment = 1000L * i;
            spans.add(new long[] {
                moment - random.nextLong(1 + 1000L * overlap / 2), moment + 1 + random.nextLong(1 + 1000L * overlap / 2)
            });
        }
        spans.forEach(span -> {
            ends.add(2 * span[0]);
            ends.add(2 * span[1] + 1);
        });
        ends.sort(Comparator.naturalOrder());
        for (int i = 0; i < size; i++) {
            JsonNode value = json(String.valueOf(random.nextInt(VALUES)));
            String function = List.of("read", "write", "cas").get(random.nextInt(3));
            boolean lost = random.nextDouble() < unknown;
            boolean happens = !lost || random.nextBoolean();
            JsonNode told = value;
            Outcome outcome = lost ? Outcome.INFO : Outcome.OK;
            switch (function) {
                case "read" -> told = state;
                case "write" -> state = happens ? value : state;
                default -> {
                    JsonNode expected = random.nextInt(4) > 0 ? state : json("7");
                    told = json("[" + expected + "," + value + "]");
                    boolean matches = expected.equals(state);
                    state = happens && matches ? value : state;
                    outcome = lost ? Outcome.INFO : matches ? Outcome.OK : Outcome.FAIL;
                }
            }
            calls.add(Calls.call(
                    rank(ends, 2 * spans.get(i)[0]),
                    lost ? Call.NEVER : rank(ends, 2 * spans.get(i)[1] + 1),
                    function,
                    "x",
                    told,
                    outcome));
        }
        return calls;
    }

    /** Invocations come before completions of the same moment: then they overlap. */
    private static long rank(List<Long> ends, long end) {
        return ends.indexOf(end) * 2L + Math.floorMod(end, 2L);
    }

    private static List<Call> mutated(Random random, List<Call> calls) {
        List<Call> all = new ArrayList<>(calls);
        int chosen = random.nextInt(all.size());
        Call call = all.get(chosen);
        if (call.function().equals("read")) {
            JsonNode other = json(random.nextInt(4) == 0 ? "null" : String.valueOf(random.nextInt(VALUES)));
            all.set(chosen, Calls.call(call.invoked(), call.completed(), "read", "x", other, call.outcome()));
        }
        return all;
    }

    /** Every permutation of every choice among the operations that need not have happened. */
    private static boolean hasOrder(List<Call> calls) {
        List<RegisterOperation> all = RegisterOperation.of(calls, new HashMap<>());
        List<RegisterOperation> optional =
                all.stream().filter(each -> !each.mustHappen()).toList();
        for (int choice = 0; choice < 1 << optional.size(); choice++) {
            List<RegisterOperation> chosen = new ArrayList<>(
                    all.stream().filter(RegisterOperation::mustHappen).toList());
            for (int i = 0; i < optional.size(); i++) {
                if ((choice >> i & 1) == 1) {
                    chosen.add(optional.get(i));
                }
            }
            if (somePermutationHolds(chosen, 0)) {
                return true;
            }
        }
        return false;
    }

    private static boolean somePermutationHolds(List<RegisterOperation> order, int fixed) {
        if (fixed == order.size()) {
            return holds(order);
        }
        for (int i = fixed; i < order.size(); i++) {
            List<RegisterOperation> next = new ArrayList<>(order);
            next.set(fixed, order.get(i));
            next.set(i, order.get(fixed));
            if (somePermutationHolds(next, fixed + 1)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(List<RegisterOperation> order) {
        int state = RegisterOperation.ABSENT;
        for (int i = 0; i < order.size(); i++) {
            for (int j = i + 1; j < order.size(); j++) {
                if (order.get(j).completed() < order.get(i).invoked()) {
                    return false;
                }
            }
            state = order.get(i).apply(state);
            if (state == RegisterOperation.REFUSED) {
                return false;
            }
        }
        return true;
    }
}
