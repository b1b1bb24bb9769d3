package io.quorate.control.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which node a command is about. */
final class NodeOptions {
    @Option(
            names = {"-d", "--data-folder"},
            paramLabel = "DIR",
            defaultValue = "${env:QUORATE_DATA_FOLDER}",
            description = "The node's data folder. Default: $$QUORATE_DATA_FOLDER, else /var/lib/quorate for root and"
                    + " ~/.quorate for others.")
    private @Nullable Path dataFolder;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "${env:QUORATE_CONFIG}",
            description = "A file that `quorate config` printed: talks to the cluster from any machine. Default:"
                    + " $$QUORATE_CONFIG, else what is in the data folder.")
    private @Nullable Path config;

    /** Talks to the node that these options name. */
    NodeClient client() {
        return config().map(NodeClient::ofConfig).orElseGet(() -> NodeClient.of(dataFolder()));
    }

    /** The file that was named, if any was. */
    Optional<Path> config() {
        return Optional.ofNullable(config).filter(file -> !file.toString().isEmpty());
    }

    Path dataFolder() {
        Path chosen = dataFolder;
        if (chosen != null && !chosen.toString().isEmpty()) {
            return chosen.toAbsolutePath();
        }
        Path home = Path.of(System.getProperty("user.home"), ".quorate");
        boolean root = "root".equals(System.getProperty("user.name"));
        return root && !Files.exists(home) ? Path.of("/var/lib/quorate") : home;
    }
}
