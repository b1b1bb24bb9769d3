package io.quorate.control.cli;

import io.quorate.node.NodeSettings;
import io.quorate.node.workload.oci.ImageStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "image",
        mixinStandardHelpOptions = true,
        description =
                "The images that this node has for its pods. Only the runtime oci uses them (quorate.workload.runtime).",
        subcommands = {ImageCommand.Import.class, ImageCommand.Listing.class},
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  quorate image import nginx.tar", "  quorate image list"})
final class ImageCommand {
    private static final long MIB = 1 << 20;

    private ImageCommand() {}

    private static ImageStore store(NodeOptions node) {
        Path folder = node.dataFolder();
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    folder + " is no folder: give the one that the node was started with (--data-folder)");
        }
        try {
            NodeSettings.Workloads how = NodeSettings.workloads(StartCommand.settingsOf(folder), folder);
            return new ImageStore(how.images(), NodeSettings.Workloads.unpacked(folder));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = {
                "Brings the images of an archive onto this node: a tar that is an image layout, as `docker save`, `podman save --format",
                "oci-archive` and `skopeo copy` write it. Run it on each node that is to have them. The node may run."
            },
            footer = {
                "",
                "Examples:",
                "  quorate image import nginx.tar",
                "  quorate image import web.tar --name registry.example/team/web:1.4"
            })
    static final class Import implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private NodeOptions node;

        @Parameters(paramLabel = "FILE", description = "The archive.")
        private Path file;

        @Option(names = "--name", paramLabel = "NAME", description = "What its image is called. Default: as it says.")
        private String name = "";

        @Override
        public Integer call() {
            try {
                for (String each : store(node).bringIn(file, name)) {
                    spec.commandLine().getOut().println(each + " is here");
                }
                return ExitCode.OK;
            } catch (IOException e) {
                String why = e instanceof java.nio.file.NoSuchFileException
                        ? "there is no file " + e.getMessage()
                        : String.valueOf(e.getMessage());
                throw new CommandFailure(ExitCode.FAILED, why);
            }
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the images that this node has.",
            footer = {"", "Examples:", "  quorate image list"})
    static final class Listing implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private NodeOptions node;

        @Override
        public Integer call() {
            try {
                List<ImageStore.Listed> all = store(node).list();
                for (ImageStore.Listed each : all) {
                    spec.commandLine()
                            .getOut()
                            .println(String.format(
                                    Locale.ROOT,
                                    "%-50s %s %7.1f MiB",
                                    each.name(),
                                    each.digest().substring(0, "sha256:".length() + 12),
                                    (double) each.bytes() / MIB));
                }
                return ExitCode.OK;
            } catch (IOException e) {
                throw new CommandFailure(ExitCode.FAILED, e.getMessage());
            }
        }
    }
}
