package io.quorate.chaos.report;

import java.util.List;
import java.util.Optional;

/** The page of many rounds: what held, how long everything took against its budget, and a typical and the worst round of each trial. */
final class PromisesPage {
    private final PromisesReport report;

    PromisesPage(PromisesReport report) {
        this.report = report;
    }

    String html() {
        StringBuilder out = Html.page(
                "Promises",
                "Promises: %d nodes, %d rounds, seed %d"
                        .formatted(report.nodes(), report.rounds().size(), report.seed()));
        out.append(
                report.allHeld()
                        ? "<p class=held><b>No promise was broken.</b>"
                        : "<p class=broken><b>A PROMISE WAS BROKEN: see what was checked.</b>");
        long over = report.rows().stream()
                .filter(row -> row.inBudget().filter(held -> !held).isPresent())
                .count();
        out.append(
                        over == 0
                                ? " No time is over its budget."
                                : " <span class=over>Over its budget: " + over + ".</span>")
                .append("<p>")
                .append(Html.escaped(report.network()))
                .append(Html.filled(
                        ". A client began a write every %d ms: %d were acknowledged, %d given up. It took %d s.",
                        report.writeMillis(), report.acknowledged(), report.givenUp(), report.seconds()));
        Html.verdicts(out, report.verdicts());
        table(out);
        for (Trial.Promise promise : Trial.Promise.values()) {
            List<Trial> trials = List.of(Trial.values()).stream()
                    .filter(trial -> trial.promise() == promise)
                    .filter(trial -> !report.of(trial).isEmpty())
                    .toList();
            if (!trials.isEmpty()) {
                out.append("<h2>").append(Html.escaped(promise.text())).append("</h2>");
                trials.forEach(trial -> trial(out, trial));
            }
        }
        return out.append(Html.end()).toString();
    }

    private void table(StringBuilder out) {
        out.append("<h2>How long it took, in milliseconds</h2><table><tr><th>when<th>what")
                .append(
                        "<th class=n>rounds<th class=n>min<th class=n>median<th class=n>p90<th class=n>p99<th class=n>max")
                .append("<th>budget<th>");
        for (PromisesReport.Row row : report.rows()) {
            out.append(Html.filled(
                    "<tr><td>%s<td>%s<td class=n>%d",
                    Html.escaped(row.trial().word()),
                    Html.escaped(row.measure().text()),
                    row.millis().size()));
            row.spread()
                    .ifPresentOrElse(
                            spread -> out.append(Html.filled(
                                    "<td class=n>%d<td class=n>%d<td class=n>%d<td class=n>%d<td class=n>%d",
                                    spread.min(), spread.median(), spread.p90(), spread.p99(), spread.max())),
                            () -> out.append("<td class=n>-".repeat(5)));
            out.append("<td>")
                    .append(Html.escaped(row.budget().words()))
                    .append(row.inBudget().orElse(true) ? "<td class=held>" : "<td class=over>")
                    .append(row.verdict());
        }
        out.append("</table>");
    }

    private void trial(StringBuilder out, Trial trial) {
        out.append("<h3>")
                .append(Html.escaped(trial.word() + ": " + trial.text()))
                .append("</h3><div class=row>");
        for (PromisesReport.Row row : report.rows(trial)) {
            out.append("<figure><figcaption>")
                    .append(Html.escaped(row.measure().text()))
                    .append("</figcaption>")
                    .append(new PercentilePlot(row.millis(), row.budget()).svg())
                    .append("</figure>");
        }
        out.append("</div>");
        Optional<Round> typical = report.typical(trial);
        Optional<Round> worst = report.worst(trial);
        typical.ifPresent(round -> round(out, "A typical round", round));
        worst.filter(round -> !worst.equals(typical)).ifPresent(round -> round(out, "The worst round", round));
    }

    private static void round(StringBuilder out, String which, Round round) {
        out.append("<figure><figcaption>")
                .append(Html.escaped("%s, number %d, of %s: acknowledged writes in each tenth of a second"
                        .formatted(which, round.number(), String.join(", ", round.victims()))))
                .append("</figcaption>")
                .append(new WritesPlot(round).svg())
                .append("</figure>");
    }
}
