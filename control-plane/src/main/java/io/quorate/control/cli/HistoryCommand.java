package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Shows what happened to the cluster, when, and why.",
        footer = {
            "",
            "Examples:",
            "  quorate history",
            "  quorate history --node n3",
            "  quorate history --since 120",
            "  quorate history -o json"
        })
final class HistoryCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(names = "--node", paramLabel = "NAME", defaultValue = "", description = "Only what is about this node.")
    private String about;

    @Option(
            names = "--since",
            paramLabel = "NR",
            defaultValue = "0",
            description = "Only what came after this number, the first of a line.")
    private long since;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "pretty",
            description = "pretty, json or yaml. Default: pretty.")
    private Format format;

    @Override
    public Integer call() {
        ArrayNode entries = entries(NodeClient.of(node.dataFolder()), since, about);
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case JSON, YAML -> out.println(format.write(entries));
            case TABLE, PRETTY -> entries.forEach(entry -> out.println(line(entry)));
        }
        return ExitCode.OK;
    }

    static String line(JsonNode entry) {
        return "%5d  %s  %s"
                .formatted(
                        entry.path("nr").asLong(),
                        entry.path("at").asText(),
                        entry.path("text").asText());
    }

    /** All entries after a number, page by page. */
    static ArrayNode entries(NodeClient client, long since, String about) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        long after = since;
        while (true) {
            JsonNode page = client.json(
                    "GET",
                    "/v1/history?after=" + after + "&node=" + NodeClient.segment(about),
                    "",
                    Duration.ofSeconds(10));
            page.path("entries").forEach(all::add);
            if (!page.path("more").asBoolean()) {
                return all;
            }
            after = page.path("upTo").asLong();
        }
    }
}
