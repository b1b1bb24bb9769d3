package io.quorate.chaos;

import io.quorate.chaos.bench.BenchCommand;
import io.quorate.chaos.network.Namespaces;
import io.quorate.chaos.process.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The benchmark program, as a process, with the classes that are under test. */
final class BenchProcess {
    private BenchProcess() {}

    record Ended(int exitCode, String text) {}

    /**
     * Runs a command that starts a cluster of its own, with a network and mounts of its own where that is
     * allowed: what it makes there is gone with it.
     *
     * @param root where the data folders go
     */
    static Ended run(Path root, String... arguments) throws IOException, InterruptedException {
        Launcher launcher = Launchers.underTest();
        List<String> command = new ArrayList<>();
        if (Namespaces.allowed()) {
            command.addAll(List.of("unshare", "--net", "--mount"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BenchCommand.class.getName()));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "--subnet",
                Launchers.subnet(),
                "--data-folders",
                root.toString(),
                "--launcher",
                launcher.script().toString()));
        Path said = root.resolve("said");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().putAll(launcher.environment());
        Process process = builder.start();
        if (!process.waitFor(8, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IllegalStateException("it does not end: " + Files.readString(said));
        }
        return new Ended(process.exitValue(), Files.readString(said));
    }
}
