package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the commands that list tokens of some kind, or revoke one. */
final class TokenListing {
    @Option(
            names = "--revoke",
            paramLabel = "ID",
            defaultValue = "",
            description = "The token with this id is good for nothing any more.")
    private String revoke;

    @Mixin
    private FormatOption format;

    /**
     * @param path where they are listed
     * @param head of the table
     * @param row a line of it
     */
    int run(NodeClient client, PrintWriter out, String path, String head, Function<JsonNode, String> row) {
        if (!revoke.isEmpty()) {
            client.json("DELETE", path + "/" + NodeClient.segment(revoke), "", Duration.ofSeconds(10));
            out.println("token " + revoke + " is revoked");
            return ExitCode.OK;
        }
        JsonNode tokens = client.json("GET", path, "", Duration.ofSeconds(5));
        switch (format.get()) {
            case JSON, YAML -> out.println(format.get().write(tokens));
            case TABLE, PRETTY -> {
                out.println(head.stripTrailing());
                tokens.forEach(token -> out.println(row.apply(token).stripTrailing()));
            }
        }
        return ExitCode.OK;
    }
}
