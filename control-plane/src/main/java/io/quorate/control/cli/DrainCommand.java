package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description = {
            "Closes a node to new pods and moves the others off it, as far as their disruption budgets allow; waits until they",
            "are gone. What has no controller that makes it anew elsewhere, or keeps data on the node, is left unless you say so."
        },
        footer = {
            "",
            "Examples:",
            "  quorate drain k8s-2 --ignore-daemonsets",
            "  quorate drain k8s-2 --ignore-daemonsets --delete-emptydir-data --timeout 120",
            "  quorate uncordon k8s-2                 # afterwards"
        })
final class DrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Parameters(paramLabel = "NODE", description = "As `quorate status -o table` lists it.")
    private String node;

    @Option(names = "--ignore-daemonsets", description = "Leave pods of daemon sets where they are.")
    private boolean ignoreDaemonSets;

    @Option(names = "--delete-emptydir-data", description = "Also pods that lose what is in their emptyDir volumes.")
    private boolean deleteData;

    @Option(names = "--force", description = "Also pods that nobody makes anew.")
    private boolean force;

    @Option(
            names = "--grace-period",
            paramLabel = "SECONDS",
            defaultValue = "-1",
            description = "That each pod has to end. Default: -1, its own.")
    private int graceSeconds;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "After which it gives up; the node stays closed. Default: 0, never.")
    private int timeoutSeconds;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        NodeClient client = options.client();
        Cordon.set(client, node, true, out);
        JsonNode pods = pods(client);
        DrainSelection selection =
                DrainSelection.of(pods, new DrainSelection.Allowed(ignoreDaemonSets, deleteData, force));
        if (!selection.refused().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "node " + node + " is cordoned, and none of its pods was evicted: "
                            + String.join("; ", selection.refused()));
        }
        selection.warnings().forEach(warning -> err.println("Warning: " + warning));
        new Drain(client, graceSeconds, out, err).evict(selection.pods(), node, timeoutSeconds);
        out.println("node/" + node + " drained");
        return ExitCode.OK;
    }

    private JsonNode pods(NodeClient client) {
        NodeClient.Answer answer =
                client.ask("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3D" + NodeClient.segment(node), "", "");
        if (!answer.isGood()) {
            throw new CommandFailure(ExitCode.FAILED, "the pods of " + node + ": " + answer.message());
        }
        return answer.body().path("items");
    }
}
