package io.quorate.node.workload;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands between a node and a container, and outlives the node: a shell that says which process it is, runs the command, and writes down how it
 * ended. It leads a session of its own, so that no signal to the node reaches the container. A signal to the session leaves it where it is until the
 * command has ended; what is killed is everything in the session but it.
 */
final class Shim {
    /** Marks a container's processes, also those that leave its session. */
    static final String MARK = "QUORATE_CONTAINER";

    static final String PROCESS = "process";
    static final String EXIT = "exit";
    static final String OUT = "stdout";
    static final String ERR = "stderr";
    static final String WORK = "work";

    /**
     * Built-ins of the shell, but for mv: a file is there as a whole or not at all. What a shell itself says of a command that was killed is not the
     * container's. The group of the limits is the command's: what ends all of it leaves the shim to tell of it.
     */
    private static final String SCRIPT = """
            umask 077
            folder=$1
            cd "$2"
            group=$3
            shift 3
            trap : TERM INT HUP QUIT USR1 USR2
            read -r boot < /proc/sys/kernel/random/boot_id
            read -r stat < /proc/$$/stat
            printf '%s\\n%s\\n' "$boot" "$stat" > "$folder/process.new" && mv "$folder/process.new" "$folder/process"
            exec 3>&2 2>/dev/null
            ([ -z "$group" ] || echo 0 > "$group/cgroup.procs"; exec "$@" 2>&3 3>&-)
            code=$?
            echo "$code" > "$folder/exit.new" && mv "$folder/exit.new" "$folder/exit"
            """;

    private Shim() {}

    /** @param group of the limits; empty for none */
    static List<String> command(Path attempt, String workingFolder, String group, List<String> arguments) {
        List<String> command = new ArrayList<>(
                List.of("setsid", "sh", "-c", SCRIPT, "quorate-container", attempt.toString(), workingFolder, group));
        command.addAll(arguments);
        return command;
    }
}
