package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Which parts of a job are done, where each of its pods has a number.
 *
 * @param completions how many there are; 0 for a job without numbers
 */
record CompletedIndexes(BitSet done, int completions) {
    static final CompletedIndexes NONE = new CompletedIndexes(new BitSet(), 0);

    /** Label and annotation of a pod: its number. */
    private static final String INDEX = "batch.kubernetes.io/job-completion-index";

    private static final String VARIABLE = "JOB_COMPLETION_INDEX";

    static CompletedIndexes of(List<StoredObject> succeeded, int completions) {
        BitSet done = new BitSet();
        for (StoredObject each : succeeded) {
            int index = index(each);
            if (index >= 0 && index < completions) {
                done.set(index);
            }
        }
        return new CompletedIndexes(done, completions);
    }

    private static int index(StoredObject pod) {
        String text = pod.labels().getOrDefault(INDEX, "");
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }

    int count() {
        return done.cardinality();
    }

    /** As a job's status tells them: {@code 0-2,4}. */
    String words() {
        List<String> words = new ArrayList<>();
        int from = done.nextSetBit(0);
        while (from >= 0) {
            int end = done.nextClearBit(from); // first that is not
            words.add(end - from == 1 ? Integer.toString(from) : from + (end - from == 2 ? "," : "-") + (end - 1));
            from = done.nextSetBit(end);
        }
        return String.join(",", words);
    }

    /** The lowest that are neither done nor at work, at most so many. */
    List<Integer> missing(List<StoredObject> active, int count) {
        BitSet taken = (BitSet) done.clone();
        for (StoredObject each : active) {
            int index = index(each);
            if (index >= 0) {
                taken.set(index);
            }
        }
        List<Integer> missing = new ArrayList<>();
        for (int i = taken.nextClearBit(0); i < completions && missing.size() < count; i = taken.nextClearBit(i + 1)) {
            missing.add(i);
        }
        return missing;
    }

    /** Tells a pod its number: by label, annotation, host name, and a variable of each container. */
    static void give(ObjectNode pod, int index, String hostname) {
        ObjectNode metadata = Json.child(pod, "metadata");
        Json.child(metadata, "labels").put(INDEX, Integer.toString(index));
        Json.child(metadata, "annotations").put(INDEX, Integer.toString(index));
        ObjectNode spec = Json.child(pod, "spec");
        spec.put("hostname", hostname);
        for (String containers : List.of("initContainers", "containers")) {
            for (JsonNode each : spec.path(containers)) {
                if (each instanceof ObjectNode container) {
                    tell(container);
                }
            }
        }
    }

    private static void tell(ObjectNode container) {
        ArrayNode variables = container.get("env") instanceof ArrayNode there ? there : container.putArray("env");
        for (JsonNode each : variables) {
            if (each.path("name").asText().equals(VARIABLE)) {
                return;
            }
        }
        variables
                .addObject()
                .put("name", VARIABLE)
                .putObject("valueFrom")
                .putObject("fieldRef")
                .put("fieldPath", "metadata.labels['" + INDEX + "']");
    }
}
