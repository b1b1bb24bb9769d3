package io.quorate.simulations.command;

import io.quorate.simulations.scale.Clocks;
import io.quorate.simulations.scale.Measured;
import io.quorate.simulations.scale.ScalePlot;
import io.quorate.simulations.scale.ScaleReport;
import io.quorate.simulations.scale.ScaleRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lets clusters of several sizes live, and prints what their leaders had to do. Exits with 2 when an argument cannot be read. */
@Command(
        name = "quorate-scale",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Lets clusters of several sizes live in virtual time: all nodes join, nothing happens for a while, a voter dies,"
                    + " the leader dies, one node in a hundred stops and comes back. Prints what the leader hears, says and"
                    + " works meanwhile, as tables.",
            "Three nodes vote and two stand by. Up to fifty are of the control plane, all above that are workers.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quorate-scale --nodes 3,10,50,1000",
            "      four clusters, in about a minute",
            "  quorate-scale --nodes 3,10,50,100,1000,10000 --plot scale.svg",
            "      the tables and the picture of docs/scale.md"
        })
public final class Scale implements Callable<Integer> {
    private static final int FEWEST = 3;
    private static final int MOST = 10_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--nodes",
            paramLabel = "N,N,..",
            split = ",",
            defaultValue = "3,10,50,100,1000",
            description = "sizes of clusters, 3 to 10000; ${DEFAULT-VALUE} if not given")
    private List<Integer> nodes = List.of();

    @Option(names = "--seed", paramLabel = "N", description = "${DEFAULT-VALUE} if not given")
    private long seed = 1;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "virtual seconds of quiet, and after each fault, 30 or more; ${DEFAULT-VALUE} if not given")
    private long seconds = 60;

    @Option(names = "--plot", paramLabel = "FILE", description = "writes a picture (SVG) too")
    private @Nullable Path plot;

    public static void main(String[] words) {
        // Before the first logger is made: the engine tells of every election.
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "simulation-logback.xml");
        }
        System.exit(commandLine().execute(words));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Scale()).setExpandAtFiles(false);
    }

    @Override
    public Integer call() {
        if (nodes.stream().anyMatch(size -> size < FEWEST || size > MOST)) {
            throw new ParameterException(
                    spec.commandLine(), "--nodes wants numbers from " + FEWEST + " to " + MOST + ", is " + nodes);
        }
        if (seconds < 30) {
            throw new ParameterException(
                    spec.commandLine(), "--seconds wants 30 or more: a fault needs time to be mended; is " + seconds);
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        List<Measured> sizes = new ArrayList<>();
        for (int size : nodes.stream().distinct().sorted().toList()) {
            err.println(size + " nodes ...");
            err.flush();
            sizes.add(ScaleRun.measure(seed, size, Duration.ofSeconds(seconds), clocks()));
        }
        ScaleReport report = new ScaleReport(sizes);
        out.println(report.counted());
        out.println(report.measured());
        out.flush();
        Path file = plot;
        if (file != null) {
            try {
                Files.writeString(file, new ScalePlot(sizes).svg());
            } catch (IOException e) {
                throw new ParameterException(spec.commandLine(), file + " cannot be written: " + e.getMessage(), e);
            }
        }
        return 0;
    }

    private static Clocks clocks() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return new Clocks(threads::getCurrentThreadCpuTime, Scale::memory);
    }

    private static long memory() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
