package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.CronSchedule;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Makes jobs at their times. Of times that were missed only the latest is made up for. A job's name says its time, so that none is made twice, whoever
 * leads; which run is seen from the jobs themselves.
 */
final class CronJobs implements Controller {
    private static final String TIME = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    /** More than this are told, as kubernetes does. */
    private static final int MANY_MISSED = 100;

    @Override
    public String name() {
        return "cronjob-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.CRON_JOB;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        if (change.now().key().type().equals(ResourceTypes.JOB.id())) {
            Set<ObjectKey> keys = new LinkedHashSet<>();
            Claim.managers(change, type()).forEach(keys::add);
            return keys;
        }
        return Claim.itself(change, type());
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        return state.get(key)
                .filter(found -> !found.isEnding() && !Namespaces.isEnding(state, key.namespace()))
                .map(found -> new Look(found, state, nowMillis, requests).plan())
                .orElse(Plan.REST);
    }

    /** A job of a cron job. */
    private record Run(StoredObject stored, ObjectNode tree) {
        boolean is(String condition) {
            return Conditions.isTrue(Json.at(tree, "status.conditions"), condition);
        }

        boolean isOver() {
            return is(Jobs.COMPLETE) || is(Jobs.FAILED);
        }

        /** When it was to begin; 0 where somebody made it by hand. */
        long time() {
            return Times.millis(Json.at(tree, "metadata.annotations").path(TIME).asText())
                    .orElse(0);
        }

        String began() {
            String at = Json.at(tree, "status.startTime").asText();
            return at.isEmpty() ? Json.at(tree, "metadata.creationTimestamp").asText() : at;
        }
    }

    /** One look at one cron job. */
    private final class Look {
        private final StoredObject owner;
        private final ObjectState state;
        private final long nowMillis;
        private final PlanDraft draft;
        private final EventNotes notes;
        private final ObjectNode tree;
        private final JsonNode spec;
        private final ObjectNode status;
        private final List<Run> runs = new ArrayList<>();
        private OptionalLong upcoming = OptionalLong.empty();

        Look(StoredObject owner, ObjectState state, long nowMillis, Supplier<Request> requests) {
            this.owner = owner;
            this.state = state;
            this.nowMillis = nowMillis;
            this.draft = new PlanDraft(requests);
            this.notes = new EventNotes(name(), state, draft, nowMillis);
            this.tree = owner.tree();
            this.spec = tree.path("spec");
            this.status = Json.child(tree, ResourceType.STATUS).deepCopy();
            for (StoredObject each : state.dependents(owner.uid())) {
                if (each.key().type().equals(ResourceTypes.JOB.id())
                        && each.controllerUid().equals(owner.uid())) {
                    runs.add(new Run(each, each.tree()));
                }
            }
        }

        Plan plan() {
            List<Run> active = runs.stream()
                    .filter(each -> !each.isOver() && !each.stored().isEnding())
                    .toList();
            List<ObjectNode> references =
                    new ArrayList<>(active.stream().map(Look::reference).toList());
            ended();
            tidy();
            if (!spec.path("suspend").asBoolean()) {
                begin(active, references);
            }
            ArrayNode list = Json.array().addAll(references);
            status.remove("active");
            if (!list.isEmpty()) {
                status.set("active", list);
            }
            draft.status(owner, status);
            return draft.plan();
        }

        private static ObjectNode reference(Run run) {
            return reference(run.stored().key(), run.stored().uid())
                    .put("resourceVersion", Long.toString(run.stored().version()));
        }

        private static ObjectNode reference(ObjectKey key, String uid) {
            return Json.object()
                    .put("kind", ResourceTypes.JOB.kind())
                    .put("namespace", key.namespace())
                    .put("name", key.name())
                    .put("uid", uid)
                    .put("apiVersion", ResourceTypes.JOB.apiVersion());
        }

        /** Those that ran when it was looked at last, and do not any more. */
        private void ended() {
            for (JsonNode each : status.path("active")) {
                String uid = each.path("uid").asText();
                Optional<Run> run = runs.stream()
                        .filter(one -> one.stored().uid().equals(uid))
                        .findFirst();
                if (run.isEmpty()) {
                    notes.normal(
                            owner,
                            "MissingJob",
                            "Active job went missing: " + each.path("name").asText());
                } else if (run.get().isOver()) {
                    notes.normal(
                            owner,
                            "SawCompletedJob",
                            "Saw completed job: " + run.get().stored().key().name() + ", condition: "
                                    + (run.get().is(Jobs.COMPLETE) ? Jobs.COMPLETE : Jobs.FAILED));
                }
            }
            for (Run each : runs) {
                String at = Json.at(each.tree(), "status.completionTime").asText();
                if (each.is(Jobs.COMPLETE)
                        && at.compareTo(status.path("lastSuccessfulTime").asText()) > 0) {
                    status.put("lastSuccessfulTime", at);
                }
            }
        }

        /** So many of the latest stay to be looked at. */
        private void tidy() {
            tidy(Jobs.COMPLETE, spec.path("successfulJobsHistoryLimit"));
            tidy(Jobs.FAILED, spec.path("failedJobsHistoryLimit"));
        }

        private void tidy(String condition, JsonNode limit) {
            if (!limit.isNumber()) {
                return;
            }
            List<Run> over = runs.stream()
                    .filter(each -> each.is(condition) && !each.stored().isEnding())
                    .sorted(Comparator.comparing(Run::began)
                            .thenComparing(each -> each.stored().key()))
                    .toList();
            over.stream().limit(Math.max(0, over.size() - limit.asInt())).forEach(this::delete);
        }

        private void delete(Run run) {
            draft.delete(run.stored());
            notes.normal(
                    owner,
                    "SuccessfulDelete",
                    "Deleted job " + run.stored().key().name());
        }

        private void begin(List<Run> active, List<ObjectNode> references) {
            Optional<ZoneId> zone = CronSchedule.zone(spec.path("timeZone").asText());
            if (zone.isEmpty()) {
                notes.warning(
                        owner,
                        "UnknownTimeZone",
                        "invalid timeZone: \"" + spec.path("timeZone").asText() + "\"");
                return;
            }
            CronSchedule schedule;
            try {
                schedule = CronSchedule.parse(spec.path("schedule").asText());
            } catch (IllegalArgumentException e) {
                notes.warning(
                        owner,
                        "UnparseableSchedule",
                        "unparseable schedule: \"" + spec.path("schedule").asText() + "\" : " + e.getMessage());
                return;
            }
            OptionalLong due = due(schedule, zone.get());
            if (due.isPresent()) {
                begin(due.getAsLong(), zone.get(), active, references);
            }
            draft.again(upcoming);
        }

        /** The latest time that has come, and that no job was made for; the deadline says how far back it is looked for. */
        private OptionalLong due(CronSchedule schedule, ZoneId zone) {
            long last = runs.stream().mapToLong(Run::time).max().orElse(0);
            long from = Math.max(
                    last,
                    Times.millis(status.path("lastScheduleTime").asText())
                            .orElse(Times.millis(Json.at(tree, "metadata.creationTimestamp")
                                            .asText())
                                    .orElse(nowMillis)));
            JsonNode deadline = spec.path("startingDeadlineSeconds");
            if (deadline.isNumber()) {
                from = Math.max(from, nowMillis - deadline.asLong() * 1000 - 1);
            }
            OptionalLong due = OptionalLong.empty();
            OptionalLong next = schedule.after(from, zone);
            int missed = 0;
            while (next.isPresent() && next.getAsLong() <= nowMillis && missed <= MANY_MISSED) {
                due = next;
                missed++;
                next = schedule.after(next.getAsLong(), zone);
            }
            if (missed > MANY_MISSED) {
                notes.warning(
                        owner,
                        "TooManyMissedTimes",
                        "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
                due = latest(schedule, zone, due.getAsLong());
                next = schedule.after(nowMillis, zone);
            }
            upcoming = next;
            return due;
        }

        /** Without walking over all that were missed: by ever smaller steps back from now. */
        private OptionalLong latest(CronSchedule schedule, ZoneId zone, long known) {
            OptionalLong found = OptionalLong.of(known);
            for (long back = nowMillis - known; back > 0; back /= 2) {
                OptionalLong next = schedule.after(nowMillis - back, zone);
                if (next.isPresent() && next.getAsLong() <= nowMillis && next.getAsLong() > found.getAsLong()) {
                    found = next;
                }
            }
            return found;
        }

        private void begin(long due, ZoneId zone, List<Run> active, List<ObjectNode> references) {
            String policy = spec.path("concurrencyPolicy").asText();
            if (policy.equals("Forbid") && !active.isEmpty()) {
                notes.normal(
                        owner,
                        "JobAlreadyActive",
                        "Not starting job because prior execution is running and concurrency policy is Forbid");
                JsonNode deadline = spec.path("startingDeadlineSeconds");
                if (!deadline.isNumber()) {
                    return; // when that one is over, this time is made up for
                }
                draft.again(due + deadline.asLong() * 1000 + 1);
                return;
            }
            if (policy.equals("Replace")) {
                active.forEach(each -> {
                    delete(each);
                    references.removeIf(
                            one -> one.path("uid").asText().equals(each.stored().uid()));
                });
            }
            ObjectKey key = ObjectKey.of(
                    ResourceTypes.JOB, owner.key().namespace(), owner.key().name() + "-" + due / 60_000);
            status.put("lastScheduleTime", Times.text(due));
            if (state.get(key).isPresent()) {
                return; // it was made, and whoever led has not said so any more
            }
            Request request = draft.request();
            draft.create(ResourceTypes.JOB, key.namespace(), job(key.name(), due, zone), request);
            notes.normal(owner, "SuccessfulCreate", "Created job " + key.name());
            references.add(reference(key, request.uid()));
        }

        private ObjectNode job(String name, long due, ZoneId zone) {
            JsonNode template = spec.path("jobTemplate");
            ObjectNode job = Json.object()
                    .put("kind", ResourceTypes.JOB.kind())
                    .put("apiVersion", ResourceTypes.JOB.apiVersion());
            ObjectNode metadata = job.putObject("metadata").put("name", name);
            for (String field : List.of("labels", "annotations")) {
                JsonNode given = template.path("metadata").path(field);
                if (!given.isEmpty()) {
                    metadata.set(field, given.deepCopy());
                }
            }
            Json.child(metadata, "annotations")
                    .put(
                            TIME,
                            DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                                    Instant.ofEpochMilli(due).atZone(zone)));
            OwnerReferences.add(job, OwnerReferences.controller(type(), owner));
            job.set("spec", template.path("spec").deepCopy());
            return job;
        }
    }
}
