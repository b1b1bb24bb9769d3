package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks all nodes what they use; one that does not answer in time is left out. Any thread; nothing blocks. */
final class ClusterUsage {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterUsage.class);

    /** Of a node, on its API. */
    static final String PATH = "/v1/usage";

    private static final long PATIENCE_SECONDS = 5;
    private static final int MAX_BYTES = 4 * 1024 * 1024;

    private final String self;
    private final NodeUsage own;
    private final Function<String, Optional<String>> apis;
    private final OtherNodes others;
    private final Materializer materializer;

    /** @param apis address and port of the API of a node */
    ClusterUsage(
            String self,
            NodeUsage own,
            Function<String, Optional<String>> apis,
            OtherNodes others,
            Materializer materializer) {
        this.self = self;
        this.own = own;
        this.apis = apis;
        this.others = others;
        this.materializer = materializer;
    }

    /** By name of the node. */
    CompletionStage<Map<String, JsonNode>> ask(ObjectState state) {
        Map<String, JsonNode> told = new ConcurrentHashMap<>();
        CompletableFuture<?>[] all = state.list(ResourceTypes.NODE, "", "").stream()
                .map(StoredObject::key)
                .map(key -> of(key.name())
                        .toCompletableFuture()
                        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .thenAccept(usage -> told.put(key.name(), usage))
                        .exceptionally(failure -> {
                            LOG.debug("{} does not say what it uses", key.name(), failure);
                            return null;
                        }))
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(all).thenApply(done -> told);
    }

    private CompletionStage<ObjectNode> of(String node) {
        if (node.equals(self)) {
            return own.ask();
        }
        Optional<String> address = apis.apply(node);
        return address.isEmpty()
                ? CompletableFuture.failedFuture(new IllegalStateException("its address is not known"))
                : others.get(address.get(), PATH).thenCompose(this::read);
    }

    private CompletionStage<ObjectNode> read(ApiAnswer answer) {
        return answer instanceof ApiAnswer.Text(var body)
                ? body.limitWeighted(MAX_BYTES, bytes -> (long) bytes.size())
                        .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), materializer)
                        .thenApply(bytes -> Json.readObject(bytes.toArray()))
                : CompletableFuture.failedFuture(new IllegalStateException("it does not tell"));
    }
}
