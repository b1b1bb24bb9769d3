package io.quorate.node.workload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** With real child processes. */
class ProcessRuntimeTest extends ContainerTests {
    @Test
    void a_command_runs_with_its_environment_and_nobody_elses_and_its_end_is_known() throws Exception {
        start("busybox", 0, Map.of("COLOUR", "blue"), "sh", "-c", "echo $COLOUR; echo $JAVA_HOME >&2; exit 3");
        Exit exit = awaitExit();
        assertThat(exit.code()).isEqualTo(3);
        assertThat(exit.word()).isEqualTo("Error");
        assertThat(said()).contains("blue\n").hasSize("blue\n\n".length());
    }

    @Test
    void what_is_written_is_for_the_nodes_user_alone() throws Exception {
        sh("touch file; mkdir folder");
        awaitExit();
        try (var files = Files.walk(root.resolve("workloads"))) {
            for (Path each : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                        .as(each.toString())
                        .endsWith("------");
            }
        }
    }

    @Test
    void all_descendants_are_told_to_end_and_how_they_do_is_known() throws Exception {
        sh(
                "trap 'echo told; exit 7' TERM; sh -c 'trap \"echo also\" TERM; echo up; sleep 600 & wait' & sleep 600 & wait");
        awaitSaid("up");
        runtime.terminate(POD, "c");
        assertThat(awaitExit().code()).isEqualTo(7);
        assertThat(said()).contains("told");
    }

    @Test
    void what_does_not_listen_is_killed_and_what_left_its_session_too() throws Exception {
        sh("trap '' TERM; setsid sh -c 'echo $$ > left; echo up; exec sleep 600' & wait; sleep 600");
        awaitSaid("up");
        Path work = root.resolve("workloads").resolve(POD).resolve("containers/c/0/work");
        long left = Long.parseLong(Files.readString(work.resolve("left")).strip());
        ProcessHandle other = ProcessHandle.of(left).orElseThrow();
        runtime.terminate(POD, "c");
        runtime.kill(POD, "c");
        assertThat(awaitExit().code()).isEqualTo(137);
        other.onExit().get(30, TimeUnit.SECONDS);
    }

    @Test
    void a_container_outlives_whoever_started_it_and_the_next_one_knows_how_it_ended() throws Exception {
        Path go = root.resolve("go");
        sh("echo one; while [ ! -e " + go + " ]; do sleep 0.1; done; echo two; exit 4");
        awaitSaid("one");
        runtime.close();
        open();
        assertThat(attempt().runs()).isTrue();
        assertThat(runtime.pod(POD).orElseThrow().address()).isEqualTo(ADDRESS);
        Files.createFile(go);
        assertThat(awaitExit().code()).isEqualTo(4);
        assertThat(said()).isEqualTo("one\ntwo\n");
    }

    @Test
    void it_goes_on_where_the_mark_of_its_log_was_being_written_when_the_node_ended() throws Exception {
        Path go = root.resolve("go");
        sh("echo one; while [ ! -e " + go + " ]; do sleep 0.1; done; echo two");
        awaitSaid("one");
        runtime.close();
        Files.write(root.resolve("workloads").resolve(POD).resolve("containers/c/0/logs/taken"), new byte[0]);
        open();
        Files.createFile(go);
        assertThat(awaitExit().code()).isZero();
        assertThat(said()).isEqualTo("one\none\ntwo\n");
    }

    @Test
    void what_ended_while_nobody_was_there_is_known_too() throws Exception {
        Path go = root.resolve("go");
        sh("while [ ! -e " + go + " ]; do sleep 0.1; done; echo late; exit 5");
        Path exit = root.resolve("workloads").resolve(POD).resolve("containers/c/0/exit");
        runtime.close();
        try (var watch = exit.getFileSystem().newWatchService()) {
            exit.getParent().register(watch, java.nio.file.StandardWatchEventKinds.ENTRY_CREATE);
            Files.createFile(go);
            while (!Files.exists(exit)) {
                assertThat(watch.poll(30, TimeUnit.SECONDS)).isNotNull().satisfies(key -> {
                    key.pollEvents();
                    key.reset();
                });
            }
        }
        open();
        assertThat(awaitExit().code()).isEqualTo(5);
        assertThat(said()).isEqualTo("late\n");
    }

    @Test
    void one_whose_supervisor_was_killed_is_ended_and_said_to_be_unknown() throws Exception {
        sh("echo up; sleep 600");
        awaitSaid("up");
        Path process = root.resolve("workloads").resolve(POD).resolve("containers/c/0/process");
        long pid = Long.parseLong(Files.readAllLines(process).get(1).split(" ")[0]);
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        Exit exit = awaitExit();
        assertThat(exit.code()).isEqualTo(137);
        assertThat(exit.word()).isEqualTo("ContainerStatusUnknown");
    }

    @Test
    void another_process_with_the_same_number_is_not_taken_for_it() {
        Processes.Identity self = Processes.of(ProcessHandle.current().pid()).orElseThrow();
        assertThat(Processes.isAlive(self)).isTrue();
        assertThat(Processes.isAlive(
                        new Processes.Identity(self.pid(), self.boot(), self.startTicks() + 1, self.session(), false)))
                .isFalse();
        assertThat(Processes.isAlive(
                        new Processes.Identity(self.pid(), "another boot", self.startTicks(), self.session(), false)))
                .isFalse();
    }

