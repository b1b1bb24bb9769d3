package io.quorate.control.cli;

import picocli.CommandLine.Command;

@Command(
        name = "uncordon",
        mixinStandardHelpOptions = true,
        description = "Opens a node to new pods again. Pods that went elsewhere do not come back by themselves.",
        footer = {"", "Examples:", "  quorate uncordon k8s-2"})
final class UncordonCommand extends Cordon {
    UncordonCommand() {
        super(false);
    }
}
