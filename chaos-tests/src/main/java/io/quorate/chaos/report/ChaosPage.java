package io.quorate.chaos.report;

import io.quorate.chaos.nemesis.Cost;
import java.util.List;
import java.util.Map;

/** The page of a run: what held, a timeline of acts and writes, how long things took. */
final class ChaosPage {
    private static final int WIDTH = 1200;
    private static final int WRITES_HEIGHT = 120;
    private static final int ROW = 16;
    private static final int LEFT = 130;

    private static final String STYLE = """
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 1360px; padding: 0 1em; color: #222 }
            table { border-collapse: collapse; margin: 1em 0 } td, th { padding: .2em .9em .2em 0; text-align: left }
            td.n { text-align: right; font-variant-numeric: tabular-nums } .held { color: #18794e } .broken { color: #b42318 }
            svg text { font: 11px system-ui, sans-serif; fill: #555 } h1 { font-size: 1.4em } h2 { font-size: 1.1em }
            @media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } svg text { fill: #aaa } }
            """;

    private final ChaosReport report;

    ChaosPage(ChaosReport report) {
        this.report = report;
    }

    String html() {
        StringBuilder out = new StringBuilder(
                        "<!doctype html><html lang=en><meta charset=utf-8><title>Chaos</title><style>")
                .append(STYLE)
                .append("</style><h1>Chaos, ")
                .append(report.nodes())
                .append(" nodes, ")
                .append(report.seconds())
                .append(" s, seed ")
                .append(report.seed())
                .append("</h1><p>")
                .append(escaped(report.network()))
                .append(". ")
                .append(report.costs().size())
                .append(" acts.</p>");
        verdicts(out);
        timeline(out);
        promises(out);
        return out.append("</html>\n").toString();
    }

    private void verdicts(StringBuilder out) {
        out.append("<h2>What was checked</h2><table>");
        for (Map.Entry<String, List<String>> verdict : report.verdicts().entrySet()) {
            boolean held = verdict.getValue().isEmpty();
            out.append("<tr><td>")
                    .append(escaped(verdict.getKey()))
                    .append("<td class=")
                    .append(held ? "held>held" : "broken>")
                    .append(escaped(String.join("; ", verdict.getValue())));
        }
        out.append("</table>");
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
            out.append("<text x=0 y=%d>%s</text>".formatted(y + 10, escaped(kinds.get(row))));
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
            points.append("%.1f,%.1f ".formatted(x(second), y));
        }
        out.append("<text x=0 y=12>%d writes/s</text><polyline fill=none stroke='#3b82f6' points='%s'/>"
                .formatted(most, points));
    }

    private void act(StringBuilder out, Cost cost, int y) {
        double begin = x(cost.at() / 1000.0);
        double mended = x((cost.at() + cost.lasted()) / 1000.0);
        double whole = x((cost.at() + cost.lasted() + cost.healthy()) / 1000.0);
        out.append("<g><title>%s %s at %.1f s</title>"
                .formatted(cost.kind().word(), String.join(", ", cost.nodes()), cost.at() / 1000.0));
        rectangle(out, begin, mended, y, "#b42318");
        rectangle(out, mended, whole, y, "#f2b8b5");
        out.append("</g>");
    }

    private static void rectangle(StringBuilder out, double from, double to, int y, String colour) {
        out.append("<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'/>"
                .formatted(from, y, Math.max(1, to - from), ROW - 4, colour));
    }

    private void promises(StringBuilder out) {
        out.append("<h2>How long it took, in milliseconds</h2><table><tr><th>what<th>times<th>median<th>p99<th>max");
        report.promises()
                .forEach(
                        (what, times) -> out.append("<tr><td>%s<td class=n>%d<td class=n>%d<td class=n>%d<td class=n>%d"
                                .formatted(escaped(what), times.rounds(), times.median(), times.p99(), times.max())));
        out.append("</table>");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
