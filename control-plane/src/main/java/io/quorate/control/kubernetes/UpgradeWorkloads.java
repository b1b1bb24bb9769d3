package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.controller.ReadyFloors;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectReply;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.ReadyFloor;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.node.Node;
import io.quorate.node.upgrade.Placement;
import io.quorate.node.upgrade.Workloads;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * Pods of nodes that are upgraded, beside the leader. Any thread; nothing blocks.
 *
 * <p>Moved is what a controller makes again elsewhere. Pods of daemon sets stay, and so do pods without a controller: they would be lost, and
 * go on while their node changes its release. Where no other node takes pods nothing is moved, for it would run nowhere.
 */
final class UpgradeWorkloads implements Workloads {
    /** On a node that an upgrade has closed to pods: what somebody else has closed stays closed. */
    private static final String MARK = "quorate.io/cordoned-by-upgrade";

    private static final long PROBE_SECONDS = 3;

    private final Node node;
    private final ObjectFeed feed;
    private final OtherNodes others;
    private final Supplier<Request> requests;
    private final Materializer materializer;

    UpgradeWorkloads(
            Node node, ObjectFeed feed, OtherNodes others, Supplier<Request> requests, Materializer materializer) {
        this.node = node;
        this.feed = feed;
        this.others = others;
        this.requests = requests;
        this.materializer = materializer;
    }

    private Optional<ObjectState> state() {
        return feed.stateInUse(node.identity().clusterId());
    }

    private static Optional<StoredObject> object(ObjectState state, String name) {
        return state.get(ObjectKey.of(ResourceTypes.NODE, "", name));
    }

    @Override
    public CompletionStage<Placement> look(String name) {
        return CompletableFuture.completedFuture(state().flatMap(
                        state -> object(state, name).map(object -> placement(state, object, name)))
                .orElse(Placement.NOTHING));
    }

    private static Placement placement(ObjectState state, StoredObject object, String name) {
        return new Placement(
                isClosed(object),
                !object.tree().at("/metadata/annotations").path(MARK).isMissingNode(),
                toMove(state, name).size(),
                notReady(state, object, name));
    }

    private static boolean isClosed(StoredObject object) {
        return object.tree().at("/spec/unschedulable").asBoolean();
    }

    private static List<StoredObject> podsOf(ObjectState state, String name) {
        return state.list(ResourceTypes.POD, "", "").stream()
                .filter(pod -> pod.field("spec.nodeName").equals(name) && !pod.isOver())
                .toList();
    }

    private static List<StoredObject> toMove(ObjectState state, String name) {
        boolean elsewhere = state.list(ResourceTypes.NODE, "", "").stream()
                .anyMatch(other -> !other.key().name().equals(name) && !isClosed(other) && isReady(other));
        return elsewhere
                ? podsOf(state, name).stream().filter(UpgradeWorkloads::moves).toList()
                : List.of();
    }

    private static boolean moves(StoredObject pod) {
        return pod.owners().stream()
                .anyMatch(owner ->
                        owner.uid().equals(pod.controllerUid()) && !owner.kind().equals("DaemonSet"));
    }

    private static boolean isReady(StoredObject object) {
        for (JsonNode condition : object.tree().at("/status/conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static String notReady(ObjectState state, StoredObject object, String name) {
        if (!isReady(object)) {
            return "node " + name + " is not ready for pods";
        }
        return podsOf(state, name).stream()
                .filter(pod -> !pod.isReady() && !pod.isEnding())
                .map(pod -> "pod " + pod.key().namespace() + "/" + pod.key().name() + " is not ready")
                .findFirst()
                .orElse("");
    }

    @Override
    public CompletionStage<Void> cordon(String name) {
        return patch(
                name, "{\"metadata\":{\"annotations\":{\"" + MARK + "\":\"true\"}},\"spec\":{\"unschedulable\":true}}");
    }

    @Override
    public CompletionStage<Void> uncordon(String name) {
        return patch(
                name, "{\"metadata\":{\"annotations\":{\"" + MARK + "\":null}},\"spec\":{\"unschedulable\":null}}");
    }

    private CompletionStage<Void> patch(String name, String json) {
        return ask(new ObjectCommand.Patch(
                        ObjectKey.of(ResourceTypes.NODE, "", name),
                        "",
                        PatchKind.MERGE,
                        json.getBytes(StandardCharsets.UTF_8),
                        false,
                        requests.get()))
                .thenAccept(reply -> {});
    }

    /** What a budget, or the deployment, does not allow yet is asked for again at the next look. */
    @Override
    public CompletionStage<Void> drain(String name, boolean gently) {
        CompletableFuture<?>[] asked = state().stream()
                .flatMap(state -> toMove(state, name).stream()
                        .filter(pod -> !pod.isEnding())
                        .map(pod -> eviction(pod, gently ? ReadyFloors.ofMoved(pod, state) : Optional.empty())))
                .map(eviction -> ask(eviction).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(asked);
    }

    private ObjectCommand eviction(StoredObject pod, Optional<ReadyFloor> floor) {
        return new ObjectCommand.Evict(
                pod.key(), new DeleteOptions(Optional.empty(), pod.uid(), "", Optional.empty(), floor), requests.get());
    }

    private CompletionStage<ObjectReply> ask(ObjectCommand command) {
        return feed.ask(node.identity().clusterId(), command);
    }

    @Override
    public CompletionStage<String> probe(String name) {
        Optional<String> api = node.apiAddressOf(name);
        return api.isEmpty()
                ? CompletableFuture.completedFuture("where its API is, is not known")
                : others.get(api.get(), "/v1/status")
                        .thenApply(this::judged)
                        .toCompletableFuture()
                        .completeOnTimeout(
                                "its API does not answer within " + PROBE_SECONDS + " s",
                                PROBE_SECONDS,
                                TimeUnit.SECONDS)
                        .exceptionally(failure -> "its API cannot be reached");
    }

    private String judged(ApiAnswer answer) {
        return switch (answer) {
            case ApiAnswer.Whole whole ->
                whole.code() >= 500 ? "its API answers " + whole.code() + detail(whole.body()) : "";
            case ApiAnswer.Text text -> {
                text.lines().runWith(Sink.ignore(), materializer);
                yield "";
            }
            default -> "";
        };
    }

    private static String detail(byte[] problem) {
        try {
            String detail = Json.read(problem).path("detail").asText();
            return detail.isEmpty() ? "" : ": " + detail;
        } catch (RuntimeException e) {
            return ""; // the code says enough
        }
    }
}
