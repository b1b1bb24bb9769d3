package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.node.fault.Failpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A third node joins two, and leaves them again, while one of the processes dies exactly at a step of it. The cluster is kept from one
 * test to the next. {@code -Dquorate.chaos.faults=all} runs every step, and a part of a round's name those that have it.
 */
class JoinFaultsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WHICH = System.getProperty("quorate.chaos.faults", "");
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final Set<Failpoint> LEADERS = EnumSet.of(
            Failpoint.TOLD_TO_BECOME_MEMBER, Failpoint.LEARNER_ADDED, Failpoint.VOTE_GIVEN, Failpoint.VOTE_TAKEN);

    /** Who dies. */
    private enum Who {
        /** The node that joins, or leaves. */
        THIRD,
        LEADER,
        /** Of the two that are members, the one that does not lead. */
        OTHER;

        static Who of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    private record Fault(Who dies, Failpoint at) {
        static Optional<Fault> of(String text) {
            if (text.equals("-")) {
                return Optional.empty();
            }
            String[] words = text.split(" at ");
            return Optional.of(new Fault(
                    Who.of(words[0]),
                    Stream.of(Failpoint.values())
                            .filter(point -> point.word().equals(words[1]))
                            .findFirst()
                            .orElseThrow()));
        }
    }

    /**
     * @param joining who dies while it joins
     * @param through whom it asks to let it in
     * @param leaving who dies while it leaves
     */
    private record Round(Optional<Fault> joining, Who through, Optional<Fault> leaving, String text) {
        static Round of(String row) {
            String[] cells = row.split("\\s*\\|\\s*");
            return new Round(
                    Fault.of(cells[0]),
                    Who.of(cells[1]),
                    Fault.of(cells[2]),
                    "join: " + cells[0] + ", through " + cells[1] + "; leave: " + cells[2]);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    private static Failpoints failpoints;
    private static LocalCluster cluster;
    private static final TreeMap<String, String> acknowledged = new TreeMap<>();
    private static boolean sound;

    /** Who dies where while the node joins; whom it asks; who dies where while it leaves. A star: in the short run, too. */
    static Stream<Round> rounds() {
        return Stream.of("""
                * third at join-granted          | leader | third at leave-begun
                  third at certificates-staged   | leader | third at certificates-staged
                * third at cluster-changed       | leader | third at cluster-changed
                * third at backend-aside         | leader | third at backend-aside
                  third at certificates-taken    | leader | third at certificates-taken
                * third at first-chunk           | other  | -
                  third at node-joined           | other  | -
                  third at join-completed        | leader | -
                * third at became-member         | leader | -
                * third at heard-leader          | leader | -
                  third at role-assigned         | leader | -
                  leader at admission-asked      | leader | -
                * leader at node-joined          | leader | leader at node-leaving
                * leader at node-joined          | other  | leader at vote-taken
                  leader at admission-decided    | leader | leader at role-assigned
                  leader at join-completed       | leader | leader at node-removed
                * leader at told-to-become-member| leader | leader at node-removed
                * leader at learner-added        | leader | -
                * leader at vote-given           | leader | -
                  leader at role-assigned        | leader | -
                  other at admission-asked       | other  | other at node-leaving
                  other at node-joined           | other  | other at role-assigned
                * other at admission-decided     | other  | other at node-removed
                  other at join-completed        | leader | -
                  other at role-assigned         | leader | -
                """.split("\n"))
                .filter(line -> !WHICH.isEmpty() || line.startsWith("*"))
                .map(line -> Round.of(line.substring(1).strip()))
                .filter(round -> WHICH.equals("all") || round.text().contains(WHICH));
    }

    @BeforeEach
    void two() throws Exception {
        if (!sound) {
            stop();
            acknowledged.clear();
            Path folder = Files.createTempDirectory(root, "cluster");
            failpoints = new Failpoints(Files.createDirectory(folder.resolve("failpoints")));
            cluster = LocalCluster.start(folder, Launchers.subnet(), failpoints.with(Launchers.underTest()), 2);
            cluster.startAnother();
        }
        awaitMembers(1, node(1), node(2));
        sound = false;
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static NodeProcess node(int number) {
        return cluster.nodes().get(number - 1);
    }

    private static NodeProcess third() {
        return node(3);
    }

    private static NodeProcess leader() throws InterruptedException {
        AtomicReference<String> leader = new AtomicReference<>("");
        node(1).await("somebody leads", PATIENCE, status -> {
            leader.set(status.path("leader").asText());
            return !leader.get().isEmpty();
        });
        return cluster.nodes().stream()
                .filter(node -> node.name().equals(leader.get()))
                .findFirst()
                .orElseThrow();
    }

    private static NodeProcess one(Who who) throws InterruptedException {
        return switch (who) {
            case THIRD -> third();
            case LEADER -> leader();
            case OTHER -> leader() == node(1) ? node(2) : node(1);
        };
    }

    /** Whoever leads when a step is taken that only a leader takes. */
    private static List<NodeProcess> victims(Fault fault) throws InterruptedException {
        return LEADERS.contains(fault.at()) ? cluster.nodes() : List.of(one(fault.dies()));
    }

    private static HttpConnection.Answer ask(NodeProcess node, String method, String path, String body)
            throws IOException {
        HttpConnection.Answer answer = node.send(method, path, body);
        assertThat(answer.status()).as("%s %s: %s", method, path, answer.text()).isLessThan(300);
        return answer;
    }

    /** On an overloaded machine a leader may be lost for a moment, at any time. */
    private static String read(NodeProcess node, String path) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (HttpConnection connection = new HttpConnection(node.api(), TIMEOUT_MILLIS)) {
            HttpConnection.Answer answer = connection.send("GET", path, "", new byte[0]);
            while (answer.status() == 503 && System.nanoTime() < end) {
                answer = connection.send("GET", path, "", new byte[0]);
            }
            return answer.text();
        }
    }

    /** As {@link #read}; and where it is not known whether a write was stored, reading tells. */
    private static void write(NodeProcess node, String value) throws IOException {
        String path = "/v1/kv/key-" + acknowledged.size();
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (HttpConnection connection = new HttpConnection(node.api(), TIMEOUT_MILLIS)) {
            HttpConnection.Answer answer;
            do {
                answer = connection.send("PUT", path, "", value.getBytes(StandardCharsets.UTF_8));
            } while ((answer.status() == 503
                            || answer.status() == 504 && !read(node, path).equals(value))
                    && System.nanoTime() < end);
            assertThat(answer.status() < 300 || answer.status() == 504)
                    .as(answer.text())
                    .isTrue();
        }
        assertThat(read(node, path)).isEqualTo(value);
        acknowledged.put(path, value);
    }

    private static String joinLine(NodeProcess member) throws IOException {
        return JSON.readTree(ask(member, "POST", "/v1/tokens", "{}").body())
                .path("urls")
                .path(0)
                .asText();
    }

    /** Each of these nodes sees these and no others, all there, so many of them voters. */
    private static void awaitMembers(int voters, NodeProcess... nodes) throws InterruptedException {
        TreeSet<String> names =
                new TreeSet<>(Stream.of(nodes).map(NodeProcess::name).toList());
        ClusterView.of(List.of(nodes)).await(voters + " voters among " + names, PATIENCE, status -> {
            TreeSet<String> seen = new TreeSet<>();
            int voting = 0;
            boolean there = true;
            for (JsonNode each : status.path("nodes")) {
                seen.add(each.path("name").asText());
                voting += each.path("role").asText().equals("voter") ? 1 : 0;
                there &= each.path("online").asBoolean() && !each.has("leaving");
            }
            return there
                    && seen.equals(names)
                    && voting == voters
                    && status.path("voters").asInt() == voters
                    && status.path("highAvailability").asBoolean() == (voters == 3)
                    && names.contains(status.path("leader").asText());
        });
    }

    /** Exactly three, everywhere, with everything that was acknowledged, and nothing of the join left over. */
    private static void assertThreeAndNoGhost() throws Exception {
        awaitMembers(3, node(1), node(2), node(3));
        TreeSet<String> listings = awaitOneListing();
        for (NodeProcess node : cluster.nodes()) {
            for (var write : acknowledged.entrySet()) {
                assertThat(read(node, write.getKey())).isEqualTo(write.getValue());
            }
            assertThat(ask(node, "GET", "/v1/tokens", "").text()).as("tokens").isEqualTo("[]");
            assertThat(Files.readString(node.folder().resolve("node.yaml"))).doesNotContain("aside");
            assertThat(node.files()).noneMatch(name -> name.startsWith("tls."));
        }
        assertThat(listings.first().lines().filter(line -> line.contains("Role: 0")))
                .as(listings.first())
                .hasSize(3);
        assertThat(listings.first().lines().filter(line -> line.contains("ID:")))
                .hasSize(3);
    }

    /** Each node writes it by itself, after what it is about was committed. A question to each node is the pause between two looks. */
    private static TreeSet<String> awaitOneListing() throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        TreeSet<String> listings = new TreeSet<>();
        do {
            listings.clear();
            for (NodeProcess node : cluster.nodes()) {
                node.status();
                listings.add(Files.readString(node.folder().resolve("backend/cluster.yaml")));
            }
            assertThat(System.nanoTime())
                    .as("cluster.yaml of all nodes: %s", listings)
                    .isLessThan(end);
        } while (listings.size() > 1);
        return listings;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rounds")
    void whoever_dies_at_whichever_step_the_same_command_again_finishes_it(Round round) throws Exception {
        write(one(Who.OTHER), round.toString());
        join(round.joining(), joinLine(one(round.through())));
        assertThreeAndNoGhost();
        write(third(), "all three");

        leave(round.leaving());
        awaitMembers(1, node(1), node(2));
        awaitMembers(1, third());
        assertThat(third().status().path("cluster"))
                .isNotEqualTo(node(1).status().path("cluster"));
        sound = true;
    }

    private static void join(Optional<Fault> fault, String line) throws Exception {
        Printed joined = duringFault(fault, "join", line);
        if (joined.exitCode() != 0) {
            assertThat(joined.text()).containsAnyOf("the same `quorate join` again", "the same join again");
            joined = third().quorate("join", line);
        }
        assertThat(joined.exitCode()).as(joined.text()).isZero();
    }

    private static void leave(Optional<Fault> fault) throws Exception {
        Printed left = duringFault(fault, "leave");
        if (left.exitCode() != 0) {
            left = third().quorate("leave");
            assertThat(left.exitCode() == 0 || left.text().contains("n3 is alone"))
                    .as(left.text())
                    .isTrue();
        }
    }

    /** Runs a command on the third node; who dies meanwhile is started again at once. */
    private static Printed duringFault(Optional<Fault> fault, String... command) throws Exception {
        if (fault.isEmpty()) {
            return third().quorate(command);
        }
        Failpoints.Halt halt = failpoints.halt(victims(fault.get()), fault.get().at(), "n3");
        CompletableFuture<Printed> printed = third().running(command);
        halt.await(PATIENCE).start();
        return printed.get(PATIENCE.toSeconds() * 2, TimeUnit.SECONDS);
    }

    @Test
    void a_node_that_dies_when_it_was_let_in_is_no_member_and_can_be_dropped_at_once() throws Exception {
        String line = joinLine(node(1));
        Failpoints.Halt halt = failpoints.halt(List.of(third()), Failpoint.JOIN_GRANTED, "n3");
        CompletableFuture<Printed> joined = third().running("join", line);
        halt.await(PATIENCE);
        assertThat(joined.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).text()).contains("goes on where it was cut off");

        assertThat(node(2).quorate("status").text())
                .contains("n3 (" + "127.", "joins. Where that was cut off", "Next: `quorate add-node`, for a third");
        for (NodeProcess node : List.of(node(1), node(2))) {
            assertThat(Files.readString(node.folder().resolve("backend/cluster.yaml")))
                    .doesNotContain("n3#");
        }
        node(2).quorate("remove-node", "n3").succeeded();
        awaitMembers(1, node(1), node(2));

        third().start();
        join(Optional.empty(), line);
        assertThreeAndNoGhost();
        leave(Optional.empty());
        sound = true;
    }

    @Test
    void a_node_that_dies_while_it_is_promoted_and_stays_away_holds_nobody_up() throws Exception {
        Failpoints.Halt halt = failpoints.halt(List.of(third()), Failpoint.HEARD_LEADER, "n3");
        assertThat(third().quorate("join", joinLine(node(1))).exitCode()).isZero();
        halt.await(PATIENCE);
        long since = System.nanoTime();
        write(one(Who.OTHER), "written while it is away");
        String last;
        do { // the command is a process of its own, which takes its time
            last = node(1).quorate("history").text().lines().reduce("", (before, line) -> line);
            assertThat(Duration.ofNanos(System.nanoTime() - since)).as(last).isLessThan(Duration.ofSeconds(20));
        } while (!last.contains("n3 left the group of voters"));
        third().start();
        assertThreeAndNoGhost();
        leave(Optional.empty());
        sound = true;
    }

    @Test
    void the_founder_that_leads_leaves_dies_and_dies_again_on_its_way_out_and_is_no_second_cluster_of_that_name()
            throws Exception {
        join(Optional.empty(), joinLine(node(1)));
        assertThreeAndNoGhost();
        String name = node(1).status().path("cluster").asText();
        Failpoints.Halt halt = failpoints.halt(List.of(node(1)), Failpoint.NODE_LEAVING, "n1");
        CompletableFuture<Printed> left = node(1).running("leave", "--timeout", "1");
        halt.await(PATIENCE);
        left.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Printed removed = node(2).quorate("remove-node", "n1");
        assertThat(removed.exitCode() == 0 || removed.text().contains("there is no node n1"))
                .as(removed.text())
                .isTrue();
        awaitMembers(1, node(2), node(3));

        halt = failpoints.halt(List.of(node(1)), Failpoint.BACKEND_ASIDE, "n1");
        CompletableFuture<Printed> started = node(1).running("start", "--background");
        halt.await(PATIENCE);
        started.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        node(1).start();
        awaitMembers(1, node(1));
        assertThat(node(1).status().path("cluster").asText()).isNotEqualTo(name);
        assertThat(node(1).quorate("leave").text()).contains("n1 is alone");
        cluster.join(node(2), node(1));
        assertThreeAndNoGhost();
    }

    @Test
    @EnabledIfSystemProperty(named = "quorate.chaos.faults", matches = "all", disabledReason = "it takes a minute")
    void a_join_that_never_goes_on_is_forgotten_and_its_node_may_join_with_the_same_line_when_it_is_back()
            throws Exception {
        String line = joinLine(node(1));
        Failpoints.Halt halt = failpoints.halt(List.of(third()), Failpoint.CLUSTER_CHANGED, "n3");
        CompletableFuture<Printed> joined = third().running("join", line);
        halt.await(PATIENCE);
        joined.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        new ClusterView(List.of(node(1).api(), node(2).api()))
                .await(
                        "the join is forgotten",
                        PATIENCE.multipliedBy(2),
                        status -> status.path("nodes").size() == 2);
        third().start();
        awaitMembers(1, third());
        join(Optional.empty(), line);
        assertThreeAndNoGhost();
        leave(Optional.empty());
        sound = true;
    }
}
