package io.quorate.simulations.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The algorithm ddmin: makes a list smaller as long as it still fails. Of what it answers no single element can be taken away
 * (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28(2), 2002, figure 7).
 */
final class DeltaDebugging {
    private DeltaDebugging() {}

    /** @param fails holds for the list, and says whether it does for parts of it */
    static <T> List<T> minimize(List<T> list, Predicate<List<T>> fails) {
        if (list.isEmpty() || fails.test(List.of())) {
            return List.of();
        }
        List<T> now = List.copyOf(list);
        int parts = 2;
        while (now.size() > 1) {
            Optional<List<T>> subset = find(now, parts, false, fails);
            Optional<List<T>> complement =
                    subset.isPresent() || parts == 2 ? Optional.empty() : find(now, parts, true, fails);
            if (subset.isPresent()) {
                now = subset.get();
                parts = 2;
            } else if (complement.isPresent()) {
                now = complement.get();
                parts = Math.max(parts - 1, 2);
            } else if (parts < now.size()) {
                parts = Math.min(parts * 2, now.size());
            } else {
                break;
            }
        }
        return now;
    }

    /** The first part that fails, or what is left without a part. */
    private static <T> Optional<List<T>> find(List<T> list, int parts, boolean complement, Predicate<List<T>> fails) {
        for (int part = 0; part < parts; part++) {
            int from = from(list, part, parts);
            int to = from(list, part + 1, parts);
            List<T> candidate = new ArrayList<>(complement ? list : list.subList(from, to));
            if (complement) {
                candidate.subList(from, to).clear();
            }
            if (fails.test(candidate)) {
                return Optional.of(List.copyOf(candidate));
            }
        }
        return Optional.empty();
    }

    private static <T> int from(List<T> list, int part, int parts) {
        return (int) ((long) list.size() * part / parts);
    }
}
