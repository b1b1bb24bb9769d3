package io.quorate.chaos.bench;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Judges a history that `quorate-bench workload`, or anybody else, has written; docs/how-to/check-a-history.md has the form.",
            "Exit code: 0 all is as promised, 1 something is not or the file cannot be read, 4 that could not be judged."
        })
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--workload", required = true, description = "${COMPLETION-CANDIDATES}.")
    private JudgedWorkload workload = JudgedWorkload.REGISTER;

    @Parameters(paramLabel = "FILE", description = "The history.")
    private Path history = Path.of("");

    @Override
    public Integer call() throws Exception {
        return workload.judge(history, spec.commandLine().getOut());
    }
}
