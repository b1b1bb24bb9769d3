package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "remove-node",
        mixinStandardHelpOptions = true,
        description = {
            "Removes another node from the cluster. One that is there hands over its role first.",
            "Refused where the cluster would lose its quorum."
        },
        footer = {
            "",
            "Examples:",
            "  quorate remove-node n4",
            "  quorate remove-node n3 --force      # n3 is dead and never comes back"
        })
final class RemoveNodeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Parameters(paramLabel = "NAME", description = "As `quorate status -o table` lists it.")
    private String name;

    @Option(names = "--force", description = "The node is dead and never comes back; refused where it is alive.")
    private boolean force;

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
        client.json(
                "DELETE",
                "/v1/nodes/" + NodeClient.segment(name) + (force ? "?force=true" : ""),
                "",
                Duration.ofSeconds(10));
        Waiting.until(
                timeoutSeconds,
                name + " is not removed yet; the cluster goes on by itself. `quorate explain " + name
                        + "` shows how far it is",
                () -> {
                    JsonNode status = client.status();
                    for (JsonNode each : status.path("nodes")) {
                        if (each.path("name").asText().equals(name)) {
                            return false;
                        }
                    }
                    return !status.path("leader").asText("").isEmpty();
                });
        spec.commandLine().getOut().println(name + " is removed");
        return ExitCode.OK;
    }
}
