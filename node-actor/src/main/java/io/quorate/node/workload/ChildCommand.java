package io.quorate.node.workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A child process that is attended to. One with a terminal is given it by script(1), which stands between: Java has none to give. Which one it is, is the
 * first that it says, so that its size can be set.
 */
final class ChildCommand implements RunningCommand {
    private static final Logger LOG = LoggerFactory.getLogger(ChildCommand.class);
    private static final int MAX_SIZE = 4096;

    private static final int MAX_DEVICE_LETTERS = 64;

    private final Process process;
    private final String device;

    private ChildCommand(Process process, String device) {
        this.process = process;
        this.device = device;
    }

    static ChildCommand plain(Process process) {
        return new ChildCommand(process, "");
    }

    /**
     * One that was started {@link #withTerminal}; waits until it has it.
     *
     * @throws StartRefused where it gets none
     */
    static ChildCommand onTerminal(Process process) throws StartRefused {
        StringBuilder said = new StringBuilder();
        try {
            int letter = process.getInputStream().read();
            while (letter >= 0 && letter != '\n' && said.length() < MAX_DEVICE_LETTERS) {
                said.append((char) letter);
                letter = process.getInputStream().read();
            }
        } catch (IOException e) {
            LOG.debug("a terminal was not told", e);
        }
        String device = said.toString().strip();
        if (!device.startsWith("/dev/")) {
            process.destroyForcibly();
            throw new StartRefused(
                    "InternalError",
                    "this node's machine gives no terminals: they are script(1)'s, of the package bsdutils. Next: install"
                            + " it, or ask without -t");
        }
        return new ChildCommand(process, device);
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
    static List<String> withTerminal(List<String> command) {
        List<String> words = new ArrayList<>(List.of("exec"));
        command.forEach(each -> words.add(quoted(each)));
        return List.of("script", "-q", "-e", "-f", "-c", "tty; " + String.join(" ", words), "/dev/null");
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
        if (device.isEmpty() || columns < 1 || rows < 1 || columns > MAX_SIZE || rows > MAX_SIZE) {
            return;
        }
        try {
            new ProcessBuilder("stty", "-F", device, "cols", Integer.toString(columns), "rows", Integer.toString(rows))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            LOG.debug("a terminal has no other size", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int await() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void abandon() {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
