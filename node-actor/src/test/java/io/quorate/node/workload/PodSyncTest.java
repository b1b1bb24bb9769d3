package io.quorate.node.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.workload.PodPlan.Action;
import io.quorate.node.workload.PodReport.Phase;
import io.quorate.node.workload.PodReport.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** One pod under virtual time: what is done is done at once, and a container ends when the test says so. */
class PodSyncTest {
    private static final long SECOND = 1000;

    private final Map<String, List<Attempt>> attempts = new HashMap<>();
    private final Map<String, String> refuses = new HashMap<>();
    private final List<Action> done = new ArrayList<>();
    private Map<String, ContainerRun> runs = Map.of();
    private long now = 1_700_000_000_000L;
    private PodWish wish = pod(PodWish.Restart.ALWAYS, List.of(), List.of(container("web")));
    private OptionalLong again = OptionalLong.empty();

    private static ContainerWish container(String name) {
        return new ContainerWish(name, "nginx", Map.of(), false);
    }

    private static ContainerWish probed(Probe.Kind kind, int failures, long graceMillis) {
        return new ContainerWish(
                "web",
                "nginx",
                Map.of(
                        kind,
                        new Probe(
                                new Probe.Check.Tcp("", 80),
                                5 * SECOND,
                                10 * SECOND,
                                SECOND,
                                1,
                                failures,
                                graceMillis)),
                false);
    }

    private static PodWish pod(PodWish.Restart restart, List<ContainerWish> inits, List<ContainerWish> containers) {
        return new PodWish("u-1", "default", "web-1", restart, 30 * SECOND, inits, containers, Optional.empty());
    }

    private void isToEndBy(long atMillis) {
        isToEndBy(atMillis, now);
    }

    private void isToEndBy(long atMillis, long toldFromMillis) {
        wish = new PodWish(
                wish.uid(),
                wish.namespace(),
                wish.name(),
                wish.restart(),
                wish.graceMillis(),
                wish.initContainers(),
                wish.containers(),
                Optional.of(new PodWish.Ending(atMillis, toldFromMillis)));
    }

    /** Until there is nothing to do now. */
    private PodReport sync() {
        while (true) {
            Map<String, ContainerRun> here = new HashMap<>();
            attempts.keySet().forEach(each -> here.put(each, ContainerRun.NONE));
            here.putAll(runs);
            here.replaceAll((name, run) -> run.at(attempts.getOrDefault(name, List.of())));
            PodPlan plan = PodSync.plan(wish, here, now);
            runs = plan.runs();
            again = plan.againMillis();
            plan.actions().forEach(this::act);
            if (plan.actions().stream().noneMatch(Action.Start.class::isInstance)) {
                return plan.report();
            }
        }
    }

    private void act(Action action) {
        done.add(action);
        if (action instanceof Action.Start(var container, var number, var backOff)) {
            Map<String, ContainerRun> more = new HashMap<>(runs);
            ContainerRun run = runs.getOrDefault(container, ContainerRun.NONE);
            if (refuses.containsKey(container)) {
                more.put(container, run.refused(new StartRefused(refuses.get(container), "no"), now));
            } else {
                List<Attempt> list = new ArrayList<>(attempts.getOrDefault(container, List.of()));
                list.add(new Attempt(number, "nginx", now, backOff, Optional.empty()));
                attempts.put(container, list);
                more.put(container, run.startable());
            }
            runs = more;
        }
    }

    private void ends(String container, int code) {
        List<Attempt> list = new ArrayList<>(attempts.get(container));
        Attempt last = list.removeLast();
        list.add(new Attempt(
                last.number(),
                last.image(),
                last.startedMillis(),
                last.backOffMillis(),
                Optional.of(new Exit(code, now, "", ""))));
        attempts.put(container, list);
    }

    private PodReport after(long millis) {
        now += millis;
        return sync();
    }

    private void says(Probe.Kind kind, boolean well) {
        Map<String, ContainerRun> more = new HashMap<>(runs);
        more.computeIfPresent(
                "web",
                (name, run) -> run.probed(
                        wish.containers().getFirst(),
                        kind,
                        attempts.get("web").getLast().number(),
                        well,
                        now));
        runs = more;
    }

    private State state(PodReport report) {
        return report.containers().getFirst().state();
    }

