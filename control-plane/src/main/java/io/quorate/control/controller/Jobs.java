package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Runs pods of a job until enough have succeeded, or too many have failed. What has ended is counted from the pods, which stay until the job goes:
 * whoever deletes one has it run again.
 */
final class Jobs extends PodOwners {
    private static final long BACK_OFF_MILLIS = 10_000;
    private static final long MAX_BACK_OFF_MILLIS = 360_000;
    static final String COMPLETE = "Complete";
    static final String FAILED = "Failed";
    private static final String SUSPENDED = "Suspended";

    @Override
    public String name() {
        return "job-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.JOB;
    }

    @Override
    Look look(StoredObject job, ObjectState state, long nowMillis, Supplier<Request> requests) {
        return new LookAtJob(job, state, nowMillis, requests);
    }

    /** One look at one job. */
    private final class LookAtJob extends Look {
        private final ObjectNode status;
        private final Conditions conditions;
        private List<StoredObject> active = List.of();
        private List<StoredObject> failed = List.of();
        private int succeeded;
        private CompletedIndexes completed = CompletedIndexes.NONE;

        LookAtJob(StoredObject job, ObjectState state, long nowMillis, Supplier<Request> requests) {
            super(job, state, nowMillis, requests);
            this.status = Json.child(tree, ResourceType.STATUS).deepCopy();
            this.conditions = new Conditions(status.path("conditions"), nowMillis);
        }

        @Override
        Plan plan() {
            if (owner.isEnding()) {
                return Plan.REST;
            }
            if (has(COMPLETE) || has(FAILED)) {
                end(running());
                forget();
                return draft.plan();
            }
            return super.plan();
        }

        /** Pods that it still has. They end when it is written that it is over, and not before: their restarts were counted for that. */
        private List<StoredObject> running() {
            return state.dependents(owner.uid()).stream()
                    .filter(each -> each.key().type().equals(ResourceTypes.POD.id())
                            && each.controllerUid().equals(owner.uid())
                            && Pods.isActive(each))
                    .toList();
        }

        @Override
        void decide(List<StoredObject> pods) {
            active = pods.stream().filter(Pods::isActive).toList();
            failed = ofPhase(pods, "Failed");
            List<StoredObject> done = ofPhase(pods, "Succeeded");
            if (isIndexed()) {
                completed = CompletedIndexes.of(done, spec.path("completions").asInt());
                succeeded = completed.count();
                status.put("completedIndexes", completed.words());
            } else {
                succeeded = done.size();
            }
            boolean suspended = spec.path("suspend").asBoolean();
            if (!suspended && !status.hasNonNull("startTime")) {
                status.put("startTime", Times.text(nowMillis));
            }
            judge(suspended);
            count();
            conditions.put(status);
            draft.status(owner, status);
        }

        private boolean has(String condition) {
            return Conditions.isTrue(status.path("conditions"), condition);
        }

        private static List<StoredObject> ofPhase(List<StoredObject> pods, String phase) {
            return pods.stream().filter(each -> Pods.phase(each).equals(phase)).toList();
        }

        private void judge(boolean suspended) {
            if (isPastLimit()) {
                fail("BackoffLimitExceeded", "Job has reached the specified backoff limit");
            } else if (isPastDeadline()) {
                fail("DeadlineExceeded", "Job was active longer than specified deadline");
            } else if (isDone()) {
                conditions.probe(COMPLETE, "True", "CompletionsReached", "Reached expected number of succeeded pods");
                status.put("completionTime", Times.text(nowMillis));
                notes.normal(owner, "Completed", "Job completed");
                active = List.of();
            } else if (suspended) {
                suspend();
            } else {
                resume();
                run();
            }
        }

        private boolean isDone() {
            JsonNode completions = spec.path("completions");
            return completions.isMissingNode() ? succeeded > 0 && active.isEmpty() : succeeded >= completions.asInt();
        }

        private boolean isPastLimit() {
            int limit = spec.path("backoffLimit").asInt();
            if (failed.size() > limit) {
                return true;
            }
            if (!Json.at(spec, "template.spec.restartPolicy").asText().equals("OnFailure")) {
                return false;
            }
            int restarts =
                    active.stream().mapToInt(each -> Pods.restarts(each.tree())).sum();
            return limit == 0 ? restarts > 0 : restarts >= limit;
        }

