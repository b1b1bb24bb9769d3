package io.quorate.chaos.bench;

import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.pods.PodTrials;
import io.quorate.chaos.process.ContainerProcesses;
import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.report.UpgradeReport;
import io.quorate.chaos.upgrade.PackedReleases;
import io.quorate.chaos.upgrade.UpgradeTrials;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "upgrade",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a cluster of its own that runs pods, and upgrades it to releases that it packs of the distribution, again and again: as it should",
            "be, and with releases that harm. Somebody writes every 10 ms, and asks the pods' service at each node; what they noticed",
            "is judged. Each node is in a network namespace where this process may make them; docs/how-to/run-chaos.md says how, also",
            "without root.",
        },
        footer = {
            "",
            "Examples:",
            "  unshare --net --mount quorate-bench upgrade --nodes 3 --data-folders /tmp/upgrade",
            "  quorate-bench upgrade --nodes 3 --trials plain --rounds 5 --data-folders /tmp/upgrade",
            "  quorate-bench upgrade --nodes 3 --trials revert-under-writes --minutes 120 --data-folders /tmp/upgrade",
        })
final class UpgradeCommand implements Callable<Integer> {
    /** What is done. */
    enum Trial {
        PLAIN,
        KILL_AT_EACH_STEP,
        KILL_WHILE_FINALIZED,
        UNHEALTHY,
        KILL_WHILE_TAKEN_BACK,
        CANNOT_START,
        BAD_RELEASES,
        REVERT_UNDER_WRITES;

        /** As the command line has it, and prints it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final String PREFIX = "k8s-";
    private static final int MOST_MINUTES = 24 * 60;

    @Spec
    private CommandSpec spec;

    @Option(names = "--rounds", defaultValue = "1", description = "Of each trial. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--minutes",
            defaultValue = "1",
            description = "How long revert-under-writes writes under the new release. Default: ${DEFAULT-VALUE}.")
    private int minutes;

    @Option(
            names = "--trials",
            split = ",",
            description = "What is done, in this order: ${COMPLETION-CANDIDATES}. Default: everything.")
    private List<Trial> trials = List.of();

    @Option(
            names = "--steps",
            split = ",",
            description =
                    "Where kill-at-each-step kills the leader. Default: everywhere, from upgrade-planned to upgrade-node-done.")
    private List<String> steps = List.of();

    @Option(
            names = "--by-hand",
            description =
                    "Drains, refreshes and uncordons node by node with a command each, in place of `quorate upgrade`.")
    private boolean byHand;

    @Mixin
    private OwnCluster own;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<Trial> wanted = trials.isEmpty() ? List.of(Trial.values()) : trials;
        Duration time = Duration.ofMinutes(OwnCluster.between("--minutes", minutes, 1, MOST_MINUTES));
        if (!UpgradeTrials.STEPS.containsAll(steps)) {
            throw new ParameterException(
                    spec.commandLine(), "--steps are of " + String.join(", ", UpgradeTrials.STEPS) + "; not " + steps);
        }
        int nodes = own.nodes();
        long began = System.nanoTime();
        PackedReleases releases = own.releases();
        Failpoints failpoints =
                new Failpoints(Files.createDirectories(own.root().resolve("failpoints")));
        try (NodeNetwork network = own.network(nodes, 1);
                ContainerProcesses containers = new ContainerProcesses(own.root());
                LocalCluster cluster = own.start(network, nodes, PREFIX, failpoints);
                PodTrials pods = new PodTrials(cluster, network, containers, line -> tell(out, line))) {
            UpgradeTrials upgrades =
                    new UpgradeTrials(cluster, pods, releases, failpoints, byHand, line -> tell(out, line));
            for (int round = 1; round <= rounds; round++) {
                for (Trial each : wanted) {
                    tell(out, "round " + round + ", " + each);
                    switch (each) {
                        case PLAIN -> upgrades.plain();
                        case KILL_AT_EACH_STEP ->
                            upgrades.killAtEachStep(steps.isEmpty() ? UpgradeTrials.STEPS : steps);
                        case KILL_WHILE_FINALIZED -> upgrades.killWhileFinalized();
                        case KILL_WHILE_TAKEN_BACK -> upgrades.killWhileTakenBack();
                        case UNHEALTHY -> upgrades.unhealthy();
                        case CANNOT_START -> upgrades.cannotStart();
                        case BAD_RELEASES -> upgrades.badReleases();
                        case REVERT_UNDER_WRITES -> upgrades.revertUnderWrites(time);
                    }
                }
            }
            UpgradeReport report = new UpgradeReport(
                    nodes,
                    network.cuts() ? "namespaces" : "loopback",
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began),
                    upgrades.rounds());
            report.write(own.report());
            report.table().forEach(line -> tell(out, line));
            List<String> violations = new ArrayList<>(pods.violations());
            upgrades.rounds().forEach(round -> violations.addAll(round.violations()));
            return BenchCommand.verdict(out, violations, "all held");
        }
    }

    private static void tell(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
