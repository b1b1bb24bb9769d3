package io.quorate.simulations.invariant;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Log matching, leader completeness and state-machine safety, as far as they show: at every index every replica has applied the
 * same bytes, before and after its restarts, and misses none of the operations but what is deleted.
 */
final class StateMachineSafety implements Invariant {
    private record Seen(Observation.Entry entry, String by) {}

    private static final BitSet NOTHING = new BitSet();

    private final TreeMap<Long, Seen> entries = new TreeMap<>();
    private final Deletions deletions;
    private long known;

    StateMachineSafety(Deletions deletions) {
        this.deletions = deletions;
    }

    @Override
    public void see(Observation observation) {
        if (observation instanceof Observation.Applied applied) {
            compare(applied);
            for (Observation.Entry entry : applied.entries()) {
                if (entry.index() > known) {
                    entries.put(entry.index(), new Seen(entry, applied.node()));
                }
            }
            known = Math.max(known, applied.upTo());
        }
    }

    private void compare(Observation.Applied applied) {
        TreeMap<Long, Observation.Entry> here = new TreeMap<>();
        applied.entries().forEach(entry -> here.put(entry.index(), entry));
        Map<Long, Seen> expected = entries.subMap(applied.after(), false, applied.upTo(), true);
        expected.forEach((index, seen) -> {
            Observation.Entry entry = here.remove(index);
            if (entry == null) {
                if (!mayDiffer(seen.entry(), NOTHING)) {
                    throw new Violation(applied.node() + " has applied up to " + applied.upTo() + " and misses entry "
                            + index + ", which " + seen.by() + " has");
                }
            } else if (!isTheSame(entry, seen.entry()) || !mayDiffer(seen.entry(), entry.alive())) {
                throw new Violation("entry " + index + " of " + applied.node() + " differs from that of " + seen.by());
            }
        });
        here.headMap(known, true).values().forEach(entry -> {
            if (!mayDiffer(entry, NOTHING)) {
                throw new Violation(
                        applied.node() + " has an entry " + entry.index() + " that had no effect elsewhere");
            }
        });
    }

    private static boolean isTheSame(Observation.Entry one, Observation.Entry other) {
        return one.term() == other.term() && Arrays.equals(one.batch(), other.batch());
    }

    /** Whether all that is alive in one of two only is deleted. */
    private boolean mayDiffer(Observation.Entry entry, BitSet elsewhere) {
        BitSet different = (BitSet) entry.alive().clone();
        different.xor(elsewhere);
        if (different.isEmpty()) {
            return true;
        }
        List<Operation> operations = entry.operations();
        return different.stream()
                .allMatch(position -> operations.get(position) instanceof AppendEvents append
                        && append.toSequenceNr() <= deletions.perhaps(append.persistenceId()));
    }
}
