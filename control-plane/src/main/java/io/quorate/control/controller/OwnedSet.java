package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import java.util.Comparator;
import java.util.List;

/** A replica set of a deployment while one plan is made: as it is, and as it is to be. */
final class OwnedSet {
    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    static final String MAX = "deployment.kubernetes.io/max-replicas";
    static final String HASH = "pod-template-hash";

    private static final String HISTORY = "deployment.kubernetes.io/revision-history";

    /** What of a deployment's annotations is the deployment's own. */
    private static final List<String> OWN = List.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            REVISION,
            HISTORY,
            DESIRED,
            MAX,
            "deprecated.daemonset.template.generation");

    static final Comparator<OwnedSet> BY_AGE =
            Comparator.comparing(OwnedSet::created).thenComparing(OwnedSet::name);

    private final StoredObject stored;
    private final ObjectNode tree;
    private final ObjectNode before;

    OwnedSet(StoredObject stored) {
        this.stored = stored;
        this.tree = stored.tree();
        this.before = stored.tree();
    }

    StoredObject stored() {
        return stored;
    }

    String name() {
        return stored.key().name();
    }

    private String created() {
        return Json.at(tree, "metadata.creationTimestamp").asText();
    }

    int wanted() {
        return Json.at(tree, "spec.replicas").asInt();
    }

    int replicas() {
        return status("replicas");
    }

    int ready() {
        return status("readyReplicas");
    }

    /** Those that count: a set that has been told to have fewer has not more than that. */
    int available() {
        return Math.min(status("availableReplicas"), wanted());
    }

    int status(String field) {
        return Json.at(tree, "status." + field).asInt();
    }

    JsonNode conditions() {
        return Json.at(tree, "status.conditions");
    }

    boolean isObserved() {
        return Json.at(tree, "metadata.generation").asLong() <= status("observedGeneration");
    }

    long revision() {
        return number(annotation(REVISION));
    }

    String annotation(String key) {
        return Json.at(tree, "metadata.annotations").path(key).asText();
    }

    static long number(String text) {
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0; // somebody has written over it
        }
    }

    /** Whether it makes the pods that a deployment asks for. */
    boolean makes(JsonNode template) {
        ObjectNode own = Json.at(tree, "spec.template").deepCopy();
        ObjectNode other = template.deepCopy();
        withoutHash(own);
        withoutHash(other);
        return own.equals(other);
    }

    private static void withoutHash(ObjectNode template) {
        ObjectNode metadata = Json.child(template, "metadata");
        Json.child(metadata, "labels").remove(HASH);
        if (metadata.path("labels").isEmpty()) {
            metadata.remove("labels");
        }
        if (metadata.isEmpty()) {
            template.remove("metadata");
        }
    }

    void scale(int count, int desired, int max) {
        Json.child(tree, "spec").put("replicas", count);
        sized(tree, desired, max);
    }

    static void sized(ObjectNode set, int desired, int max) {
        Json.child(Json.child(set, "metadata"), "annotations")
                .put(DESIRED, Integer.toString(desired))
                .put(MAX, Integer.toString(max));
    }

    void minReadySeconds(JsonNode seconds) {
        if (seconds.asLong() == 0) {
            Json.child(tree, "spec").remove("minReadySeconds");
        } else {
            Json.child(tree, "spec").set("minReadySeconds", seconds);
        }
    }

    void annotate(JsonNode ofDeployment, long revision) {
        annotate(tree, ofDeployment, revision);
    }

    /** Gives a set what its deployment says of itself, and its place in the history; one that comes back keeps the places that it had. */
    static void annotate(ObjectNode set, JsonNode ofDeployment, long revision) {
        ObjectNode metadata = Json.child(set, "metadata");
        ObjectNode annotations = Json.child(metadata, "annotations");
        ofDeployment.properties().forEach(each -> {
            if (!OWN.contains(each.getKey())) {
                annotations.set(each.getKey(), each.getValue());
            }
        });
        String old = annotations.path(REVISION).asText();
        if (number(old) < revision) {
            annotations.put(REVISION, Long.toString(revision));
            if (!old.isEmpty()) {
                String history = annotations.path(HISTORY).asText();
                annotations.put(HISTORY, history.isEmpty() ? old : history + "," + old);
            }
        }
    }

    /** Writes what is to be otherwise. */
    void write(PlanDraft draft) {
        if (!Json.readObject(Json.bytes(tree)).equals(before)) {
            draft.update(stored, tree);
        }
    }
}