        private boolean isPastDeadline() {
            JsonNode seconds = spec.path("activeDeadlineSeconds");
            if (!seconds.isNumber() || !status.hasNonNull("startTime")) {
                return false;
            }
            long end = Times.millis(status.path("startTime").asText()).orElse(nowMillis) + seconds.asLong() * 1000;
            if (end > nowMillis) {
                draft.again(end);
                return false;
            }
            return true;
        }

        private void fail(String reason, String message) {
            conditions.probe(FAILED, "True", reason, message);
            notes.warning(owner, reason, message);
            active = List.of();
        }

        private void suspend() {
            if (conditions.get(SUSPENDED).isEmpty()
                    || !conditions.reason(SUSPENDED).equals("JobSuspended")) {
                conditions.probe(SUSPENDED, "True", "JobSuspended", "Job suspended");
                notes.normal(owner, SUSPENDED, "Job suspended");
            }
            status.remove("startTime");
            end(active);
            active = List.of();
        }

        private void resume() {
            if (conditions.reason(SUSPENDED).equals("JobSuspended")) {
                conditions.probe(SUSPENDED, "False", "JobResumed", "Job resumed");
                status.put("startTime", Times.text(nowMillis));
                notes.normal(owner, "Resumed", "Job resumed");
            }
        }

        private void run() {
            int parallel = spec.path("parallelism").asInt();
            JsonNode completions = spec.path("completions");
            int wanted = completions.isMissingNode()
                    ? succeeded > 0 ? Math.min(active.size(), parallel) : parallel
                    : Math.min(parallel, completions.asInt() - succeeded);
            if (active.size() > wanted) {
                List<StoredObject> gone = Victims.of(active, active.size() - wanted, active);
                end(gone);
                active = active.stream().filter(each -> !gone.contains(each)).toList();
            } else if (active.size() < wanted) {
                long from = failed.isEmpty() ? 0 : lastFailure() + backOff();
                if (from > nowMillis) {
                    draft.again(from);
                } else if (stays()) {
                    int more = Math.min(wanted - active.size(), ReplicaSets.BURST);
                    if (isIndexed()) {
                        makeIndexed(more);
                    } else {
                        make(more);
                    }
                }
            }
        }

        /** The lowest that have not succeeded, and that nobody is at. */
        private void makeIndexed(int count) {
            List<String> told = new ArrayList<>();
            for (int index : completed.missing(active, count)) {
                String name = owner.key().name() + "-" + index;
                told.add(make(spec.path("template"), name + "-", pod -> CompletedIndexes.give(pod, index, name)));
            }
            notes.normal(owner, "SuccessfulCreate", told);
        }

        private boolean isIndexed() {
            return spec.path("completionMode").asText().equals("Indexed");
        }

        private long backOff() {
            return Math.min(MAX_BACK_OFF_MILLIS, BACK_OFF_MILLIS << Math.min(10, failed.size() - 1));
        }

        private long lastFailure() {
            long last = 0;
            for (StoredObject each : failed) {
                ObjectNode pod = each.tree();
                long at = Times.millis(
                                Json.at(pod, "metadata.creationTimestamp").asText())
                        .orElse(0);
                for (JsonNode container : Json.at(pod, "status.containerStatuses")) {
                    at = Math.max(
                            at,
                            Times.millis(Json.at(container, "state.terminated.finishedAt")
                                            .asText())
                                    .orElse(0));
                }
                last = Math.max(last, at);
            }
            return last;
        }

        private void count() {
            number("active", active.size());
            number("succeeded", succeeded);
            number("failed", failed.size());
            status.put("ready", active.stream().filter(StoredObject::isReady).count());
        }

        private void number(String field, int count) {
            status.remove(field);
            ReplicaSets.counted(status, field, count);
        }

        /** One that is over goes after a while, if it says so. */
        private void forget() {
            JsonNode seconds = spec.path("ttlSecondsAfterFinished");
            if (!seconds.isNumber()) {
                return;
            }
            String ended = Conditions.find(status.path("conditions"), has(COMPLETE) ? COMPLETE : FAILED)
                    .map(each -> each.path("lastTransitionTime").asText())
                    .orElse("");
            long end = Times.millis(ended).orElse(nowMillis) + seconds.asLong() * 1000;
            if (end > nowMillis) {
                draft.again(end);
            } else {
                draft.delete(owner);
            }
        }
    }
}
