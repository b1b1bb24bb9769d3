package io.quorate.simulations.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report for a terminal. */
final class TextReport {
    private final Report report;
    private final StringBuilder out = new StringBuilder();

    TextReport(Report report) {
        this.report = report;
    }

    String text() {
        line(report.title());
        line(report.conditions());
        table("", report.places());
        table("What fails", report.failures());
        table("What came of it", report.figures());
        list("Promotions", report.promotions());
        list("Quorum lost", report.losses());
        if (report.runs().size() > 1) {
            runs();
        }
        list("Advice", report.advice());
        return out.toString();
    }

    private void line(String text) {
        out.append(text.stripTrailing()).append('\n');
    }

    private void head(String head) {
        line("");
        if (!head.isEmpty()) {
            line(head);
        }
    }

    private void table(String head, List<Report.Line> lines) {
        if (lines.isEmpty()) {
            return;
        }
        head(head);
        int width = lines.stream().mapToInt(each -> each.name().length()).max().orElse(0);
        lines.forEach(each -> line(String.format(Locale.ROOT, "  %-" + width + "s  %s", each.name(), each.value())));
    }

    private void list(String head, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        head(head);
        lines.forEach(each -> line("  " + each));
    }

    private void runs() {
        head("All runs");
        List<List<String>> rows = new ArrayList<>();
        List<String> first = new ArrayList<>(List.of("seed"));
        first.addAll(Report.CELLS);
        rows.add(first);
        for (Figures run : report.runs()) {
            List<String> row = new ArrayList<>(List.of("" + run.seed()));
            row.addAll(Report.cells(run));
            rows.add(row);
        }
        for (List<String> row : rows) {
            StringBuilder text = new StringBuilder("  ");
            for (int i = 0; i < row.size(); i++) {
                int column = i;
                int width = rows.stream()
                        .mapToInt(each -> each.get(column).length())
                        .max()
                        .orElse(0);
                text.append(" ".repeat(width - row.get(i).length()))
                        .append(row.get(i))
                        .append("  ");
            }
            line(text.toString());
        }
    }
}
