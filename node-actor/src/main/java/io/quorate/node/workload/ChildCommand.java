package io.quorate.node.workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A child process that is attended to. One with a terminal is given it by script(1), which stands between: Java has none to give. Which one it is stands in
 * a file, so that its size can be set.
 */
final class ChildCommand implements RunningCommand {
    private static final Logger LOG = LoggerFactory.getLogger(ChildCommand.class);
    private static final int MAX_SIZE = 4096;

    private final Process process;
    private final Optional<Path> terminal;

    /** @param terminal the file that says which terminal it has */
    ChildCommand(Process process, Optional<Path> terminal) {
        this.process = process;
        this.terminal = terminal;
    }

    /**
     * A command in a control group. The shell looks for it where the container would, and says what it does not find.
     *
     * @param group empty for none
     */
    static List<String> inGroup(String group, List<String> command) {
        List<String> all = new ArrayList<>(
                List.of("sh", "-c", "[ -z \"$0\" ] || echo 0 > \"$0/cgroup.procs\"; exec \"$@\"", group));
        all.addAll(command);
        return all;
    }

    /** A command with a terminal. */
    static List<String> withTerminal(Path file, List<String> command) {
        List<String> words = new ArrayList<>(List.of("exec"));
        command.forEach(each -> words.add(quoted(each)));
        return List.of(
                "script",
                "-q",
                "-e",
                "-f",
                "-c",
                "tty > " + quoted(file.toString()) + "; " + String.join(" ", words),
                "/dev/null");
    }

    /** As one word of the shell. */
    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    @Override
    public OutputStream input() {
        return process.getOutputStream();
    }

    @Override
    public InputStream output() {
        return process.getInputStream();
    }

    @Override
    public InputStream errors() {
        return process.getErrorStream();
    }

    @Override
    public void resize(int columns, int rows) {
        if (terminal.isEmpty() || columns < 1 || rows < 1 || columns > MAX_SIZE || rows > MAX_SIZE) {
            return;
        }
        try {
            String device = Files.readString(terminal.get()).strip();
            if (device.startsWith("/dev/")) {
                new ProcessBuilder(
                                "stty", "-F", device, "cols", Integer.toString(columns), "rows", Integer.toString(rows))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            }
        } catch (IOException e) {
            LOG.debug("a terminal is not there yet, or no more", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int await() throws InterruptedException {
        int code = process.waitFor();
        forget();
        return code;
    }

    @Override
    public void abandon() {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        forget();
    }

    private void forget() {
        terminal.ifPresent(file -> {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.debug("{} stays", file, e);
            }
        });
    }
}
