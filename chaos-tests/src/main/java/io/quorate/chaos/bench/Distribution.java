package io.quorate.chaos.bench;

import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The distribution that a command starts nodes from; an option of its own for each of them. */
final class Distribution {
    @Option(
            names = "--launcher",
            description = "bin/quorate of the distribution. Default: the one beside this program.")
    private Path launcher = Path.of(System.getenv().getOrDefault("QUORATE_LAUNCHER", "bin/quorate"));

    Launcher launcher() {
        return new Launcher(launcher, Map.of());
    }

    NodeProcess node(Path folder) {
        return new NodeProcess(folder, launcher());
    }

    List<NodeProcess> nodes(List<Path> folders) {
        return folders.stream().map(this::node).toList();
    }
}
