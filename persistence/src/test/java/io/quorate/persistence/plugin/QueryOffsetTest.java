package io.quorate.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.persistence.journal.Offset;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.apache.pekko.persistence.query.Sequence;

class QueryOffsetTest {
    private static final long MAX_INDEX = (1L << 43) - 1;

    @Property
    void an_offset_comes_back_and_keeps_its_order(
            @ForAll @LongRange(min = 1, max = MAX_INDEX) long index,
            @ForAll @LongRange(min = 1, max = MAX_INDEX) long otherIndex,
            @ForAll @IntRange(max = Offset.ORDINALS - 1) int ordinal,
            @ForAll @IntRange(max = Offset.ORDINALS - 1) int otherOrdinal) {
        Offset one = new Offset(index, ordinal);
        Offset other = new Offset(otherIndex, otherOrdinal);
        Sequence oneAsked = (Sequence) QueryOffset.of(one);
        Sequence otherAsked = (Sequence) QueryOffset.of(other);
        assertThat(QueryOffset.toJournal(oneAsked)).isEqualTo(one);
        assertThat(Integer.signum(Long.compare(oneAsked.value(), otherAsked.value())))
                .isEqualTo(Integer.signum(one.compareTo(other)));
    }

    @Example
    void no_offset_and_sequence_zero_are_before_everything() {
        assertThat(QueryOffset.toJournal(org.apache.pekko.persistence.query.Offset.noOffset()))
                .isEqualTo(Offset.ZERO);
        assertThat(QueryOffset.toJournal(new Sequence(0))).isEqualTo(Offset.ZERO);
        assertThat(QueryOffset.of(Offset.ZERO)).isEqualTo(org.apache.pekko.persistence.query.Offset.noOffset());
    }

    @Example
    void what_does_not_fit_and_what_is_not_ours_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> QueryOffset.of(new Offset(MAX_INDEX + 1, 0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QueryOffset.toJournal(org.apache.pekko.persistence.query.Offset.timeBasedUUID(
                        UUID.fromString("13814000-1dd2-11b2-8080-808080808080"))))
                .withMessageContaining("another journal");
    }
}
