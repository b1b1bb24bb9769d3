package io.quorate.control.objects;

import static io.quorate.control.objects.ApiObjects.refused;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ApiObjects.Decided;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Failure.Cause;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.persistence.contract.Origin;
import java.util.List;

/** What comes of a wish that a pod is to be on a node, upon one state: it is put there once, and stays. */
final class Bindings {
    private final ObjectState state;
    private final Request request;

    Bindings(ObjectState state, Request request) {
        this.state = state;
        this.request = request;
    }

    Decided bind(ObjectCommand.Bind command) {
        String name = command.key().name();
        StoredObject stored =
                state.get(command.key()).orElseThrow(() -> refused(Failure.notFound(ResourceTypes.POD, name)));
        if (command.node().isEmpty()) {
            throw refused(new Failure(
                    422,
                    "Invalid",
                    "Binding \"" + name + "\" is invalid: target.name: Required value",
                    name,
                    "",
                    "Binding",
                    "",
                    List.of(Cause.required("target.name", "")),
                    0));
        }
        ObjectNode pod = stored.tree();
        ObjectNode metadata = Json.child(pod, "metadata");
        ObjectNode spec = Json.child(pod, "spec");
        if (!command.uid().isEmpty() && !command.uid().equals(stored.uid())) {
            throw conflict(
                    name,
                    "Precondition failed: UID in precondition: " + command.uid() + ", UID in object meta: "
                            + stored.uid());
        }
        if (metadata.has("deletionTimestamp")) {
            throw conflict(name, "pod " + name + " is being deleted, cannot be assigned to a host");
        }
        String node = spec.path("nodeName").asText();
        if (!node.isEmpty()) {
            throw conflict(name, "pod " + name + " is already assigned to node \"" + node + "\"");
        }
        if (!spec.path("schedulingGates").isEmpty()) {
            throw conflict(name, "pod " + name + " has non-empty .spec.schedulingGates");
        }
        spec.put("nodeName", command.node());
        ObjectNode status = Json.child(pod, "status");
        status.remove("nominatedNodeName");
        ArrayNode conditions =
                status.get("conditions") instanceof ArrayNode there ? there : status.putArray("conditions");
        for (int i = conditions.size() - 1; i >= 0; i--) {
            if (conditions.get(i).path("type").asText().equals("PodScheduled")) {
                conditions.remove(i);
            }
        }
        conditions
                .addObject()
                .put("type", "PodScheduled")
                .put("status", "True")
                .put("lastTransitionTime", Times.text(request.nowMillis()));
        StoredObject bound = Writes.versioned(ResourceTypes.POD, pod, state.version() + 1);
        return new Decided(
                List.of(new ObjectEvent.Stored(bound, stored.version(), new Origin(request.by(), ""))),
                ObjectReply.of(201, Json.bytes(Failure.success(201))));
    }

    private static RuntimeException conflict(String name, String why) {
        return refused(new Failure(
                409,
                "Conflict",
                "Operation cannot be fulfilled on pods/binding \"" + name + "\": " + why,
                name,
                "",
                "pods/binding",
                "",
                List.of(),
                0));
    }
}
