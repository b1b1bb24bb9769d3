package io.quorate.persistence.contract;

import java.util.regex.Pattern;

/**
 * How often a cluster's membership was rewritten from outside of its group of voters. Members of different epochs do not replicate, vote or
 * answer each other: after the majority was lost, what a lost member still has may contradict what was decided without it.
 *
 * @param number 1 for a cluster as it was founded; each recovery counts one up
 * @param id tells two recoveries apart that were made of the same epoch, hexadecimal; empty for the first epoch
 */
public record ClusterEpoch(int number, String id) {
    /** Of a cluster that was never recovered. */
    public static final ClusterEpoch FIRST = new ClusterEpoch(1, "");

    private static final Pattern ID = Pattern.compile("[0-9a-f]{4,32}");

    /** What one epoch is to another. */
    public enum Relation {
        SAME,
        OLDER,
        NEWER,
        /** Two recoveries of one epoch: two histories that exclude each other. */
        CONTRADICTS
    }

    public ClusterEpoch {
        boolean first = number == 1 && id.isEmpty();
        if (!first && (number < 2 || !ID.matcher(id).matches())) {
            throw new IllegalArgumentException(
                    "epoch: wants 1, or a number of 2 or more with an id, as 2-3fa81c09; is '" + number + "-" + id
                            + "'");
        }
    }

    /** @param random as many bits as fit its 8 hexadecimal digits are used */
    public ClusterEpoch next(int random) {
        return new ClusterEpoch(number + 1, String.format(java.util.Locale.ROOT, "%08x", random));
    }

    /** What this one is to another. */
    public Relation to(ClusterEpoch other) {
        if (number != other.number) {
            return number < other.number ? Relation.OLDER : Relation.NEWER;
        }
        return id.equals(other.id) ? Relation.SAME : Relation.CONTRADICTS;
    }

    public boolean isNewerThan(ClusterEpoch other) {
        return to(other) == Relation.NEWER;
    }

    /** Reads what {@link #toString()} writes; nothing at all is the first epoch: older releases did not say. */
    public static ClusterEpoch parse(String text) {
        if (text.isEmpty()) {
            return FIRST;
        }
        int dash = text.indexOf('-');
        try {
            return new ClusterEpoch(
                    Integer.parseInt(dash < 0 ? text : text.substring(0, dash)),
                    dash < 0 ? "" : text.substring(dash + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("epoch: wants a number first, is '" + text + "'", e);
        }
    }

    /** {@code 1}, or {@code 2-3fa81c09}. */
    @Override
    public String toString() {
        return id.isEmpty() ? Integer.toString(number) : number + "-" + id;
    }
}
