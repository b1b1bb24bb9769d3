package io.quorate.chaos.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import io.quorate.chaos.workload.KeyValueClient.Stored;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Reads, writes and compare-and-sets of keys with few values, so that many a compare-and-set finds what it expects. The API compares
 * revisions, not values: a compare-and-set reads, and writes where the revision is still that of the value which it expects. It is done at
 * the moment of its write; where the value is another one, or the revision has changed, nothing is written. A write of null deletes.
 */
public final class RegisterWorkload implements Workload {
    private static final int VALUES = 5;

    private final KeyRotation keys;

    /** @param prefix of its keys; not used before in this cluster */
    public RegisterWorkload(String prefix) {
        keys = new KeyRotation(prefix + "register-", 3, 150);
    }

    @Override
    public Operation next(RandomGenerator random) {
        String key = keys.next(random);
        JsonNode value = IntNode.valueOf(random.nextInt(VALUES));
        int kind = random.nextInt(20);
        if (kind < 9) {
            return read(key);
        }
        if (kind < 14) {
            return new Operation("write", key, value, client -> {
                client.write(key, value, KeyValueClient.ANY);
                return value;
            });
        }
        if (kind < 15) {
            return new Operation("write", key, NullNode.getInstance(), client -> {
                client.delete(key);
                return NullNode.getInstance();
            });
        }
        JsonNode expected =
                random.nextInt(VALUES + 1) == 0 ? NullNode.getInstance() : IntNode.valueOf(random.nextInt(VALUES));
        JsonNode both = JsonNodeFactory.instance.arrayNode().add(expected).add(value);
        return new Operation("cas", key, both, client -> {
            Stored before = client.read(key);
            if (!before.value().equals(expected)) {
                throw new NotDone("it is " + before.value());
            }
            if (!client.write(key, value, before.revision())) {
                throw new NotDone("it has changed");
            }
            return both;
        });
    }

    private static Operation read(String key) {
        return new Operation(
                "read", key, NullNode.getInstance(), client -> client.read(key).value());
    }

    @Override
    public List<Operation> last() {
        return keys.all().stream().map(RegisterWorkload::read).toList();
    }
}
