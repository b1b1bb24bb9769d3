package io.quorate.chaos.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Measured times, from the shortest to the longest: how high the line is above 90 % is what nine of ten rounds stayed within. A budget is a
 * line across, where it is not far above of everything.
 */
record PercentilePlot(List<Long> millis, Budget budget) {
    private static final int WIDTH = 360;
    private static final int HEIGHT = 150;
    private static final int LEFT = 52;
    private static final int TOP = 16;
    private static final int BOTTOM = 18;
    private static final int RIGHT = 14;

    /** A budget that is so many times the longest time would make a flat line of them. */
    private static final int IN_SIGHT = 3;

    String svg() {
        StringBuilder out = new StringBuilder(Html.filled(
                "<svg role=img width='%d' height='%d' viewBox='0 0 %d %d'>",
                WIDTH + LEFT + RIGHT, HEIGHT + TOP + BOTTOM, WIDTH + LEFT + RIGHT, HEIGHT + TOP + BOTTOM));
        if (millis.isEmpty()) {
            return out.append("<text x=10 y=30>no round was measured</text></svg>")
                    .toString();
        }
        List<Long> sorted = new ArrayList<>(millis);
        sorted.sort(null);
        long top = top(sorted.getLast());
        axes(out, top);
        budget.line().ifPresent(line -> budget(out, line, top));
        times(out, sorted, top);
        return out.append("</svg>").toString();
    }

    private long top(long longest) {
        OptionalLong line = budget.line();
        long most = Math.max(1, longest);
        return line.isPresent() && inSight(line.getAsLong(), most) ? Math.max(most, line.getAsLong()) : most;
    }

    private static boolean inSight(long budget, long longest) {
        return budget <= IN_SIGHT * longest;
    }

    private static double x(double share) {
        return LEFT + share * WIDTH;
    }

    private static double y(long millis, long top) {
        return TOP + HEIGHT - (double) millis * HEIGHT / top;
    }

    private static void axes(StringBuilder out, long top) {
        long step = step(top);
        for (long tick = 0; tick <= top; tick += step) {
            out.append(Html.filled(
                    "<path d='M%d %.1fH%d' stroke='var(--line)'/><text x=%d y='%.1f' text-anchor=end>%d ms</text>",
                    LEFT, y(tick, top), LEFT + WIDTH, LEFT - 5, y(tick, top) + 4, tick));
        }
        for (int percent : new int[] {0, 50, 90, 100}) {
            out.append(Html.filled(
                    "<path d='M%.1f %dV%d' stroke='var(--line)'/><text x='%.1f' y=%d text-anchor=middle>%d %%</text>",
                    x(percent / 100.0), TOP, TOP + HEIGHT, x(percent / 100.0), TOP + HEIGHT + 14, percent));
        }
    }

    /** 1, 2 or 5 times a power of ten: four lines at the most, and the one at zero. */
    static long step(long top) {
        for (long power = 1; ; power *= 10) {
            for (long step : new long[] {power, 2 * power, 5 * power}) {
                if (top / step <= 4) {
                    return step;
                }
            }
        }
    }

    private static void budget(StringBuilder out, long line, long top) {
        if (line > top) {
            out.append(Html.filled("<text x=%d y=11>budget: %d ms, far above</text>", LEFT, line));
            return;
        }
        out.append(Html.filled(
                "<path class=budget d='M%d %.1fH%d' stroke='var(--over)' stroke-width=2 stroke-dasharray='6 4'/>"
                        + "<text x=%d y='%.1f'>budget: %d ms</text>",
                LEFT, y(line, top), LEFT + WIDTH, LEFT + 4, y(line, top) - 3, line));
    }

    private static void times(StringBuilder out, List<Long> sorted, long top) {
        StringBuilder path = new StringBuilder();
        StringBuilder dots = new StringBuilder();
        int count = sorted.size();
        for (int rank = 0; rank < count; rank++) {
            double y = y(sorted.get(rank), top);
            path.append(Html.filled(
                    "%s%.1f %.1fH%.1f", rank == 0 ? "M" : "L", x((double) rank / count), y, x((rank + 1.0) / count)));
            dots.append(Html.filled(
                    "<circle cx='%.1f' cy='%.1f' r=2.5 fill='var(--blue)'><title>%d ms</title></circle>",
                    x((rank + 0.5) / count), y, sorted.get(rank)));
        }
        out.append("<path fill=none stroke='var(--blue)' stroke-width=1.5 d='")
                .append(path)
                .append("'/>")
                .append(dots);
    }
}
