package io.quorate.chaos.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Adds elements, each once, to a set that is the value of one key, by compare-and-set; and reads it. Ends with a read of each set. */
public final class SetWorkload implements Workload {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final KeyRotation keys;
    private final AtomicLong elements = new AtomicLong();

    /** @param prefix of its keys; not used before in this cluster */
    public SetWorkload(String prefix) {
        keys = new KeyRotation(prefix + "set-", 1, 400);
    }

    @Override
    public Operation next(RandomGenerator random) {
        String key = keys.next(random);
        if (random.nextInt(4) == 0) {
            return read(key);
        }
        JsonNode element = LongNode.valueOf(elements.getAndIncrement());
        return new Operation("add", key, element, client -> {
            client.change(key, before -> set(before).add(element));
            return element;
        });
    }

    private static Operation read(String key) {
        return new Operation(
                "read", key, JSON.nullNode(), client -> set(client.read(key).value()));
    }

    private static ArrayNode set(JsonNode stored) {
        return stored.isNull() ? JSON.arrayNode() : stored.deepCopy();
    }

    @Override
    public List<Operation> last() {
        return keys.all().stream().map(SetWorkload::read).toList();
    }
}
