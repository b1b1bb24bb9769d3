package io.quorate.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.typesafe.config.ConfigFactory;
import io.quorate.node.contract.Admission;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.ClusterReport;
import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.Recorded;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.Membership;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.remote.RemoteJournal;
import io.quorate.persistence.remote.RequestChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with real sockets and real stores, several in one process. */
class NodeClusterTest {
    private static final String ADA = "admin ada";

    @TempDir
    Path root;

    private final List<Node> nodes = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        nodes.reversed().forEach(Node::crash);
    }

    private static int freePort(String address) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private NodeSettings settings(int n) {
        return settings(n, "127.0.2." + n, List.of());
    }

    private NodeSettings settings(int n, String address, List<String> contacts) {
        return NodeSettings.of(
                ConfigFactory.parseString(
                                "quorate.node { name = n%d, address = \"%s\", cluster-port = %d, contacts = [\"%s\"] }"
                                        .formatted(n, address, freePort(address), String.join("\", \"", contacts))
                                        .replace("[\"\"]", "[]"))
                        // All are in this process: on a busy machine a shorter pause is no reason for an election.
                        .withFallback(ConfigFactory.parseString("quorate.raft.heartbeat-timeout = 1200 ms"))
                        .withFallback(ConfigFactory.load()),
                root.resolve("n" + n),
                "host");
    }

    private Node start(NodeSettings settings) {
        Node node = Node.start(settings, id -> List.of(), JournalMetrics.NONE, (reason, cause) -> {
            throw new AssertionError(reason, cause);
        });
        nodes.add(node);
        return node;
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(15, TimeUnit.SECONDS);
    }

    private static Outcome append(Node node, String id, long sequenceNr) throws Exception {
        return get(node.journal()
                .submit(new Operation.AppendEvents(
                        id,
                        sequenceNr,
                        "writer",
                        0,
                        List.of(EventData.of(0, "text", ("event " + sequenceNr).getBytes(StandardCharsets.UTF_8))))));
    }

    private static long highest(Node node, String id) throws Exception {
        get(node.journal().barrier());
        return get(node.journal().ask(new Query.HighestSequenceNr(id)));
    }

    /** Waits for what the status says, looking at it again after each entry that passes through the log meanwhile. */
    private static NodeStatus await(Node node, Predicate<NodeStatus> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        NodeStatus status = get(node.status());
        while (!wanted.test(status)) {
            assertThat(System.nanoTime())
                    .as("not seen; the status is %s", status)
                    .isLessThan(deadline);
            get(node.journal().barrier());
            status = get(node.status());
        }
        return status;
    }

    /** The one of these that leads; waits until one does. */
    private static Node leaderOf(List<Node> cluster) throws Exception {
        String leader = leader(
                        await(cluster.getFirst(), status -> leader(status).isPresent()))
                .orElseThrow();
        return cluster.stream()
                .filter(node -> node.identity().member().node().equals(leader))
                .findFirst()
                .orElseThrow();
    }

    private static Optional<String> leader(NodeStatus status) {
        return status.cluster().nodes().stream()
                .filter(node -> node.leader())
                .map(node -> node.name())
                .findFirst();
    }

    private static long voters(NodeStatus status) {
        return status.cluster().nodes().stream()
                .filter(n -> n.role().equals("voter"))
                .count();
    }

    private void join(Node joiner, Node seed) throws Exception {
        Node.IssuedToken token =
                get(seed.issueToken("", Duration.ofMinutes(5), 1, false, System.currentTimeMillis(), ADA));
        Node.JoinAttempt attempt = joiner.joinAttempt(token.token(), false, System.currentTimeMillis());
        joiner.join(attempt, get(seed.admit(attempt.request())));
    }

    private static MembershipMessage admit(Node member, Node.JoinAttempt attempt) throws Exception {
        return get(member.admit(attempt.request())).decision();
    }

    private List<Node> three() throws Exception {
        Node one = start(settings(1));
        append(one, "a", 1);
        Node two = start(settings(2));
        join(two, one);
        Node three = start(settings(3));
        join(three, one);
        await(one, status -> voters(status) == 3);
        return List.of(one, two, three);
    }

    @Test
    void a_node_alone_is_a_cluster_and_keeps_its_events_over_a_restart() throws Exception {
        NodeSettings settings = settings(1);
        Node node = start(settings);
        assertThat(append(node, "a", 1)).isInstanceOf(Outcome.Applied.class);
        node.close();
        Node again = start(settings);
        assertThat(highest(again, "a")).isEqualTo(1);
    }

    @Test
    void three_nodes_form_a_cluster_any_of_them_takes_writes_and_the_leader_may_die() throws Exception {
        List<Node> cluster = three();
        for (Node node : cluster) {
            assertThat(highest(node, "a")).isEqualTo(1);
        }
        append(cluster.get(1), "a", 2);
        append(cluster.get(2), "a", 3);
        Node leader = leaderOf(cluster);
        leader.crash();
        List<Node> survivors = cluster.stream().filter(n -> n != leader).toList();
        append(survivors.get(0), "a", 4);
        for (Node node : survivors) {
            assertThat(highest(node, "a")).isEqualTo(4);
        }
    }

    private static List<String> askers(Node node, Class<? extends MembershipEvent> type) throws Exception {
        get(node.journal().barrier());
        return get(node.journal().ask(new Query.EventsByPersistenceId(Membership.ID, 1, Long.MAX_VALUE, 1000)))
                .items()
                .stream()
                .map(stored -> MembershipForm.readEvent(stored.event().payload().bytes()))
                .filter(recorded -> type.isInstance(recorded.event()))
                .map(Recorded::by)
                .toList();
    }

    @Test
    void who_asked_another_node_than_the_leader_is_recorded_and_so_is_the_planner() throws Exception {
        List<Node> cluster = three();
        Node leader = leaderOf(cluster);
        Node follower =
                cluster.stream().filter(node -> node != leader).findFirst().orElseThrow();
        get(follower.configure(new MembershipMessage.SetPolicy(3, 1, MembershipMessage.KEEP), "admin bob"));
        assertThat(askers(leader, MembershipEvent.PolicyChanged.class)).containsExactly("admin bob");
        String name = follower.identity().member().node();
        get(follower.remove(name, false, "admin bob"));
        assertThat(askers(leader, MembershipEvent.NodeLeaving.class)).containsExactly("admin bob");
        assertThat(askers(leader, MembershipEvent.JoinCompleted.class)).containsExactlyInAnyOrder("node n2", "node n3");
        assertThat(askers(leader, MembershipEvent.NodeJoined.class))
                .allSatisfy(by -> assertThat(by).matches("node n1|token [0-9a-f]{8}"));
        assertThat(askers(leader, MembershipEvent.RoleAssigned.class)).contains("node n1", Asked.PLANNER);
    }

    private static String address(NodeStatus status, String name) {
        return status.cluster().nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .map(ClusterReport.Node::address)
                .orElse("");
    }

    private static boolean live(NodeStatus status, int voters) {
        return status.cluster().liveVoters() == voters && voters(status) == voters;
    }

    @Test
    void a_node_alone_moves() throws Exception {
        Node node = start(settings(1));
        append(node, "a", 1);
        await(node, status -> voters(status) == 1);
        node.close();
        NodeSettings elsewhere = settings(1, "127.0.2.101", List.of());
        Node moved = start(elsewhere);
        await(moved, status -> address(status, "n1").equals(elsewhere.clusterAddress()));
        assertThat(highest(moved, "a")).isEqualTo(1);
        assertThat(askers(moved, MembershipEvent.NodeMoved.class)).containsExactly("node n1");
    }

    @Test
    void a_voter_that_comes_back_elsewhere_votes_on_as_the_same_member_and_all_know_where_it_is() throws Exception {
        List<Node> cluster = three();
        Node third = cluster.get(2);
        String old = third.identity().member().address();
        third.close();
        NodeSettings elsewhere = settings(3, "127.0.2.103", List.of());
        Node moved = start(elsewhere);
        append(cluster.get(0), "a", 2);
        for (Node node : List.of(cluster.get(0), cluster.get(1), moved)) {
            await(
                    node,
                    status -> address(status, "n3").equals(elsewhere.clusterAddress())
                            && live(status, 3)
                            && !node.identity().contacts().contains(old)); // written after it is told
        }
        assertThat(moved.identity().member()).hasToString("n3#1@" + elsewhere.clusterAddress());
        append(moved, "a", 3);
        assertThat(highest(moved, "a")).isEqualTo(3);
        cluster.get(1).crash();
        append(cluster.get(0), "a", 4); // its vote counts
        assertThat(askers(cluster.get(0), MembershipEvent.NodeMoved.class)).containsExactly("node n3");
    }

    private static NodeSettings in(Path folder, NodeSettings settings) {
        return new NodeSettings(
                folder,
                settings.name(),
                settings.address(),
                settings.clusterPort(),
                settings.apiPort(),
                settings.joinPort(),
                settings.timing(),
                settings.storeEngine(),
                settings.readThreads(),
                settings.certificateLifetime(),
                settings.alsoNamed(),
                settings.contacts(),
                settings.workloads(),
                settings.refreshInterval());
    }

    @Test
    void a_node_does_not_start_where_another_is_to_be_and_starts_where_it_was() throws Exception {
        List<Node> cluster = three();
        NodeSettings elsewhere = settings(3, "127.0.2.103", List.of());
        get(cluster.get(1).planMove("n1", elsewhere.clusterAddress(), "admin ada"));
        Node third = cluster.get(2);
        MemberId before = third.identity().member();
        third.close();
        assertThatExceptionOfType(NodeException.class)
                .isThrownBy(() -> start(elsewhere))
                .withMessageContaining(elsewhere.clusterAddress() + " is kept for n1");
        assertThat(DataFolder.readIdentity(root.resolve("n3")))
                .hasValueSatisfying(kept -> assertThat(kept.member()).hasToString(before.toString()));
    }

    @Test
    void a_copy_of_a_node_does_not_start_beside_it() throws Exception {
        List<Node> cluster = three();
        copy(root.resolve("n3"), root.resolve("copy"));
        NodeSettings copied = in(root.resolve("copy"), settings(3, "127.0.2.103", List.of()));
        assertThatExceptionOfType(NodeException.class)
                .isThrownBy(() -> start(copied))
                .withMessageContaining(
                        "n3 is alive at " + cluster.get(2).identity().member().address())
                .withMessageContaining("stop the other first");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each :
                    all.filter(path -> !path.toString().contains("backend")).toList()) {
                Files.copy(each, to.resolve(from.relativize(each)));
            }
        }
    }

    @Test
    void a_standby_and_the_only_voter_move_one_after_the_other() throws Exception {
        Node one = start(settings(1));
        append(one, "a", 1);
        Node two = start(settings(2));
        join(two, one);
        await(one, status -> status.cluster().nodes().size() == 2);
        append(two, "a", 2);
        two.close();
        NodeSettings second = settings(2, "127.0.2.102", List.of());
        Node standby = start(second);
        await(one, status -> address(status, "n2").equals(second.clusterAddress()));
        one.close();
        Node voter = start(settings(1, "127.0.2.101", List.of()));
        append(voter, "a", 3);
        assertThat(highest(standby, "a")).isEqualTo(3);
    }

    @Test
    void the_last_of_three_that_have_all_moved_votes_again_though_the_others_went_on_without_it() throws Exception {
        three().forEach(Node::crash);
        NodeSettings first = settings(1, "127.0.2.101", List.of());
        NodeSettings second = settings(2, "127.0.2.102", List.of(first.clusterAddress()));
        start(first);
        Node two = start(second);
        append(two, "a", 2);
        Node three = start(settings(3, "127.0.2.103", List.of(second.clusterAddress())));
        assertThat(highest(three, "a")).isEqualTo(2);
        await(two, status -> live(status, 3));
    }

    @Test
    void a_fourth_node_stands_by_and_follows() throws Exception {
        List<Node> cluster = three();
        Node fourth = start(settings(4));
        join(fourth, cluster.get(0));
        for (int i = 2; i <= 200; i++) {
            append(cluster.get(0), "a", i);
        }
        assertThat(highest(fourth, "a")).isEqualTo(200);
        append(fourth, "a", 201);
        NodeStatus status = await(cluster.get(0), s -> s.cluster().nodes().size() == 4);
        assertThat(voters(status)).isEqualTo(3);
    }

    @Test
    void all_three_restart_and_everything_is_there() throws Exception {
        List<NodeSettings> settings = List.of(settings(1), settings(2), settings(3));
        Node one = start(settings.get(0));
        Node two = start(settings.get(1));
        join(two, one);
        Node three = start(settings.get(2));
        join(three, one);
        await(one, status -> voters(status) == 3);
        append(two, "a", 1);
        List.of(one, two, three).forEach(Node::crash);
        List<Node> again = settings.stream().map(this::start).toList();
        for (Node node : again) {
            assertThat(highest(node, "a")).isEqualTo(1);
        }
    }

    /** What another node's journal says; over the connection that stands, if one does. */
    private static CompletionStage<byte[]> asks(RequestChannel channel) {
        return channel.request(RemoteJournal.awaitMoreRequest(0));
    }

    private static RequestChannel channel(Node from, Node to) {
        ActorSystem system = Adapter.toClassic(from.system());
        ActorRef journal = RequestChannel.resolve(system, to.identity().member().address(), "/user/journal");
        return new RequestChannel(system, () -> journal, Duration.ofSeconds(3));
    }

    @Test
    void a_node_that_has_left_answers_no_more_over_the_connections_that_stood_and_nor_does_one_that_was_removed()
            throws Exception {
        List<Node> cluster = three();
        Node one = cluster.get(0);
        Node two = cluster.get(1);
        Node three = cluster.get(2);
        String clusterId = one.identity().clusterId();
        try (RequestChannel toThree = channel(one, three);
                RequestChannel toTwo = channel(one, two)) {
            assertThat(get(asks(toThree))).isNotEmpty();
            assertThat(get(asks(toTwo))).isNotEmpty();
            get(three.leave("node n3"));
            await(
                    one,
                    s -> s.cluster().nodes().size() == 2
                            && !three.identity().clusterId().equals(clusterId));
            append(three, "a", 1); // it leads a cluster of its own
            assertThat(asks(toThree).toCompletableFuture())
                    .as("another cluster's")
                    .failsWithin(Duration.ofSeconds(15));

            Node leader = leaderOf(List.of(one, two));
            Node other = leader == one ? two : one;
            get(leader.remove(other.identity().member().node(), false, "admin bob"));
            await(leader, s -> other.identity().replica() == Identity.Replica.REMOVED);
            try (RequestChannel toOther = channel(leader, other)) {
                assertThat(asks(toOther).toCompletableFuture())
                        .failsWithin(Duration.ofSeconds(15))
                        .withThrowableThat()
                        .withMessageContaining("was removed");
            }
        }
    }

    /** Found by chaos: a command that waited while its node left was decided by the empty cluster that the node was afterwards. */
    @Test
    void what_a_cluster_was_asked_is_not_decided_by_the_one_that_the_node_is_in_afterwards() throws Exception {
        Node three = three().get(2);
        String clusterId = three.identity().clusterId();
        List<CompletionStage<byte[]>> asked = new CopyOnWriteArrayList<>();
        CompletionStage<MembershipMessage> left = three.leave("node n3");
        while (three.identity().clusterId().equals(clusterId)) {
            asked.add(issueToken(three, clusterId, "t" + asked.size()));
            asked.getLast()
                    .exceptionally(failure -> new byte[0])
                    .toCompletableFuture()
                    .get(15, TimeUnit.SECONDS);
        }
        get(left);
        assertThat(asked).isNotEmpty();
        assertThat(issueToken(three, clusterId, "late").toCompletableFuture())
                .failsWithin(Duration.ofSeconds(15))
                .withThrowableThat()
                .withMessageContaining("this node is not in the cluster any more that was asked");
        assertThat(three.isAloneAndEmpty()).isTrue();
        assertThat(three.tokens(0)).isEmpty();
    }

    private static CompletionStage<byte[]> issueToken(Node node, String clusterId, String hash) {
        MembershipMessage issue = new MembershipMessage.IssueToken(hash, Long.MAX_VALUE, 1, "");
        return node.command(clusterId, Membership.ID, MembershipForm.command(new Asked(issue, "admin ada")), true);
    }

    @Test
    void a_token_is_good_for_one_join_and_a_wrong_one_for_none() throws Exception {
        Node one = start(settings(1));
        Node two = start(settings(2));
        Node three = start(settings(3));
        Node.IssuedToken token = get(one.issueToken("", Duration.ofMinutes(5), 1, false, 1000, ADA));
        assertThat(admit(one, two.joinAttempt("0".repeat(32), false, 2000)))
                .isInstanceOfSatisfying(
                        MembershipMessage.Refused.class,
                        no -> assertThat(no.kind()).isEqualTo("unknown-token"));
        assertThat(admit(one, two.joinAttempt(token.token(), false, 1000 + 301_000)))
                .isInstanceOfSatisfying(
                        MembershipMessage.Refused.class,
                        no -> assertThat(no.kind()).isEqualTo("expired-token"));
        MembershipMessage granted = admit(one, two.joinAttempt(token.token(), false, 2000));
        assertThat(granted).isInstanceOf(MembershipMessage.Granted.class);
        assertThat(admit(one, two.joinAttempt(token.token(), false, 2000)))
                .isInstanceOf(MembershipMessage.Granted.class);
        assertThat(admit(one, three.joinAttempt(token.token(), false, 2000)))
                .isInstanceOfSatisfying(
                        MembershipMessage.Refused.class,
                        no -> assertThat(no.kind()).isEqualTo("used-token"));
    }

    @Test
    void a_request_that_no_rule_can_decide_is_refused_and_the_next_one_is_decided() throws Exception {
        Node one = start(settings(1));
        Node two = start(settings(2));
        Node.IssuedToken token = get(one.issueToken("", Duration.ofMinutes(5), 1, false, 1000, ADA));
        Node.JoinAttempt attempt = two.joinAttempt(token.token(), false, 2000);
        MembershipMessage.Join good = attempt.request().join();
        MembershipMessage.Join bad = new MembershipMessage.Join(
                good.tokenHash(), "No Name", good.address(), good.apiAddress(), good.joinAddress(), 2000, "");
        assertThat(one.admit(new Admission.Request(
                                token.token(), bad, attempt.request().certificateRequest(), "0.1.0"))
                        .toCompletableFuture())
                .failsWithin(Duration.ofSeconds(15))
                .withThrowableThat()
                .withMessageContaining("node name");
        assertThat(admit(one, attempt)).isInstanceOf(MembershipMessage.Granted.class);
    }

    @Test
    void a_folder_in_use_a_port_in_use_and_a_folder_of_another_node_are_refused_in_words() {
        NodeSettings first = settings(1);
        start(first);
        assertThatExceptionOfType(FolderException.class)
                .isThrownBy(() -> start(first))
                .withMessageContaining("in use")
                .withMessageContaining("quorate stop");
        NodeSettings samePort = new NodeSettings(
                root.resolve("other"),
                "n9",
                first.address(),
                first.clusterPort(),
                1,
                2,
                first.timing(),
                "auto",
                1,
                first.certificateLifetime(),
                List.of(),
                List.of(),
                first.workloads(),
                first.refreshInterval());
        assertThatExceptionOfType(NodeException.class)
                .isThrownBy(() -> start(samePort))
                .withMessageContaining("cannot be listened on");
        nodes.getFirst().close();
        NodeSettings otherName = new NodeSettings(
                first.dataFolder(),
                "n9",
                first.address(),
                first.clusterPort(),
                1,
                2,
                first.timing(),
                "auto",
                1,
                first.certificateLifetime(),
                List.of(),
                List.of(),
                first.workloads(),
                first.refreshInterval());
        assertThatExceptionOfType(NodeException.class)
                .isThrownBy(() -> start(otherName))
                .withMessageContaining("belongs to the node n1");
        NodeSettings otherAddress = new NodeSettings(
                first.dataFolder(),
                "n1",
                "192.0.2.99",
                first.clusterPort(),
                1,
                2,
                first.timing(),
                "auto",
                1,
                first.certificateLifetime(),
                List.of(),
                List.of(),
                first.workloads(),
                first.refreshInterval());
        assertThatExceptionOfType(NodeException.class)
                .isThrownBy(() -> start(otherAddress))
                .withMessageContaining("192.0.2.99 is not an address of this machine")
                .withMessageContaining("quorate start --address");
        NodeSettings otherStore = new NodeSettings(
                root.resolve("store"),
                "n8",
                first.address(),
                first.clusterPort(),
                1,
                2,
                first.timing(),
                "rocks",
                1,
                first.certificateLifetime(),
                List.of(),
                List.of(),
                first.workloads(),
                first.refreshInterval());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(otherStore))
                .withMessage("quorate.journal.store-engine: wants auto, native or java, is 'rocks'");
    }
}
