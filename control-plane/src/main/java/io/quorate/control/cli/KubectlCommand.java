package io.quorate.control.cli;

import io.quorate.node.access.ApiAccess;
import io.quorate.node.folder.FolderException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "kubectl",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the kubectl of this machine with this node's access. Everything from its first word on goes to it as it is;",
            "options of this command stand before."
        },
        footer = {
            "",
            "Examples:",
            "  quorate kubectl get nodes",
            "  quorate kubectl apply -f web.yaml",
            "  quorate kubectl --data-folder /srv/k8s-2 get pods -A -o wide"
        })
final class KubectlCommand implements Callable<Integer> {
    private static final String PROGRAM = "kubectl";

    @Mixin
    private NodeOptions options;

    @Parameters(arity = "0..*", paramLabel = "ARGUMENT", description = "For kubectl.")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws InterruptedException {
        Path program = find(System.getenv("PATH"))
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.FAILED,
                        "there is no kubectl on the PATH of this machine. Install it (Debian: kubernetes-client), or fetch"
                                + " it from https://dl.k8s.io; `quorate config` prints the file that it wants"));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("KUBECONFIG", config().toString());
        try {
            return builder.start().waitFor();
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, program + " cannot be run: " + e.getMessage());
        }
    }

    static Optional<Path> find(@Nullable String path) {
        return Stream.of(path == null ? new String[0] : path.split(File.pathSeparator))
                .filter(each -> !each.isEmpty())
                .map(each -> Path.of(each, PROGRAM))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The file that was given, or one beside the node's keys that says no more than they do. */
    private Path config() {
        Optional<Path> given = options.config();
        if (given.isPresent()) {
            return given.get();
        }
        Path folder = options.dataFolder();
        try {
            ApiAccess access = ApiAccess.ofDataFolder(folder)
                    .orElseThrow(() -> new CommandFailure(
                            ExitCode.NOT_RUNNING,
                            folder + " holds no node. Start one with `quorate start --data-folder " + folder
                                    + "`, or name a file that `quorate config` printed with --config"));
            Path fresh = Files.createTempFile(folder, "kubectl", ".yaml"); // readable by its owner only
            Files.writeString(fresh, access.toConfig("node"));
            return Files.move(
                    fresh,
                    folder.resolve("kubectl.yaml"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (FolderException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILED, "the access to " + folder + " cannot be written: " + e.getMessage());
        }
    }
}
