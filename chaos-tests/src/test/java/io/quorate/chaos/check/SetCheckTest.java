package io.quorate.chaos.check;

import static io.quorate.chaos.check.Calls.fail;
import static io.quorate.chaos.check.Calls.info;
import static io.quorate.chaos.check.Calls.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.check.Verdict.Result;
import io.quorate.chaos.history.Call;
import java.util.List;
import org.junit.jupiter.api.Test;

class SetCheckTest {
    private static void assertFound(String anomaly, Call... calls) {
        Verdict verdict = SetCheck.check(List.of(calls));
        assertThat(verdict.result()).isEqualTo(Result.VIOLATION);
        assertThat(verdict.findings())
                .as(verdict.text())
                .extracting(Finding::anomaly)
                .containsExactly(anomaly);
    }

    private static Result result(Call... calls) {
        return SetCheck.check(List.of(calls)).result();
    }

    @Test
    void an_acknowledged_element_that_no_later_read_sees_is_lost() {
        assertFound("lost", ok(0, 1, "add", "s", "1"), ok(2, 3, "read", "s", "[]"));
        assertFound("lost", ok(0, 1, "add", "s", "1"), ok(2, 3, "read", "s", "[1]"), ok(4, 5, "read", "s", "[]"));
    }

    @Test
    void an_element_that_was_seen_once_is_not_lost_again_even_where_its_outcome_is_unknown() {
        assertFound("lost", info(0, "add", "s", "1"), ok(2, 3, "read", "s", "[1]"), ok(4, 5, "read", "s", "[]"));
    }

    @Test
    void an_element_that_one_read_does_not_see_and_a_later_one_does_is_a_stale_read() {
        assertFound("stale read", ok(0, 1, "add", "s", "1"), ok(2, 3, "read", "s", "[]"), ok(4, 5, "read", "s", "[1]"));
    }

    @Test
    void what_was_never_added_or_certainly_not_or_only_later_must_not_be_there() {
        assertFound("never added", ok(0, 1, "read", "s", "[1]"));
        assertFound("never added", fail(0, 1, "add", "s", "1"), ok(2, 3, "read", "s", "[1]"));
        assertFound(
                "never added", ok(0, 1, "read", "s", "[1]"), ok(2, 3, "add", "s", "1"), ok(4, 5, "read", "s", "[1]"));
    }

    @Test
    void an_element_that_is_there_twice_is_a_duplicate() {
        assertFound("duplicate", ok(0, 1, "add", "s", "1"), ok(2, 3, "read", "s", "[1,1]"));
    }

    @Test
    void what_overlaps_may_be_seen_or_not_and_so_may_what_is_unknown() {
        assertThat(result(
                        ok(0, 9, "add", "s", "1"),
                        info(1, "add", "s", "2"),
                        info(1, "add", "s", "3"),
                        ok(2, 3, "read", "s", "[]"),
                        ok(10, 11, "read", "s", "[2,1]"),
                        ok(12, 13, "read", "s", "[2,1]")))
                .isEqualTo(Result.OK);
    }

    @Test
    void without_a_read_after_the_last_add_nothing_is_known() {
        assertThat(result(ok(0, 1, "read", "s", "[]"), ok(2, 3, "add", "s", "1")))
                .isEqualTo(Result.UNKNOWN);
        assertThat(result()).isEqualTo(Result.UNKNOWN);
    }
}
