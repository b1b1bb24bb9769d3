package io.quorate.node.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.contract.BackupOrder;
import io.quorate.node.contract.BackupReport;
import io.quorate.node.membership.BackupSchedule;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.ClusterView.InGroup;
import io.quorate.node.role.ClusterView.NodeView;
import io.quorate.node.role.Role;
import io.quorate.node.role.RolePolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackupPlannerTest {
    private static final long NOW = 1_790_000_000_000L;
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration PAUSE = Duration.ofMinutes(10);

    private static final NodeView LEADER = node("n1", Role.VOTER, true, Duration.ZERO);
    private static final NodeView VOTER = node("n2", Role.VOTER, false, Duration.ZERO);
    private static final NodeView STANDBY = node("n3", Role.STANDBY, false, Duration.ZERO);
    private static final NodeView OTHER_STANDBY = node("n4", Role.STANDBY, false, Duration.ZERO);
    private static final NodeView SPARE = node("n0", Role.SPARE, false, Duration.ZERO);

    private static NodeView node(String name, Role role, boolean leads, Duration silent) {
        return new NodeView(
                name,
                role,
                role == Role.VOTER ? InGroup.VOTER : InGroup.OUTSIDE,
                leads,
                silent,
                true,
                role != Role.SPARE,
                1,
                0,
                false);
    }

    private static NodeView dead(NodeView node) {
        return node(node.name(), node.role(), false, Duration.ofHours(1));
    }

    private static ClusterView view(NodeView... nodes) {
        return new ClusterView(Arrays.asList(nodes));
    }

    /** Daily, the last one so long ago. */
    private static BackupSchedule schedule(String on, Optional<Duration> ago, String... failed) {
        Map<String, BackupSchedule.Failure> failures = new HashMap<>();
        for (String node : failed) {
            failures.put(node, new BackupSchedule.Failure("no disk", NOW - 1));
        }
        return new BackupSchedule(
                42,
                DAY,
                7,
                "/b",
                on,
                NOW - 1,
                ago.map(span -> new BackupSchedule.Taken("n3", "/b/x", 1, 1, NOW - span.toMillis())),
                failures);
    }

    private static BackupSchedule due(String on, String... failed) {
        return schedule(on, Optional.empty(), failed);
    }

    private static Optional<BackupStep> plan(BackupSchedule schedule, ClusterView view, BackupAttempt... last) {
        return BackupPlanner.plan(
                schedule, view, RolePolicy.DEFAULT, Arrays.stream(last).findFirst(), NOW);
    }

    private static String asked(BackupSchedule schedule, NodeView... nodes) {
        return asked(plan(schedule, view(nodes)));
    }

    private static String asked(Optional<BackupStep> step) {
        assertThat(step).get().isInstanceOf(BackupStep.Ask.class);
        return step.orElseThrow().node();
    }

    private static BackupAttempt attempt(String node, Duration ago) {
        return BackupAttempt.begin(node, new BackupOrder(42, NOW - ago.toMillis(), "/b", 7));
    }

    @Test
    void the_first_is_due_at_once_and_the_next_when_the_time_is_over() {
        assertThat(plan(due(""), view(LEADER))).contains(new BackupStep.Ask("n1", new BackupOrder(42, NOW, "/b", 7)));
        assertThat(plan(schedule("", Optional.of(DAY.minusMillis(1))), view(LEADER)))
                .isEmpty();
        assertThat(plan(schedule("", Optional.of(DAY)), view(LEADER))).isPresent();
    }

    @Test
    void a_clock_that_was_set_back_does_not_stop_the_backups() {
        assertThat(plan(schedule("", Optional.of(Duration.ofSeconds(-5))), view(LEADER)))
                .isEmpty();
        assertThat(plan(schedule("", Optional.of(Duration.ofDays(-400))), view(LEADER)))
                .isPresent();
    }

    @Test
    void a_standby_takes_it_else_a_voter_that_does_not_lead_else_the_leader() {
        assertThat(asked(due(""), SPARE, LEADER, VOTER, STANDBY, OTHER_STANDBY)).isEqualTo("n3");
        assertThat(asked(due(""), LEADER, VOTER, dead(STANDBY), OTHER_STANDBY)).isEqualTo("n4");
        assertThat(asked(due(""), SPARE, LEADER, VOTER, dead(STANDBY))).isEqualTo("n2");
        assertThat(asked(due(""), SPARE, LEADER, dead(VOTER))).isEqualTo("n1");
    }

    @Test
    void the_named_node_takes_it_while_it_lives_and_has_a_copy() {
        assertThat(asked(due("n1"), LEADER, VOTER, STANDBY)).isEqualTo("n1");
        assertThat(asked(due("n2", "n2"), LEADER, VOTER, STANDBY))
                .as("where it fails, too: nobody else was named")
                .isEqualTo("n2");
        assertThat(asked(due("n2"), LEADER, dead(VOTER), STANDBY)).isEqualTo("n3");
        assertThat(asked(due("n0"), SPARE, LEADER, VOTER)).isEqualTo("n2");
        assertThat(asked(due("gone"), LEADER, VOTER)).isEqualTo("n2");
    }

    @Test
    void where_it_failed_on_one_another_one_tries_and_where_it_failed_on_all_they_take_turns() {
        assertThat(asked(due("", "n3"), LEADER, VOTER, STANDBY)).isEqualTo("n2");
        assertThat(asked(due("", "n3", "n2"), LEADER, VOTER, STANDBY)).isEqualTo("n1");
        BackupSchedule allFailed = due("", "n1", "n2", "n3");
        for (List<String> turn : List.of(List.of("n3", "n2"), List.of("n2", "n1"), List.of("n1", "n3"))) {
            assertThat(asked(plan(
                            allFailed,
                            view(LEADER, VOTER, STANDBY),
                            attempt(turn.getFirst(), PAUSE).close())))
                    .isEqualTo(turn.getLast());
        }
        assertThat(asked(allFailed, LEADER, VOTER, STANDBY))
                .as("by a leader that has asked nobody yet")
                .isEqualTo("n3");
    }

    @Test
    void after_a_failure_there_is_a_pause_and_a_changed_schedule_ends_it() {
        BackupAttempt failed = attempt("n3", PAUSE.minusMillis(1)).close();
        assertThat(plan(due("", "n3"), view(LEADER, STANDBY), failed)).isEmpty();
        BackupAttempt ofAnother = BackupAttempt.begin("n3", new BackupOrder(41, NOW - 1, "/b", 7));
        assertThat(plan(due(""), view(LEADER, STANDBY), ofAnother.close())).isPresent();
        assertThat(plan(due(""), view(LEADER, STANDBY), ofAnother))
                .contains(new BackupStep.Ask("n3", new BackupOrder(42, NOW, "/b", 7)));
    }

    @Test
    void what_is_under_way_is_asked_for_by_the_same_order_until_it_is_known_what_came_of_it() {
        BackupAttempt underWay = attempt("n2", Duration.ofSeconds(10));
        assertThat(plan(due(""), view(LEADER, VOTER, STANDBY), underWay))
                .contains(new BackupStep.Ask("n2", underWay.order()));
    }

    @Test
    void a_node_takes_one_at_a_time_and_a_leader_waits_for_one_that_the_leader_before_asked_for() {
        BackupOrder before = new BackupOrder(42, NOW - 5000, "/b", 7);
        BackupOrder now = new BackupOrder(42, NOW - 1000, "/b", 7);
        assertThat(BackupReport.taking(before).answers(now)).as("busy").isTrue();
        assertThat(BackupReport.failed(before, "no disk").answers(before))
                .as("done once")
                .isTrue();
        assertThat(BackupReport.failed(before, "no disk").answers(now)).isFalse();
        BackupAttempt waits = BackupAttempt.begin("n2", now).hears(BackupReport.taking(before));
        assertThat(plan(due(""), view(LEADER, VOTER), waits)).contains(new BackupStep.Ask("n2", before));
    }

    @Test
    void a_node_that_dies_or_says_nothing_is_given_up() {
        BackupAttempt underWay = attempt("n2", Duration.ofSeconds(10));
        assertThat(plan(due(""), view(LEADER, dead(VOTER), STANDBY), underWay))
                .get()
                .isInstanceOfSatisfying(
                        BackupStep.GiveUp.class, gone -> assertThat(gone.node()).isEqualTo("n2"));
        assertThat(plan(due(""), view(LEADER, STANDBY), underWay)).get().isInstanceOf(BackupStep.GiveUp.class);
        BackupAttempt silent = underWay;
        for (int i = 0; i < BackupPlanner.PATIENCE; i++) {
            assertThat(plan(due(""), view(LEADER, VOTER, STANDBY), silent))
                    .contains(new BackupStep.Ask("n2", underWay.order()));
            silent = silent.hearsNothing();
        }
        assertThat(plan(due(""), view(LEADER, VOTER, STANDBY), silent))
                .contains(new BackupStep.GiveUp("n2", underWay.order(), "it does not answer"));
        assertThat(plan(due(""), view(LEADER, VOTER, STANDBY), silent.hears(BackupReport.taking(underWay.order()))))
                .get()
                .isInstanceOf(BackupStep.Ask.class);
    }

    @Test
    void it_is_overdue_when_it_should_have_been_there_for_a_while() {
        BackupSchedule known = schedule("", Optional.of(DAY));
        assertThat(known.isOverdue(NOW + PAUSE.toMillis())).isFalse();
        assertThat(known.isOverdue(NOW + PAUSE.toMillis() + 1)).isTrue();
        assertThat(due("").isOverdue(NOW)).isFalse();
        assertThat(due("").isOverdue(NOW + PAUSE.toMillis())).isTrue();
    }
}
