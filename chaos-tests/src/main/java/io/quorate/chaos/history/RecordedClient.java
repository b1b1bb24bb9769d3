package io.quorate.chaos.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.quorate.chaos.history.HistoryLine.Type;

/**
 * A client whose operations are recorded, one at a time. For one thread. After an unknown outcome it goes on as a new process, as in
 * Jepsen: what the old one asked for may still be under way, and a process never has two operations under way.
 */
public final class RecordedClient {
    private final HistoryWriter history;
    private long process;
    private String function = "";
    private String key = "";
    private JsonNode asked = NullNode.getInstance();
    private String node = "";

    RecordedClient(HistoryWriter history) {
        this.history = history;
        this.process = history.nextProcess();
    }

    /** Call it before anything is sent. */
    public void invoke(String function, String key, JsonNode value, String node) {
        if (!this.function.isEmpty()) {
            throw new IllegalStateException("process " + process + " has '" + this.function + "' under way");
        }
        this.function = function;
        this.key = key;
        this.asked = value;
        this.node = node;
        history.append(process, Type.INVOKE, function, key, value, node, "");
    }

    /** @param value the argument, and what was read */
    public void ok(JsonNode value) {
        complete(Type.OK, value, "");
    }

    /** It was certainly not done, and will not be. */
    public void fail(String why) {
        complete(Type.FAIL, asked, why);
    }

    /** It may have been done, or may yet be. */
    public void info(String why) {
        complete(Type.INFO, asked, why);
        process = history.nextProcess();
    }

    private void complete(Type type, JsonNode value, String error) {
        if (function.isEmpty()) {
            throw new IllegalStateException("process " + process + " has nothing under way");
        }
        history.append(process, type, function, key, value, node, error);
        function = "";
    }
}
