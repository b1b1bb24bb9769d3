package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Propagation;
import io.quorate.control.objects.ReadyFloor;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ObjectNames;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What controllers have in common whose objects own pods: whom a pod's change concerns, who claims which pod, how pods are made and taken away. */
abstract class PodOwners implements Controller {
    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        return change.now().key().type().equals(ResourceTypes.POD.id())
                ? Claim.concerned(change, state, type())
                : Claim.itself(change, type());
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        Optional<StoredObject> found = state.get(key);
        return found.isEmpty()
                ? Plan.REST
                : look(found.get(), state, nowMillis, requests).plan();
    }

    abstract Look look(StoredObject owner, ObjectState state, long nowMillis, Supplier<Request> requests);

    /** One look at one owner. */
    abstract class Look {
        final StoredObject owner;
        final ObjectState state;
        final long nowMillis;
        final PlanDraft draft;
        final EventNotes notes;
        final ObjectNode tree;
        final JsonNode spec;

        Look(StoredObject owner, ObjectState state, long nowMillis, Supplier<Request> requests) {
            this.owner = owner;
            this.state = state;
            this.nowMillis = nowMillis;
            this.draft = new PlanDraft(requests);
            this.notes = new EventNotes(name(), state, draft, nowMillis);
            this.tree = owner.tree();
            this.spec = tree.path("spec");
        }

        /** Sees first to it that owner and pods agree who belongs to whom. */
        Plan plan() {
            Claim claim = Claim.of(state, owner, LabelSelector.of(spec.path("selector")), ResourceTypes.POD);
            if (claim.isSettled()) {
                decide(claim.owned());
            } else {
                claim.settle(type(), owner, draft);
            }
            return draft.plan();
        }

        /** @param pods all that it owns, those that have ended or are to end as well */
        abstract void decide(List<StoredObject> pods);

        /** Whether pods may be made, and others taken in their place. */
        boolean stays() {
            return !owner.isEnding() && !Namespaces.isEnding(state, owner.key().namespace());
        }

        /**
         * Makes a pod of a template, under a name of its own.
         *
         * @param more done to it before
         * @return what is told of it
         */
        String make(JsonNode template, Consumer<ObjectNode> more) {
            return make(template, owner.key().name() + "-", more);
        }

        String make(JsonNode template, String prefix, Consumer<ObjectNode> more) {
            Request request = draft.request();
            String name = ObjectNames.generated(prefix, request.suffix());
            ObjectNode pod = Pods.of(template, prefix, name, OwnerReferences.controller(type(), owner));
            more.accept(pod);
            draft.create(ResourceTypes.POD, owner.key().namespace(), pod, request);
            return "Created pod: " + name;
        }

        /** Makes so many, and tells of them. */
        void make(int count) {
            notes.normal(
                    owner,
                    "SuccessfulCreate",
                    Stream.generate(() -> make(spec.path("template"), pod -> {}))
                            .limit(count)
                            .toList());
        }

        /** Takes pods away, and tells of them. */
        void end(List<StoredObject> pods) {
            end(pods, Optional.empty());
        }

        void end(List<StoredObject> pods, Optional<ReadyFloor> floor) {
            pods.forEach(each -> draft.delete(each, Propagation.BACKGROUND, floor));
            notes.normal(
                    owner,
                    "SuccessfulDelete",
                    pods.stream()
                            .map(each -> "Deleted pod: " + each.key().name())
                            .toList());
        }
    }
}
