package io.quorate.chaos.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.history.Call;
import io.quorate.chaos.history.Call.Outcome;

/** Calls of tests, in short: from and to are places in the history, and values are JSON. */
final class Calls {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Calls() {}

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static Call ok(long from, long to, String function, String key, String value) {
        return call(from, to, function, key, json(value), Outcome.OK);
    }

    static Call fail(long from, long to, String function, String key, String value) {
        return call(from, to, function, key, json(value), Outcome.FAIL);
    }

    static Call info(long from, String function, String key, String value) {
        return call(from, Call.NEVER, function, key, json(value), Outcome.INFO);
    }

    /** A transaction that was done. */
    static Call txn(long from, long to, String steps) {
        return ok(from, to, "txn", "", steps.replace('\'', '"'));
    }

    static Call call(long from, long to, String function, String key, JsonNode value, Outcome outcome) {
        return new Call(from, function, key, value, value, outcome, from, to, from, to, "");
    }
}
