package io.quorate.chaos.bench;

import io.quorate.chaos.check.Verdict;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.nemesis.Act;
import io.quorate.chaos.nemesis.Acts;
import io.quorate.chaos.nemesis.Cost;
import io.quorate.chaos.nemesis.Feasible;
import io.quorate.chaos.nemesis.Means;
import io.quorate.chaos.nemesis.Nemesis;
import io.quorate.chaos.nemesis.ScenarioNemesis;
import io.quorate.chaos.network.Namespaces;
import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.pods.PodWorkload;
import io.quorate.chaos.process.ContainerProcesses;
import io.quorate.chaos.process.Copies;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.report.ChaosReport;
import io.quorate.chaos.workload.Workload;
import io.quorate.chaos.workload.WorkloadRun;
import io.quorate.simulations.schedule.BadScenario;
import io.quorate.simulations.schedule.ScenarioFile;
import io.quorate.simulations.schedule.Script;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a cluster of real processes and lets one thing after the other go wrong with it: kills, pauses, links that are cut,",
            "slow or lossy, disks that are full, damaged or set back, clocks that jump, nodes that leave and join. Clients write",
            "meanwhile; what they were told is checked at the end. Writes chaos.json and chaos.html. Links are touched where this",
            "process may make network namespaces; docs/how-to/run-chaos.md says how, also without root.",
        },
        footer = {
            "",
            "Examples:",
            "  quorate-bench chaos --seconds 300 --data-folders /tmp/chaos                 # everything once or twice",
            "  unshare --net --mount quorate-bench chaos --seconds 3600 --data-folders /tmp/chaos  # an hour, on its own",
            "  quorate-bench chaos --acts kill-leader,slow-links --seconds 300 --data-folders /tmp/chaos",
            "  quorate-bench chaos --scenario seed-4711-3-nodes.yaml --data-folders /tmp/chaos        # what a simulation found",
        })
