package io.quorate.simulations.scale;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Clusters of several sizes side by side, as tables in Markdown. Pure. */
public final class ScaleReport {
    private record Line(String what, Function<Measured, String> cell) {}

    private final List<Measured> sizes;

    /** @param sizes from the smallest on */
    public ScaleReport(List<Measured> sizes) {
        this.sizes = List.copyOf(sizes);
    }

    /** What a seed determines. */
    public String counted() {
        return table(
                "virtual time",
                List.of(
                        whole("control-plane nodes", Measured::controlPlane),
                        whole("workers", Measured::workers),
                        new Line(
                                "**all join**: seconds",
                                each -> decimal(each.join().nanos() / 1e9)),
                        whole("events of membership", Measured::joinEvents),
                        kilobytes("their size, KB", Measured::joinEventBytes),
                        whole("messages to the leader", each -> each.join().received()),
                        whole("looks at the whole cluster", each -> each.join().looks()),
                        perSecond(
                                "**quiet**: messages to the leader",
                                each -> each.quiet().receivedPerSecond()),
                        perSecond("KB to the leader", each -> each.quiet().receivedBytesPerSecond() / 1e3),
                        perSecond("KB from the leader", each -> each.quiet().sentBytesPerSecond() / 1e3),
                        perSecond(
                                "looks at the whole cluster",
                                each -> each.quiet().looksPerSecond()),
                        whole("bytes of one answer to a presence", Measured::answerBytes),
                        kilobytes("one answer about the status, KB", Measured::reportBytes),
                        seconds("**a voter dies**: replaced after, s", Measured::replacedSeconds),
                        perSecond(
                                "messages to the leader",
                                each -> each.voterDied().receivedPerSecond()),
                        seconds("**the leader dies**: another leads after, s", Measured::electedSeconds),
                        seconds("it has heard of all after, s", Measured::heardSeconds),
                        seconds("vote replaced after, s", Measured::leaderReplacedSeconds),
                        whole(
                                "messages to the next leader in its busiest second",
                                each -> each.leaderDied().busiestSecond()),
                        whole(
                                "its looks at the whole cluster",
                                each -> each.leaderDied().looks()),
                        kilobytes("all messages of all nodes meanwhile, KB", Measured::leaderDiedBytes),
                        whole("**one node in a hundred stops for 10 s**: nodes", Measured::stopped),
                        perSecond(
                                "messages to the leader",
                                each -> each.someStopped().receivedPerSecond()),
                        whole(
                                "messages to the leader in its busiest second",
                                each -> each.someStopped().busiestSecond())));
    }

    /** What depends on the machine. */
    public String measured() {
        return table(
                "processor and memory",
                List.of(
                        cpu("leader while all join, ms a virtual second", Measured::join),
                        cpu("leader in quiet, ms a virtual second", Measured::quiet),
                        cpu("leader when a voter dies", Measured::voterDied),
                        cpu("next leader when the leader dies", Measured::leaderDied),
                        cpu("leader when one in a hundred stops", Measured::someStopped),
                        perSecond(
                                "one plan of the roles, from a view of all nodes, µs",
                                each -> each.costs().planMicros()),
                        perSecond(
                                "one view of all nodes, µs",
                                each -> each.costs().viewMicros()),
                        perSecond(
                                "one event of membership, applied, µs",
                                each -> each.costs().eventMicros()),
                        perSecond(
                                "all events of membership, read and applied, ms",
                                each -> each.costs().replayMillis()),
                        perSecond(
                                "memory of the whole simulation, MB",
                                each -> each.costs().memoryMegabytes()),
                        perSecond(
                                "processor for the whole simulation, s",
                                each -> each.costs().cpuSeconds())));
    }

    private String table(String title, List<Line> lines) {
        StringBuilder text = new StringBuilder("| " + title + " |");
        sizes.forEach(each -> text.append(String.format(Locale.ROOT, " %,d nodes |", each.nodes())));
        text.append("\n| --- |").append(" ---: |".repeat(sizes.size())).append('\n');
        for (Line line : lines) {
            text.append("| ")
                    .append(line.what())
                    .append(sizes.stream().map(line.cell()).collect(Collectors.joining(" | ", " | ", " |\n")));
        }
        return text.toString();
    }

    private static Line whole(String what, ToDoubleFunction<Measured> number) {
        return new Line(what, each -> String.format(Locale.ROOT, "%,.0f", number.applyAsDouble(each)));
    }

    private static Line kilobytes(String what, ToDoubleFunction<Measured> bytes) {
        return perSecond(what, each -> bytes.applyAsDouble(each) / 1e3);
    }

    private static Line perSecond(String what, ToDoubleFunction<Measured> number) {
        return new Line(what, each -> decimal(number.applyAsDouble(each)));
    }

    private static Line seconds(String what, ToDoubleFunction<Measured> number) {
        return new Line(what, each -> {
            double found = number.applyAsDouble(each);
            return Double.isNaN(found) ? "—" : String.format(Locale.ROOT, "%.2f", found);
        });
    }

    private static Line cpu(String what, Function<Measured, Load> load) {
        return perSecond(what, each -> load.apply(each).cpuMillisPerSecond());
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, number < 100 ? "%.1f" : "%,.0f", number);
    }
}
