package io.quorate.control.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's entry. */
@Command(
        name = "quorate",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        description = "A highly available control plane for a handful of machines.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StartCommand.class,
            StopCommand.class,
            StatusCommand.class,
            AddNodeCommand.class,
            TokensCommand.class,
            JoinCommand.class,
            LeaveCommand.class,
            RemoveNodeCommand.class,
            ReplaceNodeCommand.class,
            ResetCommand.class,
            RefreshCommand.class,
            RevertCommand.class,
            ReleasesCommand.class,
            RolesCommand.class,
            SetAddressCommand.class,
            ConfigCommand.class,
            AccessCommand.class,
            RefreshCertsCommand.class,
            HistoryCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            RecoverCommand.class,
            ReconfigureCommand.class,
            RepairCommand.class,
            InspectCommand.class,
            VerifyCommand.class,
            ExplainCommand.class,
            CordonCommand.class,
            UncordonCommand.class,
            DrainCommand.class,
            KubectlCommand.class,
            ImageCommand.class,
            EnableCommand.class,
            DisableCommand.class,
            AddonsCommand.class,
            SimulateCommand.class,
            KeyValueCommands.class,
            VersionCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:refused or failed; one line says why and what to do",
            "2:wrong usage",
            "3:no node runs with this data folder",
            "4:the outcome is not known; the operation may have been done",
            "70:the node stopped itself because it could no longer be trusted",
            "75:the node's release has changed: start it again (a supervisor does)"
        },
        footer = {
            "",
            "Examples:",
            "  quorate start --background --name n1 --address 192.168.1.11",
            "  quorate add-node                       # prints the line to run on the next machine",
            "  quorate join 192.168.1.11:25000/TOKEN/FINGERPRINT",
            "  quorate status"
        })
public final class QuorateCli {
    private QuorateCli() {}

    public static void main(String[] arguments) {
        int code = run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments);
        System.exit(code);
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine line = new CommandLine(new QuorateCli())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof CommandFailure known) {
                        command.getErr().println(known.getMessage());
                        return known.exitCode();
                    }
                    command.getErr().println("quorate met an error that it does not know: " + failure);
                    return ExitCode.FAILED;
                });
        line.getSubcommands().get("kubectl").setStopAtPositional(true).setUnmatchedOptionsArePositionalParams(true);
        if (arguments.length == 0) {
            line.usage(err);
            return ExitCode.USAGE;
        }
        return line.execute(arguments);
    }
}
