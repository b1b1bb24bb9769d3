package io.quorate.chaos.bench;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmark program's entry. */
@Command(
        name = "quorate-bench",
        mixinStandardHelpOptions = true,
        description = "Measures a cluster that is running, and judges what it tells its clients.",
        subcommands = {
            LoadCommand.class,
            LeaderKillCommand.class,
            VoterKillCommand.class,
            RollingRestartCommand.class,
            JoinCommand.class,
            ThirdNodeCommand.class,
            MajorityLossCommand.class,
            WorkloadCommand.class,
            WorkersCommand.class,
            CheckCommand.class,
            ChaosCommand.class,
            PromisesCommand.class,
            PodsCommand.class,
            UpgradeCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  quorate-bench load 127.0.0.11:16443 127.0.0.12:16443 127.0.0.13:16443",
            "  quorate-bench load --through journal --clients 1,16 127.0.0.11:16443 127.0.0.12:16443",
            "  quorate-bench leader-kill --rounds 20 deploy/target/quickstart/n1 deploy/target/quickstart/n2 "
                    + "deploy/target/quickstart/n3",
            "  quorate-bench join --name n4 --address 127.0.0.14 --data-folder deploy/target/quickstart/n4 127.0.0.11:16443",
            "  quorate-bench workload --workload register --history history.jsonl --access deploy/target/quickstart/n1 "
                    + "127.0.0.11:16443 127.0.0.12:16443 127.0.0.13:16443",
            "  quorate-bench workers --workers 1000 --pods 10 --data-folders /var/tmp/workers",
            "  quorate-bench check --workload register history.jsonl"
        })
public final class BenchCommand {
    private BenchCommand() {}

    /**
     * Prints what did not hold, or that all did.
     *
     * @return the exit code
     */
    static int verdict(PrintWriter out, List<String> violations, String allHeld) {
        violations.forEach(out::println);
        out.println(violations.isEmpty() ? allHeld : "VIOLATIONS");
        return violations.isEmpty() ? 0 : 1;
    }

    static CommandLine commandLine() {
        return new CommandLine(new BenchCommand())
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(failure.getMessage());
                    return 1;
                });
    }

    public static void main(String[] arguments) {
        System.exit(
                arguments.length == 0
                        ? commandLine().execute("--help")
                        : commandLine().execute(arguments));
    }
}
