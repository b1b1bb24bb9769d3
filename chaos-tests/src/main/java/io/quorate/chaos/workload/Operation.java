package io.quorate.chaos.workload;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Something to ask, and how.
 *
 * @param function its name in the history
 * @param key of what; empty where the value names its keys
 * @param value the argument, in the form of the history
 */
public record Operation(String function, String key, JsonNode value, Action action) {
    /** One request or several, that are one operation to whoever judges. */
    @FunctionalInterface
    public interface Action {
        /** @return the argument, and what was read, in the form of the history */
        JsonNode run(KeyValueClient client) throws NotDone, OutcomeUnknown;
    }
}
