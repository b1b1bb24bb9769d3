package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.release.Release;
import io.quorate.node.release.ReleaseFolder;
import io.quorate.node.release.ReleasePacking;
import io.quorate.node.release.ReleaseVersion;
import io.quorate.node.release.Signatures;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One node changes its release, by the launcher of a distribution that is made of this build. */
class ReleaseTest {
    private static final String SUBNET = Launchers.subnet();
    private static final String NAME = "r1";
    private static final String GOOD = "0.2.0";
    private static final String CANNOT_START = "0.2.1";
    private static final String ENDS = "0.2.2";
    private static final String HANGS = "0.2.3";
    private static final String CORRUPT = "0.2.4";
    private static final String UNSIGNED = "0.2.5";
    private static final String TOO_NEW = "0.4.0";
    private static final String TOO_OLD = "0.0.9";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    static final KeyPair MAKER = Signatures.generate();
    private static Path source;
    private static Failpoints failpoints;
    private static Launcher launcher;
    private static Launcher quick;

    private NodeProcess node;

    @BeforeAll
    static void publish() throws IOException {
        Launcher built = Launchers.underTest();
        Path base = root.resolve("base");
        distribute(built, base);
        source = root.resolve("source");
        pack(base, GOOD, Map.of());
        pack(base, CANNOT_START, file("bin/quorate", "#!/bin/sh\necho 'nothing goes here' >&2\nexit 1\n"));
        pack(base, ENDS, file("java-opts", "-XX:NoSuchFlag\n"));
        pack(
                base,
                HANGS,
                file("java-opts", "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:0\n"));
        pack(base, CORRUPT, Map.of());
        Path archive = source.resolve("quorate-" + CORRUPT + ".tar.gz");
        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length / 2] ^= 1;
        Files.write(archive, bytes);
        pack(base, UNSIGNED, Map.of());
        new ReleasePacking(source)
                .sign(ReleaseVersion.parse(UNSIGNED), Signatures.generate().getPrivate());
        pack(base, TOO_NEW, Map.of());
        pack(base, TOO_OLD, Map.of());
        failpoints = new Failpoints(Files.createDirectory(root.resolve("failpoints")));
        launcher = failpoints.with(launcher(base));
        quick = failpoints.with(quickLauncher(base));
    }

    private static Map<String, byte[]> file(String path, String text) {
        return Map.of(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The launchers and the classes of this build, as they lie in a distribution, and whose releases it trusts. */
    static void distribute(Launcher built, Path base) throws IOException {
        Path bin = Files.createDirectories(base.resolve("bin"));
        try (Stream<Path> scripts = Files.list(built.script().getParent())) {
            for (Path script : scripts.filter(Files::isExecutable).toList()) {
                Files.copy(script, bin.resolve(script.getFileName()));
            }
        }
        Files.write(base.resolve(Release.FILE), release("0.1.0").bytes());
        Files.writeString(
                Files.createDirectory(base.resolve("release-keys")).resolve("maker.pem"),
                Signatures.pem(MAKER.getPublic()));
        Path lib = Files.createDirectories(base.resolve("lib"));
        int number = 0;
        for (String each : built.environment().get("QUORATE_CLASS_PATH").split(File.pathSeparator)) {
            Path jar = lib.resolve("%03d.jar".formatted(number++)); // in the order of the class path
            if (Files.isDirectory(Path.of(each))) {
                ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(System.out, System.err, "cf", jar.toString(), "-C", each, ".");
            } else if (Files.exists(Path.of(each))) {
                Files.copy(Path.of(each), jar);
            }
        }
    }

    static Release release(String version) {
        return new Release(
                version, Release.FIRST_LEVEL, Release.HIGHEST_LEVEL, ReleaseVersion.parse("0.0.1"), "2026-11-27");
    }

    private static void pack(Path base, String version, Map<String, byte[]> instead) throws IOException {
        pack(base, source, version, instead);
    }

    /** Puts a release that this test's maker has signed into a source. */
    static void pack(Path base, Path source, String version, Map<String, byte[]> instead) throws IOException {
        ReleasePacking packing = new ReleasePacking(source);
        packing.pack(base, release(version), instead);
        packing.sign(ReleaseVersion.parse(version), MAKER.getPrivate());
    }

    /** The launcher of such a distribution, and of what it becomes. */
    private static Launcher launcher(Path base) {
        return new Launcher(
                base.resolve("bin/quorate"),
                Map.of(
                        "QUORATE_JAVA_HOME",
                        System.getProperty("java.home"),
                        "QUORATE_JAVA_OPTS",
                        Launchers.SHORT_LIVED));
    }

    /** Likewise, where the release that is installed has the classes from where their cache was made: its nodes start in half of the time. */
    static Launcher quickLauncher(Path base) {
        return new Launcher(base.resolve("bin/quorate"), Launchers.underTest().environment());
    }

    @BeforeEach
    void start() throws IOException {
        Path folder = Files.createTempDirectory(root, "node");
        settle(folder, 120);
        node = new NodeProcess(folder, quick);
        node.start("--name", NAME, "--address", SUBNET + ".1");
        node.put("before", "it");
    }

    private static void settle(Path folder, int patienceSeconds) throws IOException {
        Files.writeString(
                folder.resolve("quorate.conf"),
                "quorate.release { source = \"%s\", trial-patience = %d s, trial-tries = 2 }\n"
                        .formatted(source, patienceSeconds));
    }

    @AfterEach
    void stop() {
        node.kill();
    }

    private Printed refresh(String version) {
        return node.quorate("refresh", "--version", version);
    }

    private String running() throws IOException {
        return node.send("GET", "/v1/release", "").text();
    }

    private void assertRuns(String version) throws IOException {
        assertThat(running()).contains("\"running\":\"" + version + "\"");
        assertThat(node.get("before")).isEqualTo("it");
        node.put("after", version);
    }

    @Test
    void a_node_becomes_the_next_release_with_its_classes_in_its_own_process_and_goes_back() throws Exception {
        node.kill();
        node = new NodeProcess(node.folder(), launcher);
        node.start();
        long pid = node.running().orElseThrow().pid();
        refresh(GOOD).succeeded();
        assertRuns(GOOD);
        node.quorate("revert").succeeded();
        assertRuns("0.1.0");
        assertThat(node.running().orElseThrow().pid()).isEqualTo(pid);
    }

    @Test
    void a_release_that_cannot_start_is_left_by_itself_with_its_own_words() throws Exception {
        Printed printed = refresh(CANNOT_START);
        assertThat(printed.exitCode()).isEqualTo(1);
        assertThat(printed.text()).contains("fell back to 0.1.0", "nothing goes here");
        assertRuns("0.1.0");
    }

    @Test
    void a_release_whose_node_ends_before_it_is_ready_is_left_after_its_tries() throws Exception {
        Printed printed = refresh(ENDS);
        assertThat(printed.text()).contains("fell back to 0.1.0", "2 times");
        assertRuns("0.1.0");
    }

    @Test
    void a_release_that_does_not_become_ready_is_ended_and_left() throws Exception {
        node.kill();
        settle(node.folder(), 15);
        node.start();
        Printed printed = refresh(HANGS);
        assertThat(printed.text()).contains("fell back to 0.1.0", "not ready within 15 s");
        assertRuns("0.1.0");
    }

    @Test
    void what_is_no_good_is_refused_and_nothing_is_changed() throws Exception {
        long pid = node.running().orElseThrow().pid();
        assertThat(refresh(CORRUPT).text()).contains("is corrupt");
        assertThat(refresh(UNSIGNED).text()).contains("signed by nobody who is trusted here");
        assertThat(refresh(TOO_NEW).text()).contains("leaves out a minor version");
        assertThat(refresh(TOO_OLD).text()).contains("is older than 0.1.0");
        assertThat(new ReleaseFolder(node.folder()).current()).isEmpty();
        assertThat(new ReleaseFolder(node.folder()).installed()).isEmpty();
        assertThat(node.running().orElseThrow().pid()).isEqualTo(pid);
        assertRuns("0.1.0");
    }

    @ParameterizedTest
    @EnumSource(
            value = Failpoint.class,
            names = {
                "RELEASE_FETCHED",
                "RELEASE_UNPACKED",
                "RELEASE_TRIAL",
                "RELEASE_SWITCHED",
                "RELEASE_STOPPED",
                "RELEASE_TRIED"
            })
    void a_node_that_is_killed_at_any_step_of_it_gets_there_after_its_next_start(Failpoint step) throws Exception {
        Failpoints.Halt halt = failpoints.halt(List.of(node), step, NAME);
        CompletableFuture<Printed> command = node.running("refresh", "--version", GOOD);
        halt.await(Duration.ofSeconds(60));
        if (step != Failpoint.RELEASE_TRIED) {
            node.start(); // else the launcher's watcher does
        }
        command.join().succeeded();
        assertRuns(GOOD);
    }
}
