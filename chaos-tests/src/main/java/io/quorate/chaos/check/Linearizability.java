package io.quorate.chaos.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.history.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Whether registers with read, write and compare-and-set are linearizable (Herlihy and Wing, Linearizability, 1990). Each key for itself:
 * linearizability is local (section 3.1 there), so a history is linearizable when that of each key is. A key is absent at first.
 */
public final class Linearizability {
    private static final int SHOWN = 40;

    /** So many cuts are tried one after the other; further back, wider and wider apart. */
    private static final int ONE_BY_ONE = 64;

    /** Of a search for a window: that there is a violation is known then, and this only makes it readable. */
    private static final Bounds WINDOW = new Bounds(200_000, 1_000_000);

    private Linearizability() {}

    /**
     * How far a search goes, for each key; beyond it the verdict is UNKNOWN.
     *
     * @param steps looks at an invocation or a return
     * @param words of 8 bytes that the configurations seen so far may take
     */
    public record Bounds(long steps, long words) {
        /** Some seconds, and 64 MB: the benchmark program has 256 MB. */
        public static final Bounds DEFAULT = new Bounds(50_000_000, 8_000_000);
    }

    /** @throws IllegalArgumentException where a call is not one of a register */
    public static Verdict check(List<Call> calls, Bounds bounds) {
        Map<String, List<Call>> byKey =
                calls.stream().collect(Collectors.groupingBy(Call::key, TreeMap::new, Collectors.toList()));
        List<Finding> violations = new ArrayList<>();
        List<Finding> undecided = new ArrayList<>();
        int judged = 0;
        for (Map.Entry<String, List<Call>> each : byKey.entrySet()) {
            Map<JsonNode, Integer> numbers = new HashMap<>();
            List<RegisterOperation> operations = new ArrayList<>(RegisterOperation.of(each.getValue(), numbers));
            operations.sort(Comparator.comparingLong(RegisterOperation::invoked));
            judged += (int)
                    operations.stream().filter(RegisterOperation::mustHappen).count();
            WingGong.Outcome outcome = WingGong.search(operations, RegisterOperation.ABSENT, bounds);
            switch (outcome.result()) {
                case LINEARIZABLE -> {}
                case UNDECIDED ->
                    undecided.add(new Finding(
                            "not judged",
                            "key " + each.getKey() + ": no order of its " + operations.size()
                                    + " operations was found, nor that there is none, within " + bounds));
                case NOT_LINEARIZABLE ->
                    violations.add(new Finding(
                            "not linearizable", "key " + each.getKey() + ": " + shown(operations, numbers, outcome)));
            }
        }
        if (violations.isEmpty() && !undecided.isEmpty()) {
            return new Verdict(Verdict.Result.UNKNOWN, judged, undecided);
        }
        return Verdict.of(judged, violations);
    }

    /** The fewest operations that show it: up to the one that no order gets beyond, and from as late as possible. */
    private static String shown(
            List<RegisterOperation> operations, Map<JsonNode, Integer> numbers, WingGong.Outcome outcome) {
        RegisterOperation blocked = operations.get(outcome.blocked());
        long to = blocked.completed();
        List<Long> cuts = operations.stream()
                .map(RegisterOperation::completed)
                .filter(completed -> completed < to)
                .sorted(Comparator.reverseOrder())
                .toList();
        List<RegisterOperation> window = List.of();
        for (int i = 0; i < cuts.size() && !hasNoOrder(window); i += 1 + i / ONE_BY_ONE) {
            window = window(operations, cuts.get(i), to);
        }
        if (!hasNoOrder(window)) {
            window = window(operations, Long.MIN_VALUE, to);
        }
        boolean whateverWasBefore = hasNoOrder(window);
        if (whateverWasBefore) {
            window = withoutNeedlessReads(window, blocked);
        }
        StringBuilder text = new StringBuilder();
        text.append(
                whateverWasBefore
                        ? "whatever its value was before, these operations have no order that explains them:"
                        : "it is absent at first, and these operations have no order that explains them:");
        window.stream()
                .limit(SHOWN)
                .forEach(each -> text.append(each.equals(blocked) ? "\n> " : "\n  ")
                        .append(each.call().text()));
        if (window.size() > SHOWN) {
            text.append("\n  and ").append(window.size() - SHOWN).append(" more");
        }
        text.append("\nthe marked one wants ")
                .append(name(blocked.from(), numbers))
                .append("; every order of what comes before it leaves ")
                .append(outcome.states().stream()
                        .map(state -> name(state, numbers))
                        .collect(Collectors.joining(" or ")));
        return text.toString();
    }

    /** A read only restricts: where there is no order without it either, it shows nothing. A write may be what explains a read. */
    private static List<RegisterOperation> withoutNeedlessReads(
            List<RegisterOperation> window, RegisterOperation blocked) {
        List<RegisterOperation> needed = window;
        for (RegisterOperation each : window) {
            if (each.kind() == RegisterOperation.Kind.READ && !each.equals(blocked)) {
                List<RegisterOperation> without =
                        needed.stream().filter(other -> !other.equals(each)).toList();
                needed = hasNoOrder(without) ? without : needed;
            }
        }
        return needed;
    }

    private static boolean hasNoOrder(List<RegisterOperation> window) {
        return WingGong.search(window, RegisterOperation.ANY, WINDOW).result() == WingGong.Result.NOT_LINEARIZABLE;
    }

    /**
     * What happens between two places of a history. A write that reaches over an end of it may have happened before, inside or after: it is
     * optional. A read that does restricts nothing.
     */
    private static List<RegisterOperation> window(List<RegisterOperation> operations, long from, long to) {
        List<RegisterOperation> window = new ArrayList<>();
        for (RegisterOperation each : operations) {
            if (each.completed() <= from || each.invoked() > to) {
                continue;
            }
            boolean inside = each.invoked() > from && each.completed() <= to;
            if (inside) {
                window.add(each);
            } else if (each.kind() != RegisterOperation.Kind.READ) {
                window.add(each.optional());
            }
        }
        return window;
    }

    private static String name(int state, Map<JsonNode, Integer> numbers) {
        Set<String> names = numbers.entrySet().stream()
                .filter(each -> each.getValue() == state)
                .map(each -> each.getKey().toString())
                .collect(Collectors.toSet());
        return state == RegisterOperation.ABSENT ? "absent" : String.join("", names);
    }
}
