package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.quorate.node.contract.Asked;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
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
            "  quorate history --since 10m",
            "  quorate history --follow",
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
            paramLabel = "TIME",
            defaultValue = "",
            description =
                    "Only what came after: 10m (ago), a time as 2026-11-25T01:00:00Z, or a number, the first of a line.")
    private String since;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with what happens, until it is ended.")
    private boolean follow;

    @Mixin
    private FormatOption format;

    @Override
    public Integer call() throws InterruptedException {
        NodeClient client = node.client();
        boolean byNumber = since.matches("\\d{1,18}");
        long notBefore = since.isEmpty() || byNumber ? 0 : Times.moment(since, System.currentTimeMillis());
        long after = byNumber ? Long.parseLong(since) : 0;
        long upgradesAfter = 0;
        PrintWriter out = spec.commandLine().getOut();
        do {
            ArrayNode entries = JsonNodeFactory.instance.arrayNode();
            for (JsonNode entry : entries(client, after, about)) {
                after = entry.path("nr").asLong();
                if (entry.path("atMillis").asLong() >= notBefore) {
                    entries.add(entry);
                }
            }
            for (JsonNode entry : upgrades(client, upgradesAfter)) {
                upgradesAfter = Long.parseLong(entry.path("nr").asText().substring(1));
                boolean concerned =
                        about.isEmpty() || about.equals(entry.path("node").asText());
                if (concerned && !byNumber && entry.path("atMillis").asLong() >= notBefore) {
                    entries.add(entry);
                }
            }
            entries = inOrder(entries);
            switch (format.get()) {
                case JSON, YAML -> out.println(format.get().write(entries));
                case TABLE, PRETTY -> {
                    entries.forEach(entry -> out.println(line(entry)));
                    if (!follow) {
                        end(client.status()).ifPresent(out::println);
                    }
                }
            }
            out.flush();
            if (follow) {
                TimeUnit.SECONDS.sleep(1); // asked again for as long as somebody looks on
            }
        } while (follow);
        return ExitCode.OK;
    }

    /** A node that was removed has a history of its own from some point on. */
    private static Optional<String> end(JsonNode status) {
        return status.path("role").asText().equals("removed")
                ? Optional.of("here ends what this node has, in epoch "
                        + status.path("epoch").asText()
                        + ". The cluster has another history without it: "
                        + status.path("notThere").asText("it was removed")
                        + ". `quorate history` on a member shows that")
                : Optional.empty();
    }

    static String line(JsonNode entry) {
        return "%5s  %s  %s%s"
                .formatted(
                        entry.path("nr").asText(),
                        entry.path("at").asText(),
                        entry.path("text").asText(),
                        by(entry.path("by").asText()));
    }

    private static String by(String who) {
        return switch (who) {
            case "" -> ""; // an older release recorded it
            case Asked.PLANNER -> " (by the planner)";
            default -> " (by " + who + ")";
        };
    }

    /** What happened to upgrades, after a number; a release that knows of none has none. */
    static ArrayNode upgrades(NodeClient client, long since) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        long after = since;
        while (true) {
            NodeClient.Answer page = client.ask("GET", "/v1/upgrade/history?after=" + after, "", "");
            page.body().path("entries").forEach(all::add);
            if (!page.isGood() || !page.body().path("more").asBoolean()) {
                return all;
            }
            after = page.body().path("upTo").asLong();
        }
    }

    /** What happened to the cluster and to its upgrades, all of it. */
    static ArrayNode whole(NodeClient client) {
        return inOrder(entries(client, 0, "").addAll(upgrades(client, 0)));
    }

    /** As the journal has them. */
    private static ArrayNode inOrder(ArrayNode entries) {
        List<JsonNode> sorted = new ArrayList<>();
        entries.forEach(sorted::add);
        sorted.sort(Comparator.comparingLong(entry -> entry.path("offset").asLong()));
        return JsonNodeFactory.instance.arrayNode().addAll(sorted);
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
