package io.quorate.persistence.journal;

/**
 * Position of an event in the journal: total, the same on every replica, gap-free to a reader.
 *
 * @param index of the entry in the Raft log; 1 or more ({@link #ZERO} is before the first)
 * @param ordinal of the event among the events of its entry; from 0
 */
public record Offset(long index, int ordinal) implements Comparable<Offset> {
    /** Before every event. */
    public static final Offset ZERO = new Offset(0, -1);

    /** Ordinals are below this. */
    public static final int ORDINALS = 1 << 20;

    /** After every event of an entry. */
    public static Offset endOf(long index) {
        return new Offset(index, ORDINALS - 1);
    }

    @Override
    public int compareTo(Offset other) {
        int byIndex = Long.compare(index, other.index);
        return byIndex != 0 ? byIndex : Integer.compare(ordinal, other.ordinal);
    }

    /** The form people read and type: {@code 4711.0}. */
    @Override
    public String toString() {
        return index + "." + ordinal;
    }

    /**
     * Reads the form that {@link #toString} writes.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static Offset parse(String text) {
        int dot = text.indexOf('.');
        try {
            if (dot > 0) {
                return new Offset(Long.parseLong(text.substring(0, dot)), Integer.parseInt(text.substring(dot + 1)));
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException("an offset is written as 4711.0, this one as '" + text + "'");
    }
}
