package io.quorate.persistence.raft;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What each member of the group is known to have had on disk. The leader learns it from the answers to its log and tells the others with
 * its heartbeats; each keeps it with its own log.
 *
 * <p>None of it is ever taken back by a disk that keeps what it was given: terms only rise, and committed entries are never cut off (Raft,
 * sections 5.1 and 5.4). So a member that has less than its mark was set back, and does not know any more what it has promised.
 */
record HighWaterMarks(Map<MemberId, Mark> marks) {
    static final HighWaterMarks NONE = new HighWaterMarks(Map.of());

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
     * What is known now.
     *
     * @param members who belongs to the group; what is known of others is forgotten
     * @param news of some of them
     */
    HighWaterMarks with(Collection<MemberId> members, HighWaterMarks news) {
        Map<MemberId, Mark> now = members.stream()
                .distinct()
                .collect(Collectors.toMap(
                        Function.identity(), member -> of(member).max(news.of(member))));
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
