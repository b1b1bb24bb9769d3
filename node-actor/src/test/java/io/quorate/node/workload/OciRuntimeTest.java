package io.quorate.node.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.node.workload.oci.ImageArchive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real containers, of an image that is made of this machine's shell. Skipped where there is neither crun nor runc. */
class OciRuntimeTest extends ContainerTests {
    private static final String IMAGE = "example/shell:1";

    @TempDir
    static Path shared;

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(
                OciEngine.find(System.getenv("PATH")).isPresent(),
                "neither crun nor runc is installed: nothing is tested here");
        new ImageArchive()
                .named(IMAGE)
                .layer(ImageArchive.programs("sh", "sleep", "cat", "touch", "id"))
                .config(
                        "{\"Entrypoint\":[\"/bin/sh\"],\"Cmd\":[\"-c\",\"echo of the image\"],\"Env\":[\"PATH=/bin\",\"FROM=image\"]}")
                .write(shared.resolve("image.tar"));
    }

    @BeforeEach
    void bringIn() throws Exception {
        images().bringIn(shared.resolve("image.tar"), "");
    }

    @Override
    boolean walls() {
        return true;
    }

    private void run(String script) throws StartRefused {
        start(IMAGE, 0, Map.of("COLOUR", "blue"), "/bin/sh", "-c", script);
    }

    @Test
    void a_container_sees_its_image_its_environment_and_itself_alone() throws Exception {
        run(
                "echo $$ $COLOUR $FROM $HOME; echo /*; cat /proc/sys/kernel/hostname; [ -e /proc/2 ] || echo alone; exit 3");
        Exit exit = awaitExit();
        assertThat(said())
                .startsWith("1 blue image /root\n/bin /dev /etc")
                .doesNotContain("/home")
                .contains("alone");
        assertThat(exit.code()).isEqualTo(3);
        assertThat(root.resolve("workloads").resolve(POD).resolve("containers/c/0/bundle"))
                .doesNotExist();
    }

    @Test
    void without_a_command_the_image_says_what_runs() throws Exception {
        start(IMAGE, 0, Map.of());
        assertThat(awaitExit().code()).isZero();
        assertThat(said()).isEqualTo("of the image\n");
    }

    @Test
    void it_is_told_to_end_and_has_its_time() throws Exception {
        run("trap 'echo told; exit 7' TERM; echo up; while :; do sleep 0.1; done");
        awaitSaid("up");
        runtime.terminate(POD, "c");
        assertThat(awaitExit().code()).isEqualTo(7);
        assertThat(said()).contains("told");
    }

    @Test
    void what_does_not_listen_is_killed_with_all_that_it_started() throws Exception {
        run("trap '' TERM; (sleep 612 & ); echo up; while :; do sleep 1; done");
        awaitSaid("up");
        runtime.terminate(POD, "c");
        runtime.kill(POD, "c");
        assertThat(awaitExit().code()).isEqualTo(137);
        assertThat(ProcessHandle.allProcesses()
                        .filter(each -> each.info().commandLine().orElse("").contains("sleep 612")))
                .isEmpty();
    }

    @Test
    void it_outlives_whoever_started_it_and_a_command_beside_it_is_within_its_walls() throws Exception {
        run("echo up; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo went; exit 4");
        awaitSaid("up");
        runtime.close();
        open();
        assertThat(attempt().runs()).isTrue();
        assertThat(runtime.exec(POD, "c", List.of("sh", "-c", "touch /tmp/go; echo $COLOUR"), Duration.ofSeconds(30)))
                .isEqualTo(new Probe.Result(true, "blue\n"));
        assertThat(awaitExit().code()).isEqualTo(4);
        assertThat(said()).isEqualTo("up\nwent\n");
    }

    @Test
    void one_whose_supervisor_was_killed_is_ended_and_said_to_be_unknown() throws Exception {
        run("echo up; exec sleep 613");
        awaitSaid("up");
        Path process = root.resolve("workloads").resolve(POD).resolve("containers/c/0/process");
        long pid = Long.parseLong(Files.readAllLines(process).get(1).split(" ")[0]);
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        assertThat(awaitExit().word()).isEqualTo("ContainerStatusUnknown");
        assertThat(ProcessHandle.allProcesses()
                        .filter(each -> each.info().commandLine().orElse("").contains("sleep 613")))
                .isEmpty();
    }

    @Test
    void walls_are_as_the_pod_asks() throws Exception {
        Path volume = runtime.volume(POD, "data");
        Path fixed = runtime.volume(POD, "fixed");
        Walls walls = new Walls(
                "web-1",
                OptionalLong.of(101),
                OptionalLong.empty(),
                true,
                true,
                Set.of("/fixed"),
                false,
                Set.of(),
                Set.of("ALL"),
                false,
                false);
        start(
                IMAGE,
                0,
                Map.of(),
                Map.of("/data", volume, "/fixed", fixed),
                walls,
                "sh",
                "-c",
                "id -u; cat /proc/sys/kernel/hostname; touch /data/a && echo written; touch /fixed/b; touch /bin/c; echo end");
        awaitExit();
        assertThat(said()).contains("101\n", "web-1\n", "written\n", "end\n").contains("Read-only file system");
        assertThat(volume.resolve("a")).exists();
        assertThat(fixed).isEmptyDirectory();
        assertThat(images().open(IMAGE).root().resolve("bin/c")).doesNotExist();
    }
}
