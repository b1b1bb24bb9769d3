package io.quorate.chaos.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import io.quorate.chaos.workload.KeyValueClient.Changed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Transactions of appends to lists and reads of lists, as far as the API can honestly do them: an append alone or with a read of the same
 * list, which is one compare-and-set; a read of one list; and reads of several that change while they are read, see
 * {@link KeyValueClient#readTogether}. Appends to several keys in one transaction it cannot do, so G0 and most of G2 are out of reach of this
 * workload; that they are found if they are there is tested with the checker.
 */
public final class AppendWorkload implements Workload {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final KeyRotation keys;
    private final AtomicLong elements = new AtomicLong();

    /** @param prefix of its keys; not used before in this cluster */
    public AppendWorkload(String prefix) {
        keys = new KeyRotation(prefix + "list-", 4, 80);
    }

    @Override
    public Operation next(RandomGenerator random) {
        String key = keys.next(random);
        return switch (random.nextInt(6)) {
            case 0 -> read(List.of(key));
            case 1 -> read(keys.current());
            case 2 -> append(key, false, true);
            case 3 -> append(key, true, false);
            default -> append(key, false, false);
        };
    }

    private Operation append(String key, boolean readsBefore, boolean readsAfter) {
        JsonNode element = LongNode.valueOf(elements.getAndIncrement());
        return transaction(
                appended(key, element, readsBefore, JSON.nullNode(), readsAfter, JSON.nullNode()), client -> {
                    Changed changed = client.change(key, before -> list(before).add(element));
                    return appended(key, element, readsBefore, list(changed.before()), readsAfter, changed.after());
                });
    }

    private static JsonNode appended(
            String key, JsonNode element, boolean readsBefore, JsonNode before, boolean readsAfter, JsonNode after) {
        ArrayNode steps = JSON.arrayNode();
        if (readsBefore) {
            steps.add(read(key, before));
        }
        steps.add(JSON.arrayNode().add("append").add(key).add(element));
        if (readsAfter) {
            steps.add(read(key, after));
        }
        return steps;
    }

    private static Operation read(List<String> several) {
        ArrayNode asked = JSON.arrayNode();
        several.forEach(key -> asked.add(read(key, JSON.nullNode())));
        return transaction(asked, client -> {
            List<JsonNode> lists = new ArrayList<>();
            if (several.size() == 1) {
                lists.add(client.read(several.getFirst()).value());
            } else {
                lists.addAll(client.readTogether(several));
            }
            ArrayNode steps = JSON.arrayNode();
            for (int i = 0; i < several.size(); i++) {
                steps.add(read(several.get(i), list(lists.get(i))));
            }
            return steps;
        });
    }

    private static JsonNode read(String key, JsonNode list) {
        return JSON.arrayNode().add("r").add(key).add(list);
    }

    private static Operation transaction(JsonNode steps, Operation.Action action) {
        return new Operation("txn", "", steps, action);
    }

    /** A copy; a list that is not there is empty. */
    private static ArrayNode list(JsonNode stored) {
        return stored.isNull() ? JSON.arrayNode() : stored.deepCopy();
    }

    @Override
    public List<Operation> last() {
        return keys.all().stream().map(key -> read(List.of(key))).toList();
    }
}
