package io.quorate.control.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
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
    /**
     * The commands by their names, in the order of the help. A list of our own, not the annotation's: from that one, picocli reads all forty
     * by reflection before it runs one: a quarter of the time that a short one takes.
     */
    static final Map<String, Class<?>> COMMANDS = commands();

    private QuorateCli() {}

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> commands = new LinkedHashMap<>();
        commands.put("start", StartCommand.class);
        commands.put("stop", StopCommand.class);
        commands.put("status", StatusCommand.class);
        commands.put("add-node", AddNodeCommand.class);
        commands.put("tokens", TokensCommand.class);
        commands.put("join", JoinCommand.class);
        commands.put("leave", LeaveCommand.class);
        commands.put("remove-node", RemoveNodeCommand.class);
        commands.put("replace-node", ReplaceNodeCommand.class);
        commands.put("reset", ResetCommand.class);
        commands.put("refresh", RefreshCommand.class);
        commands.put("revert", RevertCommand.class);
        commands.put("releases", ReleasesCommand.class);
        commands.put("roles", RolesCommand.class);
        commands.put("set-address", SetAddressCommand.class);
        commands.put("config", ConfigCommand.class);
        commands.put("access", AccessCommand.class);
        commands.put("refresh-certs", RefreshCertsCommand.class);
        commands.put("history", HistoryCommand.class);
        commands.put("backup", BackupCommand.class);
        commands.put("upgrade", UpgradeCommand.class);
        commands.put("restore", RestoreCommand.class);
        commands.put("recover", RecoverCommand.class);
        commands.put("reconfigure", ReconfigureCommand.class);
        commands.put("repair", RepairCommand.class);
        commands.put("inspect", InspectCommand.class);
        commands.put("verify", VerifyCommand.class);
        commands.put("explain", ExplainCommand.class);
        commands.put("cordon", CordonCommand.class);
        commands.put("uncordon", UncordonCommand.class);
        commands.put("drain", DrainCommand.class);
        commands.put("kubectl", KubectlCommand.class);
        commands.put("image", ImageCommand.class);
        commands.put("enable", EnableCommand.class);
        commands.put("disable", DisableCommand.class);
        commands.put("addons", AddonsCommand.class);
        commands.put("simulate", SimulateCommand.class);
        commands.put("kv", KeyValueCommands.class);
        commands.put("version", VersionCommand.class);
        return Collections.unmodifiableMap(commands);
    }

    public static void main(String[] arguments) {
        int code = run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments);
        System.exit(code);
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine line = new CommandLine(new QuorateCli());
        Class<?> named = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
        if (named != null) {
            line.addSubcommand(named);
        } else { // the help, the completion, or a name that is not known and may resemble one that is
            COMMANDS.values().forEach(line::addSubcommand);
            line.addSubcommand(AutoComplete.GenerateCompletion.class);
        }
        line.setOut(out)
                .setErr(err)
                .setExpandAtFiles(false) // a value, and a word for kubectl, is what was typed
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof CommandFailure known) {
                        command.getErr().println(known.getMessage());
                        return known.exitCode();
                    }
                    command.getErr().println("quorate met an error that it does not know: " + failure);
                    return ExitCode.FAILED;
                });
        CommandLine kubectl = line.getSubcommands().get("kubectl");
        if (kubectl != null) {
            kubectl.setStopAtPositional(true).setUnmatchedOptionsArePositionalParams(true);
        }
        if (arguments.length == 0) {
            line.usage(err);
            return ExitCode.USAGE;
        }
        return line.execute(arguments);
    }
}
