package io.quorate.simulations.command;

import io.quorate.simulations.report.Figures;
import io.quorate.simulations.report.Recording;
import io.quorate.simulations.report.Report;
import io.quorate.simulations.scenario.NeverReady;
import io.quorate.simulations.scenario.PlannedRun;
import io.quorate.simulations.schedule.BadScenario;
import io.quorate.simulations.schedule.ClusterPlan;
import io.quorate.simulations.schedule.Failure;
import io.quorate.simulations.schedule.Failures;
import io.quorate.simulations.schedule.Latency;
import io.quorate.simulations.schedule.PlanFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code quorate simulate}: what a cluster would do, for somebody who thinks of building it. */
@Command(
        name = "quorate simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs a cluster as you plan it, on no machine: the nodes' own code in virtual time, with your failure domains and"
                    + " latencies, while things fail. Prints what became of the writes, and what is weak in the plan.",
            "Nodes are n1, n2 and so on, dealt into the domains one after the other: with three domains, domain 1 has n1, n4, n7."
                    + " Writes are begun evenly over the time, on the nodes that are up in turn.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done, whatever the run has shown", "1:it could not be run", "2:wrong usage"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  quorate simulate",
            "      five nodes in three domains; each fails once, then each domain",
            "  quorate simulate --nodes 4 --domains 2 --fail \"domain:1 at 30s for 60s\"",
            "      do two server rooms do?",
            "  quorate simulate --latency 2ms..10ms --fail \"n1 at 30s for 10s\" --fail \"link:1-2 at 60s for 30s\"",
            "      a machine, then the line between two rooms",
            "  quorate simulate --fail \"leader at 30s for 10s\" --runs 20",
            "      how long nobody leads is a matter of luck: twenty seeds",
            "  quorate simulate --plan rooms.yaml --html rooms.html",
            "      a plan in a file, and a page with a timeline; docs/how-to/plan-a-cluster.md says what may stand in one"
        })
public final class SimulatePlan implements Callable<Integer> {
    private static final long NANOS = 1_000_000_000L;
    private static final int MAX_RUNS = 1_000;

    enum Output {
        TEXT,
        JSON
    }

    @Spec
    private CommandSpec spec;

    @Option(names = "--nodes", paramLabel = "N", description = "1 to 100; ${DEFAULT-VALUE} if not given")
    private int nodes = ClusterPlan.DEFAULT_NODES;

    @Option(
            names = "--domains",
            paramLabel = "N",
            description = "failure domains: what fails together, a rack or a room; 3 if not given")
    private @Nullable Integer domains;

    @Option(names = "--voters", paramLabel = "N", description = "1, 3, 5 or 7; 3 if not given")
    private @Nullable Integer voters;

    @Option(
            names = "--standbys",
            paramLabel = "N",
            description = "as far as there are nodes; ${DEFAULT-VALUE} if not given")
    private int standbys = ClusterPlan.DEFAULT_STANDBYS;

    @Option(
            names = "--latency",
            paramLabel = "T or T..T",
            description = "between domains, one way: 5ms, or 2ms..10ms; 1ms if not given")
    private @Nullable String latency;

    @Option(
            names = "--local-latency",
            paramLabel = "T or T..T",
            description = "within a domain, one way; 0.2ms if not given")
    private @Nullable String localLatency;

    @Option(names = "--writes-per-second", paramLabel = "N", description = "1 to 1000; ${DEFAULT-VALUE} if not given")
    private int writesPerSecond = ClusterPlan.DEFAULT_WRITES;

