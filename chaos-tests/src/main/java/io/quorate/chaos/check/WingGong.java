package io.quorate.chaos.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks for an order in which operations on one register explain what they returned and that respects real time (Wing and Gong, Testing and
 * Verifying Concurrent Objects, 1993), and never from the same configuration twice (Lowe, Testing for Linearizability, 2017, section 3).
 * The list of invocations and returns that operations are lifted from and put back to is Lowe's, too.
 *
 * <p>An operation that need not happen has no return: it may be taken at any time after its invocation, or never.
 */
final class WingGong {
    private static final int HEAD = 0;

    /** What one takes beside its window, the set's share included. */
    private static final int CONFIGURATION_WORDS = 12;

    private final List<RegisterOperation> operations;
    private final Linearizability.Bounds bounds;
    private final int[] next;
    private final int[] previous;
    private final int[] operation;
    private final int[] returnOf;
    private final boolean[] isReturn;
    private final Set<Configuration> seen = new HashSet<>();
    private long words;
    private int deepest = HEAD;
    private final Set<Integer> statesAtDeepest = new TreeSet<>();

    /** What came of a search. */
    enum Result {
        LINEARIZABLE,
        NOT_LINEARIZABLE,
        /** A bound was reached. */
        UNDECIDED
    }

    /**
     * @param blocked the operation whose return no order gets beyond: up to there the history has none; -1 where it has one
     * @param states what the register could have had there
     */
    record Outcome(Result result, int blocked, Set<Integer> states) {}

    /** What is linearized: all before the first that is not, and those of a window after it. */
    private record Configuration(int first, long[] window, int state) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Configuration configuration
                    && configuration.first == first
                    && configuration.state == state
                    && Arrays.equals(configuration.window, window);
        }

        @Override
        public int hashCode() {
            return (first * 31 + state) * 31 + Arrays.hashCode(window);
        }
    }

    private record Taken(int entry, int stateBefore) {}

    private record Entry(long at, int operation, boolean isReturn) {}

    private WingGong(List<RegisterOperation> operations, Linearizability.Bounds bounds) {
        this.operations = operations;
        this.bounds = bounds;
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            entries.add(new Entry(operations.get(i).invoked(), i, false));
            if (operations.get(i).mustHappen()) {
                entries.add(new Entry(operations.get(i).completed(), i, true));
            }
        }
        entries.sort(Comparator.comparingLong(Entry::at));
        int size = entries.size() + 2;
        next = new int[size];
        previous = new int[size];
        operation = new int[size];
        isReturn = new boolean[size];
        returnOf = new int[operations.size()];
        for (int i = 0; i < size; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        for (int i = 0; i < entries.size(); i++) {
            operation[i + 1] = entries.get(i).operation;
            isReturn[i + 1] = entries.get(i).isReturn;
            if (isReturn[i + 1]) {
                returnOf[operation[i + 1]] = i + 1;
            }
        }
    }

    /** @param operations in the order of their invocations */
    static Outcome search(List<RegisterOperation> operations, int initial, Linearizability.Bounds bounds) {
        return new WingGong(operations, bounds).run(initial);
    }

    private Outcome run(int initial) {
        int open =
                (int) operations.stream().filter(RegisterOperation::mustHappen).count();
        BitSet linearized = new BitSet(operations.size());
        Deque<Taken> taken = new ArrayDeque<>();
        int state = initial;
        int entry = next[HEAD];
        for (long steps = 0; open > 0; steps++) {
            if (steps > bounds.steps() || words > bounds.words()) {
                return new Outcome(Result.UNDECIDED, -1, Set.of());
            }
            RegisterOperation tried = operations.get(operation[entry]);
            if (!isReturn[entry]) {
                int after = tried.apply(state);
                if (after != RegisterOperation.REFUSED && isNew(linearized, operation[entry], after)) {
                    linearized.set(operation[entry]);
                    taken.push(new Taken(entry, state));
                    state = after;
                    open -= tried.mustHappen() ? 1 : 0;
                    lift(entry);
                    entry = next[HEAD];
                } else {
                    entry = next[entry];
                }
                continue;
            }
            blockedAt(entry, state);
            if (taken.isEmpty()) {
                return new Outcome(Result.NOT_LINEARIZABLE, operation[deepest], statesAtDeepest);
            }
            Taken last = taken.pop();
            linearized.clear(operation[last.entry]);
            state = last.stateBefore;
            open += operations.get(operation[last.entry]).mustHappen() ? 1 : 0;
            putBack(last.entry);
            entry = next[last.entry];
        }
        return new Outcome(Result.LINEARIZABLE, -1, Set.of());
    }

    private boolean isNew(BitSet linearized, int taken, int state) {
        linearized.set(taken);
        int first = linearized.nextClearBit(0);
        long[] window =
                linearized.get(first, Math.max(first, linearized.length())).toLongArray();
        linearized.clear(taken);
        boolean isNew = seen.add(new Configuration(first, window, state));
        words += isNew ? window.length + CONFIGURATION_WORDS : 0;
        return isNew;
    }

    private void blockedAt(int entry, int state) {
        if (entry > deepest) {
            deepest = entry;
            statesAtDeepest.clear();
        }
        if (entry == deepest) {
            statesAtDeepest.add(state);
        }
    }

    private void lift(int entry) {
        unlink(entry);
        if (operations.get(operation[entry]).mustHappen()) {
            unlink(returnOf[operation[entry]]);
        }
    }

    private void putBack(int entry) {
        if (operations.get(operation[entry]).mustHappen()) {
            link(returnOf[operation[entry]]);
        }
        link(entry);
    }

    private void unlink(int entry) {
        next[previous[entry]] = next[entry];
        previous[next[entry]] = previous[entry];
    }

    private void link(int entry) {
        next[previous[entry]] = entry;
        previous[next[entry]] = entry;
    }
}
