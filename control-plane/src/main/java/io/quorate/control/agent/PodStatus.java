package io.quorate.control.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ContainerStatuses;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Json;
import io.quorate.node.workload.Attempt;
import io.quorate.node.workload.ContainerRun;
import io.quorate.node.workload.Exit;
import io.quorate.node.workload.PodReport;
import io.quorate.node.workload.PodReport.ContainerReport;
import io.quorate.node.workload.PodReport.State;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What became of a pod, as its status says it. Pure. */
final class PodStatus {
    private static final String NOT_READY = "ContainersNotReady";
    private static final String COMPLETED = "PodCompleted";

    private PodStatus() {}

    /**
     * The fields of a pod's status that its node's agent writes.
     *
     * @param before the status as it is; a condition that stays as it was has changed when it had
     * @param address the pod's
     */
    static ObjectNode of(
            String uid,
            PodReport report,
            String address,
            String hostAddress,
            long beganMillis,
            JsonNode before,
            long nowMillis) {
        ObjectNode status = Json.object().put("phase", report.phase().word());
        conditions(status.putArray("conditions"), report, before.path("conditions"), Times.text(nowMillis));
        status.put("hostIP", hostAddress);
        status.putArray("hostIPs").addObject().put("ip", hostAddress);
        status.put("podIP", address);
        status.putArray("podIPs").addObject().put("ip", address);
        status.put("startTime", Times.text(beganMillis));
        if (!report.initContainers().isEmpty()) {
            containers(status.putArray("initContainerStatuses"), uid, report.initContainers());
        }
        containers(status.putArray("containerStatuses"), uid, report.containers());
        return status;
    }

    private static void conditions(ArrayNode to, PodReport report, JsonNode before, String now) {
        boolean over = report.phase().isOver();
        boolean succeeded = report.phase() == PodReport.Phase.SUCCEEDED;
        String waiting = report.initContainers().stream()
                .filter(each -> !each.ready())
                .map(ContainerReport::name)
                .collect(Collectors.joining(" ", "[", "]"));
        condition(
                to,
                before,
                now,
                "Initialized",
                report.initialized(),
                report.initialized() ? (succeeded ? COMPLETED : "") : "ContainersNotInitialized",
                report.initialized() ? "" : "containers with incomplete status: " + waiting);
        List<String> unready = report.containers().stream()
                .filter(each -> !each.ready())
                .map(ContainerReport::name)
                .toList();
        boolean ready = unready.isEmpty() && report.initialized() && !over;
        String reason = ready ? "" : succeeded ? COMPLETED : over ? "PodFailed" : NOT_READY;
        String message = ready || over ? "" : "containers with unready status: [" + String.join(" ", unready) + "]";
        condition(to, before, now, "ContainersReady", ready, reason, message);
        condition(to, before, now, "Ready", ready, reason, message);
    }

    private static void condition(
            ArrayNode to, JsonNode before, String now, String type, boolean holds, String reason, String message) {
        String status = holds ? "True" : "False";
        String since = now;
        for (JsonNode each : before) {
            if (each.path("type").asText().equals(type)
                    && each.path("status").asText().equals(status)) {
                since = each.path("lastTransitionTime").asText(now);
            }
        }
        ObjectNode one = to.addObject().put("type", type).put("status", status).put("lastTransitionTime", since);
        // Said even where there is none: a patch would leave what it was.
        one.set("reason", textOrNull(one, reason));
        one.set("message", textOrNull(one, message));
    }

    private static JsonNode textOrNull(ObjectNode one, String text) {
        return text.isEmpty() ? one.nullNode() : one.textNode(text);
    }

    /** What an object's status says of the attempt that is a container's last; nothing where it is about another one. */
    static ContainerRun takenUp(JsonNode pod, String uid, String container, List<Attempt> attempts) {
        if (attempts.isEmpty()) {
            return ContainerRun.NONE;
        }
        String last = id(uid, container, attempts.getLast());
        return ContainerStatuses.of(pod, container)
                .filter(each -> each.path("containerID").asText().equals(last))
                .map(each -> ContainerRun.takenUp(
                        attempts,
                        each.path("started").asBoolean(),
                        each.path("ready").asBoolean()))
                .orElse(ContainerRun.NONE);
    }

    private static void containers(ArrayNode to, String uid, List<ContainerReport> reports) {
        for (ContainerReport each : reports) {
            ObjectNode one = to.addObject().put("name", each.name());
            ObjectNode state = one.putObject("state");
            Optional<Attempt> shown = each.last();
            switch (each.state()) {
                case State.Waiting(var reason, var message) -> {
                    ObjectNode waiting = state.putObject("waiting").put("reason", reason);
                    if (!message.isEmpty()) {
                        waiting.put("message", message);
                    }
                }
                case State.Running(var attempt) -> {
                    state.putObject("running").put("startedAt", Times.text(attempt.startedMillis()));
                    shown = Optional.of(attempt);
                }
                case State.Terminated(var attempt) -> {
                    terminated(state, uid, each.name(), attempt);
                    shown = Optional.of(attempt);
                }
            }
            ObjectNode last = one.putObject("lastState");
            each.last().ifPresent(attempt -> terminated(last, uid, each.name(), attempt));
            one.put("ready", each.ready())
                    .put("restartCount", each.restarts())
                    .put("image", each.image())
                    .put("imageID", "");
            shown.ifPresent(attempt -> one.put("containerID", id(uid, each.name(), attempt)));
            one.put("started", each.startedUp());
        }
    }

    private static void terminated(ObjectNode to, String uid, String name, Attempt attempt) {
        Optional<Exit> ended = attempt.exit();
        if (ended.isEmpty()) {
            return;
        }
        Exit exit = ended.get();
        ObjectNode terminated = to.putObject("terminated")
                .put("exitCode", exit.code())
                .put("reason", exit.word())
                .put("startedAt", Times.text(attempt.startedMillis()))
                .put("finishedAt", Times.text(exit.atMillis()))
                .put("containerID", id(uid, name, attempt));
        if (!exit.message().isEmpty()) {
            terminated.put("message", exit.message());
        }
    }

    private static String id(String uid, String container, Attempt attempt) {
        return "quorate-process://" + uid + "-" + container + "-" + attempt.number();
    }

    /** Whether an object's status says all of this already. */
    static boolean isSaid(JsonNode status, ObjectNode wanted) {
        return wanted.properties().stream().allMatch(field -> {
            JsonNode there = status.path(field.getKey());
            if (!field.getKey().equals("conditions")) {
                return there.equals(field.getValue());
            }
            for (JsonNode condition : field.getValue()) {
                boolean found = false;
                for (JsonNode each : there) {
                    found |= each.path("type").equals(condition.path("type")) && same(each, condition);
                }
                if (!found) {
                    return false;
                }
            }
            return true;
        });
    }

    private static boolean same(JsonNode there, JsonNode wanted) {
        return wanted.properties().stream()
                .allMatch(field -> field.getValue().isNull()
                        ? !there.hasNonNull(field.getKey())
                        : field.getValue().equals(there.path(field.getKey())));
    }
}
