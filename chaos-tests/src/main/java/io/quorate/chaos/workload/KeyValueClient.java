package io.quorate.chaos.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.load.HttpConnection.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The key-value API through one node at a time, with JSON values. Keys are plain ASCII. For one thread. */
public final class KeyValueClient implements AutoCloseable {
    /** A revision that says: whatever is there. */
    static final long ANY = -1;

    /** The revision of a key that is not there. */
    static final long ABSENT = 0;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MILLIS = 3000;
    private static final byte[] NOTHING = new byte[0];

    /** Changes of one key that others change at the same time; then it is given up, certainly not done. */
    private static final int TRIES = 30;

    /** Reads of all keys until two in a row find the same. */
    private static final int COLLECTS = 20;

    private final List<HttpConnection> connections;
    private HttpConnection chosen;

    /** @param nodes one or more; the first one is asked until another is chosen */
    KeyValueClient(List<Api> nodes) {
        connections = nodes.stream()
                .map(node -> new HttpConnection(node, TIMEOUT_MILLIS))
                .toList();
        chosen = connections.getFirst();
    }

    /**
     * What a key has.
     *
     * @param revision {@link #ABSENT} where it is not there; then the value is JSON's null
     */
    record Stored(long revision, JsonNode value) {}

    /** Opens connections ahead, where it can: what is recorded afterwards is the cluster, and not how fast hands are shaken with it. */
    void open() {
        for (HttpConnection each : connections) {
            try {
                each.connect();
            } catch (IOException e) {
                // tried again when something is asked
            }
        }
    }

    void choose(int node) {
        chosen = connections.get(node);
    }

    /** Reads change nothing, so one without an answer was not done. */
    Stored read(String key) throws NotDone {
        Answer answer;
        try {
            answer = chosen.send("GET", path(key), "", NOTHING);
        } catch (IOException e) {
            throw new NotDone("no answer: " + e.getMessage());
        }
        return switch (answer.status()) {
            case 200 -> new Stored(answer.etag(), json(answer));
            case 404 -> new Stored(ABSENT, NullNode.getInstance());
            default -> throw new NotDone(answer.status() + " " + answer.text());
        };
    }

    private static JsonNode json(Answer answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new IllegalStateException("not what a workload stores: " + answer.text(), e);
        }
    }

    /**
     * Writes a key.
     *
     * @param expected {@link #ANY}, {@link #ABSENT} or a revision
     * @return whether the key had the expected revision; else nothing was stored
     */
    boolean write(String key, JsonNode value, long expected) throws NotDone, OutcomeUnknown {
        String path = path(key) + (expected == ANY ? "" : "?expect=" + expected);
        Answer answer = change("PUT", path, value.toString().getBytes(StandardCharsets.UTF_8));
        return answer.status() != 412;
    }

    /** Removes a key, if it is there. */
    void delete(String key) throws NotDone, OutcomeUnknown {
        change("DELETE", path(key), NOTHING);
    }

    /** 503, and what is refused for what it is, says that nothing was stored; any other failure leaves it open. */
    private Answer change(String method, String path, byte[] body) throws NotDone, OutcomeUnknown {
        try {
            chosen.connect();
        } catch (IOException e) {
            throw new NotDone("no connection: " + e.getMessage());
        }
        Answer answer;
        try {
            answer = chosen.send(method, path, "", body);
        } catch (IOException e) {
            throw new OutcomeUnknown("no answer: " + e.getMessage());
        }
        int status = answer.status();
        if (status == 200 || status == 412 || (status == 404 && method.equals("DELETE"))) {
            return answer;
        }
        if (status == 503 || (status >= 400 && status < 500)) {
            throw new NotDone(status + " " + answer.text());
        }
        throw new OutcomeUnknown(status + " " + answer.text());
    }

    /**
     * Changes a key's value to what follows from it, by compare-and-set on its revision, again where another was faster.
     *
     * @param change from the value that is there, JSON's null where none is, to the new one; where it gives back what it was given, nothing
     *     is written
     * @return the value before and the one after, which followed each other with nothing between
     */
    Changed change(String key, Change change) throws NotDone, OutcomeUnknown {
        for (int i = 0; i < TRIES; i++) {
            Stored before = read(key);
            JsonNode after = change.of(before.value());
            if (after == before.value() || write(key, after, before.revision())) {
                return new Changed(before.value(), after);
            }
        }
        throw new NotDone("others were faster " + TRIES + " times");
    }

    record Changed(JsonNode before, JsonNode after) {}

    /** A new value for an old one. */
    @FunctionalInterface
    interface Change {
        JsonNode of(JsonNode before) throws NotDone;
    }

    /**
     * Values of several keys that they had at one moment. The API has no such read, but revisions never come again: where two reads of all in
     * a row find the same revisions, every key had its own from its first read to its second, and all of them between the two (the double
     * collect of Afek et al., Atomic Snapshots of Shared Memory, 1993, section 3). Being absent is no revision, and does come again: ask only
     * for keys that nobody deletes.
     */
    List<JsonNode> readTogether(List<String> keys) throws NotDone {
        List<Stored> before = List.of();
        for (int i = 0; i < COLLECTS; i++) {
            List<Stored> now = new ArrayList<>();
            for (String key : keys) {
                now.add(read(key));
            }
            if (revisions(now).equals(revisions(before))) {
                return now.stream().map(Stored::value).toList();
            }
            before = now;
        }
        throw new NotDone("the keys changed during each of " + COLLECTS + " reads of all");
    }

    private static List<Long> revisions(List<Stored> all) {
        return all.stream().map(Stored::revision).toList();
    }

    private static String path(String key) {
        return "/v1/kv/" + key;
    }

    @Override
    public void close() {
        connections.forEach(HttpConnection::close);
    }
}