    private <T extends Action> List<T> did(Class<T> type) {
        return done.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Test
    void a_pod_that_is_wanted_runs_and_is_ready() {
        PodReport report = sync();
        assertThat(report.phase()).isEqualTo(Phase.RUNNING);
        assertThat(state(report)).isInstanceOf(State.Running.class);
        assertThat(report.containers().getFirst().ready()).isTrue();
        assertThat(again).isEmpty();
    }

    @Test
    void a_container_that_ends_again_and_again_waits_longer_each_time_and_at_last_five_minutes() {
        sync();
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            now += SECOND;
            ends("web", 1);
            long ended = now;
            PodReport report = sync();
            if (again.isPresent()) {
                assertThat(state(report)).isInstanceOf(State.Waiting.class);
                now = again.getAsLong();
                sync();
            }
            waits.add((now - ended) / SECOND);
        }
        assertThat(waits).containsExactly(0L, 10L, 20L, 40L, 80L, 160L, 300L, 300L);
        assertThat(attempts.get("web").getLast().number()).isEqualTo(8);
    }

    @Test
    void while_it_waits_it_says_so_in_kubernetes_words_and_how_it_ended() {
        sync();
        ends("web", 1);
        sync();
        ends("web", 3);
        PodReport report = sync();
        assertThat(state(report))
                .isEqualTo(new State.Waiting(
                        "CrashLoopBackOff", "back-off 10s restarting failed container=web pod=web-1_default(u-1)"));
        assertThat(report.phase()).isEqualTo(Phase.RUNNING);
        assertThat(report.containers().getFirst().restarts()).isEqualTo(1);
        assertThat(report.containers()
                        .getFirst()
                        .last()
                        .flatMap(Attempt::exit)
                        .orElseThrow()
                        .code())
                .isEqualTo(3);
    }

    @Test
    void a_container_that_ran_for_ten_minutes_starts_again_at_once() {
        sync();
        ends("web", 1);
        sync();
        ends("web", 1);
        now += 10 * SECOND;
        sync();
        now += BackOff.FORGOTTEN_MILLIS;
        ends("web", 1);
        assertThat(state(sync())).isInstanceOf(State.Running.class);
        assertThat(attempts.get("web").getLast().backOffMillis()).isEqualTo(BackOff.FIRST_MILLIS);
    }

    @Test
    void a_pod_that_is_not_to_restart_is_over_as_its_containers_ended() {
        wish = pod(PodWish.Restart.NEVER, List.of(), List.of(container("web"), container("other")));
        sync();
        ends("web", 0);
        assertThat(sync().phase()).isEqualTo(Phase.RUNNING);
        ends("other", 0);
        PodReport report = sync();
        assertThat(report.phase()).isEqualTo(Phase.SUCCEEDED);
        assertThat(((State.Terminated) state(report))
                        .attempt()
                        .exit()
                        .orElseThrow()
                        .word())
                .isEqualTo("Completed");
        assertThat(did(Action.Start.class)).hasSize(2);
    }

    @Test
    void a_pod_that_is_to_end_is_not_told_before_services_send_nobody_there_any_more_and_killed_in_time_all_the_same() {
        sync();
        isToEndBy(now + 30 * SECOND, now + SECOND);
        sync();
        assertThat(did(Action.Terminate.class)).isEmpty();
        assertThat(again).hasValue(now + SECOND);
        after(SECOND);
        assertThat(did(Action.Terminate.class)).hasSize(1);
        after(SECOND);
        assertThat(did(Action.Terminate.class)).hasSize(1);
        after(28 * SECOND);
        assertThat(did(Action.Kill.class)).hasSize(1);
    }

    @Test
    void a_program_that_is_known_to_listen_is_ready_when_it_does_and_not_ended_before() {
        Probe listens = Probe.listens(80);
        assertThat(listens.isToldOf()).isFalse();
        wish = pod(
                PodWish.Restart.ALWAYS,
                List.of(),
                List.of(new ContainerWish("web", "nginx", Map.of(Probe.Kind.STARTUP, listens), false)));
        assertThat(sync().containers().getFirst().ready()).isFalse();
        for (int i = 0; i < 1000; i++) {
            says(Probe.Kind.STARTUP, false);
            after(100);
        }
        assertThat(did(Action.Terminate.class)).isEmpty();
        says(Probe.Kind.STARTUP, true);
        assertThat(sync().containers().getFirst().ready()).isTrue();
        assertThat(again).isEmpty();
    }

