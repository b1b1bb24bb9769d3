package io.quorate.node.workload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.workload.oci.ImageStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** One pod with one container {@code c}, on a runtime of its own. */
abstract class ContainerTests {

    static final String POD = "0a1b-2c3d";
    static final String ADDRESS = "127.64.1.7";

    @TempDir
    Path root;

    ProcessRuntime runtime;
    private final BlockingQueue<String> changes = new LinkedBlockingQueue<>();

    /** Whether containers have walls. */
    boolean walls() {
        return false;
    }

    final ImageStore images() {
        return new ImageStore(root.resolve("images"), root.resolve("unpacked"));
    }

    @BeforeEach
    void begin() {
        open();
        runtime.begin(POD, "default", "web-1", ADDRESS, System.currentTimeMillis());
    }

    final void open() {
        runtime = ProcessRuntime.open(root.resolve("workloads"), "test", images(), walls());
        runtime.onChange(changes::add);
    }

    @AfterEach
    void end() {
        for (String container :
                runtime.pod(POD).map(pod -> pod.attempts().keySet()).orElse(java.util.Set.of())) {
            runtime.kill(POD, container);
        }
        runtime.close();
    }

    final void start(String image, int attempt, Map<String, String> environment, String... command)
            throws StartRefused {
        start(image, attempt, environment, Map.of(), Walls.USUAL, command);
    }

    final void start(
            String image,
            int attempt,
            Map<String, String> environment,
            Map<String, Path> mounts,
            Walls walls,
            String... command)
            throws StartRefused {
        runtime.start(
                new ContainerStart(
                        POD,
                        "c",
                        attempt,
                        0,
                        image,
                        List.of(command),
                        List.of(),
                        environment,
                        "",
                        mounts,
                        Limits.NONE,
                        ADDRESS,
                        walls),
                System.currentTimeMillis());
    }

    final void sh(String script) throws StartRefused {
        start("busybox", 0, Map.of(), "sh", "-c", script);
    }

    final Exit awaitExit() throws InterruptedException {
        while (attempt().runs()) {
            assertThat(changes.poll(30, TimeUnit.SECONDS)).isEqualTo(POD);
        }
        return attempt().exit().orElseThrow();
    }

    final Attempt attempt() {
        return runtime.pod(POD).orElseThrow().attempts().get("c").getLast();
    }

    static LogCursor.Selection following() {
        return new LogCursor.Selection(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), false, true);
    }

    final String said() throws IOException {
        try (LogCursor cursor = runtime.log(POD, "c", false, following()).orElseThrow()) {
            return new String(cursor.next(), UTF_8);
        }
    }

    /** Follows the log until it has said something. */
    final void awaitSaid(String text) throws Exception {
        try (LogCursor cursor = runtime.log(POD, "c", false, following()).orElseThrow()) {
            StringBuilder all = new StringBuilder();
            while (!all.toString().contains(text)) {
                Optional<CompletableFuture<Void>> more = runtime.afterLog(cursor);
                byte[] bytes = cursor.next();
                all.append(new String(bytes, UTF_8));
                if (bytes.length == 0) {
                    assertThat(more).as("it has ended with %s", all).isPresent();
                    more.get().get(30, TimeUnit.SECONDS);
                }
            }
        }
    }
}
