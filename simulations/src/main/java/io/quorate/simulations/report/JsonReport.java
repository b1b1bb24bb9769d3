package io.quorate.simulations.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.simulations.schedule.ClusterPlan;
import io.quorate.simulations.schedule.Latency;
import java.util.List;

/** A report for programs: times in milliseconds since every node had its role, or how many of them something took. */
final class JsonReport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MILLI = 1e6;

    private JsonReport() {}

    static String of(Report report) {
        ObjectNode json = JSON.createObjectNode();
        plan(json.putObject("plan"), report.plan());
        ArrayNode runs = json.putArray("runs");
        report.runs().forEach(run -> figures(runs.addObject(), run));
        ObjectNode worst = json.putObject("worst");
        timeline(worst, report.worst());
        strings(worst.putArray("advice"), report.advice());
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values cannot be written", e);
        }
    }

    private static double millis(long nanos) {
        return Math.round(nanos / MILLI * 10) / 10.0;
    }

    private static void strings(ArrayNode array, List<String> strings) {
        strings.forEach(array::add);
    }

    private static void plan(ObjectNode json, ClusterPlan plan) {
        json.put("nodes", plan.nodes())
                .put("domains", plan.roles().domains())
                .put("voters", plan.roles().voters())
                .put("standbys", plan.roles().standbys())
                .put("writesPerSecond", plan.writesPerSecond())
                .put("seconds", plan.length().toSeconds());
        latency(json.putArray("latency"), plan.between());
        latency(json.putArray("localLatency"), plan.within());
    }

    private static void latency(ArrayNode array, Latency latency) {
        array.add(millis(latency.least().toNanos())).add(millis(latency.most().toNanos()));
    }

    private static void figures(ObjectNode json, Figures run) {
        json.put("seed", run.seed())
                .put("writes", run.writes())
                .put("acknowledged", run.acknowledged())
                .put("withinOneSecond", Math.round(run.availability() * 1e6) / 1e6);
        ArrayNode elections = json.putArray("elections");
        run.elections()
                .forEach(each -> elections
                        .addObject()
                        .put("at", millis(each.at()))
                        .put("leader", each.leader())
                        .put("nobodyFor", millis(each.nobodyFor())));
        ArrayNode promotions = json.putArray("promotions");
        run.promotions().forEach(each -> {
            ObjectNode one = promotions.addObject().put("at", millis(each.at())).put("node", each.node());
            each.instead().ifPresent(node -> one.put("instead", node));
            each.after().ifPresent(nanos -> one.put("after", millis(nanos)));
        });
        ArrayNode stalls = json.putArray("stalls");
        run.stalls()
                .forEach(each ->
                        stalls.addObject().put("at", millis(each.from())).put("took", millis(each.took())));
        ArrayNode losses = json.putArray("quorumLost");
        run.quorumLosses().forEach(each -> {
            ObjectNode one = losses.addObject().put("at", millis(each.from())).put("took", millis(each.took()));
            strings(one.putArray("voters"), each.voters());
            strings(one.putArray("away"), each.away());
        });
        json.putObject("undisturbed")
                .put("writes", run.undisturbed().count())
                .put("median", millis(run.undisturbed().median()))
                .put("p99", millis(run.undisturbed().p99()))
                .put("max", millis(run.undisturbed().max()));
    }

    private static void timeline(ObjectNode json, Recording run) {
        json.put("seed", run.seed());
        ArrayNode failures = json.putArray("failures");
        run.failures()
                .forEach(each -> failures.addObject()
                        .put("what", each.what())
                        .put("at", millis(each.at().toNanos()))
                        .put("until", millis(each.until().toNanos())));
        ArrayNode ups = json.putArray("up");
        run.ups()
                .forEach(each -> ups.addObject()
                        .put("at", millis(each.at()))
                        .put("node", each.node())
                        .put("up", each.up()));
        ArrayNode roles = json.putArray("roles");
        run.roles()
                .forEach(each -> roles.addObject()
                        .put("at", millis(each.at()))
                        .put("node", each.node())
                        .put("role", each.role().map(role -> role.word()).orElse("none")));
        ArrayNode leaders = json.putArray("leaders");
        run.leaders()
                .forEach(each -> leaders.addObject()
                        .put("at", millis(each.at()))
                        .put("leader", each.leader().orElse("")));
    }
}
