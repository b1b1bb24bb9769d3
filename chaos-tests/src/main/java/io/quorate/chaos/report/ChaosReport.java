package io.quorate.chaos.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.chaos.nemesis.Cost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A run of chaos.
 *
 * @param seed of its acts
 * @param network what its nodes were on
 * @param seconds how long it took, until the last act was mended
 * @param costs of each act, in order
 * @param writesPerSecond acknowledged, of each second of the run
 * @param verdicts of each check, by its name: empty where all held, else a line for each thing that did not
 */
public record ChaosReport(
        long seed,
        int nodes,
        String network,
        long seconds,
        List<Cost> costs,
        List<Integer> writesPerSecond,
        Map<String, List<String>> verdicts) {
    public boolean allHeld() {
        return verdicts.values().stream().allMatch(List::isEmpty);
    }

    /** The three promises, and what else was measured, by what it is called. */
    public Map<String, Spread> promises() {
        Map<String, List<Long>> millis = new LinkedHashMap<>();
        for (Cost cost : costs) {
            cost.firstWrite()
                    .ifPresent(first -> millis.computeIfAbsent(
                                    "first write after " + cost.kind().word(), word -> new ArrayList<>())
                            .add(first));
            cost.replaced()
                    .ifPresent(replaced -> millis.computeIfAbsent(
                                    "another votes after " + cost.kind().word(), word -> new ArrayList<>())
                            .add(replaced));
            millis.computeIfAbsent("whole again after " + cost.kind().word(), word -> new ArrayList<>())
                    .add(cost.healthy());
        }
        Map<String, Spread> promises = new TreeMap<>();
        millis.forEach((what, times) -> promises.put(what, Spread.of(times)));
        return promises;
    }

    /** How often each thing went wrong. */
    public Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        costs.forEach(cost -> counts.merge(cost.kind().word(), 1, Integer::sum));
        return counts;
    }

    /** Writes {@code chaos.json} and {@code chaos.html}. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("chaos.json"), Json.text(json()));
        Files.writeString(folder.resolve("chaos.html"), new ChaosPage(this).html());
    }

    private ObjectNode json() {
        ObjectNode json = Json.object();
        json.put("seed", seed)
                .put("nodes", nodes)
                .put("network", network)
                .put("seconds", seconds)
                .put("allHeld", allHeld());
        Json.putAll(json.putObject("verdicts"), verdicts);
        ObjectNode faults = json.putObject("faults");
        counts().forEach(faults::put);
        ObjectNode times = json.putObject("millis");
        promises()
                .forEach((what, spread) -> times.putObject(what)
                        .put("count", spread.rounds())
                        .put("median", spread.median())
                        .put("p99", spread.p99())
                        .put("max", spread.max()));
        ArrayNode acts = json.putArray("acts");
        for (Cost cost : costs) {
            ObjectNode act = acts.addObject()
                    .put("kind", cost.kind().word())
                    .put("at", cost.at())
                    .put("lasted", cost.lasted())
                    .put("healthy", cost.healthy());
            put(act, "firstWrite", cost.firstWrite());
            put(act, "replaced", cost.replaced());
            ArrayNode befell = act.putArray("nodes");
            cost.nodes().forEach(befell::add);
        }
        ArrayNode writes = json.putArray("writesPerSecond");
        writesPerSecond.forEach(writes::add);
        return json;
    }

    private static void put(ObjectNode act, String name, OptionalLong value) {
        value.ifPresent(millis -> act.put(name, millis));
    }
}
