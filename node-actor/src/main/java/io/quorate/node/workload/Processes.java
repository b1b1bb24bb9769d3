package io.quorate.node.workload;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the kernel says of processes (proc(5)). What cannot be read belongs to somebody else, or is gone. */
final class Processes {
    private static final Path PROC = Path.of("/proc");

    private Processes() {}

    /**
     * Which process, so that another one with its number is not taken for it.
     *
     * @param boot of the machine
     * @param startTicks since then
     */
    record Identity(long pid, String boot, long startTicks, long session, boolean ended) {}

    static String boot() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** @param stat a line as in {@code /proc/PID/stat} */
    static Optional<Identity> read(String boot, String stat) {
        int name = stat.lastIndexOf(')');
        int open = stat.indexOf(" (");
        if (name < 0 || open < 0) {
            return Optional.empty();
        }
        String[] fields = stat.substring(name + 2).strip().split(" ");
        // From the third field on: state, ppid, pgrp, session; the twenty-second is when it started.
        return fields.length < 20
                ? Optional.empty()
                : Optional.of(new Identity(
                        Long.parseLong(stat.substring(0, open)),
                        boot,
                        Long.parseLong(fields[19]),
                        Long.parseLong(fields[3]),
                        fields[0].equals("Z") || fields[0].equals("X")));
    }

    static Optional<Identity> of(long pid) {
        try {
            return read(boot(), Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static boolean isAlive(Identity process) {
        return of(process.pid())
                .filter(now -> !now.ended()
                        && now.startTicks() == process.startTicks()
                        && now.boot().equals(process.boot()))
                .isPresent();
    }

    /** Environment that a process was started with. */
    static Map<String, String> environment(long pid) {
        Map<String, String> map = new HashMap<>();
        try {
            for (String each : new String(Files.readAllBytes(PROC.resolve(pid + "/environ")), StandardCharsets.UTF_8)
                    .split("\0")) {
                int equals = each.indexOf('=');
                if (equals > 0) {
                    map.put(each.substring(0, equals), each.substring(equals + 1));
                }
            }
        } catch (IOException e) {
            // somebody else's, or gone
        }
        return map;
    }

    /** Where a process is now. */
    static Optional<Path> folder(long pid) {
        try {
            return Optional.of(Files.readSymbolicLink(PROC.resolve(pid + "/cwd")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** All processes in a session, and those that left it and have a mark of it in their environment still. */
    static List<ProcessHandle> of(long session, String variable, String mark) {
        return ProcessHandle.allProcesses()
                .filter(each -> of(each.pid())
                                .filter(is -> !is.ended() && is.session() == session && session > 0)
                                .isPresent()
                        || mark.equals(environment(each.pid()).get(variable)))
                .toList();
    }
}
