package io.quorate.node.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Holds containers to their limits by control groups, version 2, in the part of the tree that the node was given ({@code Delegate=yes} in its unit).
 * Where there is none, containers run without limits, and it is said why.
 */
final class Cgroups {
    private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids");
    private static final String PODS = "quorate-pods";
    private static final String NODE = "quorate-node";
    private static final String MEMBERS = "cgroup.procs";
    private static final String CHILDREN = "cgroup.subtree_control";
    private static final String KILL = "cgroup.kill";
    private static final long PERIOD_MICROS = 100_000;
    private static final long MAX_PROCESSES = 4096;

    private final Optional<Path> pods;
    private final String shortcoming;

    private Cgroups(Optional<Path> pods, String shortcoming) {
        this.pods = pods;
        this.shortcoming = shortcoming;
    }

    static Cgroups none(String why) {
        return new Cgroups(
                Optional.empty(),
                "limits of memory and processor are not kept: " + why
                        + ". Next: run the node by its systemd unit, which has Delegate=yes, on a machine with cgroup v2");
    }

    /**
     * Looks whether there is a part of the tree for this process.
     *
     * @param tree where it is mounted
     * @param self the content of {@code /proc/self/cgroup}
     * @param pid this process
     */
    static Cgroups open(Path tree, String self, long pid) {
        String unified = self.lines()
                .filter(line -> line.startsWith("0::"))
                .map(line -> line.substring(3))
                .findFirst()
                .orElse("");
        if (unified.isEmpty() || !Files.exists(tree.resolve("cgroup.controllers"))) {
            return none("this machine has no cgroup v2");
        }
        // A restarted node may begin in the group that it made before.
        String path =
                unified.endsWith("/" + NODE) ? unified.substring(0, unified.length() - NODE.length() - 1) : unified;
        Path own = tree.resolve(path.substring(1)).normalize();
        if (path.equals("/") || !Files.isWritable(own.resolve(CHILDREN))) {
            return none("this node's control group, " + own + ", is not its own");
        }
        try {
            List<String> there = List.of(
                    Files.readString(own.resolve("cgroup.controllers")).strip().split(" "));
            if (!there.containsAll(CONTROLLERS)) {
                return none("its control group has only the controllers " + there);
            }
            // A group with children that are held to something has no processes itself.
            Files.createDirectories(own.resolve(NODE));
            Files.writeString(own.resolve(NODE).resolve(MEMBERS), Long.toString(pid));
            Files.writeString(own.resolve(CHILDREN), "+cpu +memory +pids");
            Path pods = Files.createDirectories(own.resolve(PODS));
            Files.writeString(pods.resolve(CHILDREN), "+cpu +memory +pids");
            return new Cgroups(Optional.of(pods), "");
        } catch (IOException e) {
            return none("its control group cannot be divided: " + e.getMessage());
        }
    }

    Optional<String> shortcoming() {
        return shortcoming.isEmpty() ? Optional.empty() : Optional.of(shortcoming);
    }

    /** Makes a group; empty where there are none. */
    Optional<Path> make(String name, Limits limits) throws IOException {
        if (pods.isEmpty()) {
            return Optional.empty();
        }
        Path group = Files.createDirectories(pods.get().resolve(name));
        Files.writeString(group.resolve("pids.max"), Long.toString(MAX_PROCESSES));
        if (limits.memoryBytes() > 0) {
            Files.writeString(group.resolve("memory.max"), Long.toString(limits.memoryBytes()));
        }
        if (limits.cpuMillis() > 0) {
            long quota = Math.max(1000, limits.cpuMillis() * PERIOD_MICROS / 1000);
            Files.writeString(group.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
        }
        return Optional.of(group);
    }

    /** Whether the kernel ended something in it for want of memory. */
    static boolean ranOutOfMemory(Path group) {
        try {
            return Files.readString(group.resolve("memory.events"))
                    .lines()
                    .anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends all processes of a group at once, also those that are just being made; older kernels than 5.14 cannot. */
    static void kill(Path group) {
        try {
            if (Files.exists(group.resolve(KILL))) {
                Files.writeString(group.resolve(KILL), "1");
            }
        } catch (IOException e) {
            // they are ended one by one, then
        }
    }

    /** A group of which no process is left. */
    static void remove(Path group) {
        try {
            Files.deleteIfExists(group);
        } catch (IOException e) {
            // it is empty and costs nothing; the next start of the machine has none of it
        }
    }
}
