package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The templates that a daemon set or a stateful set has had, each as an object, so that {@code kubectl rollout history} and {@code undo} find them. */
final class Revisions {
    private static final String CAUSE = "kubernetes.io/change-cause";

    private Revisions() {}

    /**
     * Notes the present template as the newest, and forgets those beyond the limit that nothing is made of any more.
     *
     * @param name of the present one
     * @param used names of those that pods are made of, or will be
     */
    static void keep(
            ResourceType type,
            StoredObject owner,
            String name,
            String hash,
            Set<String> used,
            ObjectState state,
            PlanDraft draft) {
        ObjectNode tree = owner.tree();
        List<StoredObject> all = state.dependents(owner.uid()).stream()
                .filter(each -> each.key().type().equals(ResourceTypes.CONTROLLER_REVISION.id())
                        && each.controllerUid().equals(owner.uid()))
                .sorted(Comparator.comparingLong(Revisions::number))
                .toList();
        long newest = all.isEmpty() ? 0 : number(all.getLast());
        Optional<StoredObject> there = state.get(
                ObjectKey.of(ResourceTypes.CONTROLLER_REVISION, owner.key().namespace(), name));
        if (there.isEmpty()) {
            draft.create(
                    ResourceTypes.CONTROLLER_REVISION,
                    owner.key().namespace(),
                    revision(type, owner, tree, name, hash, newest + 1));
        } else if (all.contains(there.get()) && number(there.get()) < newest) {
            ObjectNode again = there.get().tree();
            draft.update(there.get(), again.put("revision", newest + 1));
        }
        List<StoredObject> old = all.stream()
                .filter(each -> !each.key().name().equals(name)
                        && !used.contains(each.key().name()))
                .toList();
        int limit = Json.at(tree, "spec.revisionHistoryLimit").asInt(10);
        old.stream().limit(Math.max(0, old.size() - limit)).forEach(draft::delete);
    }

    /** A template that an owner has had, by its name; empty where it was not kept. */
    static Optional<JsonNode> template(StoredObject owner, String name, ObjectState state) {
        return state.get(ObjectKey.of(
                        ResourceTypes.CONTROLLER_REVISION, owner.key().namespace(), name))
                .filter(each -> each.controllerUid().equals(owner.uid()))
                .map(each -> Json.at(each.tree(), "data.spec.template"))
                .filter(JsonNode::isObject);
    }

    private static long number(StoredObject revision) {
        return revision.tree().path("revision").asLong();
    }

    private static ObjectNode revision(
            ResourceType type, StoredObject owner, ObjectNode tree, String name, String hash, long number) {
        ObjectNode revision = Json.object().put("kind", "ControllerRevision").put("apiVersion", "apps/v1");
        ObjectNode metadata = revision.putObject("metadata").put("name", name);
        ObjectNode labels = metadata.putObject("labels");
        Json.texts(Json.at(tree, "spec.template.metadata.labels")).forEach(labels::put);
        labels.put(DaemonSets.HASH, hash);
        String cause = Json.at(tree, "metadata.annotations").path(CAUSE).asText();
        if (!cause.isEmpty()) {
            metadata.putObject("annotations").put(CAUSE, cause);
        }
        OwnerReferences.add(revision, OwnerReferences.controller(type, owner));
        ObjectNode template = Json.at(tree, "spec.template").deepCopy();
        revision.putObject("data").putObject("spec").set("template", template.put("$patch", "replace"));
        return revision.put("revision", number);
    }
}
