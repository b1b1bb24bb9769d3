package io.quorate.persistence.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.MemberId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CandidacyTest {
    private static final MemberId FIRST = new MemberId("n1", 1, "127.0.0.1:1");
    private static final MemberId SECOND = new MemberId("n2", 1, "127.0.0.2:1");
    private static final Duration TIMEOUT = Duration.ofMillis(300);
    private static final long YIELD = TIMEOUT.toNanos() * 2;

    @Test
    void of_two_requests_that_cross_exactly_one_is_passed_over() {
        Candidacy first = new Candidacy(FIRST, TIMEOUT);
        Candidacy second = new Candidacy(SECOND, TIMEOUT);
        first.asking(1_000);
        second.asking(2_000);
        assertThat(first.passesOver(SECOND, false, 3_000)).isTrue();
        assertThat(second.passesOver(FIRST, false, 3_000)).isFalse();
    }

    @Test
    void a_better_log_is_never_passed_over() {
        Candidacy first = new Candidacy(FIRST, TIMEOUT);
        first.asking(1_000);
        assertThat(first.passesOver(SECOND, true, 2_000)).isFalse();
    }

    @Test
    void who_has_not_asked_or_not_lately_passes_over_nobody() {
        Candidacy first = new Candidacy(FIRST, TIMEOUT);
        assertThat(first.passesOver(SECOND, false, 0)).isFalse();
        first.asking(1_000);
        assertThat(first.passesOver(SECOND, false, 1_000 + Candidacy.FRESH.toNanos()))
                .isFalse();
    }

    @Test
    void of_two_that_stand_the_later_by_name_gives_way_for_a_while() {
        Candidacy first = new Candidacy(FIRST, TIMEOUT);
        Candidacy second = new Candidacy(SECOND, TIMEOUT);
        first.asking(0);
        second.asking(0);
        assertThat(first.heardRival(SECOND, 1)).isFalse();
        assertThat(second.heardRival(FIRST, 1)).isTrue();
        assertThat(first.yieldsNanos(1)).isZero();
        assertThat(second.yieldsNanos(1)).isEqualTo(YIELD);
        assertThat(second.yieldsNanos(1 + YIELD)).isZero();
    }

    @Test
    void who_does_not_stand_has_nothing_to_give_way_with() {
        assertThat(new Candidacy(SECOND, TIMEOUT).heardRival(FIRST, 1)).isFalse();
    }

    @Test
    void who_has_voted_does_not_stand_against_whom_it_voted_for() {
        Candidacy first = new Candidacy(FIRST, TIMEOUT);
        first.voted(5);
        assertThat(first.yieldsNanos(6)).isEqualTo(YIELD - 1);
    }

    @Test
    void a_rival_that_nobody_hears_is_given_way_to_a_few_times_only_until_there_is_a_leader() {
        Candidacy second = new Candidacy(SECOND, TIMEOUT);
        long now = 0;
        second.asking(now);
        for (int round = 0; round < Candidacy.MAX_YIELDS; round++) {
            assertThat(second.heardRival(FIRST, now)).isTrue();
            assertThat(second.heardRival(FIRST, now + 1)).isTrue();
            now += YIELD;
        }
        assertThat(second.heardRival(FIRST, now)).isFalse();
        assertThat(second.yieldsNanos(now)).isNotPositive();
        second.over();
        second.asking(now);
        assertThat(second.heardRival(FIRST, now)).isTrue();
    }
}
