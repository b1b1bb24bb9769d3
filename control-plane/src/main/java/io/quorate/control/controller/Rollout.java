package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The next step of one deployment: its newest replica set, the sizes of all, and what is told of it. After kubernetes' deployment controller. */
final class Rollout {
    private final StoredObject deployment;
    private final ObjectState state;
    private final PlanDraft draft;
    private final EventNotes notes;
    private final ObjectNode tree;
    private final JsonNode spec;
    private final int wanted;
    private final RolloutBounds bounds;
    private final Optional<OwnedSet> newest;
    private final List<OwnedSet> old;
    private final List<OwnedSet> all;
    private final DeploymentStatus status;

    /** @param sets the oldest first */
    Rollout(
            String component,
            StoredObject deployment,
            List<OwnedSet> sets,
            ObjectState state,
            long nowMillis,
            PlanDraft draft) {
        this.deployment = deployment;
        this.state = state;
        this.draft = draft;
        this.notes = new EventNotes(component, state, draft, nowMillis);
        this.tree = deployment.tree();
        this.spec = tree.path("spec");
        this.wanted = spec.path("replicas").asInt();
        this.bounds = RolloutBounds.of(spec);
        JsonNode template = spec.path("template");
        this.newest = sets.stream().filter(set -> set.makes(template)).findFirst();
        this.old = sets.stream()
                .filter(set -> newest.isEmpty() || set != newest.get())
                .toList();
        this.all = sets;
        this.status = new DeploymentStatus(deployment, tree, all, newest, bounds, nowMillis);
    }

    void step() {
        if (deployment.isEnding() || Namespaces.isEnding(state, deployment.key().namespace())) {
            status.write(draft);
            return;
        }
        boolean paused = spec.path("paused").asBoolean();
        status.paused(paused);
        boolean recreates = Json.at(spec, "strategy.type").asText().equals("Recreate");
        if (paused || isScaled()) {
            if (isKnown()) {
                share();
                if (paused) {
                    cleanUp();
                }
                finish(false);
            }
        } else if (recreates) {
            recreate();
        } else if (hasNewest()) {
            roll();
        }
    }

    /** Writes the sets, and what is told. */
    private void finish(boolean progress) {
        all.forEach(set -> set.write(draft));
        if (progress) {
            status.progress(draft);
        }
        status.write(draft);
    }

    /** Whether the newest set, if there is one, and the deployment agree about the revision; where they do not they are brought to. */
    private boolean isKnown() {
        if (newest.isEmpty()) {
            return true;
        }
        OwnedSet set = newest.get();
        long revision = old.stream().mapToLong(OwnedSet::revision).max().orElse(0) + 1;
        set.annotate(Json.at(tree, "metadata.annotations"), revision);
        set.minReadySeconds(spec.path("minReadySeconds"));
        ObjectNode annotations = Json.child(Json.child(tree, "metadata"), "annotations");
        if (annotations.path(OwnedSet.REVISION).asText().equals(set.annotation(OwnedSet.REVISION))) {
            status.found(set.name());
            return true;
        }
        set.write(draft);
        annotations.put(OwnedSet.REVISION, set.annotation(OwnedSet.REVISION));
        draft.update(deployment, tree);
        return false;
    }

    private boolean hasNewest() {
        if (newest.isPresent()) {
            return isKnown();
        }
        create();
        return false;
    }

