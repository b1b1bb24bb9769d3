package io.quorate.node.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.node.aggregate.Aggregate.Decision;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.MembershipEvent.JoinCompleted;
import io.quorate.node.contract.MembershipEvent.NodeJoined;
import io.quorate.node.contract.MembershipEvent.NodeMoved;
import io.quorate.node.contract.MembershipEvent.NodeRemoved;
import io.quorate.node.contract.MembershipEvent.RoleAssigned;
import io.quorate.node.contract.MembershipEvent.TokenIssued;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.MembershipMessage.Abandon;
import io.quorate.node.contract.MembershipMessage.Assign;
import io.quorate.node.contract.MembershipMessage.Complete;
import io.quorate.node.contract.MembershipMessage.ConfigureNode;
import io.quorate.node.contract.MembershipMessage.Dismiss;
import io.quorate.node.contract.MembershipMessage.Done;
import io.quorate.node.contract.MembershipMessage.EndBackups;
import io.quorate.node.contract.MembershipMessage.Found;
import io.quorate.node.contract.MembershipMessage.Granted;
import io.quorate.node.contract.MembershipMessage.IssueToken;
import io.quorate.node.contract.MembershipMessage.Join;
import io.quorate.node.contract.MembershipMessage.Leave;
import io.quorate.node.contract.MembershipMessage.Move;
import io.quorate.node.contract.MembershipMessage.OfferReplacement;
import io.quorate.node.contract.MembershipMessage.PlanMove;
import io.quorate.node.contract.MembershipMessage.Refused;
import io.quorate.node.contract.MembershipMessage.ReportBackup;
import io.quorate.node.contract.MembershipMessage.ReportBackupFailure;
import io.quorate.node.contract.MembershipMessage.RevokeToken;
import io.quorate.node.contract.MembershipMessage.ScheduleBackups;
import io.quorate.node.contract.MembershipMessage.SetPolicy;
import io.quorate.node.contract.Recorded;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.Role;
import io.quorate.node.role.RolePolicy;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private static final MemberId FOUNDER = new MemberId("n1", 1, "10.0.0.1:19001");

    private final Membership rules = new Membership("a-cluster", ClusterEpoch.FIRST, List.of(FOUNDER));

    /** A cluster's membership, command by command. */
    private final class Cluster {
        private MembershipState state = rules.empty();
        private long sequenceNr;
        private String by = "admin ada";
        private final Map<MembershipEvent, String> askers = new HashMap<>();

        MembershipMessage take(MembershipMessage command) {
            return take(command, new HashSet<>());
        }

        MembershipMessage take(MembershipMessage command, Set<MembershipEvent> happened) {
            Decision<Recorded> decision = rules.decide(state, new Asked(command, by));
            MembershipMessage answer =
                    MembershipForm.read(decision.reply().bytes(sequenceNr + 1), MembershipMessage.class);
            for (Recorded recorded : decision.events()) {
                state = rules.evolve(state, recorded, ++sequenceNr);
                happened.add(recorded.event());
                askers.put(recorded.event(), recorded.by());
            }
            return answer;
        }

        Set<MembershipEvent> eventsOf(MembershipMessage command) {
            Set<MembershipEvent> happened = new LinkedHashSet<>(); // a removal gives back what the join after it takes
            take(command, happened);
            return happened;
        }
    }

    private Cluster founded() {
        Cluster cluster = new Cluster();
        cluster.take(new Found(FOUNDER.toString(), "10.0.0.1:16443", "10.0.0.1:25000"));
        return cluster;
    }

    private static Join join(String token, int node, long now) {
        String host = "10.0.0." + node;
        return new Join(token, "n" + node, host + ":19001", host + ":16443", host + ":25000", now, "");
    }

    private static void assertRefused(MembershipMessage answer, String kind, String... words) {
        assertThat(answer).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.kind()).isEqualTo(kind);
            assertThat(refused.message()).contains(words).doesNotContain("\n");
        });
    }

    @Test
    void the_founder_enters_itself_once_and_votes() {
        Cluster cluster = founded();
        assertThat(cluster.state.nodes().get("n1").role()).isEqualTo(Role.VOTER);
        assertThat(cluster.eventsOf(new Found(FOUNDER.toString(), "", ""))).isEmpty();
    }

    @Test
    void a_node_that_joins_stands_by_and_learns_what_it_needs() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("t", 1000, 1, ""));
        assertThat(cluster.take(join("t", 2, 1000)))
                .isEqualTo(new Granted(
                        "n2#1@10.0.0.2:19001",
                        "a-cluster",
                        List.of(FOUNDER.toString()),
                        List.of("10.0.0.1:19001"),
                        "1"));
        assertThat(cluster.state.nodes().get("n2").role()).isEqualTo(Role.STANDBY);
        assertThat(cluster.state.tokens().get("t").usesLeft()).isZero();
    }

    @Test
    void a_join_that_was_cut_off_is_granted_again_in_the_same_way_even_when_its_token_has_expired() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("t", 1000, 1, ""));
        MembershipMessage granted = cluster.take(join("t", 2, 500));
        Set<MembershipEvent> happened = new HashSet<>();
        assertThat(cluster.take(join("t", 2, 5000), happened)).isEqualTo(granted);
        assertThat(happened).isEmpty();
    }

    /** n1 votes, n2 and n3 vote, n4 stands by, n5 is a spare. */
    private Cluster five() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("t", 1000, 9, ""));
        for (int node = 2; node <= 5; node++) {
            cluster.take(join("t", node, 500));
            cluster.take(new MembershipMessage.Complete("n" + node));
        }
        cluster.take(new MembershipMessage.Assign("n2", "voter", "test"));
        cluster.take(new MembershipMessage.Assign("n3", "voter", "test"));
        cluster.take(new MembershipMessage.Assign("n5", "spare", "test"));
        return cluster;
    }

    private static MembershipMessage.Recover recover(String epoch, String member, String... kept) {
        return new MembershipMessage.Recover(
                epoch,
                member,
                List.of(kept),
                List.of("n3#1@10.0.0.3:19001"),
                4711,
                "n1 had it all",
                1_790_000_000_123L,
                "10.0.0.1:16443",
                "10.0.0.1:25000",
                "");
    }

    @Test
    void a_recovery_begins_anew_with_one_voter_keeps_the_survivors_as_other_members_and_drops_the_rest() {
        Cluster cluster = five();
        cluster.take(recover("2-3fa81c09", "n1#2@10.0.0.1:19001", "n4"));
        MembershipState now = cluster.state;
        assertThat(now.epoch()).isEqualTo(new ClusterEpoch(2, "3fa81c09"));
        assertThat(now.nodes().keySet()).containsExactly("n1", "n4", "n5");
        assertThat(now.nodes().get("n1").member().incarnation()).isEqualTo(2);
        assertThat(now.nodes().get("n1").role()).isEqualTo(Role.VOTER);
        assertThat(now.nodes().get("n4").member().incarnation()).isEqualTo(2);
        assertThat(now.nodes().get("n4").role()).isEqualTo(Role.STANDBY);
        assertThat(now.nodes().get("n5").role()).isEqualTo(Role.SPARE); // it holds nothing that could contradict
        assertThat(now.hasRemoved(MemberId.parse("n3#1@10.0.0.3:19001"))).isTrue();
        assertThat(now.hasRemoved(MemberId.parse("n2#1@10.0.0.2:19001"))).isTrue(); // nobody has said that it is there
        assertThat(now.recovery()).hasValueSatisfying(recovery -> {
            assertThat(recovery.offset()).isEqualTo(4711);
            assertThat(recovery.reseeding()).containsExactly("n4");
            assertThat(recovery.by()).isEqualTo("admin ada");
            assertThat(recovery.acknowledged()).isFalse();
        });
    }

    @Test
    void a_backup_that_is_restored_on_a_node_of_another_name_belongs_to_that_node_alone() {
        Cluster cluster = five();
        cluster.take(new MembershipMessage.Recover(
                "2-3fa81c09",
                "r1#1@10.0.9.1:19001",
                List.of(),
                cluster.state.nodes().values().stream()
                        .map(node -> node.member().toString())
                        .toList(),
                4711,
                "restored",
                1_790_000_000_123L,
                "10.0.9.1:16443",
                "10.0.9.1:25000",
                "63aa911d"));
        assertThat(cluster.state.authorityKnownTo()).isEmpty();
        assertThat(cluster.state.nodes().keySet()).containsExactly("r1");
        assertThat(cluster.state.nodes().get("r1").role()).isEqualTo(Role.VOTER);
        assertThat(cluster.state.nodes().get("r1").apiAddress()).isEqualTo("10.0.9.1:16443");
        assertThat(cluster.state.nodes().get("r1").completed()).isTrue();
    }

    @Test
    void a_recovery_that_is_told_twice_is_done_once_and_an_older_one_never() {
        Cluster cluster = five();
        cluster.take(recover("3-3fa81c09", "n1#2@10.0.0.1:19001"));
        assertThat(cluster.eventsOf(recover("3-3fa81c09", "n1#2@10.0.0.1:19001")))
                .isEmpty();
        assertThat(cluster.eventsOf(recover("2-00000001", "n1#3@10.0.0.1:19001")))
                .isEmpty();
        assertThat(cluster.eventsOf(recover("3-00000001", "n1#3@10.0.0.1:19001")))
                .isEmpty();
    }

    @Test
    void a_recovery_is_over_when_the_survivors_have_their_copy_and_known_when_somebody_says_so() {
        Cluster cluster = five();
        assertRefused(cluster.take(new MembershipMessage.AcknowledgeRecovery()), "no-recovery", "never recovered");
        cluster.take(recover("2-3fa81c09", "n1#2@10.0.0.1:19001", "n2", "n4"));
        cluster.take(new MembershipMessage.ReportReseeded("n4"));
        assertThat(cluster.eventsOf(new MembershipMessage.ReportReseeded("n4"))).isEmpty();
        cluster.take(new MembershipMessage.AcknowledgeRecovery());
        assertThat(cluster.eventsOf(new MembershipMessage.AcknowledgeRecovery()))
                .isEmpty();
        assertThat(cluster.state.recovery()).hasValueSatisfying(recovery -> {
            assertThat(recovery.reseeding()).containsExactly("n2");
            assertThat(recovery.acknowledged()).isTrue();
        });
    }

    @Test
    void a_token_is_worth_nothing_once_the_node_that_joined_with_it_has_been_heard_of_not_even_in_its_name() {
        Cluster cluster = withNodes(founded(), 2);
        assertRefused(cluster.take(join("t2", 2, 0)), "used-token", "quorate add-node");
        assertRefused(
                cluster.take(new Join("", "n1", FOUNDER.address(), "", "", 0, "")),
                "unknown-token",
                "quorate add-node");
    }

    @Test
    void a_token_that_was_revoked_lets_no_join_go_on() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("abcdef", 1000, 1, ""));
        cluster.take(join("abcdef", 2, 0));
        cluster.take(new RevokeToken("abcdef"));
        assertRefused(cluster.take(join("abcdef", 2, 0)), "unknown-token", "quorate add-node");
    }

    @Test
    void a_join_that_was_cut_off_is_begun_anew_from_its_address_with_another_token_or_under_another_name() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("lost", 1000, 1, ""));
        cluster.take(new IssueToken("new", 1000, 1, ""));
        cluster.take(join("lost", 2, 0));
        assertThat(cluster.take(join("new", 2, 0)))
                .isInstanceOfSatisfying(
                        Granted.class, granted -> assertThat(granted.member()).isEqualTo("n2#2@10.0.0.2:19001"));
        assertThat(cluster.state.tokens().get("lost").usesLeft()).isEqualTo(1);
        assertThat(cluster.take(new Join("new", "n9", "10.0.0.2:19001", "", "", 0, "")))
                .as("its own token is good for that")
                .isInstanceOf(Granted.class);
        assertThat(cluster.state.nodes()).containsOnlyKeys("n1", "n9");
        assertThat(cluster.state.tokens().get("new").usesLeft()).isZero();
    }

    @Test
    void a_name_that_joins_from_elsewhere_is_taken_and_the_refusal_says_how_to_free_it() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("t", 1000, 2, ""));
        cluster.take(join("t", 2, 0));
        assertRefused(
                cluster.take(new Join("t", "n2", "10.0.0.9:19001", "", "", 0, "")),
                "name-taken",
                "joins just now, from 10.0.0.2:19001",
                "`quorate remove-node n2`");
        cluster.take(new Complete("n2"));
        assertRefused(
                cluster.take(new Join("t", "n2", "10.0.0.9:19001", "", "", 0, "")),
                "name-taken",
                "is a member already",
                "`quorate remove-node n2 --force`");
    }

    @Test
    void every_refusal_says_why_and_what_to_do() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("old", 1000, 1, ""));
        cluster.take(new IssueToken("once", 9000, 1, ""));
        cluster.take(new IssueToken("twice", 9000, 2, ""));
        assertThat(cluster.take(join("once", 2, 0))).isInstanceOf(Granted.class);
        cluster.take(new Complete("n2"));
        assertRefused(cluster.take(join("mistyped", 3, 0)), "unknown-token", "not known here", "quorate add-node");
        assertRefused(cluster.take(join("once", 3, 0)), "used-token", "used already", "quorate add-node");
        assertRefused(cluster.take(join("old", 3, 4000)), "expired-token", "expired 3 s ago", "quorate add-node");
        assertRefused(
                cluster.take(new Join("twice", "n1", "10.0.0.9:19001", "", "", 0, "")),
                "name-taken",
                "n1",
                "10.0.0.1:19001",
                "--name");
        assertRefused(
                cluster.take(new Join("twice", "n9", "10.0.0.2:19001", "", "", 0, "")),
                "address-taken",
                "n2",
                "--address");
        assertRefused(cluster.take(new Assign("n9", "voter", "")), "unknown-node", "n9", "n1, n2");
        assertRefused(cluster.take(new Assign("n2", "king", "")), "unknown-role", "king", "voter", "standby", "spare");
        assertRefused(cluster.take(new IssueToken("t", 1, 0, "")), "bad-uses", "one use or more");
        assertThat(cluster.state.tokens().get("twice").usesLeft())
                .as("a refusal spends no token")
                .isEqualTo(2);
    }

    @Test
    void a_role_that_a_node_has_already_is_assigned_without_an_event() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("t", 1000, 1, ""));
        cluster.take(join("t", 2, 0));
        assertThat(cluster.eventsOf(new Assign("n2", "voter", "why")))
                .containsExactly(new RoleAssigned("n2", "voter", "why"));
        assertThat(cluster.eventsOf(new Assign("n2", "voter", "again"))).isEmpty();
    }

    private static Cluster withNodes(Cluster cluster, int... nodes) {
        for (int node : nodes) {
            cluster.take(new IssueToken("t" + node, 1000, 1, ""));
            assertThat(cluster.take(join("t" + node, node, 0))).isInstanceOf(Granted.class);
            cluster.take(new Complete("n" + node));
        }
        return cluster;
    }

    @Test
    void a_join_that_never_goes_on_leaves_no_ghost_and_its_token_is_good_again() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("t", 1000, 1, ""));
        cluster.take(join("t", 2, 0));
        cluster.take(new Abandon("n2"));
        assertThat(cluster.state.nodes()).containsOnlyKeys("n1");
        assertThat(cluster.take(join("t", 2, 0)))
                .isInstanceOfSatisfying(
                        Granted.class, granted -> assertThat(granted.member()).startsWith("n2#2@"));
        cluster.take(new Complete("n2"));
        assertThat(cluster.eventsOf(new Abandon("n2"))).as("it has joined").isEmpty();
    }

    @Test
    void a_voter_that_loses_its_vote_is_another_member_when_it_comes_back() {
        Cluster cluster = withNodes(founded(), 2);
        cluster.take(new Assign("n2", "voter", "why"));
        cluster.take(new Assign("n2", "spare", "silent"));
        assertThat(cluster.state.nodes().get("n2").member()).hasToString("n2#2@10.0.0.2:19001");
        assertThat(cluster.state.nodes().get("n2").role()).isEqualTo(Role.SPARE);
    }

    @Test
    void a_node_leaves_when_it_has_no_role_any_more_and_is_known_as_removed_when_it_comes_back() {
        Cluster cluster = withNodes(founded(), 2);
        MemberId member = cluster.state.nodes().get("n2").member();
        cluster.take(new Leave("n2", "removed"));
        assertRefused(cluster.take(new Dismiss("n2")), "has-role", "standby");
        cluster.take(new Assign("n2", "spare", "it leaves"));
        cluster.take(new Dismiss("n2"));
        assertThat(cluster.state.nodes()).containsOnlyKeys("n1");
        assertThat(cluster.state.hasRemoved(member)).isTrue();
        assertThat(withNodes(cluster, 2)
                        .state
                        .hasRemoved(cluster.state.nodes().get("n2").member()))
                .as("a new node of that name is another one")
                .isFalse();
    }

    @Test
    void a_token_that_was_revoked_lets_nobody_in() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("abcdef", 1000, 1, ""));
        cluster.take(new IssueToken("abcxyz", 1000, 1, ""));
        assertRefused(cluster.take(new RevokeToken("abc")), "unknown-token", "several", "quorate tokens");
        assertRefused(cluster.take(new RevokeToken("abcdxx")), "unknown-token", "no token begins");
        cluster.take(new RevokeToken("abcd"));
        assertRefused(cluster.take(join("abcdef", 2, 0)), "unknown-token", "quorate add-node");
        assertThat(cluster.take(join("abcxyz", 2, 0))).isInstanceOf(Granted.class);
    }

    @Test
    void the_last_node_cannot_leave() {
        assertRefused(founded().take(new Leave("n1", "removed")), "alone", "n1 is alone", "quorate reset");
        Cluster cluster = withNodes(founded(), 2);
        cluster.take(new Leave("n2", "removed"));
        assertRefused(cluster.take(new Leave("n1", "removed")), "last-node", "quorate reset");
    }

    @Test
    void a_node_that_joins_where_the_others_are_enough_is_a_spare() {
        Cluster cluster = withNodes(founded(), 2, 3, 4, 5, 6);
        cluster.take(new Assign("n2", "voter", "why"));
        cluster.take(new Assign("n3", "voter", "why"));
        assertThat(withNodes(cluster, 7).state.nodes().get("n7").role()).isEqualTo(Role.SPARE);
    }

    @Test
    void the_policy_and_what_is_known_of_a_node_are_changed_field_by_field_within_their_bounds() {
        Cluster cluster = founded();
        cluster.take(new SetPolicy(5, MembershipMessage.KEEP, MembershipMessage.KEEP));
        cluster.take(new SetPolicy(MembershipMessage.KEEP, 1, 10_000));
        assertThat(cluster.state.policy()).isEqualTo(new RolePolicy(5, 1, Duration.ofSeconds(10)));
        assertRefused(
                cluster.take(new SetPolicy(4, MembershipMessage.KEEP, MembershipMessage.KEEP)), "bad-policy", "voters");
        cluster.take(new ConfigureNode("n1", 42, MembershipMessage.KEEP));
        cluster.take(new ConfigureNode("n1", MembershipMessage.KEEP, 7));
        assertThat(cluster.state.nodes().get("n1").failureDomain()).isEqualTo(42);
        assertThat(cluster.state.nodes().get("n1").weight()).isEqualTo(7);
        assertRefused(cluster.take(new ConfigureNode("n1", -5, MembershipMessage.KEEP)), "bad-number", "0 to");
    }

    @Test
    void an_answer_is_no_command_and_a_name_that_breaks_its_form_does_not_get_in() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("t", 1000, 1, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> cluster.take(new Done()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cluster.take(new Join("t", "N 2", "10.0.0.2:19001", "", "", 0, "")))
                .withMessageContaining("node name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cluster.take(new Join("t", "n2", "10.0.0.2:many", "", "", 0, "")))
                .withMessageContaining("host:port");
    }

    @Test
    void a_message_without_its_fields_is_refused_before_any_rule_sees_it() {
        byte[] bytes = MembershipForm.bytes(Map.of("type", "join"));
        assertThatIllegalArgumentException().isThrownBy(() -> rules.readCommand(bytes));
    }

    private static ScheduleBackups daily(String folder, String node) {
        return new ScheduleBackups(Duration.ofDays(1).toMillis(), 7, folder, node, 1000);
    }

    private static BackupSchedule backups(Cluster cluster) {
        return cluster.state.backups().orElseThrow();
    }

    private static ReportBackup taken(Cluster cluster, String node, long at) {
        return new ReportBackup(backups(cluster).nr(), node, "/b/" + at, 42, 4096, at);
    }

    private static ReportBackupFailure failed(Cluster cluster, String node, String reason, long at) {
        return new ReportBackupFailure(backups(cluster).nr(), node, reason, at);
    }

    @Test
    void backups_are_scheduled_and_what_came_of_the_last_ones_is_known() {
        Cluster cluster = withNodes(founded(), 2, 3);
        assertThat(cluster.eventsOf(daily("/b", "n3")))
                .containsExactly(new MembershipEvent.BackupScheduled(86_400_000, 7, "/b", "n3", 1000));
        assertThat(cluster.eventsOf(daily("/b", "n3"))).as("it is so already").isEmpty();
        cluster.take(taken(cluster, "n3", 2000));
        assertThat(backups(cluster).last().orElseThrow().atMillis()).isEqualTo(2000);
        cluster.take(failed(cluster, "n3", "no disk", 3000));
        assertThat(backups(cluster).last().orElseThrow().atMillis()).isEqualTo(2000);
        assertThat(backups(cluster).failures()).containsOnlyKeys("n3");
        cluster.take(taken(cluster, "n3", 4000));
        assertThat(backups(cluster).last().orElseThrow().atMillis()).isEqualTo(4000);
        assertThat(backups(cluster).failures()).isEmpty();
        assertThat(cluster.eventsOf(new EndBackups()))
                .containsExactly(new MembershipEvent.BackupUnscheduled("asked for"));
        assertThat(cluster.state.backups()).isEmpty();
        assertThat(cluster.eventsOf(new EndBackups())).isEmpty();
    }

    @Test
    void the_same_failure_of_a_node_is_told_once_until_a_backup_succeeds() {
        Cluster cluster = withNodes(founded(), 2, 3);
        cluster.take(daily("/b", ""));
        assertThat(cluster.eventsOf(failed(cluster, "n3", "no disk", 1))).hasSize(1);
        assertThat(cluster.eventsOf(failed(cluster, "n2", "no disk", 2))).hasSize(1);
        for (int at = 3; at < 100; at += 2) {
            assertThat(cluster.eventsOf(failed(cluster, "n3", "no disk", at))).isEmpty();
            assertThat(cluster.eventsOf(failed(cluster, "n2", "no disk", at + 1)))
                    .isEmpty();
        }
        assertThat(backups(cluster).failures().get("n3").atMillis())
                .as("since when")
                .isEqualTo(1);
        assertThat(cluster.eventsOf(failed(cluster, "n3", "no folder", 100))).hasSize(1);
        cluster.take(taken(cluster, "n2", 101));
        assertThat(cluster.eventsOf(failed(cluster, "n3", "no folder", 102))).hasSize(1);
    }

    @Test
    void what_fails_is_tried_at_once_where_the_schedule_is_said_again_and_what_came_of_another_place_does_not_count() {
        Cluster cluster = withNodes(founded(), 2, 3);
        cluster.take(daily("/b", ""));
        cluster.take(taken(cluster, "n3", 2000));
        cluster.take(failed(cluster, "n3", "no disk", 3000));
        long before = backups(cluster).nr();
        ReportBackupFailure late = failed(cluster, "n3", "late", 4000);
        assertThat(cluster.eventsOf(daily("/b", ""))).hasSize(1);
        assertThat(backups(cluster).failures()).isEmpty();
        assertThat(backups(cluster).last()).isPresent();
        assertThat(backups(cluster).nr()).isGreaterThan(before);
        assertThat(cluster.eventsOf(late)).as("of the schedule before").isEmpty();
        cluster.take(daily("/elsewhere", ""));
        assertThat(backups(cluster).last()).isEmpty();
    }

    @Test
    void a_schedule_that_makes_no_sense_is_refused_in_words() {
        Cluster cluster = withNodes(founded(), 2);
        assertRefused(cluster.take(new ScheduleBackups(9_999, 7, "/b", "", 0)), "bad-schedule", "every", "10 s");
        assertRefused(
                cluster.take(new ScheduleBackups(Duration.ofDays(366).toMillis() + 1, 7, "/b", "", 0)),
                "bad-schedule",
                "366 days");
        assertRefused(cluster.take(new ScheduleBackups(60_000, 0, "/b", "", 0)), "bad-schedule", "keep", "1000");
        assertRefused(cluster.take(new ScheduleBackups(60_000, 1001, "/b", "", 0)), "bad-schedule", "keep");
        for (String folder : List.of("", "b", "./b", "/b\n", "/" + "b".repeat(1024))) {
            assertRefused(
                    cluster.take(new ScheduleBackups(60_000, 7, folder, "", 0)), "bad-schedule", "folder", "absolute");
        }
        assertRefused(cluster.take(daily("/b", "n9")), "unknown-node", "n1, n2");
        assertThat(cluster.state.backups()).isEmpty();
        assertThat(cluster.eventsOf(new ReportBackup(1, "n1", "/b/x", 1, 1, 1))).isEmpty();
        assertThat(cluster.eventsOf(new ReportBackupFailure(1, "n1", "no disk", 1)))
                .isEmpty();
    }

    @Test
    void a_recovered_cluster_keeps_its_schedule_and_a_restored_one_does_not_have_that_of_the_other() {
        Cluster recovered = withNodes(founded(), 2, 3);
        recovered.take(daily("/b", "n2"));
        recovered.take(recoverWith(""));
        assertThat(recovered.state.epoch()).isNotEqualTo(ClusterEpoch.FIRST);
        assertThat(backups(recovered).folder()).isEqualTo("/b");
        Cluster restored = withNodes(founded(), 2, 3);
        restored.take(daily("/b", "n2"));
        restored.take(recoverWith("abc"));
        assertThat(restored.state.backups()).isEmpty();
    }

    private static MembershipMessage.Recover recoverWith(String authority) {
        return new MembershipMessage.Recover(
                "2-3fa81c09", "n1#2@10.0.0.1:19001", List.of(), List.of(), 42, "why", 0, "a:1", "b:1", authority);
    }

    @Provide
    static Arbitrary<List<MembershipMessage>> commands() {
        Arbitrary<String> tokens = Arbitraries.of("a", "b", "c");
        Arbitrary<Integer> nodes = Arbitraries.integers().between(1, 6);
        Arbitrary<Long> times = Arbitraries.longs().between(0, 2000);
        Arbitrary<MembershipMessage> issue = Combinators.combine(
                        tokens, times, Arbitraries.integers().between(0, 3))
                .as((token, expires, uses) -> new IssueToken(token, expires, uses, ""));
        Arbitrary<MembershipMessage> join = Combinators.combine(tokens, nodes, nodes, times)
                .as((token, name, host, now) -> new Join(
                        token,
                        "n" + name,
                        "10.0.0." + host + ":19001",
                        "10.0.0." + host + ":16443",
                        "",
                        now,
                        name % 3 == 0 ? "worker" : ""));
        Arbitrary<MembershipMessage> assign = Combinators.combine(nodes, Arbitraries.of("voter", "standby", "spare"))
                .as((node, role) -> new Assign("n" + node, role, "why"));
        Arbitrary<MembershipMessage> move = Combinators.combine(nodes, nodes)
                .as((name, host) -> new Move("n" + name, "10.0.0." + host + ":19001", "", ""));
        Arbitrary<MembershipMessage> plan =
                Combinators.combine(nodes, nodes).as((name, host) -> new PlanMove("n" + name, "10.0.0." + host));
        Arbitrary<MembershipMessage> schedule = Combinators.combine(nodes, Arbitraries.of("/a", "/b", "c"))
                .as((node, folder) -> new ScheduleBackups(60_000, node, folder, node > 3 ? "n" + node : "", node));
        Arbitrary<MembershipMessage> backup = Combinators.combine(nodes, times)
                .as((node, at) -> at % 2 == 0
                        ? new ReportBackup(at % 30, "n" + node, "/a/x", at, 1, at)
                        : new ReportBackupFailure(at % 30, "n" + node, "no disk", at));
        return Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(1, schedule),
                        net.jqwik.api.Tuple.of(1, backup),
                        net.jqwik.api.Tuple.of(2, issue),
                        net.jqwik.api.Tuple.of(5, join),
                        net.jqwik.api.Tuple.of(2, assign),
                        net.jqwik.api.Tuple.of(2, nodes.map(node -> new Complete("n" + node))),
                        net.jqwik.api.Tuple.of(1, nodes.map(node -> new Abandon("n" + node))),
                        net.jqwik.api.Tuple.of(2, move),
                        net.jqwik.api.Tuple.of(1, plan),
                        net.jqwik.api.Tuple.of(1, nodes.map(node -> new Leave("n" + node, "why"))),
                        net.jqwik.api.Tuple.of(1, nodes.map(node -> new Dismiss("n" + node))))
                .list()
                .ofMaxSize(40);
    }

    @Property
    void names_and_addresses_stay_unique_and_no_token_lets_in_more_than_it_is_good_for(
            @ForAll("commands") List<MembershipMessage> commands) {
        Cluster cluster = founded();
        Map<String, Integer> allowed = new HashMap<>();
        Map<String, Integer> joined = new HashMap<>();
        Map<String, String> unfinished = new HashMap<>();
        for (MembershipMessage command : commands) {
            for (MembershipEvent event : cluster.eventsOf(command)) {
                switch (event) {
                    case TokenIssued issued -> allowed.merge(issued.hash(), issued.uses(), Integer::sum);
                    case NodeJoined node -> {
                        joined.merge(node.tokenHash(), 1, Integer::sum);
                        unfinished.put(MemberId.parse(node.member()).node(), node.tokenHash());
                    }
                    case RoleAssigned role -> assertThat(cluster.state.nodes()).containsKey(role.node());
                    case JoinCompleted completed -> unfinished.remove(completed.node());
                    // The use of a token by a join that never went on is given back.
                    case NodeRemoved removed -> {
                        String token = unfinished.remove(removed.node());
                        if (token != null) {
                            joined.merge(token, -1, Integer::sum);
                        }
                    }
                    default -> {}
                }
            }
            assertThat(cluster.state.nodes().values())
                    .flatExtracting(node -> node.nextAddress().isEmpty()
                            ? List.of(node.member().address())
                            : List.of(node.member().address(), node.nextAddress()))
                    .doesNotHaveDuplicates();
        }
        joined.forEach((token, count) -> assertThat(count).isLessThanOrEqualTo(allowed.getOrDefault(token, 0)));
    }

    @Property
    void a_decision_is_the_same_for_equal_arguments_and_changes_no_state(
            @ForAll("commands") List<MembershipMessage> commands) {
        Cluster cluster = founded();
        for (MembershipMessage command : commands) {
            MembershipState before = cluster.state;
            MembershipState copy = new MembershipState(
                    before.nodes(),
                    before.tokens(),
                    before.incarnations(),
                    before.removed(),
                    before.policy(),
                    before.access(),
                    before.authorityKnownTo(),
                    before.recovery(),
                    before.backups(),
                    before.level());
            Decision<Recorded> once = rules.decide(before, new Asked(command, "admin ada"));
            Decision<Recorded> again = rules.decide(before, new Asked(command, "admin ada"));
            assertThat(once.events()).isEqualTo(again.events());
            assertThat(once.reply().bytes(1)).isEqualTo(again.reply().bytes(1));
            cluster.take(command);
            assertThat(before).isEqualTo(copy);
        }
    }

    @Property
    void those_that_stand_apart_are_those_of_all_nodes(@ForAll("commands") List<MembershipMessage> commands) {
        Cluster cluster = founded();
        for (MembershipMessage command : commands) {
            cluster.take(command);
            MembershipState state = cluster.state;
            List<MembershipState.Node> all = List.copyOf(state.nodes().values());
            assertThat(all).extracting(node -> node.member().node()).isSorted();
            assertThat(state.controlPlane())
                    .containsExactlyElementsOf(
                            all.stream().filter(node -> !node.isWorker()).toList());
            assertThat(state.awaited())
                    .containsExactlyElementsOf(
                            all.stream().filter(node -> !node.completed()).toList());
            assertThat(state.concernedByRoles())
                    .containsExactlyInAnyOrderElementsOf(all.stream()
                            .filter(MembershipState.Node::isConcernedByRoles)
                            .toList());
            assertThat(state.addressesBut("n1"))
                    .containsExactlyElementsOf(all.stream()
                            .filter(node -> !node.isWorker() && node.completed())
                            .filter(node -> !node.member().node().equals("n1"))
                            .flatMap(node -> Stream.of(node.member().address(), node.nextAddress()))
                            .filter(address -> !address.isEmpty())
                            .toList());
        }
    }

    @Property
    void what_is_taken_twice_in_a_row_happens_once(@ForAll("commands") List<MembershipMessage> commands) {
        Cluster cluster = founded();
        for (MembershipMessage command : commands) {
            MembershipMessage first = cluster.take(command);
            if (!(command instanceof IssueToken) && !(first instanceof Refused)) {
                Set<MembershipEvent> happened = new HashSet<>();
                assertThat(cluster.take(command, happened)).isEqualTo(first);
                assertThat(happened).isEmpty();
            }
        }
    }

    @Test
    void a_node_that_replaces_a_dead_one_stands_where_that_stood_and_the_dead_one_leaves_when_it_has_joined() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("t", 1000, 1, ""));
        cluster.take(join("t", 3, 10));
        cluster.take(new Complete("n3"));
        cluster.take(new ConfigureNode("n3", 42, 7));
        assertRefused(cluster.take(new OfferReplacement("r", 1000, "n9")), "unknown-node", "n1, n3");
        cluster.take(new OfferReplacement("r", 1000, "n3"));
        assertThat(cluster.take(join("r", 4, 20))).isInstanceOf(Granted.class);
        assertThat(cluster.state.nodes().get("n3").isLeaving()).isFalse();
        cluster.take(new Complete("n4"));
        assertThat(cluster.state.nodes().get("n4"))
                .satisfies(node -> assertThat(node.failureDomain()).isEqualTo(42))
                .satisfies(node -> assertThat(node.weight()).isEqualTo(7));
        assertThat(cluster.state.nodes().get("n3").leaving()).contains("replaced by n4");
        assertRefused(cluster.take(join("r", 5, 30)), "used-token", "quorate add-node");
    }

    @Test
    void a_node_that_moves_stays_the_same_member_and_its_old_address_is_free() {
        Cluster cluster = withNodes(founded(), 2, 3);
        MemberId before = cluster.state.nodes().get("n3").member();
        Move move = new Move("n3", "10.0.7.3:19001", "10.0.7.3:16443", "10.0.7.3:25000");
        assertThat(cluster.eventsOf(move))
                .containsExactly(
                        new NodeMoved("n3", "10.0.0.3:19001", "10.0.7.3:19001", "10.0.7.3:16443", "10.0.7.3:25000"));
        MembershipState.Node moved = cluster.state.nodes().get("n3");
        assertThat(moved.member()).isEqualTo(before).hasToString("n3#1@10.0.7.3:19001");
        assertThat(moved.joinAddress()).isEqualTo("10.0.7.3:25000");
        assertThat(cluster.state.addressesBut("n2")).containsExactly("10.0.0.1:19001", "10.0.7.3:19001");
        cluster.take(new Assign("n3", "spare", "why"));
        assertThat(cluster.state.nodes().get("n3").member().address()).isEqualTo("10.0.7.3:19001");
        cluster.take(new IssueToken("t", 1000, 1, ""));
        assertThat(cluster.take(new Join("t", "n4", "10.0.0.3:19001", "", "", 0, "")))
                .isInstanceOf(Granted.class);
        assertThat(cluster.eventsOf(new Move("n3", "10.0.7.3:19001", "10.0.7.3:443", "")))
                .as("only another port for clients")
                .hasSize(1);
    }

    @Test
    void an_address_that_another_node_has_or_is_to_have_is_refused_in_words() {
        Cluster cluster = withNodes(founded(), 2, 3);
        assertRefused(
                cluster.take(new Move("n3", "10.0.0.2:19001", "", "")),
                "address-taken",
                "10.0.0.2:19001 belongs to the member n2",
                "--address");
        assertRefused(cluster.take(new PlanMove("n3", "10.0.0.2")), "address-taken", "belongs to the member n2");
        assertRefused(cluster.take(new PlanMove("n9", "10.0.7.9")), "unknown-node", "n1, n2, n3");
        assertRefused(cluster.take(new Move("n9", "10.0.7.9:1", "", "")), "unknown-node", "n1, n2, n3");
        cluster.take(new PlanMove("n2", "10.0.7.2"));
        assertRefused(
                cluster.take(new Move("n3", "10.0.7.2:19001", "", "")),
                "address-taken",
                "kept for n2, which is to move there");
        assertThat(cluster.take(new Move("n2", "10.0.7.2:19001", "", ""))).isInstanceOf(Done.class);
        assertThat(cluster.take(new Move("n3", "10.0.0.2:19001", "", ""))).isInstanceOf(Done.class);
    }

    @Test
    void a_planned_move_is_a_further_contact_and_ends_when_the_node_is_anywhere_else_or_is_to_stay() {
        Cluster cluster = withNodes(founded(), 2);
        cluster.take(new PlanMove("n2", "10.0.7.2:19002"));
        assertThat(cluster.state.nodes().get("n2").nextAddress()).isEqualTo("10.0.7.2:19002");
        assertThat(cluster.state.addressesBut("n1")).containsExactly("10.0.0.2:19001", "10.0.7.2:19002");
        cluster.take(new PlanMove("n2", "10.0.0.2"));
        assertThat(cluster.state.nodes().get("n2").nextAddress()).isEmpty();
        cluster.take(new PlanMove("n2", "10.0.7.2"));
        cluster.take(new Move("n2", "10.0.8.2:19001", "", ""));
        assertThat(cluster.state.addressesBut("n1")).containsExactly("10.0.8.2:19001");
    }

    private static ClusterView heardOf(String node, double secondsAgo) {
        return new ClusterView(List.of(new ClusterView.NodeView(
                node,
                Role.VOTER,
                ClusterView.InGroup.VOTER,
                false,
                Duration.ofMillis((long) (secondsAgo * 1000)),
                true,
                true,
                1,
                0,
                false)));
    }

    @Test
    void a_node_that_is_heard_of_is_not_elsewhere_as_well() {
        MembershipState state = withNodes(founded(), 3).state;
        Move move = new Move("n3", "10.0.7.3:19001", "", "");
        RolePolicy policy = RolePolicy.DEFAULT;
        assertThat(Addresses.alive(heardOf("n3", 0.3), policy, state, move))
                .hasValueSatisfying(refused -> assertRefused(
                        refused, "node-alive", "n3 is alive at 10.0.0.3:19001", "0.3 s ago", "stop the other first"));
        assertThat(Addresses.alive(heardOf("n3", 1.6), policy, state, move)).isEmpty();
        assertThat(Addresses.alive(heardOf("n3", 0.3), policy, state, new Move("n3", "10.0.0.3:19001", "a:1", "")))
                .as("only another port for clients")
                .isEmpty();
        assertThat(Addresses.alive(heardOf("n2", 0.3), policy, state, move)).isEmpty();
    }

    private static Join worker(String token, int node) {
        Join join = join(token, node, 0);
        return new Join(
                token, join.node(), join.address(), join.apiAddress(), join.joinAddress(), join.nowMillis(), "worker");
    }

    private static Cluster withWorker(Cluster cluster, int node) {
        cluster.take(new IssueToken("w" + node, 1000, 1, ""));
        assertThat(cluster.take(worker("w" + node, node))).isInstanceOf(Granted.class);
        cluster.take(new Complete("n" + node));
        return cluster;
    }

    @Test
    void a_worker_is_a_member_without_a_role_and_gets_none() {
        Cluster cluster = withWorker(withNodes(founded(), 2), 3);
        MembershipState.Node worker = cluster.state.nodes().get("n3");
        assertThat(worker.isWorker()).isTrue();
        assertThat(worker.role()).isEqualTo(Role.SPARE);
        assertThat(worker.word()).isEqualTo("worker");
        assertRefused(cluster.take(new Assign("n3", "standby", "why")), "worker", "n3 is a worker");
        assertThat(cluster.state.addressesBut("n1"))
                .as("nobody looks for the journal at a worker")
                .containsExactly("10.0.0.2:19001");
        assertThat(withNodes(cluster, 4, 5).state.nodes().get("n5").role())
                .as("it counts for no role of others")
                .isEqualTo(Role.STANDBY);
        assertThat(cluster.eventsOf(new Complete("n3"))).isEmpty();
    }

    @Test
    void a_token_for_workers_lets_in_workers_only_and_any_other_lets_in_either() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("workers", 1000, 2, "worker"));
        cluster.take(new IssueToken("any", 1000, 2, ""));
        assertRefused(cluster.take(join("workers", 2, 0)), "wrong-kind", "workers only", "with --worker");
        assertThat(cluster.take(worker("workers", 2))).isInstanceOf(Granted.class);
        assertThat(cluster.take(worker("any", 3))).isInstanceOf(Granted.class);
        assertThat(cluster.take(join("any", 4, 0))).isInstanceOf(Granted.class);
        assertThat(cluster.state.nodes().get("n4").isWorker()).isFalse();
        assertThat(cluster.state.tokens().get("workers").usesLeft())
                .as("a refusal spends no token")
                .isEqualTo(1);
    }

    @Test
    void a_join_that_was_cut_off_goes_on_as_the_kind_that_is_asked_for_now() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("t", 1000, 1, ""));
        cluster.take(join("t", 2, 0));
        assertThat(cluster.take(worker("t", 2))).isInstanceOf(Granted.class);
        cluster.take(new Complete("n2"));
        assertThat(cluster.state.nodes().get("n2").isWorker()).isTrue();
        assertThat(cluster.state.tokens().get("t").usesLeft()).isZero();
    }

    @Test
    void who_replaces_a_worker_is_one_and_who_replaces_another_is_none() {
        Cluster cluster = withWorker(withNodes(founded(), 2), 3);
        cluster.take(new OfferReplacement("forWorker", 1000, "n3"));
        cluster.take(new OfferReplacement("forStandby", 1000, "n2"));
        assertRefused(cluster.take(join("forWorker", 4, 0)), "wrong-kind", "with --worker");
        assertRefused(cluster.take(worker("forStandby", 4)), "wrong-kind", "without --worker");
        assertThat(cluster.take(worker("forWorker", 4))).isInstanceOf(Granted.class);
        cluster.take(new Complete("n4"));
        assertThat(cluster.state.nodes().get("n3").leaving()).contains("replaced by n4");
    }

    @Test
    void a_worker_leaves_at_once_and_the_last_control_plane_node_not_before_the_workers() {
        Cluster cluster = withWorker(founded(), 3);
        assertRefused(
                cluster.take(new Leave("n1", "removed")), "last-node", "last control-plane node", "`quorate leave`");
        cluster.take(new Leave("n3", "removed"));
        assertThat(cluster.eventsOf(new Dismiss("n3"))).containsExactly(new NodeRemoved("n3", "removed"));
    }

    @Test
    void every_event_tells_who_asked_and_what_follows_from_a_join_who_wanted_that() {
        Cluster cluster = founded();
        cluster.by = "admin ada";
        cluster.take(new IssueToken("t", 1000, 1, ""));
        cluster.by = "token t";
        cluster.take(join("t", 3, 10));
        cluster.by = "node n3";
        cluster.take(new Complete("n3"));
        cluster.by = "admin bob";
        cluster.take(new OfferReplacement("r", 1000, "n3"));
        cluster.by = "token r";
        cluster.take(join("r", 4, 20));
        cluster.by = "node n4";
        cluster.take(new SetPolicy(1, 0, MembershipMessage.KEEP));
        cluster.take(new Complete("n4"));
        assertThat(cluster.askers)
                .containsEntry(new TokenIssued("t", 1000, 1, ""), "admin ada")
                .containsEntry(
                        new NodeJoined("n3#1@10.0.0.3:19001", "10.0.0.3:16443", "10.0.0.3:25000", "t", "control-plane"),
                        "token t")
                .containsEntry(new JoinCompleted("n4"), "node n4")
                .containsEntry(
                        new MembershipEvent.NodeLeaving("n3", "replaced by n4: it never comes back"), "admin bob");
        withNodes(cluster, 5, 6);
        assertThat(cluster.askers)
                .containsEntry(new RoleAssigned("n6", "spare", "1 voters and 1 standbys are enough"), Asked.PLANNER);
    }

    @Test
    void who_was_removed_knows_the_authoritys_key_until_there_is_another() {
        Cluster cluster = founded();
        cluster.take(new IssueToken("t", 1000, 1, ""));
        cluster.take(join("t", 3, 10));
        cluster.take(new Abandon("n3"));
        assertThat(cluster.state.authorityKnownTo()).containsExactly("n3");
        cluster.take(new MembershipMessage.ReportAuthority("ab", "why"));
        assertThat(cluster.state.authorityKnownTo()).isEmpty();
    }

    @Test
    void a_client_has_its_access_until_it_is_revoked() {
        Cluster cluster = founded();
        assertRefused(
                cluster.take(new MembershipMessage.IssueAccess("h1", "wallboard", "owner", 9)),
                "unknown-kind",
                "viewer");
        cluster.take(new MembershipMessage.IssueAccess("abcd1", "wallboard", "viewer", 9));
        assertThat(cluster.state.access()).containsKey("abcd1");
        assertRefused(cluster.take(new MembershipMessage.RevokeAccess("abcx")), "unknown-token", "quorate access");
        cluster.take(new MembershipMessage.RevokeAccess("abcd"));
        assertThat(cluster.state.access()).isEmpty();
    }

    @Test
    void releases_may_be_one_minor_version_apart() {
        assertThat(VersionSkew.refusal("1.4.2", "1.5.0")).isEmpty();
        assertThat(VersionSkew.refusal("1.4.2", "1.3.9-SNAPSHOT")).isEmpty();
        assertThat(VersionSkew.refusal("1.4.2", "development")).isEmpty();
        assertThat(VersionSkew.refusal("1.4.2", "1.6.0"))
                .hasValueSatisfying(no -> assertThat(no.message()).contains("1.6.0", "1.4.2", "not spent"));
        assertThat(VersionSkew.refusal("1.4.2", "2.4.2")).isPresent();
    }
}
