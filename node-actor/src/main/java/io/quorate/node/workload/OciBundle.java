package io.quorate.node.workload;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The {@code config.json} of a container: what the runtime specification of the Open Container Initiative wants to know. Pure.
 *
 * <p>A container has file systems, processes, System V objects and a host name of its own. The network it shares with its node: a pod's address is one of
 * the loopback's (decision 0022). Where the node is not root, it is a user of its own as well, who is the node's user outside.
 */
record OciBundle(
        List<String> arguments,
        Map<String, String> environment,
        String workingFolder,
        OciUser user,
        Path root,
        Map<String, Path> mounts,
        Walls walls,
        Limits limits,
        Optional<Owner> owner) {

    /** The node's user, where it is not root: the only one that there can be. */
    record Owner(long uid, long gid) {}

    /** Those that containers have as a rule, but for raw sockets and devices: the network is the node's. */
    private static final List<String> CAPABILITIES = List.of(
            "AUDIT_WRITE",
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "NET_BIND_SERVICE",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_CHROOT");

    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");

    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /** What no usual program asks for, and what leads out of walls, or into the kernel. */
    private static final List<String> FORBIDDEN_CALLS = List.of(
            "acct",
            "add_key",
            "bpf",
            "create_module",
            "delete_module",
            "finit_module",
            "fsconfig",
            "fsmount",
            "fsopen",
            "fspick",
            "get_kernel_syms",
            "init_module",
            "io_uring_enter",
            "io_uring_register",
            "io_uring_setup",
            "ioperm",
            "iopl",
            "kcmp",
            "kexec_file_load",
            "kexec_load",
            "keyctl",
            "lookup_dcookie",
            "mbind",
            "migrate_pages",
            "mount",
            "mount_setattr",
            "move_mount",
            "move_pages",
            "nfsservctl",
            "open_by_handle_at",
            "open_tree",
            "perf_event_open",
            "pivot_root",
            "process_vm_readv",
            "process_vm_writev",
            "query_module",
            "quotactl",
            "reboot",
            "request_key",
            "setns",
            "settimeofday",
            "clock_settime",
            "stime",
            "swapoff",
            "swapon",
            "_sysctl",
            "sysfs",
            "umount",
            "umount2",
            "unshare",
            "uselib",
            "userfaultfd",
            "ustat",
            "vm86",
            "vm86old");

    private static final int USUAL_UMASK = 0022;
    private static final long CPU_PERIOD_MICROS = 100_000;

    ObjectNode config() {
        ObjectNode config = JsonNodeFactory.instance.objectNode().put("ociVersion", "1.0.2");
        process(config.putObject("process"));
        config.putObject("root").put("path", root.toString()).put("readonly", walls.readOnlyRoot());
        if (!walls.hostName().isEmpty()) {
            config.put("hostname", walls.hostName());
        }
        mounts(config.putArray("mounts"));
        linux(config.putObject("linux"));
        return config;
    }

    private void process(ObjectNode process) {
        process.put("terminal", false);
        process.putObject("user").put("uid", user.uid()).put("gid", user.gid()).put("umask", USUAL_UMASK);
        texts(process, "args", arguments);
        List<String> pairs = new ArrayList<>();
        new TreeMap<>(environment).forEach((name, value) -> pairs.add(name + "=" + value));
        texts(process, "env", pairs);
        process.put("cwd", workingFolder);
        process.put("noNewPrivileges", !walls.gainsPrivileges());
        TreeSet<String> kept = new TreeSet<>(CAPABILITIES);
        walls.added().forEach(each -> kept.add(each));
        if (walls.dropped().contains("ALL")) {
            kept.retainAll(walls.added());
        }
        kept.removeAll(walls.dropped());
        List<String> names = kept.stream().map(each -> "CAP_" + each).toList();
        ObjectNode capabilities = process.putObject("capabilities");
        texts(capabilities, "bounding", names);
        // Who is not root has none of them, unless a program's file gives it some.
        List<String> held = user.uid() == 0 ? names : List.of();
        texts(capabilities, "effective", held);
        texts(capabilities, "permitted", held);
    }

    private void mounts(ArrayNode to) {
        mount(to, "/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        mount(to, "/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        mount(to, "/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620");
        mount(to, "/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k");
        mount(to, "/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        if (owner.isEmpty()) {
            mount(to, "/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
        } else {
            // The network is another user's: what shows it can only be bound.
            mount(to, "/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro");
        }
        // Shorter paths first: one may stand in another.
        for (Map.Entry<String, Path> each : new TreeMap<>(mounts).entrySet()) {
            mount(
                    to,
                    each.getKey(),
                    "bind",
                    each.getValue().toString(),
                    "rbind",
                    "rprivate",
                    walls.readOnlyMounts().contains(each.getKey()) ? "ro" : "rw");
        }
    }

    private static void mount(ArrayNode to, String at, String type, String source, String... options) {
        ObjectNode mount =
                to.addObject().put("destination", at).put("type", type).put("source", source);
        texts(mount, "options", List.of(options));
    }

    private void linux(ObjectNode linux) {
        ArrayNode namespaces = linux.putArray("namespaces");
        for (String each : List.of("mount", "pid", "ipc", "uts")) {
            namespaces.addObject().put("type", each);
        }
        if (owner.isPresent()) {
            namespaces.addObject().put("type", "user");
            mapping(linux.putArray("uidMappings"), user.uid(), owner.get().uid());
            mapping(linux.putArray("gidMappings"), user.gid(), owner.get().gid());
        }
        texts(linux, "maskedPaths", MASKED);
        texts(linux, "readonlyPaths", READ_ONLY);
        if (!walls.unconfined()) {
            ObjectNode seccomp = linux.putObject("seccomp").put("defaultAction", "SCMP_ACT_ALLOW");
            ObjectNode rule = seccomp.putArray("syscalls").addObject();
            texts(rule, "names", FORBIDDEN_CALLS);
            rule.put("action", "SCMP_ACT_ERRNO");
        }
        if (!limits.equals(Limits.NONE)) {
            ObjectNode resources = linux.putObject("resources");
            if (limits.memoryBytes() > 0) {
                resources.putObject("memory").put("limit", limits.memoryBytes());
            }
            if (limits.cpuMillis() > 0) {
                resources
                        .putObject("cpu")
                        .put("quota", Math.max(1000, limits.cpuMillis() * CPU_PERIOD_MICROS / 1000))
                        .put("period", CPU_PERIOD_MICROS);
            }
        }
    }

    private static void mapping(ArrayNode to, long inside, long outside) {
        to.addObject().put("containerID", inside).put("hostID", outside).put("size", 1);
    }

    private static void texts(ObjectNode to, String field, Collection<String> texts) {
        ArrayNode list = to.putArray(field);
        texts.forEach(list::add);
    }
}
