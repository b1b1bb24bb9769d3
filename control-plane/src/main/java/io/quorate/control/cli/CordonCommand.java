package io.quorate.control.cli;

import picocli.CommandLine.Command;

@Command(
        name = "cordon",
        mixinStandardHelpOptions = true,
        description = "Closes a node to new pods; those that are there stay. `quorate uncordon` opens it again.",
        footer = {"", "Examples:", "  quorate cordon k8s-2"})
final class CordonCommand extends Cordon {
    CordonCommand() {
        super(true);
    }
}
