package io.quorate.persistence.raft;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What each member of the group is known to have had on disk. The leader learns it from the answers to its log and tells the others with
 * its heartbeats; each keeps it with its own log.
 *
 * <p>None of it is ever taken back by a disk that keeps what it was given: terms only rise, and committed entries are never cut off (Raft,
 * sections 5.1 and 5.4). So a member that has less than its mark was set back, and does not know any more what it has promised.
 */
record HighWaterMarks(Map<MemberId, Mark> marks) {
    static final HighWaterMarks NONE = new HighWaterMarks(Map.of());

    /** Of so many that left the group it is still known. One never comes back under the same identity with less than it had. */
    private static final int DEPARTED = 8;

    /**
     * @param term one that the member has stored
     * @param index up to which it has stored what is committed
     */
    record Mark(int term, long index) {
        static final Mark NONE = new Mark(0, 0);

        Mark max(Mark other) {
            return new Mark(Math.max(term, other.term), Math.max(index, other.index));
        }

        /** Whether who has this much has all of another mark. */
        boolean covers(Mark other) {
            return term >= other.term && index >= other.index;
        }

        void write(ByteWriter out) {
            out.varint(term).varint(index);
        }

        static Mark read(ByteReader in) {
            return new Mark(in.int32(), in.varint());
        }
    }

    HighWaterMarks {
        marks = Map.copyOf(marks);
    }

    Mark of(MemberId member) {
        return marks.getOrDefault(member, Mark.NONE);
    }

    /**
     * What is known now. Who left the group is remembered for a while: a member that lags does not know yet that it left, and might still
     * ask it for its vote.
     *
     * @param members who belongs to the group
     * @param news of some of them
     */
    HighWaterMarks with(Collection<MemberId> members, HighWaterMarks news) {
        Set<MemberId> present = Set.copyOf(members);
        Map<MemberId, Mark> now = Stream.of(
                        present, marks.keySet(), news.marks().keySet())
                .flatMap(Set::stream)
                .distinct()
                .collect(Collectors.toMap(
                        Function.identity(), member -> of(member).max(news.of(member))));
        now.keySet().stream()
                .filter(member -> !present.contains(member))
                .sorted(Comparator.<MemberId>comparingLong(
                                member -> now.get(member).index())
                        .reversed()
                        .thenComparing(Function.identity()))
                .skip(DEPARTED)
                .toList()
                .forEach(now::remove);
        return now.equals(marks) ? this : new HighWaterMarks(now);
    }

    void write(ByteWriter out) {
        out.varint(marks.size());
        new TreeMap<>(marks).forEach((member, mark) -> mark.write(out.text(member.toString())));
    }

    static HighWaterMarks read(ByteReader in) {
        Map<MemberId, Mark> marks = new TreeMap<>();
        for (int left = in.count(); left > 0; left--) {
            MemberId member = MemberId.parse(in.text());
            marks.put(member, Mark.read(in));
        }
        return new HighWaterMarks(marks);
    }
}
