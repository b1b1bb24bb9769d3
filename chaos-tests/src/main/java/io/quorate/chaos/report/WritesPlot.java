package io.quorate.chaos.report;

import java.util.List;

/** A round as a picture: how many writes were acknowledged in each tenth of a second, and what happened when. */
record WritesPlot(Round round) {
    private static final int WIDTH = 900;
    private static final int BARS = 80;
    private static final int LABEL = 13;
    private static final int LEFT = 34;
    private static final int RIGHT = 180;

    String svg() {
        List<Integer> counts = round.writes().counts();
        int top = LABEL * round.moments().size() + 4;
        int height = top + BARS + 20;
        StringBuilder out = new StringBuilder(
                Html.filled("<svg role=img viewBox='0 0 %d %d' width='100%%'>", LEFT + WIDTH + RIGHT, height));
        if (counts.isEmpty()) {
            return out.append("<text x=10 y=14>nothing was counted</text></svg>")
                    .toString();
        }
        int most = Math.max(1, counts.stream().mapToInt(each -> each).max().orElse(1));
        double width = (double) WIDTH / counts.size();
        StringBuilder bars = new StringBuilder();
        for (int tenth = 0; tenth < counts.size(); tenth++) {
            if (counts.get(tenth) > 0) {
                double high = (double) counts.get(tenth) * BARS / most;
                bars.append(Html.filled(
                        "M%.1f %.1fh%.1fv%.1fh-%.1fz",
                        LEFT + tenth * width, top + BARS - high, width * 0.9, high, width * 0.9));
            }
        }
        out.append(Html.filled("<text x=%d y=%d text-anchor=end>%d</text>", LEFT - 4, top + 10, most))
                .append("<path fill='var(--blue)' d='")
                .append(bars)
                .append("'/>");
        seconds(out, top);
        for (int i = 0; i < round.moments().size(); i++) {
            moment(out, round.moments().get(i), LABEL * (i + 1), top);
        }
        return out.append("</svg>").toString();
    }

    private double x(long at) {
        WriteCounts writes = round.writes();
        return LEFT + (double) (at - writes.from()) * WIDTH / (writes.to() - writes.from());
    }

    private void seconds(StringBuilder out, int top) {
        WriteCounts writes = round.writes();
        long step = Math.max(1_000, PercentilePlot.step(writes.to() - writes.from()) / 2);
        out.append(Html.filled("<path d='M%d %dH%d' stroke='var(--faint)'/>", LEFT, top + BARS, LEFT + WIDTH));
        for (long at = Math.ceilDiv(writes.from(), step) * step; at <= writes.to(); at += step) {
            out.append(Html.filled(
                    "<text x='%.1f' y=%d text-anchor=middle>%.1f s</text>", x(at), top + BARS + 14, at / 1000.0));
        }
    }

    private void moment(StringBuilder out, Round.Moment moment, int y, int top) {
        double x =
                x(Math.clamp(moment.at(), round.writes().from(), round.writes().to()));
        out.append(Html.filled(
                "<path d='M%.1f %dV%d' stroke='var(--fault)'/><text x='%.1f' y=%d>%s, %s</text>",
                x, y - 9, top + BARS, x + 3, y, Html.escaped(moment.what()), Html.seconds(moment.at())));
    }
}
