package io.quorate.chaos.bench;

import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.report.PromisesReport;
import io.quorate.chaos.report.Round;
import io.quorate.chaos.report.Trial;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "promises",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a cluster of real processes and measures, in many rounds, how it keeps its promises under a writer: a quorum that is",
            "lost, told and survived; another leader; a majority that is lost for good and reconfigured away, by one command or by hand; a",
            "standby in the place of a dead voter. Writes promises.json and promises.html.",
            "Exit code 1 where a promise was broken: a write that was lost, or acknowledged without a quorum, or a cluster that did not",
            "come back. A time over its budget is told, and breaks nothing.",
        },
        footer = {
            "",
            "Examples:",
            "  quorate-bench promises --rounds 10 --data-folders /tmp/promises",
            "  unshare --net quorate-bench promises --rounds 50 --seconds 7200 --data-folders /tmp/promises   # links are cut, too",
            "  quorate-bench promises --trials kill-leader,pause-leader --rounds 100 --data-folders /tmp/promises",
        })
final class PromisesCommand implements Callable<Integer> {
    /** For a cluster to come back: nodes may have to fetch a copy. */
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final int CONNECTIONS = 16;

    private static final String BACK = "each round could be carried out, and the cluster was whole after it";

    @Spec
    private CommandSpec spec;

    @Option(names = "--rounds", defaultValue = "10", description = "Of each trial. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "3600",
            description = "The round that is under way then is the last one. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of the order of the trials. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--trials",
            split = ",",
            converter = TrialWord.class,
            description =
                    "What is done: kill-majority, pause-majority, kill-leader, pause-leader, isolate-leader, recover, reconfigure,"
                            + " kill-voter. Default: all that is possible with so many nodes.")
    private List<Trial> trials = List.of();

    @Option(
            names = "--write-millis",
            defaultValue = "20",
            description = "A write begins every so many milliseconds, 1 to 1000. Default: ${DEFAULT-VALUE}.")
    private int writeMillis;

    @Mixin
    private OwnCluster own;

    @Override
    public Integer call() throws Exception {
        OwnCluster.between("--rounds", rounds, 1, 10_000);
        OwnCluster.between("--write-millis", writeMillis, 1, 1_000);
        PrintWriter out = spec.commandLine().getOut();
        try (NodeNetwork network = own.network(own.nodes(), seed)) {
            Set<Trial> wanted = wanted(network.cuts());
            try (LocalCluster cluster = own.start(network, own.nodes())) {
                return tell(run(cluster, network, wanted, out), out);
            }
        }
    }

    private Set<Trial> wanted(boolean cuts) {
        List<Trial> possible = Stream.of(Trial.values())
                .filter(trial -> trial.isPossible(own.nodes(), cuts))
                .toList();
        for (Trial trial : trials) {
            if (!possible.contains(trial)) {
                throw new IllegalArgumentException(trial.word() + ": "
                        + (trial == Trial.ISOLATE_LEADER
                                ? "links can be cut by root only"
                                : "it takes a standby: --nodes 4 or more"));
            }
        }
        return EnumSet.copyOf(trials.isEmpty() ? possible : trials);
    }

    private int tell(PromisesReport result, PrintWriter out) throws IOException {
        Path folder = own.report();
        result.write(folder);
        result.table().forEach(out::println);
        out.println(result.acknowledged() + " writes acknowledged, " + result.givenUp() + " given up");
        Verdicts.tell(out, result.verdicts(), "promises.json");
        out.println(folder.resolve("promises.html") + " shows it");
        return result.allHeld() ? 0 : 1;
    }

    private PromisesReport run(LocalCluster cluster, NodeNetwork network, Set<Trial> wanted, PrintWriter out)
            throws IOException, InterruptedException {
        List<Round> done = new ArrayList<>();
        Map<String, List<String>> verdicts = new LinkedHashMap<>();
        String prefix = "promises-" + Long.toString(System.currentTimeMillis(), 36) + "-";
        long began = System.nanoTime();
        try (WrittenCluster written = new WrittenCluster(
                cluster.nodes(), cluster.adminApis(), PATIENCE, prefix, Duration.ofMillis(writeMillis), CONNECTIONS)) {
            PromiseRounds promises = new PromiseRounds(cluster, network, written, began);
            verdicts.put(BACK, rounds(promises, wanted, network, done, began, out));
            verdicts.putAll(promises.verdicts());
            long took = System.nanoTime() - began;
            written.spareNobody();
            written.close();
            PacedWriter writer = written.writer();
            int acknowledged = writer.acknowledged().size();
            verdicts.put(
                    "none of " + acknowledged + " acknowledged writes is lost, none was applied twice", lost(written));
            return new PromisesReport(
                    seed,
                    own.nodes(),
                    network.cuts() ? "Each node in a network namespace" : "Loopback addresses: no links were cut",
                    writeMillis,
                    TimeUnit.NANOSECONDS.toSeconds(took),
                    done,
                    acknowledged,
                    writer.givenUp(),
                    verdicts);
        }
    }

    /** @return why it ended, where it had to */
    private List<String> rounds(
            PromiseRounds promises,
            Set<Trial> wanted,
            NodeNetwork network,
            List<Round> done,
            long began,
            PrintWriter out)
            throws InterruptedException {
        Random random = new Random(seed);
        for (int number = 1; number <= rounds; number++) {
            List<Trial> turn = new ArrayList<>(wanted);
            Collections.shuffle(turn, random);
            for (Trial trial : turn) {
                if (System.nanoTime() - began > TimeUnit.SECONDS.toNanos(seconds)) {
                    out.println(seconds + " s are over: that was the last round");
                    return List.of();
                }
                try {
                    Round round = promises.run(trial, number);
                    done.add(round);
                    out.println(line(round));
                    out.flush();
                } catch (IllegalStateException | IOException | UncheckedIOException e) {
                    network.mend();
                    return List.of("round " + number + " of " + trial.word() + ": " + e.getMessage());
                }
            }
        }
        return List.of();
    }

    private static List<String> lost(WrittenCluster written) throws InterruptedException {
        try {
            return written.writer()
                    .violations(written.apis(List.of(written.leader())).getFirst());
        } catch (IllegalStateException | IOException e) {
            return List.of("they could not be read: " + e.getMessage());
        }
    }

    private static String line(Round round) {
        return "%7.1f s  %-14s %3d  %-16s %s"
                .formatted(
                        round.at() / 1000.0,
                        round.trial().word(),
                        round.number(),
                        String.join(",", round.victims()),
                        round.millis().entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .map(each -> each.getKey().word() + " " + each.getValue() + " ms")
                                .collect(Collectors.joining(", ")));
    }

    /** As it is written on the command line. */
    private static final class TrialWord implements ITypeConverter<Trial> {
        @Override
        public Trial convert(String word) {
            return List.of(Trial.values()).stream()
                    .filter(trial -> trial.word().equalsIgnoreCase(word))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("no trial is called '" + word
                            + "': "
                            + List.of(Trial.values()).stream().map(Trial::word).collect(Collectors.joining(", "))));
        }
    }
}
