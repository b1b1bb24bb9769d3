package io.quorate.persistence.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.MemberId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RollbackCheckTest {
    private static final MemberId SELF = member(1);
    private static final MemberId SECOND = member(2);
    private static final MemberId THIRD = member(3);
    private static final long PATIENCE = RollbackCheck.PATIENCE.toNanos();

    private static MemberId member(int nr) {
        return new MemberId("n" + nr, 1, "127.0.0.1" + nr + ":19001");
    }

    private static RollbackCheck check(MemberId... voters) {
        return new RollbackCheck(SELF, Set.of(voters), 0);
    }

    @Test
    void who_is_alone_asks_nobody() {
        assertThat(check(SELF).passed(0)).isTrue();
    }

    @Test
    void all_voters_are_waited_for_at_first() {
        RollbackCheck check = check(SELF, SECOND, THIRD);
        assertThat(check.silent()).containsExactlyInAnyOrder(SECOND, THIRD);
        check.answered(SECOND);
        assertThat(check.passed(PATIENCE - 1)).isFalse();
        check.answered(THIRD);
        assertThat(check.passed(PATIENCE - 1)).isTrue();
    }

    @Test
    void a_majority_with_itself_is_enough_when_the_patience_is_over() {
        RollbackCheck check = check(SELF, SECOND, THIRD);
        assertThat(check.passed(100 * PATIENCE)).isFalse();
        check.answered(THIRD);
        assertThat(check.passed(PATIENCE)).isTrue();
    }

    @Test
    void half_of_the_voters_is_no_majority() {
        RollbackCheck check = check(SELF, SECOND, THIRD, member(4));
        check.answered(SECOND);
        assertThat(check.passed(PATIENCE)).isFalse();
        check.answered(THIRD);
        assertThat(check.passed(PATIENCE)).isTrue();
    }

    @Test
    void who_knows_nobody_waits_for_a_leader_and_its_word() {
        RollbackCheck check = check();
        assertThat(check.passed(100 * PATIENCE)).isFalse();
        assertThat(check.leads(SECOND)).isTrue();
        assertThat(check.leads(SECOND)).isFalse();
        assertThat(check.silent()).containsExactly(SECOND);
        assertThat(check.passed(0)).isFalse();
        check.answered(SECOND);
        assertThat(check.passed(0)).isTrue();
    }

    @Test
    void who_was_away_while_all_others_were_replaced_takes_the_word_of_who_leads_now() {
        RollbackCheck check = check(SELF, SECOND, THIRD);
        check.leads(member(7));
        assertThat(check.silent()).contains(member(7));
        check.answered(member(7));
        assertThat(check.passed(PATIENCE)).isTrue();
    }
}