    @Test
    void a_name_with_blanks_and_brackets_does_not_confuse_the_kernels_line() {
        assertThat(Processes.read("b", "42 (a) b (c) S 1 2 3 0 -1 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20"))
                .hasValueSatisfying(each -> {
                    assertThat(each.pid()).isEqualTo(42);
                    assertThat(each.session()).isEqualTo(3);
                });
    }

    @Test
    void a_program_that_the_machine_does_not_have_is_refused_with_its_name() {
        assertThatThrownBy(() -> start("busybox", 0, Map.of(), "no-such-program"))
                .isInstanceOfSatisfying(StartRefused.class, no -> {
                    assertThat(no.reason()).isEqualTo("RunContainerError");
                    assertThat(no.message()).contains("exec: \"no-such-program\": executable file not found in $PATH");
                });
        assertThat(runtime.pod(POD).orElseThrow().attempts()).isEmpty();
    }

    @Test
    void the_last_two_attempts_are_kept() throws Exception {
        for (int i = 0; i < 3; i++) {
            start("busybox", i, Map.of(), "echo", "attempt " + i);
            awaitExit();
        }
        assertThat(runtime.pod(POD).orElseThrow().attempts().get("c"))
                .extracting(Attempt::number)
                .containsExactly(1, 2);
        assertThat(said()).isEqualTo("attempt 2\n");
        try (LogCursor cursor = runtime.log(POD, "c", true, following()).orElseThrow()) {
            assertThat(new String(cursor.next(), UTF_8)).isEqualTo("attempt 1\n");
        }
        runtime.remove(POD);
        assertThat(root.resolve("workloads").resolve(POD)).doesNotExist();
    }

    /** Below paths that are longer than the kernel takes: nobody deletes that by its path, not even root. */
    private static final String TOO_DEEP =
            "n=$(printf %0200d 7); i=0; while [ $i -lt 30 ]; do mkdir $n && cd -P $n; i=$((i+1)); done; touch f; ";

    /** As the test's own folder is deleted by path. */
    private void forceDelete(Path folder) throws Exception {
        assertThat(new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor())
                .isZero();
    }

    @Test
    void a_folder_that_cannot_be_deleted_keeps_no_node_from_its_start() throws Exception {
        sh("cd -P ../../../..; mkdir volumes; cd volumes; " + TOO_DEEP);
        awaitExit();
        runtime.remove(POD);
        Path left = root.resolve("workloads").resolve(POD);
        assertThat(left.resolve("pod.json")).doesNotExist();
        runtime.close();
        open();
        assertThat(left).as("what is nobody's").exists();
        assertThat(runtime.pods()).isEmpty();
        forceDelete(left);
    }

    @Test
    void a_container_runs_on_where_an_earlier_attempt_cannot_be_deleted() throws Exception {
        sh(TOO_DEEP);
        awaitExit();
        start("busybox", 1, Map.of(), "true");
        awaitExit();
        start("busybox", 2, Map.of(), "sh", "-c", "echo up; sleep 600");
        awaitSaid("up");
        assertThat(attempt().number()).isEqualTo(2);
        assertThat(attempt().runs()).isTrue();
        Path containers = root.resolve("workloads").resolve(POD).resolve("containers/c");
        assertThat(containers.resolve("2/attempt.json")).exists();
        forceDelete(containers.resolve("0"));
    }

    @Test
    void a_pod_that_has_closed_its_folders_is_deleted_all_the_same() throws Exception {
        assumeFalse("root".equals(System.getProperty("user.name")), "no folder is closed to root");
        sh("mkdir -p a/b c; touch a/b/file c/file; chmod 0555 a/b a; chmod 0 c");
        assertThat(awaitExit().code()).isZero();
        runtime.remove(POD);
        assertThat(root.resolve("workloads").resolve(POD)).doesNotExist();
    }

    @Test
    void the_built_in_microbot_says_the_name_of_its_container() throws Exception {
        start("dontrebootme/microbot:v1", 0, Map.of("HOSTNAME", "web-1", "PORT", "8088"));
        awaitSaid("microbot listens on " + ADDRESS + ":8088");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create("http://" + ADDRESS + ":8088/"))
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.body()).contains("Container hostname: web-1");
        }
        Prober prober = new Prober(runtime);
        assertThat(prober.look(
                                POD,
                                "c",
                                ADDRESS,
                                new Probe.Check.Http("HTTP", "", 8088, "/", List.of()),
                                Duration.ofSeconds(10))
                        .well())
                .isTrue();
        assertThat(prober.look(POD, "c", ADDRESS, new Probe.Check.Tcp("", 8089), Duration.ofSeconds(10)))
                .isEqualTo(new Probe.Result(false, "dial tcp " + ADDRESS + ":8089: connect: connection refused"));
        runtime.terminate(POD, "c");
        assertThat(awaitExit().code()).isEqualTo(143);
    }

    @Test
    void a_command_beside_a_container_has_its_environment_and_its_time() throws Exception {
        start("busybox", 0, Map.of("COLOUR", "blue"), "sleep", "600"); // said to run, and not up yet
        assertThat(runtime.exec(POD, "c", List.of("sh", "-c", "echo $COLOUR"), Duration.ofSeconds(30)))
                .isEqualTo(new Probe.Result(true, "blue\n"));
        assertThat(runtime.exec(POD, "c", List.of("false"), Duration.ofSeconds(30))
                        .well())
                .isFalse();
        assertThat(runtime.exec(POD, "c", List.of("sleep", "60"), Duration.ofMillis(50))
                        .message())
                .contains("timed out");
    }
}
