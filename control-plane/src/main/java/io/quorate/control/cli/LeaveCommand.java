package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "leave",
        mixinStandardHelpOptions = true,
        description = {
            "Takes this node out of its cluster: it hands over its role, and then runs as an empty cluster of one.",
            "What it had stays in its data folder, as backend.after-leave-…"
        },
        footer = {"", "Example:", "  quorate leave"})
final class LeaveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(
            names = {"-t", "--timeout"},
            defaultValue = "60",
            converter = Times.Seconds.class,
            paramLabel = "TIME",
            description = "How long to wait until it is done: seconds, or 2m. Default: 60.")
    private int timeoutSeconds;

    @Override
    public Integer call() throws InterruptedException {
        NodeClient client = node.client();
        String cluster = client.status().path("cluster").asText();
        client.json("POST", "/v1/leave", "", Duration.ofSeconds(10));
        PrintWriter out = spec.commandLine().getErr();
        out.println("This node hands over its role …");
        Waiting.until(
                timeoutSeconds,
                "the node has not left yet; it goes on by itself. `quorate status` shows how far it is",
                () -> {
                    JsonNode status = client.status();
                    return !status.path("cluster").asText().equals(cluster)
                            && !status.path("leader").asText("").isEmpty();
                });
        spec.commandLine().getOut().println("This node has left the cluster, and is an empty cluster of one");
        return ExitCode.OK;
    }
}
