package io.quorate.persistence.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.MemberId;
import org.junit.jupiter.api.Test;

class PreVoteCrossingTest {
    private static final MemberId FIRST = new MemberId("n1", 1, "127.0.0.1:1");
    private static final MemberId SECOND = new MemberId("n2", 1, "127.0.0.2:1");

    @Test
    void of_two_requests_that_cross_exactly_one_is_passed_over() {
        PreVoteCrossing first = new PreVoteCrossing(FIRST);
        PreVoteCrossing second = new PreVoteCrossing(SECOND);
        first.asking(1_000);
        second.asking(2_000);
        assertThat(first.passesOver(SECOND, false, 3_000)).isTrue();
        assertThat(second.passesOver(FIRST, false, 3_000)).isFalse();
    }

    @Test
    void a_better_log_is_never_passed_over() {
        PreVoteCrossing first = new PreVoteCrossing(FIRST);
        first.asking(1_000);
        assertThat(first.passesOver(SECOND, true, 2_000)).isFalse();
    }

    @Test
    void who_has_not_asked_or_not_lately_passes_over_nobody() {
        PreVoteCrossing first = new PreVoteCrossing(FIRST);
        assertThat(first.passesOver(SECOND, false, 0)).isFalse();
        first.asking(1_000);
        assertThat(first.passesOver(SECOND, false, 1_000 + PreVoteCrossing.FRESH.toNanos()))
                .isFalse();
    }
}
