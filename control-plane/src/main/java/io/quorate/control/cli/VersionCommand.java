package io.quorate.control.cli;

import io.quorate.node.release.Release;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        description = "Prints the version.",
        footer = {"", "Example:", "  quorate version"})
final class VersionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Release.running().version();
            return new String[] {"quorate " + (version.equals("development") ? "(from classes)" : version)};
        }
    }

    @Override
    public Integer call() {
        spec.commandLine().getOut().println(new Provider().getVersion()[0]);
        return ExitCode.OK;
    }
}