    @Test
    void one_that_restarts_on_failure_starts_again_until_it_succeeds() {
        wish = pod(PodWish.Restart.ON_FAILURE, List.of(), List.of(container("web")));
        sync();
        ends("web", 1);
        assertThat(sync().phase()).isEqualTo(Phase.RUNNING);
        ends("web", 0);
        assertThat(sync().phase()).isEqualTo(Phase.SUCCEEDED);
    }

    @Test
    void init_containers_run_one_after_another_before_the_others() {
        wish = pod(PodWish.Restart.ALWAYS, List.of(container("one"), container("two")), List.of(container("web")));
        PodReport report = sync();
        assertThat(attempts.keySet()).containsExactly("one");
        assertThat(report.phase()).isEqualTo(Phase.PENDING);
        assertThat(state(report)).isEqualTo(new State.Waiting("PodInitializing", ""));
        ends("one", 1);
        sync();
        assertThat(attempts.get("one")).hasSize(2);
        ends("one", 0);
        sync();
        assertThat(attempts.keySet()).containsExactlyInAnyOrder("one", "two");
        ends("two", 0);
        report = sync();
        assertThat(report.initialized()).isTrue();
        assertThat(report.phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void an_init_container_that_fails_fails_the_pod_that_is_not_to_restart() {
        wish = pod(PodWish.Restart.NEVER, List.of(container("one")), List.of(container("web")));
        sync();
        ends("one", 1);
        assertThat(sync().phase()).isEqualTo(Phase.FAILED);
        assertThat(attempts.keySet()).containsExactly("one");
    }

    @Test
    void a_pod_that_is_deleted_is_told_to_end_and_killed_when_its_time_is_over() {
        sync();
        isToEndBy(now + 30 * SECOND);
        sync();
        sync();
        assertThat(did(Action.Terminate.class)).hasSize(1);
        assertThat(did(Action.Tell.class))
                .containsExactly(new Action.Tell("web", "Normal", "Killing", "Stopping container web"));
        assertThat(did(Action.Kill.class)).isEmpty();
        assertThat(again).hasValue(now + 30 * SECOND);
        after(30 * SECOND);
        assertThat(did(Action.Kill.class)).hasSize(1);
        assertThat(did(Action.Over.class)).isEmpty();
        ends("web", 137);
        sync();
        assertThat(did(Action.Over.class)).hasSize(1);
        assertThat(did(Action.Start.class)).hasSize(1);
    }

    @Test
    void a_shorter_time_to_end_counts_also_when_the_end_has_begun() {
        sync();
        isToEndBy(now + 30 * SECOND);
        sync();
        isToEndBy(now);
        sync();
        assertThat(did(Action.Kill.class)).hasSize(1);
    }

    @Test
    void what_is_to_be_done_before_the_end_is_done_first() {
        wish = pod(PodWish.Restart.ALWAYS, List.of(), List.of(new ContainerWish("web", "nginx", Map.of(), true)));
        sync();
        isToEndBy(now + 30 * SECOND);
        sync();
        assertThat(did(Action.Prepare.class)).hasSize(1);
        assertThat(did(Action.Terminate.class)).isEmpty();
        Map<String, ContainerRun> more = new HashMap<>(runs);
        more.computeIfPresent("web", (name, run) -> run.prepared());
        runs = more;
        sync();
        assertThat(did(Action.Terminate.class)).hasSize(1);
    }

    @Test
    void an_image_that_is_not_there_is_told_and_tried_again_ever_more_seldom() {
        refuses.put("web", "ErrImagePull");
        PodReport report = sync();
        assertThat(state(report)).isEqualTo(new State.Waiting("ErrImagePull", "no"));
        assertThat(report.phase()).isEqualTo(Phase.PENDING);
        assertThat(again).hasValue(now + 10 * SECOND);
        report = after(10 * SECOND);
        assertThat(((State.Waiting) state(report)).reason()).isEqualTo("ImagePullBackOff");
        assertThat(again).hasValue(now + 20 * SECOND);
        refuses.clear();
        assertThat(after(20 * SECOND).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void a_container_is_ready_when_its_probe_says_so() {
        wish = pod(PodWish.Restart.ALWAYS, List.of(), List.of(probed(Probe.Kind.READINESS, 3, -1)));
        PodReport report = sync();
        assertThat(report.containers().getFirst().ready()).isFalse();
        assertThat(again).hasValue(now + 5 * SECOND);
        after(5 * SECOND);
        assertThat(did(Action.Look.class)).hasSize(1);
        says(Probe.Kind.READINESS, true);
        assertThat(sync().containers().getFirst().ready()).isTrue();
        assertThat(again).hasValue(now + 10 * SECOND);
        for (int i = 0; i < 3; i++) {
            assertThat(sync().containers().getFirst().ready()).isTrue();
            after(10 * SECOND);
            says(Probe.Kind.READINESS, false);
        }
        assertThat(sync().containers().getFirst().ready()).isFalse();
        assertThat(did(Action.Terminate.class)).isEmpty();
    }

    @Test
    void a_container_that_was_ready_when_its_agent_died_is_ready_until_its_probe_has_failed_often_enough() {
        wish = pod(PodWish.Restart.ALWAYS, List.of(), List.of(probed(Probe.Kind.READINESS, 3, -1)));
        sync();
        runs = Map.of("web", ContainerRun.takenUp(attempts.get("web"), true, true));
        after(60 * SECOND);
        assertThat(did(Action.Look.class)).as("looked at again at once").hasSize(1);
        for (int i = 0; i < 3; i++) {
            assertThat(sync().containers().getFirst().ready()).isTrue();
            says(Probe.Kind.READINESS, false);
            after(10 * SECOND);
        }
        assertThat(sync().containers().getFirst().ready()).isFalse();
    }

    @Test
    void a_container_whose_liveness_probe_fails_is_ended_and_starts_again() {
        wish = pod(PodWish.Restart.ALWAYS, List.of(), List.of(probed(Probe.Kind.LIVENESS, 2, -1)));
        sync();
        after(5 * SECOND);
        says(Probe.Kind.LIVENESS, false);
        sync();
        assertThat(did(Action.Terminate.class)).isEmpty();
        after(10 * SECOND);
        says(Probe.Kind.LIVENESS, false);
        sync();
        assertThat(did(Action.Terminate.class)).hasSize(1);
        assertThat(did(Action.Tell.class).getLast().message())
                .isEqualTo("Container web failed liveness probe, will be restarted");
        assertThat(again).hasValue(now + 30 * SECOND);
        ends("web", 143);
        assertThat(state(sync())).isInstanceOf(State.Running.class);
        assertThat(attempts.get("web")).hasSize(2);
    }

    @Test
    void nothing_else_is_looked_at_before_a_container_has_started_up() {
        Probe probe = new Probe(new Probe.Check.Tcp("", 80), 0, SECOND, SECOND, 1, 3, -1);
        wish = pod(
                PodWish.Restart.ALWAYS,
                List.of(),
                List.of(new ContainerWish(
                        "web",
                        "nginx",
                        Map.of(Probe.Kind.STARTUP, probe, Probe.Kind.READINESS, probe, Probe.Kind.LIVENESS, probe),
                        false)));
        sync();
        assertThat(did(Action.Look.class)).extracting(Action.Look::kind).containsExactly(Probe.Kind.STARTUP);
        says(Probe.Kind.STARTUP, false);
        after(SECOND);
        says(Probe.Kind.STARTUP, true);
        PodReport report = sync();
        assertThat(report.containers().getFirst().startedUp()).isTrue();
        assertThat(report.containers().getFirst().ready()).isFalse();
        assertThat(did(Action.Look.class))
                .extracting(Action.Look::kind)
                .containsExactly(Probe.Kind.STARTUP, Probe.Kind.STARTUP, Probe.Kind.LIVENESS, Probe.Kind.READINESS);
    }

    @Test
    void what_a_probe_said_of_an_attempt_before_says_nothing_of_this_one() {
        wish = pod(PodWish.Restart.ALWAYS, List.of(), List.of(probed(Probe.Kind.LIVENESS, 1, -1)));
        sync();
        after(5 * SECOND);
        ends("web", 0);
        sync();
        Map<String, ContainerRun> more = new HashMap<>(runs);
        more.computeIfPresent(
                "web", (name, run) -> run.probed(wish.containers().getFirst(), Probe.Kind.LIVENESS, 0, false, now));
        runs = more;
        sync();
        assertThat(did(Action.Terminate.class)).isEmpty();
    }
}
