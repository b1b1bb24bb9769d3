package io.quorate.control.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Closes a node to new pods, or opens it again. */
abstract class Cordon implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Parameters(paramLabel = "NODE", description = "As `quorate status -o table` lists it.")
    private String node;

    private final boolean closes;

    Cordon(boolean closes) {
        this.closes = closes;
    }

    @Override
    public Integer call() {
        set(options.client(), node, closes, spec.commandLine().getOut());
        return ExitCode.OK;
    }

    /** Tells what it did in kubectl's words. */
    static void set(NodeClient client, String node, boolean closed, PrintWriter out) {
        String path = path(node);
        NodeClient.Answer there = client.ask("GET", path, "", "");
        require(there, node);
        String word = closed ? "cordoned" : "uncordoned";
        boolean is = there.body().path("spec").path("unschedulable").asBoolean();
        if (is == closed) {
            out.println("node/" + node + " already " + word);
            return;
        }
        require(
                client.ask(
                        "PATCH",
                        path,
                        "application/strategic-merge-patch+json",
                        "{\"spec\":{\"unschedulable\":" + (closed ? "true" : "null") + "}}"),
                node);
        out.println("node/" + node + " " + word);
    }

    private static String path(String node) {
        return "/api/v1/nodes/" + NodeClient.segment(node);
    }

    private static void require(NodeClient.Answer answer, String node) {
        if (answer.code() == 404) {
            throw new CommandFailure(
                    ExitCode.FAILED, "there is no node " + node + "; `quorate status -o table` lists the nodes");
        }
        if (!answer.isGood()) {
            throw new CommandFailure(
                    answer.code() == 504 ? ExitCode.UNKNOWN : ExitCode.FAILED,
                    "node " + node + ": " + answer.message());
        }
    }
}
