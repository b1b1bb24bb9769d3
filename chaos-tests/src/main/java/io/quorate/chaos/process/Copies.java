package io.quorate.chaos.process;

import io.quorate.chaos.load.Api;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Whether the copies of one journal are the same: neither has an entry that another lacks, or has otherwise. */
public final class Copies {
    private Copies() {}

    /**
     * The copies of all that was committed when this was asked, once each has all of it. Until then one is ahead of the other, since nodes and
     * pods tell of themselves all the time.
     *
     * @param replicas nodes with a copy, one or more
     * @return digests by index; by the name of each node
     * @throws IllegalStateException when not all of them have it in time, or one does not answer
     */
    public static Map<String, SortedMap<Long, String>> taken(ClusterView replicas, Duration patience)
            throws InterruptedException {
        long committed = replicas.apis().stream()
                .mapToLong(api -> ClusterView.status(api)
                        .orElseThrow(() -> new IllegalStateException(api + " does not answer"))
                        .path("committed")
                        .asLong())
                .max()
                .orElseThrow();
        replicas.await(
                "all of " + committed + " entries applied",
                patience,
                status -> status.path("applied").asLong() >= committed);
        Map<String, SortedMap<Long, String>> copies = new LinkedHashMap<>();
        for (Api api : replicas.apis()) {
            copies.put(api.toString(), new TreeMap<>(ClusterView.entries(api)).headMap(committed + 1));
        }
        return copies;
    }

    /**
     * What is not the same, a line for each copy that differs from the first one: the first entry at which it does.
     *
     * @param copies as {@link #taken}
     */
    public static List<String> differences(Map<String, ? extends SortedMap<Long, String>> copies) {
        List<String> differences = new ArrayList<>();
        Map.Entry<String, ? extends SortedMap<Long, String>> first =
                copies.entrySet().iterator().next();
        if (first.getValue().isEmpty()) {
            differences.add(first.getKey() + ": its copy is empty");
        }
        copies.forEach((name, copy) -> {
            TreeSet<Long> indices = new TreeSet<>(first.getValue().keySet());
            indices.addAll(copy.keySet());
            indices.stream()
                    .filter(index -> !Objects.equals(first.getValue().get(index), copy.get(index)))
                    .findFirst()
                    .ifPresent(index -> differences.add("entry " + index + " is "
                            + told(first.getValue().get(index)) + " at " + first.getKey() + " and "
                            + told(copy.get(index)) + " at " + name));
        });
        return differences;
    }

    private static String told(String digest) {
        return digest == null ? "missing" : digest;
    }
}
