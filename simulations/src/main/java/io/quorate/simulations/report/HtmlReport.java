package io.quorate.simulations.report;

import io.quorate.node.role.Role;
import io.quorate.simulations.report.Figures.Election;
import io.quorate.simulations.report.Figures.QuorumLoss;
import io.quorate.simulations.report.Figures.Stall;
import io.quorate.simulations.report.Recording.LeaderChange;
import io.quorate.simulations.report.Recording.RoleChange;
import io.quorate.simulations.report.Recording.UpChange;
import io.quorate.simulations.report.Recording.Write;
import io.quorate.simulations.schedule.Failure;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** A report as a page: a timeline with a lane for each node, and the tables of the text. */
final class HtmlReport {
    private static final int LEFT = 90;
    private static final int WIDTH = 1100;
    private static final int LANE = 20;
    private static final int BAR = 14;
    private static final int HEAD = 34;
    private static final int WRITES = 70;
    private static final long SECOND = 1_000_000_000L;
    private static final int MAX_INTERVALS = 275;

    private static final String STYLE = """
            :root { color-scheme: light dark; --ground: #fff; --text: #222; --faint: #666; --line: #d8d8d8; --voter: #2563eb; --standby: #7dabf5;
              --spare: #c9ced6; --down: #f3f4f6; --leader: #f59e0b; --failure: #b42318; --writes: #18794e }
            @media (prefers-color-scheme: dark) { :root { --ground: #131416; --text: #ddd; --faint: #9aa0a6; --line: #333; --voter: #5b8def;
              --standby: #31538f; --spare: #3d434b; --down: #1d1f22; --leader: #fbbf24; --failure: #f97066; --writes: #3fb47f } }
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 1240px; padding: 0 1em; background: var(--ground); color: var(--text) }
            h1 { font-size: 1.35em } h2 { font-size: 1.05em; margin: 1.5em 0 .3em } p { margin: .4em 0 } .faint { color: var(--faint) }
            .advice { border-left: 4px solid var(--leader); padding-left: .8em } .beside { display: flex; flex-wrap: wrap; gap: 0 3em }
            table { border-collapse: collapse } td, th { padding: .15em 1em .15em 0; text-align: left; vertical-align: top; font-weight: normal }
            table.runs td, table.runs th { text-align: right; font-variant-numeric: tabular-nums } th { color: var(--faint) }
            svg text { font: 11px system-ui, sans-serif; fill: var(--faint) } .voter { fill: var(--voter) } .standby { fill: var(--standby) }
            .spare { fill: var(--spare) } .down { fill: var(--down); stroke: var(--failure); stroke-dasharray: 3 2; stroke-width: .7 }
            .leader { fill: var(--leader) } .failure { fill: var(--failure); opacity: .13 } .mark { stroke: var(--leader); stroke-width: 1.2 }
            .writes { fill: var(--writes) } .lost, .stall { fill: var(--failure) } .axis { stroke: var(--line) }
            .key span { display: inline-block; width: .9em; height: .9em; margin: 0 .35em 0 1em; vertical-align: -.1em }
            """;

    private final Report report;
    private final Recording run;
    private final Figures figures;
    private final long length;
    private final StringBuilder out = new StringBuilder();

    HtmlReport(Report report) {
        this.report = report;
        this.run = report.worst();
        this.figures = report.worstFigures();
        this.length = run.length().toNanos();
    }

    String html() {
        add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        add("<meta name=\"viewport\" content=\"width=device-width\">\n<title>A planned cluster</title>\n<style>\n");
        add(STYLE);
        add("</style>\n</head>\n<body>\n<h1>" + escaped(report.title()) + "</h1>\n");
        add("<p class=\"faint\">" + escaped(report.conditions()) + "</p>\n");
        report.advice().forEach(each -> add("<p class=\"advice\">" + escaped(each) + "</p>\n"));
        timeline();
        add("<div class=\"beside\">\n");
        table("What came of it", report.figures());
        table("What fails", report.failures());
        table("Where", report.places());
        list("Promotions", report.promotions());
        list("Quorum lost", report.losses());
        add("</div>\n");
        if (report.runs().size() > 1) {
            runs();
        }
        add("</body>\n</html>\n");
        return out.toString();
    }

    private void add(String text) {
        out.append(text);
    }

    private double x(long nanos) {
        return LEFT + Math.max(0, Math.min(1, nanos / (double) length)) * WIDTH;
    }

    // ---- the timeline

    private void timeline() {
        List<String> nodes = run.plan().names();
        int lanes = HEAD + nodes.size() * LANE;
        int bottom = lanes + WRITES + 24;
        add(String.format(
                Locale.ROOT,
                "<h2>Timeline</h2>\n<svg role=\"img\" aria-label=\"who was up, voted and led; what failed; writes\""
                        + " viewBox=\"0 0 %d %d\" width=\"100%%\">\n",
                LEFT + WIDTH + 10,
                bottom + 20));
        int row = 0;
        for (Failure failure : run.failures()) {
            failure(failure, bottom, row % 2 == 0 ? 10 : 22);
            row++;
        }
        for (int i = 0; i < nodes.size(); i++) {
            node(nodes.get(i), HEAD + i * LANE);
        }
        writes(lanes + 8);
        figures.elections().forEach(election -> election(election, lanes));
        axis(bottom);
        add("</svg>\n<p class=\"key faint\"><span style=\"background:var(--voter)\"></span>voter"
                + "<span style=\"background:var(--standby)\"></span>standby"
                + "<span style=\"background:var(--spare)\"></span>spare"
                + "<span style=\"background:var(--leader)\"></span>leads; a line: elected"
                + "<span style=\"border:1px dashed var(--failure);box-sizing:border-box\"></span>down"
                + "<span style=\"background:var(--failure);opacity:.3\"></span>what was to fail"
                + "<span style=\"background:var(--writes)\"></span>acknowledged writes"
                + "<span style=\"background:var(--failure)\"></span>no quorum, or a stall</p>\n");
    }

