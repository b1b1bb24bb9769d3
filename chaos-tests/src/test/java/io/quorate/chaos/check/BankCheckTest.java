package io.quorate.chaos.check;

import static io.quorate.chaos.check.Calls.info;
import static io.quorate.chaos.check.Calls.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.check.Verdict.Result;
import io.quorate.chaos.history.Call;
import java.util.List;
import org.junit.jupiter.api.Test;

class BankCheckTest {
    private static final Call OPENED = ok(0, 1, "open", "", "{\"a\":10,\"b\":10}");

    private static Verdict read(String accounts) {
        return BankCheck.check(List.of(
                OPENED,
                info(2, "transfer", "", "{\"from\":\"a\",\"to\":\"b\",\"amount\":5}"),
                ok(3, 4, "read", "", accounts)));
    }

    private static void assertFound(String anomaly, Verdict verdict) {
        assertThat(verdict.result()).isEqualTo(Result.VIOLATION);
        assertThat(verdict.findings()).extracting(Finding::anomaly).containsExactly(anomaly);
    }

    @Test
    void money_that_is_gone_or_was_made_is_found() {
        assertFound("wrong total", read("{\"a\":5,\"b\":10}"));
        assertFound("wrong total", read("{\"a\":10,\"b\":15}"));
    }

    @Test
    void a_balance_below_zero_is_found() {
        assertFound("negative balance", read("{\"a\":-1,\"b\":21}"));
    }

    @Test
    void an_account_that_is_gone_or_was_never_opened_is_found() {
        assertFound("wrong accounts", read("{\"a\":20}"));
        assertFound("wrong accounts", read("{\"a\":5,\"b\":10,\"c\":5}"));
    }

    @Test
    void what_is_on_its_way_counts() {
        assertThat(read("{\"a\":5,\"b\":10,\"transit\":5}").result()).isEqualTo(Result.OK);
    }

    @Test
    void without_accounts_or_reads_nothing_is_known() {
        assertThat(BankCheck.check(List.of(OPENED)).result()).isEqualTo(Result.UNKNOWN);
        assertThat(BankCheck.check(List.of(ok(0, 1, "read", "", "{}"))).result())
                .isEqualTo(Result.UNKNOWN);
    }
}
