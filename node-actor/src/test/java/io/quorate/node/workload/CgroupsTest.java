package io.quorate.node.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a folder that looks like the kernel's. */
class CgroupsTest {
    private static final String UNIT = "/system.slice/quorate.service";

    @TempDir
    Path tree;

    private Path unit() throws IOException {
        Files.writeString(tree.resolve("cgroup.controllers"), "cpu memory pids io");
        Path unit = Files.createDirectories(tree.resolve(UNIT.substring(1)));
        Files.writeString(unit.resolve("cgroup.controllers"), "cpu memory pids");
        Files.writeString(unit.resolve("cgroup.subtree_control"), "");
        return unit;
    }

    @Test
    void a_node_with_a_part_of_the_tree_divides_it_and_holds_containers_to_their_limits() throws IOException {
        Path unit = unit();
        Cgroups groups = Cgroups.open(tree, "0::" + UNIT + "\n", 42);
        assertThat(groups.shortcoming()).isEmpty();
        assertThat(unit.resolve("quorate-node/cgroup.procs")).hasContent("42");
        assertThat(unit.resolve("cgroup.subtree_control")).hasContent("+cpu +memory +pids");
        Path group = groups.make("u_c_0", new Limits(64L << 20, 250)).orElseThrow();
        assertThat(group).isEqualTo(unit.resolve("quorate-pods/u_c_0"));
        assertThat(group.resolve("memory.max")).hasContent("67108864");
        assertThat(group.resolve("cpu.max")).hasContent("25000 100000");
    }

    @Test
    void the_next_process_of_the_node_finds_what_the_last_one_made() throws IOException {
        unit();
        Cgroups.open(tree, "0::" + UNIT, 42);
        Cgroups again = Cgroups.open(tree, "0::" + UNIT + "/quorate-node", 43);
        assertThat(again.shortcoming()).isEmpty();
        assertThat(again.make("x", Limits.NONE)).hasValue(tree.resolve(UNIT.substring(1) + "/quorate-pods/x"));
    }

    @Test
    void elsewhere_it_is_said_why_not_and_what_to_do() throws IOException {
        assertThat(Cgroups.open(tree, "9:name=systemd:/\n0::/", 42).shortcoming())
                .hasValueSatisfying(why -> assertThat(why).contains("no cgroup v2", "Delegate=yes"));
        unit();
        assertThat(Cgroups.open(tree, "0::/", 42).shortcoming()).isPresent();
        assertThat(Cgroups.open(tree, "0::/elsewhere", 42).make("x", Limits.NONE))
                .isEmpty();
    }

    @Test
    void an_end_for_want_of_memory_is_seen() throws IOException {
        Files.writeString(tree.resolve("memory.events"), "low 0\noom 1\noom_kill 1\noom_group_kill 0\n");
        assertThat(Cgroups.ranOutOfMemory(tree)).isTrue();
        Files.writeString(tree.resolve("memory.events"), "low 0\noom 0\noom_kill 0\n");
        assertThat(Cgroups.ranOutOfMemory(tree)).isFalse();
    }

    /** The kernel's own, where this process may: which controllers there are does not matter here. */
    @Test
    @Timeout(60)
    void all_processes_of_a_group_end_at_once_but_the_shim_which_tells_of_it() throws Exception {
        Path kernel = Stream.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified")
                .map(Path::of)
                .filter(each -> Files.isWritable(each.resolve("cgroup.subtree_control"))
                        && Files.isWritable(each.resolve("cgroup.procs")))
                .findFirst()
                .orElse(tree);
        assumeTrue(kernel != tree, "there is no cgroup v2 that this process may write to");
        Path group = Files.createDirectory(
                kernel.resolve("quorate-test-" + ProcessHandle.current().pid()));
        try {
            assumeTrue(Files.exists(group.resolve("cgroup.kill")), "this kernel is older than 5.14");
            Path attempt = Files.createDirectory(tree.resolve("attempt"));
            Process shim = new ProcessBuilder(Shim.command(
                            attempt,
                            attempt.toString(),
                            group.toString(),
                            List.of("sh", "-c", "echo up; setsid sleep 614 & sleep 614")))
                    .start();
            assertThat(shim.inputReader().readLine()).isEqualTo("up");
            Cgroups.kill(group);
            assertThat(shim.waitFor()).isZero();
            assertThat(attempt.resolve("exit")).hasContent("137");
            while (!Files.readString(group.resolve("cgroup.procs")).isEmpty()) {
                Thread.onSpinWait(); // what was killed is being buried
            }
        } finally {
            Cgroups.remove(group);
        }
        assertThat(group).doesNotExist();
    }
}