    private void node(String node, int y) {
        add(String.format(
                Locale.ROOT,
                "<text x=\"0\" y=\"%d\">%s, domain %d</text>\n",
                y + 11,
                node,
                run.plan().domainOf(node)));
        List<RoleChange> roles =
                run.roles().stream().filter(each -> each.node().equals(node)).toList();
        for (int i = 0; i < roles.size(); i++) {
            Optional<Role> role = roles.get(i).role();
            long until = i + 1 < roles.size() ? roles.get(i + 1).at() : length;
            if (role.isPresent()) {
                bar(
                        role.get().word(),
                        roles.get(i).at(),
                        until,
                        y,
                        BAR,
                        node + ": " + role.get().word());
            }
        }
        List<LeaderChange> leaders = run.leaders();
        for (int i = 0; i < leaders.size(); i++) {
            if (leaders.get(i).leader().filter(node::equals).isPresent()) {
                long until = i + 1 < leaders.size() ? leaders.get(i + 1).at() : length;
                bar("leader", leaders.get(i).at(), until, y + 4, BAR - 8, node + " leads");
            }
        }
        List<UpChange> ups =
                run.ups().stream().filter(each -> each.node().equals(node)).toList();
        for (int i = 0; i < ups.size(); i++) {
            if (!ups.get(i).up()) {
                long until = i + 1 < ups.size() ? ups.get(i + 1).at() : length;
                bar("down", ups.get(i).at(), until, y, BAR, node + " is down");
            }
        }
    }

    private void bar(String look, long from, long until, double y, double height, String title) {
        add(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s, %s to %s</title></rect>\n",
                look,
                x(from),
                y,
                Math.max(0.8, x(until) - x(from)),
                height,
                escaped(title),
                Words.at(from),
                Words.at(until)));
    }

    private void writes(int top) {
        long interval = Math.max(1, Math.ceilDiv(length, MAX_INTERVALS * SECOND)) * SECOND;
        int[] counts = new int[(int) Math.ceilDiv(length, interval)];
        for (Write write : run.writes()) {
            if (write.acknowledged()) {
                counts[Math.min(counts.length - 1, (int) (write.ended() / interval))]++;
            }
        }
        double most = Math.max(
                (double) run.plan().writesPerSecond() * interval / SECOND,
                IntStream.of(counts).max().orElse(0));
        int floor = top + WRITES - 14;
        add(String.format(Locale.ROOT, "<text x=\"0\" y=\"%d\">writes</text>\n", top + 14));
        for (int i = 0; i < counts.length; i++) {
            double height = counts[i] / most * (WRITES - 18);
            bar(
                    "writes",
                    i * interval,
                    Math.min(length, (i + 1) * interval),
                    floor - height,
                    height,
                    Words.count(counts[i], "write") + " acknowledged");
        }
        for (QuorumLoss loss : figures.quorumLosses()) {
            bar("lost", loss.from(), loss.until(), floor + 3, 6, "no quorum, away: " + String.join(", ", loss.away()));
        }
        for (Stall stall : figures.stalls()) {
            bar("stall", stall.from(), stall.until(), floor + 3, 3, Report.stall(stall));
        }
    }

    private void failure(Failure failure, int bottom, int label) {
        long from = failure.at().toNanos();
        bar("failure", from, failure.until().toNanos(), HEAD - 8, bottom - HEAD + 2, failure.what());
        add(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%d\">%s</text>\n", x(from), label, escaped(failure.what())));
    }

    private void election(Election election, int bottom) {
        add(String.format(
                Locale.ROOT,
                "<line class=\"mark\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\"><title>%4$s</title></line>\n",
                x(election.at()),
                HEAD - 6,
                bottom,
                escaped(election.leader() + " is elected at " + Words.at(election.at()) + ", nobody led for "
                        + Words.seconds(election.nobodyFor()))));
    }

    private void axis(int y) {
        add(String.format(
                Locale.ROOT,
                "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n",
                LEFT,
                LEFT + WIDTH,
                y,
                y));
        for (int tenth = 0; tenth <= 10; tenth++) {
            long at = length / 10 * tenth;
            add(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%.0f s</text>\n",
                    x(at),
                    y + 14,
                    tenth == 0 ? "start" : tenth == 10 ? "end" : "middle",
                    at / 1e9));
        }
    }

    // ---- the tables

    private void table(String head, List<Report.Line> lines) {
        if (lines.isEmpty()) {
            return;
        }
        add("<div><h2>" + head + "</h2>\n<table>\n");
        lines.forEach(
                each -> add("<tr><th>" + escaped(each.name()) + "</th><td>" + escaped(each.value()) + "</td></tr>\n"));
        add("</table></div>\n");
    }

    private void list(String head, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        add("<div><h2>" + head + "</h2>\n");
        lines.forEach(each -> add("<p>" + escaped(each) + "</p>\n"));
        add("</div>\n");
    }

    private void runs() {
        add("<h2>All runs</h2>\n<table class=\"runs\">\n<tr><th>seed</th>");
        Report.CELLS.forEach(each -> add("<th>" + each + "</th>"));
        add("</tr>\n");
        for (Figures each : report.runs()) {
            add("<tr><td>" + each.seed() + "</td>");
            Report.cells(each).forEach(cell -> add("<td>" + cell + "</td>"));
            add("</tr>\n");
        }
        add("</table>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
