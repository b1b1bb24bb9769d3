package io.quorate.simulations.command;

import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.scenario.Plan;
import io.quorate.simulations.scenario.Result;
import io.quorate.simulations.scenario.Scenario;
import io.quorate.simulations.scenario.Shrinking;
import io.quorate.simulations.schedule.BadScenario;
import io.quorate.simulations.schedule.ScenarioFile;
import io.quorate.simulations.schedule.Script;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Runs the usual plan for one seed after the other. Exits with 1 when a promise was broken, with 2 when an argument cannot be
 * read.
 */
@Command(
        name = "quorate-simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs groups of nodes in virtual time, one group for each seed, while a nemesis crashes nodes, breaks disks,"
                    + " cuts links and changes the membership. Every promise is checked after every step.",
            "A seed that breaks one is printed with the end of its trace and with the arguments that run it again. Then its"
                    + " acts are made as few and as short as they can be, and are written as a scenario file.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quorate-simulate --seed 1 --runs 100 --nodes 3..5 --seconds 30",
            "      a hundred groups of three, four or five nodes, half a virtual minute each; faster with --threads",
            "  quorate-simulate --cluster --seed 1 --runs 20 --nodes 3..12",
            "      twenty clusters of whole nodes, which join and leave, and whose roles change",
            "  quorate-simulate --seed 4711 --runs 1 --nodes 3 --seconds 30 --trace 500",
            "      one of them again, with the last 500 lines of its trace",
            "  quorate-simulate --replay seed-4711.yaml --trace 500",
            "      a scenario that was written down; docs/proof.md says what may stand in one"
        })
public final class Simulate implements Callable<Integer> {
    /** Fewest and most founding nodes of a group; the seed chooses between them. */
    record Nodes(int fewest, int most) {
        static Nodes parse(String text, int limit) {
            int dots = text.indexOf("..");
            int fewest = Integer.parseInt(dots < 0 ? text : text.substring(0, dots));
            int most = dots < 0 ? fewest : Integer.parseInt(text.substring(dots + 2));
            if (fewest < 1 || most < fewest || most > limit) {
                throw new NumberFormatException("out of range");
            }
            return new Nodes(fewest, most);
        }

        int of(long seed) {
            return fewest + (int) Math.floorMod(seed, (long) most - fewest + 1);
        }
    }

    /** Runs that are begun before the one whose result is told next, for each thread. */
    private static final int AHEAD = 4;

    @Spec
    private CommandSpec spec;

    @Option(names = "--seed", paramLabel = "N", description = "the first seed; ${DEFAULT-VALUE} if not given")
    private long seed = 1;

    @Option(names = "--runs", paramLabel = "M", description = "how many seeds; ${DEFAULT-VALUE} if not given")
    private int runs = 10;

    @Option(
            names = "--nodes",
            paramLabel = "N or N..M",
            defaultValue = "3..5",
            description = "founding nodes of a group, 1 to 9, or nodes of a cluster; ${DEFAULT-VALUE} if not given")
    private String nodes = "3..5";