    @Option(
            names = "--fail",
            paramLabel = "\"WHAT at T for T\"",
            description = "what loses its power: n1, leader or domain:2; or link:1-2, which is cut between two domains."
                    + " Again for more. Times are 1.5s or 200ms, from when every node has its role. If not given, each"
                    + " voter and standby once, then each domain")
    private List<String> fail = new ArrayList<>();

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "how long it goes on, in virtual time; if not given, as long as what fails wants it")
    private @Nullable Long seconds;

    @Option(
            names = "--plan",
            paramLabel = "FILE",
            description = "all of the above from a YAML file: nodes, domains, fail and so on")
    private @Nullable Path plan;

    @Option(names = "--seed", paramLabel = "N", description = "the first seed; ${DEFAULT-VALUE} if not given")
    private long seed = 1;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "so many seeds, and the worst of them in full; ${DEFAULT-VALUE} if not given")
    private int runs = 1;

    @Option(names = "--html", paramLabel = "FILE", description = "writes a page with a timeline as well")
    private @Nullable Path html;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text or json; text if not given")
    private Output output = Output.TEXT;

    private SimulatePlan() {}

    public static void main(String[] words) {
        Logging.quiet();
        CommandLine line = commandLine();
        line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        System.exit(line.execute(words));
    }

    static CommandLine commandLine() {
        return new CommandLine(new SimulatePlan())
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((failure, words) -> {
                    failure.getCommandLine().getErr().println("quorate simulate: " + failure.getMessage());
                    failure.getCommandLine().getErr().println("quorate simulate --help tells more");
                    return failure.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
                });
    }

    @Override
    public Integer call() {
        ClusterPlan wanted = wanted();
        if (runs < 1 || runs > MAX_RUNS) {
            throw wrong("--runs: wants 1 to " + MAX_RUNS + ", is " + runs, null);
        }
        PrintWriter err = spec.commandLine().getErr();
        List<Figures> figures = new ArrayList<>();
        Recording worst = null;
        Progress progress = new Progress(err);
        for (long next = seed; next < seed + runs; next++) {
            Recording recording;
            int before = figures.size();
            try {
                recording = PlannedRun.run(wanted, next, share -> progress.passed((before + share) / runs));
            } catch (NeverReady e) {
                err.println("seed " + next + ": " + e.getMessage());
                err.println("Fewer nodes or shorter latencies may do; --voters 1 tells whether it is the links.");
                return 1;
            }
            figures.add(Figures.of(recording));
            worst = worst == null ? recording : Report.worse(worst, recording);
        }
        return worst == null ? 1 : tell(new Report(wanted, figures, worst));
    }

    private int tell(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(output == Output.JSON ? report.json() : report.text());
        out.flush();
        Path page = html;
        if (page != null) {
            try {
                Files.writeString(page, report.html());
            } catch (IOException e) {
                spec.commandLine().getErr().println(page + " cannot be written: " + e.getMessage());
                return 1;
            }
        }
        return 0;
    }

    private ParameterException wrong(String what, @Nullable Throwable cause) {
        return new ParameterException(spec.commandLine(), what, cause);
    }

    private ClusterPlan wanted() {
        Path file = plan;
        if (file == null) {
            try {
                return fromOptions().checked();
            } catch (BadScenario e) {
                throw wrong("--" + e.getMessage(), e);
            }
        }
        List<String> both = spec.commandLine().getParseResult().matchedOptions().stream()
                .map(option -> option.longestName())
                .filter(List.of(
                        "--nodes",
                        "--domains",
                        "--voters",
                        "--standbys",
                        "--latency",
                        "--local-latency",
                        "--writes-per-second",
                        "--fail",
                        "--seconds")::contains)
                .toList();
        if (!both.isEmpty()) {
            throw wrong("--plan says all of that: write " + String.join(", ", both) + " into " + file, null);
        }
        try {
            return PlanFile.read(Files.readString(file)).checked();
        } catch (NoSuchFileException e) {
            throw wrong(file + ": there is no such file", e);
        } catch (IOException e) {
            throw wrong(file + " cannot be read: " + e.getMessage(), e);
        } catch (BadScenario e) {
            throw wrong(file + ": " + e.getMessage(), e);
        }
    }

    private ClusterPlan fromOptions() {
        ClusterPlan empty = ClusterPlan.of(
                nodes,
                voters == null ? ClusterPlan.usualVoters(nodes) : voters,
                standbys,
                domains == null ? ClusterPlan.usualDomains(nodes) : domains,
                latency == null ? ClusterPlan.DEFAULT_BETWEEN : Latency.read("latency", latency),
                localLatency == null ? ClusterPlan.DEFAULT_WITHIN : Latency.read("local-latency", localLatency),
                writesPerSecond,
                Optional.ofNullable(seconds).map(Duration::ofSeconds));
        if (fail.isEmpty()) {
            return empty;
        }
        List<Failure> failures =
                fail.stream().map(text -> Failures.read(text, empty)).toList();
        Failures.acts(failures);
        return empty.failing(failures);
    }

    /** Tells how far it is, once it takes longer than a second. */
    private static final class Progress {
        private static final long PAUSE = 5 * NANOS;

        private final PrintWriter err;
        private long next = System.nanoTime() + NANOS;

        Progress(PrintWriter err) {
            this.err = err;
        }

        void passed(double share) {
            long now = System.nanoTime();
            if (now - next >= 0) {
                next = now + PAUSE;
                err.println(String.format(Locale.ROOT, "%.0f %%", share * 100));
                err.flush();
            }
        }
    }
}
