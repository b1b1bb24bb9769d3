package io.quorate.node.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageSampleTest {
    @TempDir
    Path proc;

    @BeforeEach
    void machine() throws IOException {
        Files.writeString(proc.resolve("meminfo"), "MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:  400 kB\n");
        stat(100);
    }

    private void stat(int user) throws IOException {
        // user nice system idle iowait irq softirq steal guest
        Files.writeString(proc.resolve("stat"), "cpu  " + user + " 10 20 9999 500 1 2 3 77 0\ncpu0 1 1 1\n");
    }

    private void process(int pid, long session, int ticks, int kib, String environment) throws IOException {
        Path folder = Files.createDirectories(proc.resolve(Integer.toString(pid)));
        Files.writeString(
                folder.resolve("stat"),
                pid + " (a (strange) name) S 1 " + session + " " + session + " 0 -1 0 0 0 0 0 " + ticks
                        + " 1 2 3 20 0 1 0 5");
        Files.writeString(folder.resolve("status"), "Name: x\nVmRSS:   " + kib + " kB\n");
        Files.writeString(folder.resolve("environ"), environment);
    }

    private UsageSample read(long seconds) throws IOException {
        return UsageSample.read(proc, seconds * 1_000_000_000);
    }

    @Test
    void processes_belong_to_a_container_by_mark_or_by_the_session_of_one_that_has_it() throws IOException {
        process(10, 10, 100, 50, "A=b\0QUORATE_CONTAINER=uid/web/0\0");
        process(11, 10, 200, 30, "");
        process(12, 12, 300, 20, "QUORATE_CONTAINER=uid/web/0\0");
        process(13, 13, 400, 99, "PATH=/bin\0");
        UsageSample sample = read(1);
        assertThat(sample.containers()).containsOnlyKeys("uid/web/0");
        UsageSample.Container web = sample.containers().get("uid/web/0");
        assertThat(web.memoryBytes()).isEqualTo(100 * 1024);
        assertThat(web.cpuNanos()).isEqualTo((600 + 3 * 6) * 10_000_000L);
        assertThat(sample.memoryBytes()).isEqualTo(600 * 1024);
        assertThat(sample.cpuNanos())
                .as("neither idle nor guests, which are counted already")
                .isEqualTo(136 * 10_000_000L);
    }

    @Test
    void between_two_moments_what_was_used_is_told_for_each_second() throws IOException {
        process(10, 10, 100, 50, "QUORATE_CONTAINER=uid/web/0\0");
        process(20, 20, 900, 50, "QUORATE_CONTAINER=uid/side/3\0");
        UsageSample before = read(1);
        stat(300);
        process(10, 10, 150, 60, "QUORATE_CONTAINER=uid/web/0\0");
        process(20, 20, 10, 50, "QUORATE_CONTAINER=uid/side/3\0");
        process(30, 30, 94, 5, "QUORATE_CONTAINER=uid/new/0\0");
        Usage usage = Usage.between(before, read(3));
        assertThat(usage.cpuNanos()).as("two processors' seconds in two").isEqualTo(1_000_000_000);
        assertThat(usage.containers())
                .containsExactlyInAnyOrder(
                        new Usage.Container("uid", "web", 250_000_000, 60 * 1024),
                        new Usage.Container("uid", "side", 0, 50 * 1024),
                        new Usage.Container("uid", "new", 500_000_000, 5 * 1024));
    }

    @Test
    void what_is_gone_or_somebody_elses_is_passed_over() throws IOException {
        Files.createDirectories(proc.resolve("77"));
        Path other = Files.createDirectories(proc.resolve("78"));
        Files.writeString(other.resolve("stat"), "78 (x) S 1 78 78 0 -1 0 0 0 0 0 1 1 1 1 20 0 1 0 5");
        Files.writeString(other.resolve("status"), "Name: kernel thread\n");
        assertThat(read(1).containers()).isEmpty();
    }
}
