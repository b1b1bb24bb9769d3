package io.quorate.control.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.quorate.control.RunningNode;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.TlsIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command line prints and ends with, against a node that runs, one that does not, and none. */
class QuorateCliTest {
    @TempDir
    static Path root;

    private static RunningNode node;

    @BeforeAll
    static void start() throws Exception {
        node = RunningNode.start(root.resolve("n11"), "n11");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private record Ended(int code, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }

        /** One line for a person, on standard error, and nothing else. */
        void failed(int with, String... words) {
            assertThat(code).as(err).isEqualTo(with);
            assertThat(out).isEmpty();
            assertThat(err.lines())
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains(words));
        }
    }

    private static Ended run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = QuorateCli.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Ended(code, out.toString(), err.toString());
    }

    private static Ended onNode(String... arguments) {
        return on(root.resolve("n11"), arguments);
    }

    private static Ended on(Path folder, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--data-folder");
        all.add(folder.toString());
        return run(all.toArray(String[]::new));
    }

    @Test
    void each_command_is_listed_under_its_own_name_and_in_the_help() {
        QuorateCli.COMMANDS.forEach((name, type) ->
                assertThat(type.getAnnotation(CommandLine.Command.class).name()).isEqualTo(name));
        Ended help = run("--help");
        assertThat(help.code()).isEqualTo(ExitCode.OK);
        assertThat(help.lines())
                .filteredOn(line -> line.matches("  [a-z].*"))
                .map(line -> line.strip().split("\\s", 2)[0])
                .containsAll(QuorateCli.COMMANDS.keySet())
                .contains("generate-completion");
    }

    @Test
    void a_name_that_is_not_known_gets_those_that_resemble_it() {
        Ended mistyped = run("statsu");
        assertThat(mistyped.code()).isEqualTo(ExitCode.USAGE);
        assertThat(mistyped.err()).contains("statsu", "Did you mean", "quorate status");
    }

    @Test
    void status_keeps_the_form_that_people_and_scripts_know() {
        Ended status = onNode("status");
        assertThat(status.code()).isEqualTo(ExitCode.OK);
        assertThat(status.err()).isEmpty();
        assertThat(status.out()).startsWith("""
                quorate is running
                high-availability: no
                  datastore master nodes: %s
                  datastore standby nodes: none
                """.formatted(node.settings().clusterAddress()));
        assertThat(status.lines().subList(4, 6))
                .containsExactly(
                        "leader: n11",
                        "survives: nothing: it is the only control-plane node. Next: `quorate add-node`");
    }

    private static String member(String name, String role, String rest) {
        return """
                {"name": "%s", "address": "127.0.0.1%s:19001", "role": "%s", "online": true, "ready": true%s}""".formatted(name, name.substring(1), role, rest);
    }

    private static List<String> pretty(String cluster, String... members) throws Exception {
        return StatusCommand.pretty(
                new ObjectMapper().readTree("{" + cluster + ", \"nodes\": [" + String.join(",", members) + "]}"));
    }

    @Test
    void status_of_three_voters_and_a_standby_has_the_same_form_and_problems_come_after_it() throws Exception {
        assertThat(pretty(
                        "\"highAvailability\": true, \"leader\": \"n1\", \"voters\": 3, \"liveVoters\": 2, \"survives\": 0",
                        member("n1", "voter", ""),
                        member("n2", "voter", ", \"clockSkewMillis\": -8000"),
                        member("n3", "voter", ", \"online\": false, \"lastContactMillis\": 7000"),
                        member("n4", "standby", ""),
                        member("n5", "spare", ", \"leaving\": \"removed\"")))
                .containsExactly(
                        "quorate is running",
                        "high-availability: yes",
                        "  datastore master nodes: 127.0.0.11:19001 127.0.0.12:19001 127.0.0.13:19001",
                        "  datastore standby nodes: 127.0.0.14:19001",
                        "  datastore spare nodes: 127.0.0.15:19001",
                        "leader: n1",
                        "survives: no further loss of a master node (2 of 3 master nodes live)",
                        "problem: the clock of n2 (127.0.0.12:19001) is 8 s behind the leader's: set it there",
                        "problem: n3 (127.0.0.13:19001) was last heard of 7 s ago: `quorate start` there, or, where it never"
                                + " comes back, `quorate remove-node n3 --force`",
                        "n5 leaves the cluster: removed");
    }

    @Test
    void status_lists_workers_apart_and_counts_them_for_nothing() throws Exception {
        List<String> lines = pretty(
                "\"highAvailability\": false, \"leader\": \"n1\", \"voters\": 1, \"liveVoters\": 1, \"survives\": 0",
                member("n1", "voter", ""),
                member("n2", "worker", ""),
                member("n3", "worker", ", \"online\": false, \"lastContactMillis\": 7000"));
        assertThat(lines.subList(1, 7))
                .containsExactly(
                        "high-availability: no",
                        "  datastore master nodes: 127.0.0.11:19001",
                        "  datastore standby nodes: none",
                        "worker nodes: 127.0.0.12:19001 127.0.0.13:19001",
                        "leader: n1",
                        "survives: nothing: it is the only control-plane node. Next: `quorate add-node`");
        assertThat(lines.get(7)).contains("n3", "was last heard of 7 s ago");
    }

    @Test
    void status_of_two_nodes_says_plainly_what_the_second_one_is_good_for() throws Exception {
        assertThat(pretty(
                        "\"highAvailability\": false, \"leader\": \"n1\", \"voters\": 1, \"liveVoters\": 1, \"survives\": 0",
                        member("n1", "voter", ""),
                        member("n2", "standby", "")))
                .last()
                .asString()
                .contains("no loss of its master node", "cannot decide alone", "`quorate add-node`");
    }

    @Test
    void status_does_not_count_a_node_whose_join_is_under_way_and_says_how_it_goes_on() throws Exception {
        List<String> lines = pretty(
                "\"highAvailability\": false, \"leader\": \"n1\", \"voters\": 1, \"liveVoters\": 1, \"survives\": 0",
                member("n1", "voter", ""),
                member("n2", "joining", ""));
        assertThat(lines)
                .contains(
                        "  datastore standby nodes: none",
                        "survives: nothing: it is the only control-plane node. Next: `quorate add-node`");
        assertThat(lines.getLast())
                .contains("n2 (127.0.0.12:19001) joins", "the same `quorate join` again", "forgotten");
    }

    @Test
    void status_without_a_leader_says_what_to_do() throws Exception {
        List<String> lines = pretty(
                "\"highAvailability\": false, \"leader\": \"\", \"name\": \"n1\", \"voters\": 3",
                member("n1", "voter", ""),
                member("n2", "voter", ""),
                member("n3", "voter", ""));
        assertThat(lines.get(4)).contains("no leader", "nothing can be written", "quorum is lost");
        assertThat(lines.get(5))
                .contains("2 of the 3 master nodes must run", "`quorate start` on n2", "n3 (127.0.0.13:19001)")
                .doesNotContain("n1 (");
    }

    @Test
    void status_of_a_removed_node_says_what_to_type_next() throws Exception {
        assertThat(pretty("\"role\": \"removed\""))
                .last()
                .asString()
                .contains("was removed", "`quorate reset`", "`quorate join`");
    }

    @Test
    void what_happened_and_what_a_node_is_are_told_in_words() {
        assertThat(onNode("history").lines().getFirst())
                .matches(" +1 {2}\\d{4}-.*Z {2}n11 at .* founded the cluster \\(by node n11\\)");
        assertThat(onNode("explain", "n11").lines().getFirst())
                .contains("n11", "is a voter, and leads", "failure domain");
        onNode("explain", "n99").failed(ExitCode.FAILED, "nothing is known of a node n99", "quorate status");
    }

    @Test
    void who_asked_is_told_in_every_form() throws Exception {
        ObjectMapper json = new ObjectMapper();
        assertThat(HistoryCommand.line(json.readTree("{\"nr\": 7, \"at\": \"now\", \"text\": \"n2 is a voter: why\"}")))
                .as("an older release did not tell")
                .isEqualTo("    7  now  n2 is a voter: why");
        assertThat(HistoryCommand.line(
                        json.readTree("{\"nr\": 7, \"at\": \"now\", \"text\": \"x\", \"by\": \"planner\"}")))
                .endsWith("x (by the planner)");
        assertThat(onNode("explain", "n11").out()).contains("(by node n11)");
        JsonNode history = json.readTree(onNode("history", "-o", "json").out());
        assertThat(history.path(0).path("by").asText()).isEqualTo("node n11");
        JsonNode explained =
                json.readTree(onNode("explain", "n11", "-o", "json").out());
        assertThat(explained.path("now").path("role").asText()).isEqualTo("voter");
        assertThat(explained.path("history").path(0).path("by").asText()).isEqualTo("node n11");
    }

    @Test
    void the_cluster_is_shown_as_it_was_and_history_is_cut_at_a_time() {
        assertThat(onNode("status", "--at", "1970-01-02T00:00:00Z").lines()).contains("  datastore master nodes: none");
        assertThat(onNode("status", "--at", "0s").lines())
                .contains("  datastore master nodes: " + node.settings().clusterAddress());
        assertThat(onNode("history", "--since", "2126-01-02T00:00:00Z").out()).isEmpty();
        assertThat(onNode("history", "--since", "1d").out()).contains("founded the cluster");
        onNode("history", "--since", "yesterday").failed(ExitCode.USAGE, "'yesterday' is no time", "10m");
    }

    @Test
    void what_is_gathered_for_others_to_look_at_has_the_whole_history() throws Exception {
        for (int i = 0; i < 220; i++) { // more than a page
            asked("PATCH", "/v1/nodes/n11", "application/json", "{'weight':%d}".formatted(i));
        }
        Path zip = root.resolve("n11.zip");
        Ended inspected = onNode("inspect", zip.toString());
        assertThat(inspected.code()).as(inspected.err()).isEqualTo(ExitCode.OK);
        assertThat(inspected.err()).isEmpty();
        try (FileSystem in = FileSystems.newFileSystem(zip)) {
            assertThat(new ObjectMapper().readTree(Files.readString(in.getPath("history.json"))))
                    .hasSizeGreaterThan(220)
                    .anySatisfy(entry -> assertThat(entry.path("text").asText()).contains("weight 219"));
        }
    }

    @Test
    void tokens_are_listed_without_themselves_and_revoked() {
        String own = "k".repeat(32);
        assertThat(onNode("add-node", "--token", own, "-o", "token").lines()).containsExactly(own);
        List<String> tokens = onNode("tokens").lines();
        assertThat(tokens.getFirst()).matches("ID +EXPIRES +USES-LEFT +FOR");
        assertThat(String.join("", tokens)).doesNotContain(own);
        String id = tokens.getLast().split(" ", -1)[0];
        assertThat(onNode("tokens", "--revoke", id).lines()).containsExactly("token " + id + " is revoked");
        onNode("tokens", "--revoke", id).failed(ExitCode.FAILED, "no token begins with '" + id + "'");
        onNode("add-node", "--token", "short").failed(ExitCode.FAILED, "32 to 128 letters and digits");
    }

    @Test
    void roles_are_changed_field_by_field_and_nonsense_is_refused_with_its_bounds() {
        assertThat(onNode("roles", "set", "--standbys", "2").code()).isEqualTo(ExitCode.OK);
        assertThat(onNode("roles", "set", "--promote-after", "4s").code()).isEqualTo(ExitCode.OK);
        assertThat(onNode("roles", "show").lines()).containsExactly("voters: 3", "standbys: 2", "promote-after: 4.0 s");
        assertThat(onNode("roles", "set", "n11", "--failure-domain", "42").code())
                .isEqualTo(ExitCode.OK);
        assertThat(onNode("explain", "n11").lines().getFirst()).contains("failure domain 42");
        onNode("roles", "set", "--voters", "4").failed(ExitCode.FAILED, "voters: wants 1, 3, 5 or 7, is 4");
        onNode("roles", "set", "n99", "--weight", "4").failed(ExitCode.FAILED, "there is no node n99");
        onNode("roles", "set", "--weight", "4").failed(ExitCode.USAGE, "a node's name");
        onNode("roles", "set", "--promote-after", "soon").failed(ExitCode.USAGE, "'soon' is no time");
    }

    private static List<String> withBackups(String backups) throws Exception {
        return pretty(
                "\"leader\": \"n1\", \"voters\": 1, \"liveVoters\": 1, \"survives\": 0, \"backups\": {\"scheduled\": true, "
                        + backups + "}",
                member("n1", "voter", ""));
    }

    @Test
    void status_tells_of_scheduled_backups_in_one_line_and_what_is_wrong_after_it() throws Exception {
        String last = "\"last\": {\"secondsAgo\": 11000, \"node\": \"n3\", \"file\": \"/b/x.quorate\","
                + " \"bytes\": 12345678, \"offset\": 123}";
        assertThat(withBackups("\"everySeconds\": 86400, " + last))
                .last()
                .isEqualTo("backups: every 1 d, the last one 3 h ago on n3 (/b/x.quorate, 12 MB, offset 123)");
        assertThat(withBackups("\"everySeconds\": 5400, \"overdue\": false"))
                .last()
                .isEqualTo("backups: every 90 min, none yet");
        List<String> failing = withBackups("\"everySeconds\": 10, \"overdue\": true, \"failures\": [{\"node\": \"n2\","
                + " \"reason\": \"the folder /b is not there\", \"since\": \"2026-11-26 14:00:00Z\"}], " + last);
        assertThat(failing.get(failing.size() - 2)).startsWith("backups: every 10 s, the last one 3 h ago on n3");
        assertThat(failing.getLast())
                .contains(
                        "problem: no backup is taken. n2: the folder /b is not there (since 2026-11-26 14:00:00Z)",
                        "Next: mend that; the same `quorate backup schedule` again");
        assertThat(withBackups("\"everySeconds\": 10, \"overdue\": true, " + last))
                .last()
                .asString()
                .contains("problem: the next backup is overdue", "Next: `quorate history`");
    }

    @Test
    void backups_are_scheduled_shown_and_ended_and_half_a_schedule_is_none() throws Exception {
        assertThat(onNode("backup", "schedule").lines())
                .singleElement()
                .asString()
                .startsWith("no backups are scheduled. Next: `quorate backup schedule --every");
        Path folder = root.resolve("missing");
        assertThat(onNode("backup", "schedule", "--every", "24h", "--keep", "3", "--to", folder.toString())
                        .out())
                .startsWith("scheduled;");
        assertThat(onNode("status").out()).contains("\nbackups: every 1 d, none yet\n");
        assertThat(onNode("backup", "schedule").lines())
                .startsWith("backups: every 1 d, none yet")
                .last()
                .asString()
                .startsWith("  into " + folder + " on the node that takes it; the newest 3 are kept; since 20");
        JsonNode json = new ObjectMapper()
                .readTree(onNode("backup", "schedule", "-o", "json").out());
        assertThat(json.path("everySeconds").asLong()).isEqualTo(86_400);
        assertThat(json.path("keep").asInt()).isEqualTo(3);
        assertThat(onNode("history").out())
                .contains("a backup is to be taken every 86400.0 s into " + folder + "; the newest 3 are kept");
        assertThat(onNode("backup", "schedule", "--off").lines())
                .containsExactly("no backups are scheduled any more; those that are there stay");
        assertThat(onNode("history").out()).contains("no backups are scheduled any more: asked for");
        assertThat(onNode("status").out()).doesNotContain("backups:");
        onNode("backup", "schedule", "--every", "24h").failed(ExitCode.USAGE, "wants --every and --to");
        onNode("backup", "schedule", "--off", "--keep", "3").failed(ExitCode.USAGE, "no other option");
        onNode("backup", "schedule", "--every", "1s", "--to", "/b").failed(ExitCode.FAILED, "10 s to 366 days");
        onNode("backup", "schedule", "--every", "1h", "--to", "b").failed(ExitCode.FAILED, "absolute path");
        onNode("backup", "schedule", "--every", "1h", "--to", "/b", "--on", "n99")
                .failed(ExitCode.FAILED, "there is no node n99");
        assertThat(run("backup", "schedule", "--help").out())
                .contains("Usage: quorate backup schedule")
                .containsPattern("Examples?:\\R  quorate backup schedule --every 24h");
    }

    @Test
    void a_nodes_next_address_is_planned_shown_and_dropped() throws Exception {
        String now = node.settings().clusterAddress();
        String port = now.substring(now.indexOf(':'));
        assertThat(onNode("set-address", "10.0.7.1").lines())
                .singleElement()
                .asString()
                .startsWith("n11 is to be at 10.0.7.1" + port);
        assertThat(onNode("status").lines())
                .last()
                .isEqualTo("note: n11 (" + now + ") is to be at 10.0.7.1" + port + " from its next start on");
        assertThat(onNode("explain", "n11").out()).contains("It is to be at 10.0.7.1" + port);
        assertThat(onNode("set-address", now, "--node", "n11").lines()).containsExactly("n11 stays where it is");
        assertThat(onNode("history").out())
                .contains("n11 is to move to 10.0.7.1" + port, "n11 is to stay where it is (by node n11)");
        onNode("set-address", "10.0.7.1", "--node", "n99").failed(ExitCode.FAILED, "there is no node n99");
        onNode("set-address", "no/where").failed(ExitCode.FAILED, "address wants a host's name", "'no/where'");
        on(root.resolve("other"), "start", "--contact", "no:where").failed(ExitCode.USAGE, "quorate.node.contacts");
        on(root.resolve("other"), "start", "--name", "n12", "--address", "192.0.2.7")
                .failed(ExitCode.FAILED, "192.0.2.7 is not an address of this machine", "quorate start --address");
    }

    @Test
    void the_only_node_cannot_leave_or_be_removed() {
        onNode("leave").failed(ExitCode.FAILED, "n11 is alone", "`quorate reset`");
        onNode("remove-node", "n99").failed(ExitCode.FAILED, "there is no node n99");
        onNode("remove-node", "n11", "--force").failed(ExitCode.FAILED, "n11 is alive");
    }

    @Test
    void status_is_also_json_yaml_and_a_table() throws Exception {
        Ended json = onNode("status", "-o", "json");
        Ended yaml = onNode("status", "-o", "yaml");
        JsonNode fromJson = new ObjectMapper().readTree(json.out());
        JsonNode fromYaml = new ObjectMapper(new YAMLFactory()).readTree(yaml.out());
        for (JsonNode status : List.of(fromJson, fromYaml)) {
            assertThat(status.path("name").asText()).isEqualTo("n11");
            assertThat(status.path("nodes")).hasSize(1);
        }
        assertThat(yaml.out()).doesNotStartWith("---");
        Ended table = onNode("status", "--output", "TABLE");
        assertThat(table.lines()).hasSize(2);
        assertThat(table.lines().getFirst())
                .matches("NAME +ADDRESS +ROLE +LEADER +ONLINE +DOMAIN +LAG +LAST-CONTACT +CERTIFICATE-UNTIL");
        assertThat(table.lines().getLast())
                .matches("n11 +" + node.settings().clusterAddress() + " +voter +yes +yes +\\d+ +0 +0 ms +20\\d\\d-.*Z");
    }

    @Test
    void a_node_that_is_ready_is_not_waited_for() {
        assertThat(onNode("status", "--wait-ready", "--timeout", "20").code()).isEqualTo(ExitCode.OK);
        assertThat(onNode("status", "--wait-ready", "--timeout", "20s").code()).isEqualTo(ExitCode.OK);
        Ended wrong = onNode("status", "--wait-ready", "--timeout", "soon");
        assertThat(wrong.code()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err()).contains("'soon' is no time");
    }

    @Test
    void a_folder_without_a_node_is_not_running_and_the_line_says_how_to_start_one() {
        for (String[] command : new String[][] {
            {"status"},
            {"add-node"},
            {"kv", "get", "a"},
            {"join", "127.0.0.1:25000/" + "0".repeat(32) + "/" + "0".repeat(32)}
        }) {
            Ended ended = on(root.resolve("nobody"), command);
            assertThat(ended.code()).isEqualTo(ExitCode.NOT_RUNNING);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).contains("quorate is not running", "`quorate start --data-folder");
        }
        on(root.resolve("nobody"), "stop").failed(ExitCode.NOT_RUNNING, "quorate is not running");
    }

    @Test
    void a_node_that_is_down_is_one_line_with_the_next_step() throws Exception {
        Path down = Files.createDirectories(root.resolve("down"));
        Files.writeString(
                down.resolve("node.yaml"),
                Files.readString(root.resolve("n11").resolve("node.yaml"))
                        .replaceAll("(?m)^api: .*$", "api: 127.0.3.12:1"));
        Path tls = Files.createDirectories(down.resolve("tls"));
        for (String file : List.of("ca.crt", "ca.key", "node.crt", "node.key")) {
            Files.copy(root.resolve("n11").resolve("tls").resolve(file), tls.resolve(file));
        }
        on(down, "status").failed(ExitCode.NOT_RUNNING, "not running at 127.0.3.12:1", "`quorate start`");
        on(down, "kv", "put", "a", "b").failed(ExitCode.NOT_RUNNING, "`quorate start`");
        on(down, "status", "--wait-ready", "--timeout", "0")
                .failed(ExitCode.FAILED, "not ready after 0 s", "not running at 127.0.3.12:1");
    }

    @Test
    void a_node_that_says_nothing_any_more_is_not_waited_for_without_end() throws Exception {
        Duration silence = Duration.ofSeconds(3);
        NodeClient client = NodeClient.of(root.resolve("n11"));
        try (ServerSocket silent = node.silentAfter("")) {
            String api = node.settings().address() + ":" + silent.getLocalPort();
            assertThatExceptionOfType(CommandFailure.class)
                    .isThrownBy(() -> client.at(api).stream("/v1/backup", silence))
                    .withMessageContaining("the node at " + api + " said nothing for 3 s");
        }
        try (ServerSocket silent = node.silentAfter("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nsome")) {
            String api = node.settings().address() + ":" + silent.getLocalPort();
            try (InputStream in = client.at(api).stream("/v1/backup", silence)) {
                assertThat(in.readNBytes(4)).asString().isEqualTo("some");
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(in::read)
                        .withMessageContaining("nothing came for 3 s");
            }
        }
    }

    private static Ended ofOneThatAnswers(String body, String... arguments) throws Exception {
        try (ServerSocket other = node.silentAfter(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)) {
            Path access = root.resolve("other.yaml");
            Files.writeString(
                    access,
                    onNode("config")
                            .out()
                            .replaceAll(
                                    "(?m)^( *server: ).*$",
                                    "$1https://" + node.settings().address() + ":" + other.getLocalPort()));
            List<String> all = new ArrayList<>(List.of(arguments));
            all.addAll(List.of("--config", access.toString()));
            return run(all.toArray(String[]::new));
        }
    }

    @Test
    void an_upgrade_answers_with_one_document_where_that_is_asked_for_and_its_words_go_to_standard_error()
            throws Exception {
        String state = "{\"phase\":\"paused\",\"id\":\"u1\",\"version\":\"1.23.0\",\"nodes\":[]}";
        for (String verb : List.of("pause", "abort", "finalize", "resume", "rollback", "status")) {
            Ended changed = ofOneThatAnswers(state, "upgrade", verb, "-o", "json");
            assertThat(changed.code()).as(verb + changed.err()).isEqualTo(ExitCode.OK);
            assertThat(new ObjectMapper().readTree(changed.out()))
                    .as(verb)
                    .isEqualTo(new ObjectMapper().readTree(state));
        }
        String plan = "{\"id\":\"u1\",\"begun\":false,\"findings\":[],\"backup\":\"\","
                + "\"plan\":{\"version\":\"1.23.0\",\"nodes\":[{\"node\":\"n1\",\"from\":\"1.22.0\"}]}}";
        Ended looked = ofOneThatAnswers(plan, "upgrade", "--dry-run", "-o", "yaml");
        assertThat(looked.code()).as(looked.err()).isEqualTo(ExitCode.OK);
        assertThat(new ObjectMapper(new YAMLFactory()).readTree(looked.out()))
                .isEqualTo(new ObjectMapper().readTree(plan));
        assertThat(looked.err()).contains("to 1.23.0, in this order:", "nothing was changed");
        Ended begun = ofOneThatAnswers(plan, "upgrade", "--yes", "--no-wait", "-o", "json");
        assertThat(begun.code()).as(begun.err()).isEqualTo(ExitCode.OK);
        assertThat(new ObjectMapper().readTree(begun.out())).isEqualTo(new ObjectMapper().readTree(plan));
        String refused = "{\"id\":\"u1\",\"begun\":false,\"findings\":[\"n1 has no room\"],\"backup\":\"\"}";
        Ended not = ofOneThatAnswers(refused, "upgrade", "--dry-run", "-o", "json");
        assertThat(not.code()).isEqualTo(ExitCode.FAILED);
        assertThat(new ObjectMapper().readTree(not.out())).isEqualTo(new ObjectMapper().readTree(refused));
        assertThat(not.err()).contains("the upgrade was not begun", "n1 has no room");
        assertThat(ofOneThatAnswers(plan, "upgrade", "--dry-run").out())
                .as("for people")
                .contains("to 1.23.0, in this order:", "nothing was changed");
    }

    @Test
    void a_folder_that_cannot_be_read_is_one_line_with_file_and_next_step() throws Exception {
        Path broken = Files.createDirectories(root.resolve("broken"));
        Files.writeString(broken.resolve("node.yaml"), "cluster: [");
        on(broken, "status").failed(ExitCode.FAILED, "node.yaml", "Restore it from a backup");
    }

    @Test
    void keys_are_written_read_and_removed_whatever_their_letters() {
        assertThat(onNode("kv", "put", "a b+c/d?ü%", "blau ü").out()).matches("revision \\d+\\R");
        assertThat(onNode("kv", "get", "a b+c/d?ü%").lines()).containsExactly("blau ü");
        assertThat(onNode("kv", "delete", "a b+c/d?ü%").lines()).containsExactly("deleted");
        onNode("kv", "get", "a b+c/d?ü%").failed(ExitCode.FAILED, "'a b+c/d?ü%' is not there");
    }

    @Test
    void a_word_that_begins_with_an_at_is_itself_and_no_file() throws Exception {
        String notes = "@"
                + Files.writeString(root.resolve("notes"), "other")
                        .toAbsolutePath()
                        .toString();
        assertThat(onNode("kv", "put", "at", notes).code()).isEqualTo(ExitCode.OK);
        assertThat(onNode("kv", "get", "at").lines()).containsExactly(notes);
        CommandLine release = ReleaseProgram.commandLine();
        CommandLine.ParseResult signs = release.parseArgs("sign", notes, "--version", "1.23.0", "--key", "release.key");
        assertThat(signs.subcommand().matchedPositionalValue(0, Path.of(""))).isEqualTo(Path.of(notes));
    }

    @Test
    void compare_and_set_that_fails_says_what_there_is_and_what_to_do() {
        assertThat(onNode("kv", "put", "cas", "1", "--expect", "0").code()).isEqualTo(ExitCode.OK);
        onNode("kv", "put", "cas", "2", "--expect", "0")
                .failed(ExitCode.FAILED, "the key has revision", "Next: read it");
        onNode("kv", "put", "k".repeat(513), "x").failed(ExitCode.FAILED, "512 bytes");
    }

    @Test
    void add_node_prints_the_line_to_run_on_the_next_machine() throws Exception {
        String line = "quorate join " + node.joinAddress() + "/[0-9a-f]{32}/[0-9a-f]{32}";
        List<String> pretty = onNode("add-node").lines();
        assertThat(pretty).hasSize(5);
        assertThat(pretty.get(1)).matches(line);
        assertThat(pretty.get(3)).contains("--worker", "workloads only");
        assertThat(pretty.get(4)).isEqualTo(pretty.get(1) + " --worker");
        List<String> forWorkers = onNode("add-node", "--worker").lines();
        assertThat(forWorkers).hasSize(2).last().asString().matches(line + " --worker");
        assertThat(onNode("tokens").out()).contains("any node", "workers");
        assertThat(onNode("history").out()).contains("for 1 join of workers was issued");
        assertThat(onNode("add-node", "-o", "short").lines())
                .singleElement()
                .asString()
                .startsWith("quorate join ");
        assertThat(onNode("add-node", "-o", "token").out()).matches("[0-9a-f]{32}\\R");
        assertThat(new ObjectMapper()
                        .readTree(onNode("add-node", "-o", "json").out())
                        .path("urls"))
                .hasSize(1);
        onNode("add-node", "--uses", "0").failed(ExitCode.FAILED, "uses of 1 to 1000");
    }

    @Test
    void a_join_line_that_is_none_is_wrong_usage() {
        onNode("join", "127.0.0.1/token")
                .failed(ExitCode.USAGE, "<address>:<port>/<token>/<fingerprint>", "quorate add-node");
    }

    @Test
    void a_setting_that_is_wrong_stops_the_start_with_one_line() {
        Path fresh = root.resolve("fresh");
        on(fresh, "start", "--name", "No_Name").failed(ExitCode.USAGE, "quorate.node.name", "No_Name");
        on(fresh, "start", "--api-port", "70000").failed(ExitCode.USAGE, "quorate.node.api-port", "70000");
        assertThat(fresh).doesNotExist();
        Ended twice = onNode("start");
        twice.failed(ExitCode.FAILED, "in use by the process", "`quorate stop`");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start",
                "stop",
                "status",
                "add-node",
                "join",
                "set-address",
                "kv",
                "explain",
                "cordon",
                "uncordon",
                "drain",
                "kubectl",
                "simulate",
                "version"
            })
    void every_command_explains_itself_with_examples(String command) {
        Ended help = run(command, "--help");
        assertThat(help.code()).as(help.err()).isEqualTo(ExitCode.OK);
        assertThat(help.out())
                .contains("Usage: quorate " + command)
                .containsPattern("Examples?:\\R  quorate " + command);
        assertThat(run("--help").out()).contains("  " + command + " ");
    }

    @Test
    void every_join_line_of_the_help_has_what_a_join_wants() {
        List<String> lines = QuorateCli.COMMANDS.keySet().stream()
                .flatMap(command -> run(command, "--help").out().lines())
                .filter(line -> line.contains("TOKEN") && line.contains("quorate join"))
                .toList();
        assertThat(lines).isNotEmpty().allSatisfy(line -> assertThat(line).containsPattern(":\\d+/TOKEN/FINGERPRINT"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"put", "get", "delete"})
    void every_command_on_keys_explains_itself(String command) {
        Ended help = run("kv", command, "--help");
        assertThat(help.code()).as(help.err()).isEqualTo(ExitCode.OK);
        assertThat(help.out()).contains("Usage: quorate kv " + command);
    }

    private static void asked(String method, String path, String type, String body) throws Exception {
        HttpResponse<byte[]> response = node.send(node.request(path)
                .header("Content-Type", type)
                .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
        assertThat(response.statusCode()).as(new String(response.body(), UTF_8)).isLessThan(300);
    }

    /** One that the test's own node knows nothing of. */
    private static void farNode(String name) throws Exception {
        asked(
                "POST",
                "/api/v1/nodes",
                "application/json",
                "{'metadata':{'name':'%s'},'status':{'conditions':[{'type':'Ready','status':'True'}]}}"
                        .formatted(name));
    }

    private static void pod(String name, String home) throws Exception {
        String pods = "/api/v1/namespaces/default/pods";
        asked(
                "POST",
                pods,
                "application/json",
                "{'metadata':{'name':'%1$s','labels':{'app':'%1$s'}},'spec':{'nodeName':'%2$s','containers':[{'name':'c','image':'i'}],'terminationGracePeriodSeconds':0}}"
                        .formatted(name, home));
        asked(
                "PATCH",
                pods + "/" + name + "/status",
                "application/strategic-merge-patch+json",
                "{'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}}");
    }

    @Test
    void a_node_is_closed_drained_and_opened_again_as_kubectl_does_it() throws Exception {
        farNode("far");
        assertThat(onNode("cordon", "far").lines()).containsExactly("node/far cordoned");
        assertThat(onNode("cordon", "far").lines()).containsExactly("node/far already cordoned");
        assertThat(onNode("uncordon", "far").lines()).containsExactly("node/far uncordoned");
        assertThat(onNode("uncordon", "far").lines()).containsExactly("node/far already uncordoned");
        onNode("cordon", "nowhere").failed(ExitCode.FAILED, "there is no node nowhere; `quorate status -o table`");
        pod("bare", "far");
        Ended refused = onNode("drain", "far");
        assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err())
                .contains("node far is cordoned, and none of its pods was evicted")
                .contains("declare no controller (use --force to override): default/bare");
        pod("other", "far");
        Ended drained = onNode("drain", "far", "--force");
        assertThat(drained.code()).as(drained.err()).isEqualTo(ExitCode.OK);
        assertThat(drained.lines())
                .contains("evicting pod default/bare", "pod/other evicted")
                .endsWith("node/far drained");
        assertThat(drained.err())
                .contains("Warning: deleting Pods that declare no controller: default/bare, default/other");
    }

    @Test
    void a_drain_that_a_budget_does_not_allow_says_so_and_what_to_do() throws Exception {
        farNode("kept");
        pod("guarded", "kept");
        asked(
                "POST",
                "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
                "application/json",
                "{'metadata':{'name':'guard'},'spec':{'minAvailable':1,'selector':{'matchLabels':{'app':'guarded'}}}}");
        Ended drained = onNode("drain", "kept", "--force", "--timeout", "1");
        assertThat(drained.code()).isEqualTo(ExitCode.FAILED);
        assertThat(drained.err())
                .contains("(will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.")
                .contains("after 1 s node kept is cordoned, and still has default/guarded (Cannot evict pod")
                .contains("`quorate uncordon kept` gives up");
    }

    @Test
    void a_pod_is_explained_by_every_node() throws Exception {
        farNode("elsewhere"); // a pod of a node that is not there is deleted after a while
        pod("asked", "elsewhere");
        Ended told = onNode("explain", "pod", "asked");
        assertThat(told.code()).as(told.err()).isEqualTo(ExitCode.OK);
        assertThat(told.out())
                .startsWith("default/asked is on elsewhere, and Running")
                .contains("NODE", "SCORE", "n11");
        assertThat(new ObjectMapper()
                        .readTree(
                                onNode("explain", "pod", "asked", "-o", "json").out())
                        .path("nodes"))
                .isNotEmpty();
        onNode("explain", "pod", "nobody", "-n", "shop")
                .failed(ExitCode.FAILED, "there is no pod nobody in namespace shop");
        assertThat(onNode("explain").code()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void kubectl_is_looked_for_where_programs_are() throws Exception {
        Path programs = Files.createDirectory(root.resolve("programs"));
        assertThat(KubectlCommand.find(programs.toString())).isEmpty();
        Path kubectl = Files.writeString(programs.resolve("kubectl"), "#!/bin/sh\n");
        assertThat(kubectl.toFile().setExecutable(true)).isTrue();
        assertThat(KubectlCommand.find("/nowhere:" + programs)).contains(kubectl);
        assertThat(KubectlCommand.find(null)).isEmpty();
    }

    @Test
    void a_service_gets_what_it_sets_as_credentials_and_the_role_of_an_admin_where_that_is_asked_for() {
        Ended plain = onNode("config", "--service", "billing", "--address", "127.0.0.1");
        assertThat(plain.code()).as(plain.err()).isEqualTo(ExitCode.OK);
        assertThat(Peer.of(TlsIdentity.parse(plain.out()).chain().getFirst()))
                .contains(new Peer("billing", PeerKind.SERVICE));
        Ended admin = onNode("config", "--service", "scaler", "--role", "admin", "--address", "127.0.0.1");
        assertThat(Peer.of(TlsIdentity.parse(admin.out()).chain().getFirst()))
                .contains(new Peer("scaler", PeerKind.ADMIN_SERVICE));
        onNode("config", "--service", "billing", "--role", "viewer", "--address", "127.0.0.1")
                .failed(ExitCode.USAGE, "leave --role out");
    }

    @Test
    void the_help_lists_every_exit_code() {
        Ended help = run("--help");
        assertThat(help.code()).isEqualTo(ExitCode.OK);
        assertThat(help.out()).contains("Exit codes:", "Examples:");
        for (int code : List.of(
                ExitCode.OK,
                ExitCode.FAILED,
                ExitCode.USAGE,
                ExitCode.NOT_RUNNING,
                ExitCode.UNKNOWN,
                ExitCode.FAIL_STOP)) {
            assertThat(help.out()).containsPattern("(?m)^ +" + code + " +\\S");
        }
    }

    @Test
    void wrong_usage_ends_with_2_and_names_what_is_wrong() {
        Ended none = run();
        assertThat(none.code()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err()).contains("Usage: quorate");
        for (String[] wrong :
                new String[][] {{"fly"}, {"status", "-o", "xml"}, {"status", "--fast"}, {"kv"}, {"kv", "put", "a"}}) {
            Ended ended = run(wrong);
            assertThat(ended.code()).as(String.join(" ", wrong)).isEqualTo(ExitCode.USAGE);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).isNotEmpty();
        }
        assertThat(run("status", "-o", "xml").err()).contains("xml").containsIgnoringCase("json");
    }

    @Test
    void the_version_is_one_line() {
        assertThat(run("version").out()).matches("quorate .+\\R");
        assertThat(run("--version").out()).isEqualTo(run("version").out());
    }
}
