package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees who does something wrong, or whose disk does: one line, with what to do next. */
final class BadInputTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final Launcher launcher = Launchers.underTest();
    private final String subnet = Launchers.subnet();
    private LocalCluster alone;
    private NodeProcess node;

    @BeforeEach
    void start() throws InterruptedException {
        alone = LocalCluster.start(folder, subnet, launcher, 1);
        node = alone.nodes().getFirst();
    }

    @AfterEach
    void stop() {
        alone.close();
    }

    private Launcher.Printed startAnother(String name, String... options) {
        List<String> arguments = Stream.concat(
                        Stream.of(
                                "start",
                                "--background",
                                "--data-folder",
                                folder.resolve(name).toString()),
                        Stream.of(options))
                .toList();
        return launcher.run(arguments);
    }

    /** After the lines that tell of progress, one line says what was wrong. */
    private static void assertRefused(Launcher.Printed printed, String... words) {
        assertThat(printed.exitCode()).as(printed.text()).isEqualTo(1);
        assertThat(printed.text()).doesNotContain("\tat ");
        assertThat(printed.text().lines().toList().getLast()).contains(words);
    }

    private static boolean contains(Path file, String word) {
        try {
            return Files.readString(file).contains(word);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpConnection.Answer put(String key, byte[] value) throws IOException {
        try (HttpConnection connection = new HttpConnection(node.api(), 10_000)) {
            return connection.send("PUT", "/v1/kv/" + key, "", value);
        }
    }

    /** Found by chaos with a disk that was full: what the stores' library maps has no room then, and Java tells of an error of its own. */
    @Test
    void a_node_that_the_kernel_ends_for_want_of_room_says_to_look_at_the_disk() throws IOException {
        String report = "-XX:ErrorFile=" + folder.resolve("java-error.log");
        Map<String, String> environment = new HashMap<>(launcher.environment());
        environment.merge("QUORATE_JAVA_OPTS", report, (others, ours) -> others + " " + ours);
        NodeProcess other = new NodeProcess(folder.resolve("other"), new Launcher(launcher.script(), environment));
        other.start("--name", "other", "--address", subnet + ".2");
        other.signal("BUS");
        other.awaitEnd();
        assertThat(Files.readAllLines(other.folder().resolve("quorate.log")))
                .anySatisfy(
                        line -> assertThat(line).startsWith("quorate stops: ").contains("Look at the disk"));
    }

    /** With an old list it would not know, after its next start, whom to ask. */
    @Test
    void a_node_that_cannot_write_who_the_members_are_stops_and_says_which_file_it_was() throws Exception {
        Path inTheWay = Files.createDirectory(node.folder().resolve("backend/cluster.yaml.new"));
        alone.startAnother().quorate("join", joinLine());
        node.awaitEnd();
        assertThat(Files.readAllLines(node.folder().resolve("quorate.log")))
                .anySatisfy(
                        line -> assertThat(line).startsWith("quorate stops: ").contains("cluster.yaml"));

        Files.delete(inTheWay);
        node.start();
        Path members = node.folder().resolve("backend/cluster.yaml");
        ClusterView.of(List.of(node)).await("n2 is on the list", PATIENCE, status -> contains(members, "n2"));
    }

    /** Found by chaos with a disk that was full: the line that says that the node runs was added to one that was cut, and nobody saw it. */
    @Test
    void a_start_is_seen_though_the_log_ends_in_the_middle_of_a_line() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("quorate.log"), "one\ntwo, which was c");
        NodeProcess started = new NodeProcess(other, launcher);
        started.start("--name", "other", "--address", subnet + ".2");
        started.kill();
        assertThat(Files.readAllLines(other.resolve("quorate.log")))
                .startsWith("one", "two, which was c")
                .anySatisfy(line -> assertThat(line).startsWith("quorate is running"));
    }

    @Test
    void an_occupied_port_is_named() {
        assertRefused(startAnother("other", "--name", "other", "--address", subnet + ".1"), subnet + ".1:19001");
    }

    @Test
    void a_data_folder_in_use_is_named_with_the_process_that_has_it() {
        assertRefused(
                startAnother("n1"),
                "in use",
                Long.toString(node.running().orElseThrow().pid()),
                "quorate stop");
    }

    @Test
    void a_wrong_token_is_refused_with_the_command_that_makes_a_new_one() {
        NodeProcess other = alone.startAnother();
        String wrong = joinLine().replaceFirst("/[0-9a-f]{32}/", "/0123456789abcdef0123456789abcdef/");
        assertRefused(other.quorate("join", wrong), "token", "add-node");
    }

    private String joinLine() {
        return node.quorate("add-node", "-o", "short")
                .text()
                .lines()
                .findFirst()
                .orElseThrow()
                .replace("quorate join ", "");
    }

    @Test
    void a_token_is_good_for_one_node() {
        String url = joinLine();
        NodeProcess second = alone.startAnother();
        assertThat(second.quorate("join", url).exitCode()).isZero();
        NodeProcess third = alone.startAnother();
        assertRefused(third.quorate("join", url), "token", "used", "add-node");
    }

    @Test
    void a_node_with_data_does_not_join_another_cluster() throws IOException {
        NodeProcess other = alone.startAnother();
        try (HttpConnection connection = new HttpConnection(other.api(), 10_000)) {
            assertThat(connection
                            .send("PUT", "/v1/kv/precious", "", "data".getBytes(StandardCharsets.UTF_8))
                            .status())
                    .isEqualTo(200);
        }
        String url = joinLine();
        assertRefused(other.quorate("join", url), "data");
        assertThat(other.quorate("kv", "get", "precious").text()).isEqualTo("data");
    }

    @Test
    void a_value_that_is_too_large_is_refused_with_the_limit_and_the_node_lives_on() throws IOException {
        assertThat(put("large", new byte[3 << 20]).status()).isEqualTo(413);
        assertThat(put("k".repeat(2000), new byte[1]).status()).isIn(414, 400);
        assertThat(put("small", new byte[1]).status()).isEqualTo(200);
    }

    @Test
    void a_corrupt_file_in_the_middle_stops_the_start_and_is_named() throws IOException {
        assertThat(put("key", new byte[1000]).status()).isEqualTo(200);
        node.stop();
        Path manifest = files(node.folder().resolve("backend").resolve("events"), "MANIFEST-");
        try (RandomAccessFile file = new RandomAccessFile(manifest.toFile(), "rw")) {
            file.seek(2);
            file.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        }
        Launcher.Printed printed = startAnother("n1");
        assertRefused(printed, "backend/events", "corrupt");
    }

    @Test
    void an_unreadable_identity_is_named() throws IOException {
        node.stop();
        Files.writeString(node.folder().resolve("node.yaml"), "cluster: [");
        assertRefused(startAnother("n1"), "node.yaml");
    }

    @Test
    void a_folder_that_holds_no_node_is_told_as_not_running() {
        Launcher.Printed printed = launcher.run(
                List.of("status", "--data-folder", folder.resolve("none").toString()));
        assertThat(printed.exitCode()).isEqualTo(3);
        assertThat(printed.text()).contains("not running", "quorate start");
    }

    private static Path files(Path folder, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
