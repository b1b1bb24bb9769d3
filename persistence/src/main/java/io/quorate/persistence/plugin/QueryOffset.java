package io.quorate.persistence.plugin;

import io.quorate.persistence.journal.Offset;
import org.apache.pekko.persistence.query.NoOffset;
import org.apache.pekko.persistence.query.Sequence;

/**
 * The journal's {@link Offset} as an offset of Pekko Persistence Query, and back: a {@link Sequence} with the Raft index in its
 * upper 43 bits and the ordinal in its lower 20.
 *
 * <p>Why not a class of its own: a sequence is one number, which an application stores wherever it likes; every offset store of
 * Pekko Projection and Pekko's own serializer of envelopes know it and refuse what they do not know; and sequences compare as
 * offsets do. 43 bits suffice for 8.7 trillion entries, at 10,000 a second 27 years; beyond that reading fails loudly instead of
 * going wrong.
 */
public final class QueryOffset {
    private static final int ORDINAL_BITS = Integer.numberOfTrailingZeros(Offset.ORDINALS);

    private static final long MAX_INDEX = Long.MAX_VALUE >>> ORDINAL_BITS;

    private QueryOffset() {}

    /**
     * What a reader passes to go on behind this offset.
     *
     * @throws IllegalArgumentException when the index has more than 43 bits
     */
    public static org.apache.pekko.persistence.query.Offset of(Offset offset) {
        if (offset.index() > MAX_INDEX) {
            throw new IllegalArgumentException(
                    "offset " + offset + " does not fit into a sequence: the highest index is " + MAX_INDEX);
        }
        return offset.index() <= 0
                ? org.apache.pekko.persistence.query.Offset.noOffset()
                : new Sequence((offset.index() << ORDINAL_BITS) | offset.ordinal());
    }

    /**
     * The place in the journal that an offset of a query names; {@link Offset#ZERO} for no offset and for sequences up to 0.
     *
     * @throws IllegalArgumentException when it is an offset of another journal
     */
    public static Offset toJournal(org.apache.pekko.persistence.query.Offset offset) {
        return switch (offset) {
            case Sequence sequence when sequence.value() < Offset.ORDINALS -> Offset.ZERO;
            case Sequence sequence ->
                new Offset(sequence.value() >>> ORDINAL_BITS, (int) (sequence.value() & (Offset.ORDINALS - 1)));
            case Object none when none.equals(NoOffset.getInstance()) -> Offset.ZERO;
            default ->
                throw new IllegalArgumentException("this journal's offsets are of class Sequence, " + offset
                        + " is not: it comes from another journal. Begin with Offset.noOffset()");
        };
    }
}
