package io.quorate.simulations.invariant;

import io.quorate.persistence.journal.Query;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Log matching, leader completeness and state-machine safety, as far as they show: at every index every replica has applied the
 * same bytes, before and after its restarts, and misses none. Holds for journals from which nothing is deleted.
 */
final class StateMachineSafety implements Invariant {
    private record Seen(byte[] bytes, String by) {}

    private final TreeMap<Long, Seen> entries = new TreeMap<>();
    private long known;

    @Override
    public void see(Observation observation) {
        if (observation instanceof Observation.Applied applied) {
            compare(applied);
            for (Query.Entry entry : applied.entries()) {
                if (entry.index() > known) {
                    entries.put(entry.index(), new Seen(entry.bytes(), applied.node()));
                }
            }
            known = Math.max(known, applied.upTo());
        }
    }

    private void compare(Observation.Applied applied) {
        TreeMap<Long, byte[]> here = new TreeMap<>();
        applied.entries().forEach(entry -> here.put(entry.index(), entry.bytes()));
        Map<Long, Seen> expected = entries.subMap(applied.after(), false, applied.upTo(), true);
        expected.forEach((index, seen) -> {
            byte[] bytes = here.remove(index);
            if (bytes == null) {
                throw new Violation(applied.node() + " has applied up to " + applied.upTo() + " and misses entry "
                        + index + ", which " + seen.by() + " has");
            }
            if (!Arrays.equals(bytes, seen.bytes())) {
                throw new Violation("entry " + index + " of " + applied.node() + " differs from that of " + seen.by());
            }
        });
        if (!here.isEmpty() && here.firstKey() <= known) {
            throw new Violation(applied.node() + " has an entry " + here.firstKey() + " that had no effect elsewhere");
        }
    }
}
