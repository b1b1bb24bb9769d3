package io.quorate.persistence.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.persistence.contract.ClusterEpoch.Relation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterEpochTest {
    @Test
    void each_recovery_counts_one_up_and_two_of_the_same_epoch_contradict_each_other() {
        ClusterEpoch one = ClusterEpoch.FIRST.next(0x3fa81c09);
        ClusterEpoch other = ClusterEpoch.FIRST.next(-1);
        assertThat(one.to(ClusterEpoch.FIRST)).isEqualTo(Relation.NEWER);
        assertThat(ClusterEpoch.FIRST.to(one)).isEqualTo(Relation.OLDER);
        assertThat(one.to(one)).isEqualTo(Relation.SAME);
        assertThat(one.to(other)).isEqualTo(Relation.CONTRADICTS);
        assertThat(other.next(1).isNewerThan(one)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2-3fa81c09", "17-00000000", "2-ffffffff"})
    void it_is_read_as_it_is_written(String text) {
        assertThat(ClusterEpoch.parse(text)).hasToString(text);
    }

    @Test
    void what_older_releases_did_not_write_is_the_first() {
        assertThat(ClusterEpoch.parse("")).isEqualTo(ClusterEpoch.FIRST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2", "1-3fa8", "-1", "x", "2-", "2-xyz!", "2-3fa8-1"})
    void anything_else_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ClusterEpoch.parse(text));
    }
}