    private void create() {
        JsonNode template = spec.path("template");
        int collisions = Json.at(tree, "status.collisionCount").asInt();
        String hash = Hash.ofTemplate(template, collisions);
        String name = deployment.key().name() + "-" + hash;
        if (state.get(ObjectKey.of(ResourceTypes.REPLICA_SET, deployment.key().namespace(), name))
                .isPresent()) {
            status.collided();
            status.write(draft);
            return;
        }
        int size = initialSize();
        ObjectNode set = Json.object()
                .put("kind", ResourceTypes.REPLICA_SET.kind())
                .put("apiVersion", ResourceTypes.REPLICA_SET.apiVersion());
        ObjectNode metadata = set.putObject("metadata").put("name", name);
        ObjectNode labels = metadata.putObject("labels");
        labels.setAll(Json.child(Json.child(template.deepCopy(), "metadata"), "labels"));
        labels.put(OwnedSet.HASH, hash);
        OwnerReferences.add(set, OwnerReferences.controller(ResourceTypes.DEPLOYMENT, deployment));
        ObjectNode own = set.putObject("spec").put("replicas", size);
        if (spec.path("minReadySeconds").asLong() != 0) {
            own.set("minReadySeconds", spec.path("minReadySeconds"));
        }
        own.set("selector", spec.path("selector").deepCopy());
        Json.child(Json.child(own, "selector"), "matchLabels").put(OwnedSet.HASH, hash);
        own.set("template", template.deepCopy());
        Json.child(Json.child(Json.child(own, "template"), "metadata"), "labels")
                .put(OwnedSet.HASH, hash);
        OwnedSet.sized(set, wanted, wanted + bounds.surge());
        OwnedSet.annotate(
                set,
                Json.at(tree, "metadata.annotations"),
                all.stream().mapToLong(OwnedSet::revision).max().orElse(0) + 1);
        draft.create(ResourceTypes.REPLICA_SET, deployment.key().namespace(), set);
        if (size > 0) {
            notes.normal(deployment, "ScalingReplicaSet", "Scaled up replica set " + name + " from 0 to " + size);
        }
        status.created(name);
        status.write(draft);
    }

    private int initialSize() {
        boolean recreates = Json.at(spec, "strategy.type").asText().equals("Recreate");
        return recreates ? wanted : growing(0);
    }

    /** How large the newest set may be now, so that there are not too many pods: those count as well that a set has and is to lose. */
    private int growing(int size) {
        int room = wanted
                + bounds.surge()
                - all.stream()
                        .mapToInt(each -> Math.max(each.wanted(), each.replicas()))
                        .sum();
        return room <= 0 ? size : size + Math.min(room, wanted - size);
    }

    private int total() {
        return all.stream().mapToInt(OwnedSet::wanted).sum();
    }

    private void scale(OwnedSet set, int size) {
        int was = set.wanted();
        set.scale(size, wanted, wanted + bounds.surge());
        if (was != size) {
            notes.normal(
                    deployment,
                    "ScalingReplicaSet",
                    "Scaled " + (was < size ? "up" : "down") + " replica set " + set.name() + " from " + was + " to "
                            + size);
        }
    }

    private void roll() {
        OwnedSet set = newest.orElseThrow();
        boolean grown = grow(set);
        if (!grown && !shrink(set) && status.isComplete()) {
            cleanUp();
        }
        finish(true);
    }

    private boolean grow(OwnedSet set) {
        int size = set.wanted() > wanted ? wanted : growing(set.wanted());
        if (size == set.wanted()) {
            return false;
        }
        scale(set, size);
        return true;
    }

    /** Takes from the old ones: first what does not serve anyway, then what is not needed any more. */
    private boolean shrink(OwnedSet set) {
        int minimum = wanted - bounds.unavailable();
        int missing = set.wanted() - set.available();
        int most = total() - minimum - missing;
        if (most <= 0 || old.stream().noneMatch(each -> each.wanted() > 0)) {
            return false;
        }
        int left = most;
        for (OwnedSet each : old) {
            int idle = Math.min(left, each.wanted() - each.available());
            if (idle > 0) {
                scale(each, each.wanted() - idle);
                left -= idle;
            }
        }
        int available = all.stream().mapToInt(OwnedSet::available).sum();
        left = Math.min(left, available - minimum);
        for (OwnedSet each : old) {
            int fewer = Math.min(left, each.wanted());
            if (fewer > 0) {
                scale(each, each.wanted() - fewer);
                left -= fewer;
            }
        }
        return true;
    }

