package io.quorate.chaos.report;

import io.quorate.chaos.nemesis.Cost;
import java.util.List;

/** The page of a run: what held, a timeline of acts and writes, how long things took. */
final class ChaosPage {
    private static final int WIDTH = 1200;
    private static final int WRITES_HEIGHT = 120;
    private static final int ROW = 16;
    private static final int LEFT = 130;

    private final ChaosReport report;

    ChaosPage(ChaosReport report) {
        this.report = report;
    }

    String html() {
        StringBuilder out = Html.page(
                        "Chaos",
                        "Chaos, %d nodes, %d s, seed %d".formatted(report.nodes(), report.seconds(), report.seed()))
                .append("<p>")
                .append(Html.escaped(report.network()))
                .append(". ")
                .append(report.costs().size())
                .append(" acts.</p>");
        Html.verdicts(out, report.verdicts());
        timeline(out);
        promises(out);
        return out.append(Html.end()).toString();
    }

    private double x(double seconds) {
        return LEFT + seconds * WIDTH / Math.max(1, report.seconds());
    }

    private void timeline(StringBuilder out) {
        List<String> kinds = List.copyOf(report.counts().keySet());
        int height = WRITES_HEIGHT + 20 + kinds.size() * ROW;
        out.append("<h2>Timeline</h2><svg role=img viewBox='0 0 %d %d' width='100%%'>"
                .formatted(LEFT + WIDTH + 10, height));
        writes(out);
        for (int row = 0; row < kinds.size(); row++) {
            int y = WRITES_HEIGHT + 16 + row * ROW;
            out.append("<text x=0 y=%d>%s</text>".formatted(y + 10, Html.escaped(kinds.get(row))));
            for (Cost cost : report.costs()) {
                if (cost.kind().word().equals(kinds.get(row))) {
                    act(out, cost, y);
                }
            }
        }
        out.append(
                        "</svg><p>Above: acknowledged writes in each second. Below: an act for as long as it lasted (dark), and until")
                .append(" the cluster was whole again (light).</p>");
    }

    private void writes(StringBuilder out) {
        int most =
                report.writesPerSecond().stream().mapToInt(each -> each).max().orElse(1);
        StringBuilder points = new StringBuilder();
        for (int second = 0; second < report.writesPerSecond().size(); second++) {
            double y =
                    WRITES_HEIGHT - report.writesPerSecond().get(second) * (WRITES_HEIGHT - 10.0) / Math.max(1, most);
            points.append(Html.filled("%.1f,%.1f ", x(second), y));
        }
        out.append("<text x=0 y=12>%d writes/s</text><polyline fill=none stroke='var(--blue)' points='%s'/>"
                .formatted(most, points));
    }

    private void act(StringBuilder out, Cost cost, int y) {
        double begin = x(cost.at() / 1000.0);
        double mended = x((cost.at() + cost.lasted()) / 1000.0);
        double whole = x((cost.at() + cost.lasted() + cost.healthy()) / 1000.0);
        out.append(Html.filled(
                "<g><title>%s %s at %.1f s</title>",
                cost.kind().word(), Html.escaped(String.join(", ", cost.nodes())), cost.at() / 1000.0));
        rectangle(out, begin, mended, y, "var(--fault)");
        rectangle(out, mended, whole, y, "var(--mending)");
        out.append("</g>");
    }

    private static void rectangle(StringBuilder out, double from, double to, int y, String colour) {
        out.append(Html.filled(
                "<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'/>",
                from, y, Math.max(1, to - from), ROW - 4, colour));
    }

    private void promises(StringBuilder out) {
        out.append("<h2>How long it took, in milliseconds</h2><table><tr><th>what<th>times<th>median<th>p99<th>max");
        report.promises()
                .forEach(
                        (what, times) -> out.append("<tr><td>%s<td class=n>%d<td class=n>%d<td class=n>%d<td class=n>%d"
                                .formatted(
                                        Html.escaped(what), times.rounds(), times.median(), times.p99(), times.max())));
        out.append("</table>");
    }
}