final class ChaosCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration WRITE_PERIOD = Duration.ofMillis(20);

    private static final String WHOLE = "the cluster was whole again after each act";

    private static final String IMAGES = "images";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            defaultValue = "300",
            description = "The act that is under way then is the last one. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--seed", defaultValue = "1", description = "Of what goes wrong. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--acts",
            split = ",",
            description = "What may go wrong: ${COMPLETION-CANDIDATES}. Default: everything.")
    private List<Act.Kind> kinds = List.of();

    @Option(
            names = "--scenario",
            paramLabel = "FILE",
            description = {
                "Does what a scenario file says, which quorate-simulate --replay reads as well, instead of acts of its own.",
                "Nodes, seed and seconds are the file's; its clients are not."
            })
    private Optional<Path> scenario = Optional.empty();

    @Option(
            names = "--pods",
            defaultValue = "0",
            description = "So many pods that sleep run on the nodes meanwhile. Default: ${DEFAULT-VALUE}.")
    private int pods;

    @Mixin
    private OwnCluster own;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Optional<Script> script = scenario.map(this::script);
        script.ifPresent(each -> seed = each.seed());
        int nodes = script.map(Script::nodes).orElseGet(own::nodes);
        int all = script.map(each -> each.names().size()).orElse(nodes);
        try (NodeNetwork network = own.network(all, seed)) {
            if (!network.cuts()) {
                out.println("no network namespaces: that wants root, or " + Namespaces.WITHOUT_ROOT);
            }
            Set<Means> means = Means.of(network);
            Set<Act.Kind> possible = Acts.possible(means, nodes);
            Set<Act.Kind> wanted = kinds.isEmpty() ? possible : EnumSet.copyOf(kinds);
            if (script.isEmpty()) {
                EnumSet.complementOf(EnumSet.copyOf(means)).forEach(each -> out.println(each.missing()));
                if (!possible.containsAll(wanted)) {
                    wanted.removeAll(possible);
                    throw new IllegalArgumentException(
                            "what " + wanted + " would take is not allowed here, see above, or wants more nodes than "
                                    + nodes + "; leave them out of --acts");
                }
            } else {
                List<String> refused = Feasible.refused(script.get(), means);
                if (!refused.isEmpty()) {
                    throw new IllegalArgumentException(
                            scenario.get() + " cannot be done on processes here:\n  " + String.join("\n  ", refused));
                }
            }
            try (ContainerProcesses containers = new ContainerProcesses(own.root());
                    LocalCluster cluster = own.start(network, nodes)) {
                Deeds deeds = script.map(each -> scripted(each, cluster, network, out))
                        .orElseGet(() -> drawn(new Acts(seed, wanted), out));
                ChaosReport result = run(cluster, network, containers, deeds, out);
                Path folder = own.report();
                result.write(folder);
                result.promises().forEach((what, times) -> out.println(what + ": " + times));
                Verdicts.tell(out, result.verdicts(), "chaos.json");
                out.println(folder.resolve("chaos.html") + " shows it");
                return result.allHeld() ? 0 : 1;
            }
        }
    }

    private Script script(Path file) {
        try {
            return ScenarioFile.read(Files.readString(file));
        } catch (IOException | BadScenario e) {
            throw new IllegalArgumentException(
                    file + " cannot be read: "
                            + (e instanceof NoSuchFileException ? "it is not there" : e.getMessage()),
                    e);
        }
    }

    /** What goes wrong in a run. */
    @FunctionalInterface
    private interface Deeds {
        /**
         * All of it, until the cluster is whole again.
         *
         * @param costs gets what each act cost, where that is measured
         * @throws IllegalStateException when it is not whole in time
         */
        void commit(Nemesis nemesis, AtomicReference<List<Api>> targets, List<Cost> costs)
                throws IOException, InterruptedException;
    }

    /** One act after the other, until there is no time left for another. */
    private Deeds drawn(Acts acts, PrintWriter out) {
        return (nemesis, targets, costs) -> {
            long began = System.nanoTime();
            while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(seconds)) {
                Act act = acts.next();
                try {
                    costs.add(nemesis.commit(act));
                } catch (IllegalStateException e) {
                    throw new IllegalStateException("after " + act.kind().word() + ": " + e.getMessage(), e);
                }
                out.println(line(costs.getLast()));
                out.flush();
            }
        };
    }

    private Deeds scripted(Script script, LocalCluster cluster, NodeNetwork network, PrintWriter out) {
        return (nemesis, targets, costs) -> new ScenarioNemesis(
                        cluster, network, nemesis, own.root().resolve(IMAGES), targets::set, line -> {
                            out.println(line);
                            out.flush();
                        })
                .run(script);
    }

    private ChaosReport run(
            LocalCluster cluster, NodeNetwork network, ContainerProcesses containers, Deeds deeds, PrintWriter out)
            throws IOException, InterruptedException {
        List<Cost> costs = new ArrayList<>();
        Map<String, List<String>> verdicts = new LinkedHashMap<>();
        List<Api> apis = cluster.adminApis();
        AtomicReference<List<Api>> targets = new AtomicReference<>(apis);
        Path images = Files.createDirectories(own.root().resolve(IMAGES));
        String prefix = "chaos-" + Long.toString(System.currentTimeMillis(), 36) + "-";
        Optional<PodWorkload> sleepers =
                pods == 0 ? Optional.empty() : Optional.of(new PodWorkload(pods, apis, containers));
        Judged judged = new Judged(apis, prefix);
        long began = System.nanoTime();
        try (PacedWriter writer = new PacedWriter(prefix, targets::get, WRITE_PERIOD);
                Nemesis nemesis = new Nemesis(cluster, network, writer, apis, targets, images, began)) {
            try {
                deeds.commit(nemesis, targets, costs);
                verdicts.put(WHOLE, List.of());
            } catch (IllegalStateException e) {
                network.mend();
                network.restore();
                verdicts.put(WHOLE, List.of(String.valueOf(e.getMessage())));
            }
            long took = System.nanoTime() - began;
            targets.set(apis);
            writer.close();
            verdicts.putAll(judged.end()); // and with them those who would be in the way of so many reads
            // Of all nodes, not of those that were there at first: who has joined meanwhile may lead.
            Api leader = cluster.awaitLeader(PATIENCE).api();
            verdicts.put(
                    "none of " + writer.acknowledged().size() + " acknowledged writes is lost, none was applied twice",
                    writer.violations(leader));
            if (sleepers.isPresent()) {
                verdicts.put(
                        pods + " pods are ready, each runs once, and nothing is left over",
                        sleepers.get().violations());
                sleepers.get().close();
            }
            verdicts.put("all copies are the same, byte by byte", differences(cluster));
            return new ChaosReport(
                    seed,
                    cluster.nodes().size(),
                    network.cuts() ? "Each node in a network namespace" : "Loopback addresses: no links were cut",
                    TimeUnit.NANOSECONDS.toSeconds(took),
                    costs,
                    perSecond(writer.acknowledged(), began, took),
                    verdicts);
        }
    }

    /** The workloads, under way: their histories are judged at the end. */
    private final class Judged {
        private static final int CLIENTS = 4;
        private static final double PER_SECOND = 20;

        private final AtomicBoolean over = new AtomicBoolean();
        private final Map<JudgedWorkload, CompletableFuture<WorkloadRun.Tally>> runs =
                new EnumMap<>(JudgedWorkload.class);

        Judged(List<Api> apis, String prefix) throws IOException {
            for (JudgedWorkload workload : JudgedWorkload.values()) {
                HistoryWriter history = HistoryWriter.create(history(workload));
                WorkloadRun run = new WorkloadRun(apis, CLIENTS, PER_SECOND, Duration.ZERO, seed);
                CompletableFuture<WorkloadRun.Tally> tally = new CompletableFuture<>();
                runs.put(workload, tally);
                Thread.ofPlatform().name(workload.name()).start(() -> {
                    try {
                        tally.complete(written(run, workload.start(prefix + workload + "-"), history));
                    } catch (IOException | InterruptedException | RuntimeException e) {
                        tally.completeExceptionally(e);
                    }
                });
            }
        }

        /** Over only once the last line is in the file: whoever waits for the tally reads it. */
        private WorkloadRun.Tally written(WorkloadRun run, Workload workload, HistoryWriter history)
                throws IOException, InterruptedException {
            try (history) {
                return run.run(workload, history, over::get);
            }
        }

        private Path history(JudgedWorkload workload) {
            return own.root().resolve(workload.name().toLowerCase(Locale.ROOT) + ".jsonl");
        }

        Map<String, List<String>> end() throws IOException {
            over.set(true);
            Map<String, List<String>> verdicts = new LinkedHashMap<>();
            for (Map.Entry<JudgedWorkload, CompletableFuture<WorkloadRun.Tally>> run : runs.entrySet()) {
                String name = "workload " + run.getKey().name().toLowerCase(Locale.ROOT);
                try {
                    WorkloadRun.Tally tally = run.getValue().join();
                    Verdict verdict = run.getKey().judge(history(run.getKey()));
                    verdicts.put(name + ": " + tally, verdict.isOk() ? List.of() : List.of(verdict.text()));
                } catch (CompletionException e) {
                    verdicts.put(name, List.of(String.valueOf(e.getCause())));
                }
            }
            return verdicts;
        }
    }

    private static String line(Cost cost) {
        return "%7.1f s  %-14s %-12s first write %s, another votes %s, mended after %d ms, whole %d ms later"
                .formatted(
                        cost.at() / 1000.0,
                        cost.kind().word(),
                        String.join(",", cost.nodes()),
                        millis(cost.firstWrite()),
                        millis(cost.replaced()),
                        cost.lasted(),
                        cost.healthy());
    }

    private static String millis(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() + " ms" : "-";
    }

    private static List<Integer> perSecond(List<PacedWriter.Write> writes, long began, long took) {
        int[] counts = new int[(int) TimeUnit.NANOSECONDS.toSeconds(took) + 1];
        for (PacedWriter.Write write : writes) {
            long second = TimeUnit.NANOSECONDS.toSeconds(write.acknowledgedNanos() - began);
            if (second >= 0 && second < counts.length) {
                counts[(int) second]++;
            }
        }
        return Arrays.stream(counts).boxed().toList();
    }

    /** Whoever has ended since has no copy to show. */
    private static List<String> differences(LocalCluster cluster) throws InterruptedException {
        List<String> gone = cluster.nodes().stream()
                .filter(node -> node.running().isEmpty())
                .map(node -> node.folder() + ": nothing runs there")
                .toList();
        return gone.isEmpty() ? Copies.differences(Copies.taken(cluster.view(), PATIENCE)) : gone;
    }
}
