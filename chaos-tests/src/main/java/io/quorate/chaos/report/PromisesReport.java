package io.quorate.chaos.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rounds in which it was measured how a cluster keeps its promises.
 *
 * @param seed of the order of the trials and of whom they befell
 * @param network what the nodes were on
 * @param writeMillis how long after one write the next one began
 * @param seconds how long it took
 * @param rounds in the order in which they were
 * @param acknowledged writes
 * @param givenUp writes that were tried for so long that their client gave up
 * @param verdicts of each check, by its name: empty where all held, else a line for each thing that did not
 */
public record PromisesReport(
        long seed,
        int nodes,
        String network,
        long writeMillis,
        long seconds,
        List<Round> rounds,
        int acknowledged,
        int givenUp,
        Map<String, List<String>> verdicts) {

    /**
     * What is known of one measure of a trial.
     *
     * @param millis in the order in which they were measured; empty where no round came so far
     */
    record Row(Trial trial, Measure measure, Budget budget, List<Long> millis) {
        Optional<Spread> spread() {
            return millis.isEmpty() ? Optional.empty() : Optional.of(Spread.of(millis));
        }

        /** Empty where nothing was promised, or nothing measured. */
        Optional<Boolean> inBudget() {
            return budget.isNone() ? Optional.empty() : spread().map(budget::holds);
        }

        String verdict() {
            return inBudget().map(held -> held ? "within" : "OVER").orElse("");
        }
    }

    /** Whether no promise was broken. A time over its budget breaks none. */
    public boolean allHeld() {
        return verdicts.values().stream().allMatch(List::isEmpty);
    }

    /** The rounds of a trial. */
    List<Round> of(Trial trial) {
        return rounds.stream().filter(round -> round.trial() == trial).toList();
    }

    /** The one at the median of what the trial is about; nothing where there was none. */
    Optional<Round> typical(Trial trial) {
        List<Round> sorted = byKey(trial);
        return sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.get(sorted.size() / 2));
    }

    Optional<Round> worst(Trial trial) {
        List<Round> sorted = byKey(trial);
        return sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.getLast());
    }

    private List<Round> byKey(Trial trial) {
        return of(trial).stream()
                .sorted(Comparator.comparingLong(round -> round.millis().getOrDefault(trial.key(), Long.MAX_VALUE)))
                .toList();
    }

    /** Of every trial that came, each measure. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Trial trial : Trial.values()) {
            if (!of(trial).isEmpty()) {
                rows.addAll(rows(trial));
            }
        }
        return rows;
    }

    List<Row> rows(Trial trial) {
        List<Row> rows = new ArrayList<>();
        trial.budgets()
                .forEach((measure, budget) -> rows.add(new Row(
                        trial,
                        measure,
                        budget,
                        of(trial).stream()
                                .map(Round::millis)
                                .filter(millis -> millis.containsKey(measure))
                                .map(millis -> millis.get(measure))
                                .toList())));
        return rows;
    }

    /** For a terminal: a line for each measure, in milliseconds. */
    public List<String> table() {
        List<String> lines = new ArrayList<>();
        String form = "%-15s %-18s %6s %6s %6s %6s %6s %6s  %s";
        lines.add(Html.filled(form, "trial", "measure", "rounds", "min", "median", "p90", "p99", "max", "budget"));
        for (Row row : rows()) {
            lines.add(row.spread()
                    .map(spread -> Html.filled(
                            form,
                            row.trial().word(),
                            row.measure().word(),
                            spread.rounds(),
                            spread.min(),
                            spread.median(),
                            spread.p90(),
                            spread.p99(),
                            spread.max(),
                            (row.budget().words() + " " + row.verdict()).strip()))
                    .orElseGet(() ->
                            Html.filled(form, row.trial().word(), row.measure().word(), 0, "-", "-", "-", "-", "-", ""))
                    .stripTrailing());
        }
        return lines;
    }

    /** Writes {@code promises.json} and {@code promises.html}. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("promises.json"), Json.text(json()));
        Files.writeString(folder.resolve("promises.html"), new PromisesPage(this).html());
    }

    ObjectNode json() {
        ObjectNode json = Json.object();
        json.put("seed", seed)
                .put("nodes", nodes)
                .put("network", network)
                .put("writeMillis", writeMillis)
                .put("seconds", seconds)
                .put("acknowledged", acknowledged)
                .put("givenUp", givenUp)
                .put("allHeld", allHeld());
        Json.putAll(json.putObject("verdicts"), verdicts);
        ArrayNode measures = json.putArray("measures");
        rows().forEach(row -> put(measures.addObject(), row));
        ArrayNode all = json.putArray("rounds");
        rounds.forEach(round -> put(all.addObject(), round));
        return json;
    }

    private static void put(ObjectNode json, Row row) {
        json.put("trial", row.trial().word())
                .put("measure", row.measure().word())
                .put("text", row.measure().text());
        ObjectNode budget = json.putObject("budget");
        row.budget().p99().ifPresent(millis -> budget.put("p99", millis));
        row.budget().most().ifPresent(millis -> budget.put("max", millis));
        row.inBudget().ifPresent(held -> json.put("inBudget", held));
        row.spread()
                .ifPresent(spread -> json.put("min", spread.min())
                        .put("median", spread.median())
                        .put("p90", spread.p90())
                        .put("p99", spread.p99())
                        .put("max", spread.max()));
        ArrayNode millis = json.putArray("millis");
        row.millis().forEach(millis::add);
    }

    private static void put(ObjectNode json, Round round) {
        json.put("trial", round.trial().word()).put("number", round.number()).put("at", round.at());
        ArrayNode victims = json.putArray("victims");
        round.victims().forEach(victims::add);
        ObjectNode millis = json.putObject("millis");
        round.trial().budgets().keySet().stream()
                .filter(round.millis()::containsKey)
                .forEach(measure -> millis.put(measure.word(), round.millis().get(measure)));
        ArrayNode moments = json.putArray("moments");
        round.moments()
                .forEach(
                        moment -> moments.addObject().put("what", moment.what()).put("at", moment.at()));
        ObjectNode writes = json.putObject("writes").put("from", round.writes().from());
        writes.put("each", WriteCounts.MILLIS);
        ArrayNode counts = writes.putArray("acknowledged");
        round.writes().counts().forEach(counts::add);
    }
}
