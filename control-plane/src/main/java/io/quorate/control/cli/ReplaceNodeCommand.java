package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "replace-node",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the line with which a new machine takes the place of a dead one: its failure domain, its weight, and its role as",
            "soon as it is due. The dead one is removed when the new one has joined. Refused where it is alive."
        },
        footer = {"", "Example:", "  quorate replace-node n3"})
final class ReplaceNodeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Parameters(paramLabel = "OLD", description = "The dead node, as `quorate status -o table` lists it.")
    private String name;

    @Option(
            names = {"-l", "--token-ttl"},
            defaultValue = "300",
            paramLabel = "SECONDS",
            description = "How long the line is good. Default: 300.")
    private long ttlSeconds;

    @Override
    public Integer call() {
        JsonNode issued = node.client()
                .json(
                        "POST",
                        "/v1/nodes/" + NodeClient.segment(name) + "/replacement",
                        "{\"ttlSeconds\":" + ttlSeconds + "}",
                        Duration.ofSeconds(10));
        PrintWriter out = spec.commandLine().getOut();
        out.println("On the machine that takes the place of " + name + ", under another name, run the following:");
        out.println(AddNodeCommand.lines(issued).getFirst());
        return ExitCode.OK;
    }
}