    @Option(
            names = "--cluster",
            description =
                    "whole nodes with roles: they join, vote, stand by, leave, are removed, as the planner has it")
    private boolean cluster;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "virtual seconds of faults in each run; ${DEFAULT-VALUE} if not given")
    private long seconds = 60;

    @Option(
            names = "--trace",
            paramLabel = "LINES",
            description = "the last lines of every trace, of good runs as well; ${DEFAULT-VALUE} if not given")
    private int traceLines;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "so many runs at a time, each in one thread; ${DEFAULT-VALUE} if not given")
    private int threads = 1;

    @Option(names = "--replay", paramLabel = "FILE", description = "runs a scenario file instead of seeds")
    private @Nullable Path replay;

    @Option(
            names = "--shrink",
            paramLabel = "S",
            description =
                    "seconds for making the scenario of a broken promise smaller; 0 leaves it; ${DEFAULT-VALUE} if"
                            + " not given")
    private int shrinkSeconds = 60;

    @Option(
            names = "--scenarios",
            paramLabel = "FOLDER",
            description = "where the scenario of a broken promise is written; the present folder if not given")
    private Path scenarios = Path.of("");

    private final Function<Script, Result> run;

    private Simulate(Function<Script, Result> run) {
        this.run = run;
    }

    public static void main(String[] words) {
        Logging.quiet();
        System.exit(commandLine().execute(words));
    }

    static CommandLine commandLine() {
        return commandLine(script -> Scenario.run(script, Walls.ALL));
    }

    /** @param run of a script; another one than usual in tests */
    static CommandLine commandLine(Function<Script, Result> run) {
        return new CommandLine(new Simulate(run)).setExpandAtFiles(false);
    }

    @Override
    public Integer call() {
        return replay == null ? seeds() : replay(replay);
    }

    private int replay(Path file) {
        PrintWriter out = spec.commandLine().getOut();
        Result result = run.apply(script(file));
        if (result.violation().isPresent()) {
            out.println(result.explanation("quorate-simulate --replay " + file));
        } else {
            out.println(result.line());
        }
        if (traceLines > 0) {
            out.println(result.trace(traceLines));
        }
        out.flush();
        return result.violation().isPresent() ? 1 : 0;
    }

    private Script script(Path file) {
        try {
            return ScenarioFile.read(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new ParameterException(spec.commandLine(), file + ": there is no such file", e);
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), file + " cannot be read: " + e.getMessage(), e);
        } catch (BadScenario e) {
            throw new ParameterException(spec.commandLine(), file + ": " + e.getMessage(), e);
        }
    }

    private int seeds() {
        Nodes sizes = sizes();
        if (runs < 1 || seconds < 1 || threads < 1) {
            throw new ParameterException(spec.commandLine(), "--runs, --seconds and --threads want 1 or more");
        }
        PrintWriter out = spec.commandLine().getOut();
        long began = System.nanoTime();
        Tally tally = new Tally();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            ArrayDeque<Future<Result>> ahead = new ArrayDeque<>();
            long next = seed;
            while (next < seed + runs || !ahead.isEmpty()) {
                // Results are told in the order of the seeds; a slow one is not overtaken by more than a few.
                while (next < seed + runs && ahead.size() < AHEAD * threads) {
                    Script script = script(next, sizes.of(next));
                    ahead.add(pool.submit(() -> run.apply(script)));
                    next++;
                }
                tell(ahead.remove().get(), tally, out);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a run cannot be carried out", e.getCause());
        }
        out.println(tally.summary(runs, System.nanoTime() - began));
        out.flush();
        return tally.broken == 0 ? 0 : 1;
    }

    private Script script(long of, int size) {
        Duration duration = Duration.ofSeconds(seconds);
        return cluster
                ? Plan.cluster(of, size, duration)
                : Plan.usual(of, size, duration).script();
    }

    private void tell(Result result, Tally tally, PrintWriter out) {
        tally.add(result);
        if (result.violation().isPresent()) {
            out.println(result.explanation());
            out.flush();
            if (shrinkSeconds > 0) {
                shrink(result, out);
            }
        } else {
            out.println(result.line());
            if (traceLines > 0) {
                out.println(result.trace(traceLines));
            }
        }
        out.flush();
    }

    /** What all runs came to. */
    private static final class Tally {
        private static final double NANOS_PER_HOUR = 3.6e12;

        private int broken;
        private long nanos;
        private long acknowledged;
        private long reads;
        private long faults;

        void add(Result result) {
            broken += result.violation().isPresent() ? 1 : 0;
            nanos += result.virtualNanos();
            acknowledged += result.acknowledged();
            reads += result.reads();
            faults += result.faults();
        }

        String summary(int runs, long tookNanos) {
            return String.format(
                    Locale.ROOT,
                    "%d runs in %.1f s, %.2f virtual hours (%.1f in a real one), %d acknowledged appends, %d strong reads,"
                            + " %d faults: %s",
                    runs,
                    tookNanos / 1e9,
                    nanos / NANOS_PER_HOUR,
                    (double) nanos / tookNanos,
                    acknowledged,
                    reads,
                    faults,
                    broken == 0 ? "every promise held" : broken + " RUNS BROKE A PROMISE");
        }
    }

    private void shrink(Result broken, PrintWriter out) {
        long until = System.nanoTime() + Duration.ofSeconds(shrinkSeconds).toNanos();
        Shrinking.Shrunk shrunk = Shrinking.shrink(broken, run, () -> System.nanoTime() < until);
        Script script = shrunk.result().script();
        String what = "seed " + script.seed() + " breaks " + broken.promise().orElse("nothing");
        String text = ScenarioFile.write(script, what);
        out.printf(
                Locale.ROOT,
                "shrunk from %d acts to %d in %d runs%s:%n%n%s%n",
                broken.script().acts().size(),
                script.acts().size(),
                shrunk.runs(),
                shrunk.complete() ? "" : "; there was no time for more",
                text);
        Path file = scenarios.resolve("seed-" + script.seed() + "-" + script.nodes() + "-nodes.yaml");
        try {
            Files.writeString(file, text);
            out.println(shrunk.result().explanation("quorate-simulate --replay " + file));
        } catch (IOException e) {
            out.println(file + " cannot be written: " + e.getMessage());
        }
    }

    private Nodes sizes() {
        int most = cluster ? Script.MAX_CLUSTER_NODES : Script.MAX_NODES;
        try {
            return Nodes.parse(nodes, most);
        } catch (NumberFormatException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--nodes wants a number from 1 to " + most + " or a range like 3..5, is '" + nodes + "'",
                    e);
        }
    }
}
