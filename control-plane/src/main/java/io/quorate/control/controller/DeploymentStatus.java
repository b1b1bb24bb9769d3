package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import java.util.List;
import java.util.Optional;

/** What is told of a deployment: its numbers, and how its rollout goes. In kubernetes' words, which {@code kubectl rollout status} reads. */
final class DeploymentStatus {
    private static final String PROGRESSING = "Progressing";
    private static final String FAILURE = "ReplicaFailure";
    private static final String AVAILABLE = "NewReplicaSetAvailable";
    private static final String TIMED_OUT = "ProgressDeadlineExceeded";
    private static final String PAUSED = "DeploymentPaused";

    private final StoredObject deployment;
    private final List<OwnedSet> all;
    private final Optional<OwnedSet> newest;
    private final long nowMillis;
    private final JsonNode spec;
    private final JsonNode before;
    private final ObjectNode status = Json.object();
    private final Conditions conditions;
    private final int wanted;
    private final long deadlineSeconds;
    private int collisions;

    DeploymentStatus(
            StoredObject deployment,
            ObjectNode tree,
            List<OwnedSet> all,
            Optional<OwnedSet> newest,
            RolloutBounds bounds,
            long nowMillis) {
        this.deployment = deployment;
        this.all = all;
        this.newest = newest;
        this.nowMillis = nowMillis;
        this.spec = tree.path("spec");
        this.before = tree.path(ResourceType.STATUS);
        this.conditions = new Conditions(before.path("conditions"), nowMillis);
        this.wanted = spec.path("replicas").asInt();
        this.deadlineSeconds = spec.path("progressDeadlineSeconds").asLong(Integer.MAX_VALUE);
        this.collisions = before.path("collisionCount").asInt();
        int available =
                all.stream().mapToInt(set -> set.status("availableReplicas")).sum();
        status.put("observedGeneration", Json.at(tree, "metadata.generation").asLong());
        count("replicas", all.stream().mapToInt(OwnedSet::replicas).sum());
        count("updatedReplicas", newest.map(OwnedSet::replicas).orElse(0));
        count("readyReplicas", all.stream().mapToInt(OwnedSet::ready).sum());
        count("availableReplicas", available);
        count(
                "unavailableReplicas",
                Math.max(0, all.stream().mapToInt(OwnedSet::wanted).sum() - available));
        if (available >= wanted - bounds.unavailable()) {
            conditions.update("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
        } else {
            conditions.update(
                    "Available",
                    "False",
                    "MinimumReplicasUnavailable",
                    "Deployment does not have minimum availability.");
        }
    }

    private void count(String field, int number) {
        ReplicaSets.counted(status, field, number);
    }

    private boolean hasDeadline() {
        return deadlineSeconds != Integer.MAX_VALUE;
    }

    /** A rollout that stands still has no deadline meanwhile. */
    void paused(boolean paused) {
        if (!hasDeadline() || conditions.reason(PROGRESSING).equals(TIMED_OUT)) {
            return;
        }
        boolean told = conditions.reason(PROGRESSING).equals(PAUSED);
        if (paused && !told) {
            conditions.update(PROGRESSING, "Unknown", PAUSED, "Deployment is paused");
        } else if (!paused && told) {
            conditions.update(PROGRESSING, "Unknown", "DeploymentResumed", "Deployment is resumed");
        }
    }

    void found(String set) {
        if (hasDeadline() && conditions.get(PROGRESSING).isEmpty()) {
            conditions.update(PROGRESSING, "True", "FoundNewReplicaSet", "Found new replica set \"" + set + "\"");
        }
    }

    /** The set is not there yet: nothing is said but that it is made. */
    void created(String set) {
        if (hasDeadline()) {
            conditions.refresh(PROGRESSING, "True", "NewReplicaSetCreated", "Created new replica set \"" + set + "\"");
        }
        asBefore();
    }

    /** Another template has the same hash: the next one is made of this number, too. */
    void collided() {
        collisions++;
        asBefore();
    }

    private void asBefore() {
        status.removeAll();
        if (before instanceof ObjectNode there) {
            status.setAll(there.deepCopy());
        }
    }

    boolean isComplete() {
        return number("updatedReplicas") == wanted
                && number("replicas") == wanted
                && number("availableReplicas") == wanted;
    }

    private int number(String field) {
        return status.path(field).asInt();
    }

    private int was(String field) {
        return before.path(field).asInt();
    }

    private boolean isProgressing() {
        return number("updatedReplicas") > was("updatedReplicas")
                || number("replicas") - number("updatedReplicas") < was("replicas") - was("updatedReplicas")
                || number("readyReplicas") > was("readyReplicas")
                || number("availableReplicas") > was("availableReplicas");
    }

    /** Says how the rollout goes, and has the draft look again when its time is over. */
    void progress(PlanDraft draft) {
        failures();
        if (!hasDeadline()) {
            conditions.remove(PROGRESSING);
            return;
        }
        String what = newest.map(set -> "ReplicaSet \"" + set.name() + "\"")
                .orElse("Deployment \"" + deployment.key().name() + "\"");
        boolean done = number("replicas") == number("updatedReplicas")
                && conditions.reason(PROGRESSING).equals(AVAILABLE);
        if (!done) {
            if (isComplete()) {
                conditions.update(PROGRESSING, "True", AVAILABLE, what + " has successfully progressed.");
            } else if (isProgressing()) {
                conditions.refresh(PROGRESSING, "True", "ReplicaSetUpdated", what + " is progressing.");
            } else if (isTimedOut()) {
                conditions.update(PROGRESSING, "False", TIMED_OUT, what + " has timed out progressing.");
            }
        }
        String reason = conditions.reason(PROGRESSING);
        if (!reason.isEmpty() && !reason.equals(AVAILABLE) && !reason.equals(TIMED_OUT)) {
            draft.again(deadline() + 1000);
        }
    }

    private boolean isTimedOut() {
        String reason = conditions.reason(PROGRESSING);
        return reason.equals(TIMED_OUT) || !reason.isEmpty() && !reason.equals(AVAILABLE) && deadline() < nowMillis;
    }

    private long deadline() {
        String since = conditions
                .get(PROGRESSING)
                .map(each -> each.path("lastUpdateTime").asText())
                .orElse("");
        return Times.millis(since).orElse(nowMillis) + deadlineSeconds * 1000;
    }

    private void failures() {
        conditions.remove(FAILURE);
        newest.stream()
                .flatMap(set -> Conditions.find(set.conditions(), FAILURE).stream())
                .findFirst()
                .or(() -> all.stream()
                        .flatMap(set -> Conditions.find(set.conditions(), FAILURE).stream())
                        .findFirst())
                .ifPresent(each -> conditions.copy(each, before.path("conditions")));
    }

    void write(PlanDraft draft) {
        conditions.put(status);
        if (collisions > 0) {
            status.put("collisionCount", collisions);
        }
        draft.status(deployment, status);
    }
}
