package io.quorate.chaos.bench;

import io.quorate.chaos.load.Api;
import io.quorate.node.access.ApiAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The nodes of a running cluster that a command asks, and what opens their API; options of each such command. */
final class Targets {
    @Parameters(paramLabel = "HOST:PORT", arity = "1..*", description = "API ports of the cluster's nodes.")
    private List<String> addresses = List.of();

    @Option(
            names = "--access",
            required = true,
            paramLabel = "PATH",
            description = "The data folder of one of them, or a file that `quorate config` printed.")
    private Path path = Path.of("");

    /** With these a command of the distribution talks to one of them. */
    List<String> options() {
        return List.of(Files.isDirectory(path) ? "--data-folder" : "--config", path.toString());
    }

    List<Api> all() {
        ApiAccess access = Files.isDirectory(path)
                ? ApiAccess.ofDataFolder(path).orElseThrow(() -> new IllegalArgumentException(path + " holds no node"))
                : ApiAccess.ofConfig(path);
        return Api.all(addresses, access);
    }
}
