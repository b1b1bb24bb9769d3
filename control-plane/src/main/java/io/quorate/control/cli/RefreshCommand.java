package io.quorate.control.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "refresh",
        mixinStandardHelpOptions = true,
        description = {
            "Takes this node to another release: fetches it, verifies it, restarts into it.",
            "If the new release does not become ready, the node goes back to the one before by itself."
        },
        footer = {
            "",
            "Examples:",
            "  quorate refresh                                      # what the channel that is followed has",
            "  quorate refresh --channel 1.23/candidate             # and follows that from now on",
            "  quorate refresh --source /srv/releases --dry-run     # only looks whether it could"
        })
final class RefreshCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(
            names = "--channel",
            paramLabel = "TRACK/RISK",
            defaultValue = "",
            description = "What to follow from now on. Default: what is followed already, latest/stable at first.")
    private String channel;

    @Option(
            names = "--source",
            paramLabel = "FOLDER|URL",
            defaultValue = "",
            description = "Where releases come from. Default: quorate.release.source of quorate.conf.")
    private String source;

    @Option(
            names = "--version",
            paramLabel = "V",
            defaultValue = "",
            description = "Exactly this one, in whichever channel it is.")
    private String version;

    @Option(names = "--dry-run", description = "Looks whether it could, and changes nothing.")
    private boolean dryRun;

    @Override
    public Integer call() throws InterruptedException {
        return new ReleaseChange(node, spec.commandLine().getOut())
                .refresh(new ReleaseChange.Wanted(source, channel, version, dryRun));
    }
}
