package io.quorate.control.kubernetes;

import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.node.Node;
import io.quorate.node.NodeStatus;
import io.quorate.node.contract.ClusterReport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the node objects as the cluster's membership is, from the leader, once the API is in use: a cluster that nobody asks for its objects has
 * none. A report that changes nothing writes nothing.
 */
final class NodeReports {
    private static final Logger LOG = LoggerFactory.getLogger(NodeReports.class);

    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final Node node;
    private final ObjectFeed feed;
    private final Supplier<Request> request;
    private final Executor executor;

    private final AtomicBoolean looking = new AtomicBoolean();

    /** What was reported last of each node, and by which object it was stored. */
    private volatile Map<String, Reported> reported = Map.of();

    private record Reported(String facts, String uid) {}

    NodeReports(Node node, ObjectFeed feed, Supplier<Request> request, Executor executor) {
        this.node = node;
        this.feed = feed;
        this.request = request;
        this.executor = executor;
    }

    /** Looks from the first object on; until then nothing here costs anything. */
    void start() {
        feed.onChange(this::beginWhenInUse);
    }

    private void beginWhenInUse() {
        if (!looking.get() && isInUse(node.identity().clusterId()) && looking.compareAndSet(false, true)) {
            later();
        }
    }

    private boolean isInUse(String clusterId) {
        return feed.stateInUse(clusterId).isPresent();
    }

    private void later() {
        node.system()
                .scheduler()
                .scheduleOnce(
                        INTERVAL,
                        () -> lookAround().whenComplete((done, failure) -> later()),
                        node.system().executionContext());
    }

    private CompletionStage<Void> lookAround() {
        String clusterId = node.identity().clusterId();
        CompletionStage<Void> done =
                node.leads() && isInUse(clusterId) ? report(clusterId) : CompletableFuture.completedFuture(null);
        return done.exceptionally(failure -> {
            LOG.debug("node objects are as they were", failure);
            return null;
        });
    }

    /** Brings the node objects up to what the leader knows now. */
    CompletionStage<Void> report(String clusterId) {
        return node.status().thenComposeAsync(status -> report(clusterId, status), executor);
    }

    private CompletionStage<Void> report(String clusterId, NodeStatus status) {
        if (!status.clusterId().equals(clusterId) || status.cluster().committed() < 0) {
            return CompletableFuture.completedFuture(null); // not the leader's word
        }
        ObjectState state = feed.state(clusterId);
        Map<String, Reported> known = reported;
        Map<String, Reported> now = new HashMap<>();
        List<ObjectCommand> commands = new ArrayList<>();
        for (ClusterReport.Node each : status.cluster().nodes()) {
            if (!NodeFacts.isKnown(each)) {
                continue;
            }
            byte[] facts = Json.bytes(NodeFacts.of(each));
            String uid = state.get(ObjectKey.of(ResourceTypes.NODE, "", each.name()))
                    .map(StoredObject::uid)
                    .orElse("");
            Reported is = new Reported(new String(facts, StandardCharsets.UTF_8), uid);
            now.put(each.name(), is);
            if (uid.isEmpty() || !is.equals(known.get(each.name()))) {
                commands.add(new ObjectCommand.Report(each.name(), facts, request.get()));
            }
        }
        Set<String> members =
                status.cluster().nodes().stream().map(ClusterReport.Node::name).collect(Collectors.toSet());
        for (StoredObject each : state.list(ResourceTypes.NODE, "", "")) {
            if (each.labels().containsKey(NodeFacts.ROLE)
                    && !members.contains(each.key().name())) {
                commands.add(new ObjectCommand.Delete(each.key(), DeleteOptions.DEFAULT, request.get()));
            }
        }
        CompletableFuture<?>[] asked = commands.stream()
                .map(command -> feed.ask(clusterId, command).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(asked).thenRun(() -> reported = now);
    }
}
