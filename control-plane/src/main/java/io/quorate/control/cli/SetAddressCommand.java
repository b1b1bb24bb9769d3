package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "set-address",
        mixinStandardHelpOptions = true,
        description = {
            "Tells the cluster beforehand that a node's machine gets another address. The node takes it at the first start at which the"
                    + " machine has it; it stays the same member, with its data and its role.",
            "Where that has happened already: `quorate start --address ADDRESS` on that machine."
        },
        footer = {
            "",
            "Examples:",
            "  quorate set-address 192.168.7.13              # this node",
            "  quorate set-address 192.168.7.14 --node n4",
            "  quorate set-address 192.168.1.14 --node n4    # where it is now: it stays after all"
        })
final class SetAddressCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Parameters(paramLabel = "ADDRESS[:PORT]", description = "Of the cluster port. The port stays where none is given.")
    private String address;

    @Option(names = "--node", paramLabel = "NAME", defaultValue = "", description = "Default: the one that is asked.")
    private String name;

    @Override
    public Integer call() {
        NodeClient client = options.client();
        String node = name.isEmpty() ? client.status().path("name").asText() : name;
        client.json(
                "PATCH",
                "/v1/nodes/" + NodeClient.segment(node),
                "{\"address\":" + TextNode.valueOf(address) + "}",
                Duration.ofSeconds(10));
        spec.commandLine().getOut().println(outcome(node, client.status()));
        return ExitCode.OK;
    }

    private static String outcome(String name, JsonNode status) {
        for (JsonNode node : status.path("nodes")) {
            if (node.path("name").asText().equals(name) && node.has("nextAddress")) {
                return name + " is to be at " + node.path("nextAddress").asText()
                        + ": it takes that address at the first start at which its machine has it";
            }
        }
        return name + " stays where it is";
    }
}
