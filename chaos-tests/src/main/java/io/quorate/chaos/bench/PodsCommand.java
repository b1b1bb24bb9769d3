package io.quorate.chaos.bench;

import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.pods.Kubectl;
import io.quorate.chaos.pods.PodDemo;
import io.quorate.chaos.pods.PodTrials;
import io.quorate.chaos.process.ContainerProcesses;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.chaos.report.Spread;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "pods",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a cluster of its own that runs pods, shows what the real kubectl does with it, and lets things go wrong with it:",
            "nodes that are drained, killed, and come back; leaders that die in a roll-out, and under watches. Clients of a service and",
            "watches see all of it, and what they saw is judged. Each node is in a network namespace where this process may make them;",
            "docs/how-to/run-chaos.md says how, also without root.",
        },
        footer = {
            "",
            "Examples:",
            "  quorate-bench pods --nodes 3 --trials demo --data-folders /tmp/demo",
            "  unshare --net --mount quorate-bench pods --nodes 3 --rounds 5 --data-folders /tmp/pods",
        })
final class PodsCommand implements Callable<Integer> {
    /** What is done. */
    enum Trial {
        DEMO,
        GOOD_ORDER,
        KILL_NODE,
        KILL_LEADER,
        WATCHES;

        /** As the command line has it, and prints it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final String PREFIX = "k8s-";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--rounds",
            defaultValue = "1",
            description = "Of each trial but the demo. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--trials",
            split = ",",
            description = "What is done: ${COMPLETION-CANDIDATES}. Default: everything.")
    private List<Trial> trials = List.of();

    @Mixin
    private OwnCluster own;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Set<Trial> wanted = trials.isEmpty() ? EnumSet.allOf(Trial.class) : EnumSet.copyOf(trials);
        int nodes = own.nodes();
        try (NodeNetwork network = own.network(nodes, 1);
                ContainerProcesses containers = new ContainerProcesses(own.root());
                LocalCluster cluster = own.start(network, nodes, PREFIX)) {
            Kubectl kubectl = new Kubectl(own.root(), cluster.nodes().getFirst());
            List<String> violations = new ArrayList<>();
            if (wanted.remove(Trial.DEMO)) {
                violations.addAll(demo(kubectl, cluster, network, out));
            }
            if (!wanted.isEmpty()) {
                violations.addAll(trials(wanted, kubectl, cluster, network, containers, out));
            }
            return BenchCommand.verdict(out, violations, "all held");
        }
    }

    private List<String> demo(Kubectl kubectl, LocalCluster cluster, NodeNetwork network, PrintWriter out)
            throws IOException, InterruptedException {
        List<String> names = cluster.nodes().stream().map(NodeProcess::name).toList();
        List<String> addresses = IntStream.rangeClosed(1, names.size())
                .mapToObj(network::address)
                .toList();
        return new PodDemo(kubectl, own.root(), names, addresses, line -> tell(out, line)).run();
    }

    private List<String> trials(
            Set<Trial> wanted,
            Kubectl kubectl,
            LocalCluster cluster,
            NodeNetwork network,
            ContainerProcesses containers,
            PrintWriter out)
            throws IOException, InterruptedException {
        try (PodTrials pods = new PodTrials(cluster, network, containers, line -> tell(out, line))) {
            for (int round = 1; round <= rounds; round++) {
                for (Trial each : wanted) {
                    tell(out, "round " + round + ", " + each);
                    switch (each) {
                        case DEMO -> {}
                        case GOOD_ORDER -> pods.goodOrder(kubectl);
                        case KILL_NODE -> pods.killNode();
                        case KILL_LEADER -> pods.killLeaderInRollout();
                        case WATCHES -> pods.watchThroughLeaders();
                    }
                }
            }
            pods.times().forEach((what, millis) -> tell(out, what + ": " + Spread.of(millis)));
            return pods.violations();
        }
    }

    private static void tell(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
