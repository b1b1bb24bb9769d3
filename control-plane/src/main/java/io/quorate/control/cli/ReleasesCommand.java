package io.quorate.control.cli;

import io.quorate.node.contract.ReleaseReport;
import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.FolderException;
import io.quorate.node.release.Refresh;
import io.quorate.node.release.ReleaseFolder;
import io.quorate.node.release.ReleaseOffer;
import io.quorate.node.release.ReleaseRefused;
import io.quorate.node.release.ReleaseSettings;
import io.quorate.node.release.ReleaseState;
import io.quorate.node.release.ReleaseVersion;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "releases",
        mixinStandardHelpOptions = true,
        description =
                "Shows the releases that this node has, what came of its last change, and what its source offers.",
        footer = {"", "Examples:", "  quorate releases", "  quorate releases --source /srv/releases"})
final class ReleasesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(
            names = "--source",
            paramLabel = "FOLDER|URL",
            defaultValue = "",
            description = "Where to look. Default: quorate.release.source of quorate.conf.")
    private String source;

    @Override
    public Integer call() {
        Path data = node.dataFolder();
        try {
            Refresh refresh =
                    Refresh.ofStopped(data, ReleaseSettings.of(StartCommand.settingsOf(data)), Failpoints.NONE, "");
            show(refresh);
            return ExitCode.OK;
        } catch (FolderException | IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    private void show(Refresh refresh) {
        PrintWriter out = spec.commandLine().getOut();
        ReleaseFolder folder = refresh.folder();
        ReleaseState state = folder.state();
        String current = refresh.running().version();
        out.println("current:  " + current + (folder.current().isEmpty() ? " (as it was installed)" : ""));
        out.println("previous: " + (state.previous().isEmpty() ? "none" : state.previous()));
        folder.underTrial().ifPresent(version -> out.println("on trial: " + version + ", not confirmed yet"));
        for (ReleaseVersion version : folder.installed()) {
            String word = version.toString().equals(current)
                    ? " (current)"
                    : version.toString().equals(state.previous()) ? " (previous)" : "";
            out.println("here:     " + version + word);
        }
        if (!state.state().equals(ReleaseReport.IDLE)) {
            out.println("last:     "
                    + (state.order().revert()
                            ? "revert"
                            : "refresh to " + state.order().version()) + ": "
                    + folder.outcome(state));
        }
        out.println("follows:  " + refresh.channel());
        if (!source.isEmpty() || !refresh.source().isEmpty()) {
            offered(refresh, out);
        }
    }

    private void offered(Refresh refresh, PrintWriter out) {
        try {
            ReleaseOffer offer = refresh.look(source);
            out.println("offered:  " + offer.version()
                    + (offer.notes().isEmpty()
                            ? ", nothing speaks against it"
                            : ": " + offer.notes().getFirst()));
        } catch (ReleaseRefused e) {
            out.println("offered:  nothing: " + e.getMessage());
        }
    }
}
