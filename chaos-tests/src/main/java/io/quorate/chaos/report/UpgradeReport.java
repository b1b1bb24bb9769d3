package io.quorate.chaos.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Upgrades of one cluster, one after the other.
 *
 * @param network what the nodes were on
 * @param seconds how long all of it took
 */
public record UpgradeReport(int nodes, String network, long seconds, List<UpgradeRound> rounds) {
    /** What was promised of a leader that is killed (design, section 5); a handover in good order takes less. */
    static final Budget HANDOVER = Budget.p99(1_500, 5_000);

    private static final long HANDOVER_MEDIAN = 1_000;

    public UpgradeReport {
        rounds = List.copyOf(rounds);
    }

    /** Whether everything was as it has to be. A time over its budget breaks nothing. */
    public boolean allHeld() {
        return rounds.stream().allMatch(round -> round.violations().isEmpty());
    }

    private List<Long> handovers() {
        return rounds.stream().flatMap(round -> round.handovers().stream()).toList();
    }

    /** Over all rounds; empty where nobody was handed anything. */
    Optional<Spread> handover() {
        List<Long> all = handovers();
        return all.isEmpty() ? Optional.empty() : Optional.of(Spread.of(all));
    }

    private static boolean isInBudget(Spread spread) {
        return spread.median() <= HANDOVER_MEDIAN && HANDOVER.holds(spread);
    }

    /** For a terminal: a line for each round, times in seconds, and one for the handovers of all. */
    public List<String> table() {
        List<String> lines = new ArrayList<>();
        String form = "%-34s %-16s %-12s %7s  %-26s %8s %6s %8s %8s %9s %6s";
        lines.add(Html.filled(
                form,
                "trial",
                "releases",
                "outcome",
                "total",
                "each node",
                "writes",
                "failed",
                "gap",
                "handover",
                "requests",
                "failed"));
        for (UpgradeRound round : rounds) {
            lines.add(Html.filled(
                            form,
                            round.trial(),
                            round.from() + " > " + round.to(),
                            round.outcome(),
                            seconds(round.millis()),
                            round.nodes().entrySet().stream()
                                    .map(each -> each.getKey() + " " + seconds(each.getValue()))
                                    .collect(Collectors.joining(", ")),
                            round.writes().acknowledged(),
                            round.writes().givenUp(),
                            longest(round.stalls()),
                            longest(round.handovers()),
                            round.requests().answered(),
                            round.requests().failed())
                    .stripTrailing());
        }
        handover()
                .ifPresent(spread -> lines.add(Html.filled(
                        "longest time without an acknowledged write at %d handovers: median %d ms, p99 %d ms, max %d ms (median < %d ms, %s): %s",
                        spread.rounds(),
                        spread.median(),
                        spread.p99(),
                        spread.max(),
                        HANDOVER_MEDIAN,
                        HANDOVER.words(),
                        isInBudget(spread) ? "within" : "OVER")));
        return lines;
    }

    private static String seconds(long millis) {
        return Html.filled("%.1f", millis / 1000.0);
    }

    private static String longest(List<Long> millis) {
        return millis.stream()
                .max(Long::compare)
                .map(most -> Html.filled("%.2f", most / 1000.0))
                .orElse("-");
    }

    /** Writes {@code upgrade.json}. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("upgrade.json"), Json.text(json()));
    }

    ObjectNode json() {
        ObjectNode json = Json.object();
        json.put("nodes", nodes).put("network", network).put("seconds", seconds).put("allHeld", allHeld());
        handover().ifPresent(spread -> {
            put(json.putObject("handover"), spread);
            json.put("handoverInBudget", isInBudget(spread));
        });
        ArrayNode all = json.putArray("rounds");
        rounds.forEach(round -> put(all.addObject(), round));
        return json;
    }

    private static void put(ObjectNode json, UpgradeRound round) {
        json.put("trial", round.trial())
                .put("from", round.from())
                .put("to", round.to())
                .put("outcome", round.outcome())
                .put("millis", round.millis());
        ObjectNode nodes = json.putObject("nodeMillis");
        round.nodes().forEach(nodes::put);
        json.putObject("writes")
                .put("acknowledged", round.writes().acknowledged())
                .put("givenUp", round.writes().givenUp());
        put(json.putObject("waits"), round.waits());
        put(json.putArray("handovers"), round.handovers());
        put(json.putArray("stalls"), round.stalls());
        json.putObject("requests")
                .put("answered", round.requests().answered())
                .put("failed", round.requests().failed())
                .put("refused", round.requests().refused());
        ArrayNode violations = json.putArray("violations");
        round.violations().forEach(violations::add);
    }

    private static void put(ObjectNode json, Spread spread) {
        json.put("min", spread.min())
                .put("median", spread.median())
                .put("p90", spread.p90())
                .put("p99", spread.p99())
                .put("max", spread.max());
    }

    private static void put(ArrayNode json, List<Long> millis) {
        millis.forEach(json::add);
    }
}
