package io.quorate.simulations.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A plan as a YAML file, with the words of the command line's options. What fails is a line as there, or an act as in a {@link ScenarioFile}:
 *
 * <pre>
 * nodes: 5
 * domains: 3
 * latency: 2ms..10ms
 * fail:
 * - domain:2 at 60s for 120s
 * - {at: 240s, isolate: leader, for: 10s}
 * </pre>
 */
public final class PlanFile {
    private static final List<String> HEAD = List.of(
            "nodes",
            "domains",
            "voters",
            "standbys",
            "latency",
            "local-latency",
            "writes-per-second",
            "seconds",
            "fail");

    private PlanFile() {}

    /** @throws BadScenario with what is wrong first */
    public static ClusterPlan read(String text) {
        JsonNode root = ScenarioFile.tree(text);
        if (!root.isObject()) {
            throw new BadScenario("a plan is a map with " + String.join(", ", HEAD));
        }
        ScenarioFile.refuseUnknown("the plan", root, HEAD);
        int nodes = number(root, "nodes", ClusterPlan.DEFAULT_NODES);
        ClusterPlan empty = ClusterPlan.of(
                nodes,
                number(root, "voters", ClusterPlan.usualVoters(nodes)),
                number(root, "standbys", ClusterPlan.DEFAULT_STANDBYS),
                number(root, "domains", ClusterPlan.usualDomains(nodes)),
                latency(root, "latency", ClusterPlan.DEFAULT_BETWEEN),
                latency(root, "local-latency", ClusterPlan.DEFAULT_WITHIN),
                number(root, "writes-per-second", ClusterPlan.DEFAULT_WRITES),
                root.has("seconds") ? Optional.of(Duration.ofSeconds(number(root, "seconds", 0))) : Optional.empty());
        return root.has("fail") ? empty.failing(failures(root.get("fail"), empty)) : empty;
    }

    private static List<Failure> failures(JsonNode list, ClusterPlan plan) {
        if (!list.isArray()) {
            throw new BadScenario("'fail' wants a list, is '" + ScenarioFile.shown(list) + "'");
        }
        List<Failure> failures = new ArrayList<>();
        for (JsonNode each : list) {
            String where = "'fail' " + (failures.size() + 1);
            if (each.isTextual()) {
                failures.add(Failures.read(each.asText(), plan));
            } else {
                Act act = ScenarioFile.act(where, each, plan.names());
                if (act.what().wantsGroup()) {
                    throw new BadScenario(where + ": '" + act.what().word() + "' is for a group without roles");
                }
                failures.add(new Failure(what(act), act));
            }
        }
        return failures;
    }

    private static String what(Act act) {
        return act.what() instanceof Disturbance.Crash(String node)
                ? node
                : act.what().word() + " " + ScenarioFile.parameters(act.what());
    }

    private static int number(JsonNode root, String field, int missing) {
        return (int) ScenarioFile.number(root, field, Integer.MIN_VALUE, Integer.MAX_VALUE, missing);
    }

    private static Latency latency(JsonNode root, String field, Latency missing) {
        return root.has(field) ? Latency.read("'" + field + "'", root.get(field).asText()) : missing;
    }
}
