package io.quorate.simulations.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The leader's load over the size of the cluster as a picture: both axes logarithmic, so what grows with the number of nodes is a straight line
 * that rises by one decade for each. Holds nothing that is measured with a real clock: equal runs give equal pictures. Pure.
 */
public final class ScalePlot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 440;
    private static final int LEFT = 70;
    private static final int RIGHT = 250;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;

    private record Curve(String name, String colour, ToDoubleFunction<Measured> value) {}

    private static final List<Curve> CURVES = List.of(
            new Curve(
                    "messages a second, quiet", "#2a78b8", each -> each.quiet().receivedPerSecond()),
            new Curve(
                    "messages, worst of a failover",
                    "#c8553d",
                    each -> each.leaderDied().busiestSecond()),
            new Curve(
                    "KB a second from it, quiet",
                    "#4d8f4a",
                    each -> each.quiet().sentBytesPerSecond() / 1e3),
            new Curve(
                    "looks a minute, quiet",
                    "#8a6fb3",
                    each -> 60 * each.quiet().looksPerSecond()));

    private final List<Measured> sizes;
    private final int xFrom;
    private final int xTo;
    private final int yTo;

    /** @param sizes one or more */
    public ScalePlot(List<Measured> sizes) {
        this.sizes = List.copyOf(sizes);
        this.xFrom = (int) Math.floor(
                Math.log10(sizes.stream().mapToInt(Measured::nodes).min().orElse(1)));
        this.xTo = Math.max(xFrom + 1, (int) Math.ceil(
                Math.log10(sizes.stream().mapToInt(Measured::nodes).max().orElse(1))));
        double most = CURVES.stream()
                .flatMapToDouble(curve -> sizes.stream().mapToDouble(curve.value()))
                .max()
                .orElse(1);
        this.yTo = Math.max(1, (int) Math.ceil(Math.log10(most)));
    }

    public String svg() {
        List<String> parts = new ArrayList<>();
        parts.add(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\""
                        + " role=\"img\">",
                WIDTH,
                HEIGHT));
        parts.add("<title>What the leader hears and says, over the number of nodes</title>");
        parts.add(String.format(Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT));
        parts.add(text(LEFT, 22, "start", "#222222", "The leader's load over the number of nodes (simulated)"));
        for (int x = xFrom; x <= xTo; x++) {
            parts.add(line(x(Math.pow(10, x)), y(1), x(Math.pow(10, x)), TOP));
            parts.add(text(x(Math.pow(10, x)), HEIGHT - BOTTOM + 18, "middle", "#444444", power(x)));
        }
        for (int y = 0; y <= yTo; y++) {
            parts.add(line(LEFT, y(Math.pow(10, y)), WIDTH - RIGHT, y(Math.pow(10, y))));
            parts.add(text(LEFT - 8, y(Math.pow(10, y)) + 4, "end", "#444444", power(y)));
        }
        parts.add(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "#444444", "nodes"));
        int row = 0;
        for (Curve curve : CURVES) {
            parts.addAll(drawn(curve, TOP + 20 + 22 * row));
            row++;
        }
        parts.add("</svg>");
        return String.join("\n", parts) + "\n";
    }

    private List<String> drawn(Curve curve, double legendY) {
        List<String> parts = new ArrayList<>();
        StringBuilder points = new StringBuilder();
        for (Measured each : sizes) {
            double value = curve.value().applyAsDouble(each);
            String at = String.format(Locale.ROOT, "%.1f,%.1f ", x(each.nodes()), y(value));
            points.append(at);
            parts.add(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"><title>%,d nodes: %,.1f %s</title></circle>",
                    x(each.nodes()),
                    y(value),
                    curve.colour(),
                    each.nodes(),
                    value,
                    curve.name()));
        }
        parts.addFirst(String.format(
                Locale.ROOT,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
                points.toString().strip(),
                curve.colour()));
        parts.add(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"4\" fill=\"%s\"/>",
                WIDTH - RIGHT + 20,
                legendY - 6,
                curve.colour()));
        parts.add(text(WIDTH - RIGHT + 40, legendY, "start", "#222222", curve.name()));
        return parts;
    }

    private double x(double nodes) {
        return LEFT + (Math.log10(nodes) - xFrom) / (xTo - xFrom) * (WIDTH - LEFT - RIGHT);
    }

    /** What is less than one is drawn as one. */
    private double y(double value) {
        return HEIGHT - BOTTOM - Math.log10(Math.max(1, value)) / yTo * (HEIGHT - TOP - BOTTOM);
    }

    private static String power(int exponent) {
        return String.format(Locale.ROOT, "%,.0f", Math.pow(10, exponent));
    }

    private static String line(double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>",
                x1,
                y1,
                x2,
                y2);
    }

    private static String text(double x, double y, String anchor, String colour, String what) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
                x,
                y,
                anchor,
                colour,
                what);
    }
}
