package io.quorate.persistence.raft;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SnapshotSpacingTest {
    /** What the engine keeps of the log before a snapshot. */
    private static final long KEPT = SnapshotSpacing.EVERY / 10;

    @Property
    void no_two_snapshots_are_closer_than_what_one_keeps(
            @ForAll @LongRange(min = 0, max = 5_000) long start,
            @ForAll @LongRange(min = 1, max = 400) long askedEvery) {
        long last = start - start % SnapshotSpacing.EVERY;
        long end = last + 5_000;
        for (long index = last + 1; index < end; index++) {
            boolean engines = index % SnapshotSpacing.EVERY == 0;
            boolean asked = index % askedEvery == 0 && SnapshotSpacing.allows(index, last);
            if (engines || asked) {
                assertThat(index - last).isGreaterThanOrEqualTo(KEPT);
                last = index;
            }
        }
    }

    @Test
    void a_log_that_grows_is_cut_again_soon() {
        assertThat(SnapshotSpacing.allows(100, 0)).isTrue();
        assertThat(SnapshotSpacing.allows(99, 0)).isFalse();
        assertThat(SnapshotSpacing.allows(900, 500)).isTrue();
        assertThat(SnapshotSpacing.allows(901, 500)).isFalse();
        assertThat(SnapshotSpacing.allows(1_099, 1_000)).isFalse();
        assertThat(SnapshotSpacing.allows(1_100, 1_000)).isTrue();
    }
}