    private void recreate() {
        List<OwnedSet> active = old.stream().filter(each -> each.wanted() > 0).toList();
        if (!active.isEmpty()) {
            if (isKnown()) {
                active.forEach(each -> scale(each, 0));
                finish(true);
            }
            return;
        }
        if (old.stream().anyMatch(this::runs)) {
            if (isKnown()) {
                finish(true);
            }
            return;
        }
        if (hasNewest()) {
            if (newest.orElseThrow().wanted() != wanted) {
                scale(newest.orElseThrow(), wanted);
            } else if (status.isComplete()) {
                cleanUp();
            }
            finish(true);
        }
    }

    private boolean runs(OwnedSet set) {
        return state.dependents(set.stored().uid()).stream()
                .anyMatch(each -> each.key().type().equals(ResourceTypes.POD.id()) && !each.isOver());
    }

    /** Whether it was told to have more or fewer pods, and not other ones. */
    private boolean isScaled() {
        return all.stream()
                .filter(each -> each.wanted() > 0)
                .map(each -> each.annotation(OwnedSet.DESIRED))
                .anyMatch(desired -> !desired.isEmpty() && OwnedSet.number(desired) != wanted);
    }

    /** Has the sets grow and shrink by their shares, whatever the rollout does. */
    private void share() {
        List<OwnedSet> active = all.stream().filter(each -> each.wanted() > 0).toList();
        Optional<OwnedSet> only = active.size() == 1
                ? Optional.of(active.getFirst())
                : active.isEmpty()
                        ? newest.or(() -> old.isEmpty() ? Optional.empty() : Optional.of(old.getLast()))
                        : Optional.empty();
        if (only.isPresent()) {
            scale(only.get(), wanted);
            return;
        }
        if (newest.isPresent()
                && newest.get().wanted() == wanted
                && newest.get().available() == wanted
                && OwnedSet.number(newest.get().annotation(OwnedSet.DESIRED)) == wanted) {
            active.stream().filter(each -> each != newest.get()).forEach(each -> scale(each, 0));
            return;
        }
        if (Json.at(spec, "strategy.type").asText().equals("RollingUpdate")) {
            int max = wanted > 0 ? wanted + bounds.surge() : 0;
            int toAdd = max - active.stream().mapToInt(OwnedSet::wanted).sum();
            Comparator<OwnedSet> bySize = Comparator.comparingInt(OwnedSet::wanted);
            List<OwnedSet> inOrder = active.stream()
                    .sorted(bySize.reversed().thenComparing(toAdd > 0 ? OwnedSet.BY_AGE.reversed() : OwnedSet.BY_AGE))
                    .toList();
            List<Integer> sizes = new ArrayList<>();
            int added = 0;
            for (OwnedSet each : inOrder) {
                int part = toAdd == 0 ? 0 : part(each, toAdd - added);
                sizes.add(each.wanted() + part);
                added += part;
            }
            sizes.set(0, Math.max(0, sizes.getFirst() + toAdd - added));
            for (int i = 0; i < inOrder.size(); i++) {
                scale(inOrder.get(i), sizes.get(i));
            }
        } else {
            active.forEach(each -> scale(each, each.wanted())); // one after the other, by the rollout
        }
    }

    private int part(OwnedSet set, int left) {
        if (wanted == 0) {
            return -set.wanted();
        }
        long of = OwnedSet.number(set.annotation(OwnedSet.MAX));
        if (of <= 0) {
            of = Math.max(1, Json.at(tree, "status.replicas").asInt());
        }
        int fair = (int) Math.round((double) set.wanted() * (wanted + bounds.surge()) / of) - set.wanted();
        return left > 0 ? Math.clamp(fair, 0, left) : Math.clamp(fair, left, 0);
    }

    /** Forgets the oldest templates over the limit. */
    private void cleanUp() {
        if (!spec.has("revisionHistoryLimit")) {
            return;
        }
        List<OwnedSet> kept =
                old.stream().filter(each -> !each.stored().isEnding()).toList();
        kept.stream()
                .sorted(Comparator.comparingLong(OwnedSet::revision))
                .limit(Math.max(
                        0, kept.size() - spec.path("revisionHistoryLimit").asInt()))
                .filter(each -> each.wanted() == 0 && each.replicas() == 0 && each.isObserved())
                .forEach(each -> draft.delete(each.stored()));
    }
}
