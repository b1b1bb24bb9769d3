package io.quorate.control.controller;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.ReadyFloor;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Keeps as many pods of one template as a replica set asks for. */
final class ReplicaSets extends PodOwners {
    /** Pods that one plan creates or deletes at most, as in kubernetes. */
    static final int BURST = 500;

    private static final String FAILURE = "ReplicaFailure";

    /** Pods that failed within this time have the next ones wait. */
    private static final long RECENT_MILLIS = 600_000;

    private static final long FIRST_BACK_OFF_MILLIS = 1000;
    private static final long MAX_BACK_OFF_MILLIS = 300_000;
    private static final int MAX_FAILURES = 10;

    @Override
    public String name() {
        return "replicaset-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.REPLICA_SET;
    }

    /** A set that may not take ready pods away goes on when another of its deployment's has one. */
    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        Collection<ObjectKey> concerned = super.concerned(change, state);
        boolean served = change.before().filter(StoredObject::isReady).isPresent();
        if (served || !change.now().isReady() || change.deleted()) {
            return concerned;
        }
        Set<ObjectKey> all = new LinkedHashSet<>(concerned);
        Claim.managers(change, type())
                .flatMap(key -> state.get(key).stream())
                .map(StoredObject::controllerUid)
                .filter(deployment -> !deployment.isEmpty())
                .flatMap(deployment -> state.dependents(deployment).stream())
                .filter(each -> each.key().type().equals(type().id()) && state.hasDependents(each.uid()))
                .forEach(each -> all.add(each.key()));
        return all;
    }

    @Override
    Look look(StoredObject set, ObjectState state, long nowMillis, Supplier<Request> requests) {
        return new LookAtSet(set, state, nowMillis, requests);
    }

    @Override
    public Plan refused(
            ObjectKey key,
            ObjectState state,
            ObjectCommand command,
            String message,
            long nowMillis,
            Supplier<Request> requests) {
        Optional<StoredObject> found = state.get(key);
        boolean ofPod =
                command instanceof ObjectCommand.Create create && create.type().equals(ResourceTypes.POD.id());
        if (found.isEmpty() || !ofPod) {
            return Plan.REST;
        }
        PlanDraft draft = new PlanDraft(requests);
        new EventNotes(name(), state, draft, nowMillis)
                .warning(found.get(), "FailedCreate", "Error creating: " + message);
        ObjectNode status = Json.child(found.get().tree(), ResourceType.STATUS);
        Conditions conditions = new Conditions(status.path("conditions"), nowMillis);
        conditions.set(FAILURE, "True", "FailedCreate", message);
        conditions.put(status);
        draft.status(found.get(), status);
        return draft.plan();
    }

    /** One look at one replica set. */
    private final class LookAtSet extends Look {
        LookAtSet(StoredObject set, ObjectState state, long nowMillis, Supplier<Request> requests) {
            super(set, state, nowMillis, requests);
        }

        @Override
        void decide(List<StoredObject> pods) {
            List<StoredObject> active = pods.stream().filter(Pods::isActive).toList();
            if (stays()) {
                scale(active, pods, spec.path("replicas").asInt());
            }
            status(active);
        }

        private void scale(List<StoredObject> active, List<StoredObject> all, int wanted) {
            if (active.size() < wanted) {
                long from = backOff(all);
                if (from > nowMillis) {
                    draft.again(from);
                } else {
                    make(Math.min(wanted - active.size(), BURST));
                }
            } else if (active.size() > wanted) {
                takeAway(Victims.of(active, Math.min(active.size() - wanted, BURST), related(active)));
            }
        }

        /** Those that do not serve, and of those that do as many as its deployment can spare. */
        private void takeAway(List<StoredObject> victims) {
            Optional<ReadyFloor> floor = ReadyFloors.ofSet(owner, state);
            long spare = floor.map(each -> Math.max(0, each.spare(state))).orElse(victims.size());
            List<StoredObject> serving =
                    victims.stream().filter(StoredObject::isReady).limit(spare).toList();
            end(
                    victims.stream()
                            .filter(each -> !each.isReady() || serving.contains(each))
                            .toList(),
                    floor);
        }

        /** From when on another pod may be made: pods that fail as soon as they are there would fill the journal. */
        private long backOff(List<StoredObject> all) {
            long last = 0;
            int failures = 0;
            List<StoredObject> latest = all.stream()
                    .filter(each -> Pods.phase(each).equals("Failed"))
                    .sorted(Comparator.comparingLong(StoredObject::version).reversed())
                    .limit(MAX_FAILURES)
                    .toList();
            for (StoredObject each : latest) {
                long born = Times.millis(Json.at(each.tree(), "metadata.creationTimestamp")
                                .asText())
                        .orElse(0);
                failures += born + RECENT_MILLIS > nowMillis ? 1 : 0;
                last = Math.max(last, born);
            }
            return failures < 2 ? 0 : last + Math.min(MAX_BACK_OFF_MILLIS, FIRST_BACK_OFF_MILLIS << (failures - 2));
        }

        /** The pods of all replica sets of the same deployment. */
        private List<StoredObject> related(List<StoredObject> own) {
            String deployment = owner.controllerUid();
            if (deployment.isEmpty()) {
                return own;
            }
            return ReadyFloor.pods(state, deployment);
        }

        private void status(List<StoredObject> active) {
            LabelSelector labelled =
                    LabelSelector.of(Json.object().set("matchLabels", Json.at(spec, "template.metadata.labels")));
            ObjectNode status = Json.object().put("replicas", active.size());
            counted(
                    status,
                    "fullyLabeledReplicas",
                    active.stream()
                            .filter(each -> labelled.matches(each.labels()))
                            .count());
            counted(
                    status,
                    "readyReplicas",
                    active.stream().filter(StoredObject::isReady).count());
            counted(
                    status,
                    "availableReplicas",
                    Pods.available(active, spec.path("minReadySeconds").asLong(), nowMillis, draft));
            counted(
                    status,
                    "observedGeneration",
                    Json.at(tree, "metadata.generation").asLong());
            Conditions conditions = new Conditions(Json.at(tree, "status.conditions"), nowMillis);
            conditions.remove(FAILURE);
            conditions.put(status);
            draft.status(owner, status);
        }
    }

    /** A number that is left out where it is 0. */
    static void counted(ObjectNode status, String field, long count) {
        if (count != 0) {
            status.put(field, count);
        }
    }
}
