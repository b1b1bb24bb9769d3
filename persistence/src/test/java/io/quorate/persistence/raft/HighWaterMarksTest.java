package io.quorate.persistence.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.raft.HighWaterMarks.Mark;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class HighWaterMarksTest {
    private static final List<MemberId> MEMBERS = List.of(
            new MemberId("n1", 1, "127.0.0.11:19001"),
            new MemberId("n2", 1, "127.0.0.12:19001"),
            new MemberId("n2", 7, "127.0.0.12:19001"));

    @Provide
    Arbitrary<HighWaterMarks> marks() {
        Arbitrary<Mark> mark = Combinators.combine(
                        Arbitraries.integers().greaterOrEqual(0),
                        Arbitraries.longs().greaterOrEqual(0))
                .as(Mark::new);
        return Arbitraries.maps(Arbitraries.of(MEMBERS), mark).map(HighWaterMarks::new);
    }

    @Property
    void nothing_that_is_known_of_a_member_is_ever_less_than_before(
            @ForAll("marks") HighWaterMarks known, @ForAll("marks") HighWaterMarks news) {
        HighWaterMarks now = known.with(MEMBERS, news);
        for (MemberId member : MEMBERS) {
            Mark mark = now.of(member);
            assertThat(mark.covers(known.of(member))).isTrue();
            assertThat(mark.covers(news.of(member))).isTrue();
            assertThat(mark).isEqualTo(known.of(member).max(news.of(member)));
        }
    }

    @Property
    void the_order_of_news_does_not_matter_and_old_news_change_nothing(
            @ForAll("marks") HighWaterMarks one, @ForAll("marks") HighWaterMarks other) {
        HighWaterMarks both = one.with(MEMBERS, other);
        assertThat(both).isEqualTo(other.with(MEMBERS, one));
        assertThat(both.with(MEMBERS, one)).isSameAs(both);
    }

    @Test
    void who_left_the_group_is_remembered_for_a_while_and_of_many_those_that_were_there_last() {
        HighWaterMarks known = HighWaterMarks.NONE;
        for (int nr = 1; nr <= 20; nr++) {
            MemberId member = new MemberId("n1", nr, "127.0.0.11:19001");
            known = known.with(List.of(member), new HighWaterMarks(Map.of(member, new Mark(1, nr))));
        }
        assertThat(known.marks().values())
                .extracting(Mark::index)
                .containsExactlyInAnyOrder(12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L, 20L);
    }

    @Property
    void what_is_written_is_read(@ForAll("marks") HighWaterMarks known) {
        ByteWriter out = new ByteWriter(16);
        known.write(out);
        assertThat(HighWaterMarks.read(new ByteReader(out.toBytes()))).isEqualTo(known);
    }

    @Property
    void a_member_with_less_than_its_mark_was_set_back(@ForAll("marks") HighWaterMarks known) {
        known.marks().forEach((member, mark) -> {
            assertThat(mark.covers(mark)).isTrue();
            assertThat(new Mark(mark.term() - 1, mark.index()).covers(mark)).isFalse();
            assertThat(new Mark(mark.term(), mark.index() - 1).covers(mark)).isFalse();
        });
    }
}
