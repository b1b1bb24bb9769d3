package io.quorate.node.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.upgrade.NodeProgress.Standing;
import io.quorate.node.upgrade.World.Fate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The way back, and what may not be away beside a node that goes. */
class UpgradeRollbackTest {
    private static final int LONG_ENOUGH = 2000;

    @Test
    void a_rollback_that_was_aborted_is_gone_on_with_when_it_is_asked_for_again() {
        World world = new World(3, 0, 1);
        run(world);
        world.ask(new UpgradeMessage.Rollback("slow"));
        world.tick();
        world.ask(new UpgradeMessage.Abort("wait"));
        run(world);
        assertThat(world.state.phase()).isEqualTo(Phase.ABORTED);
        world.ask(new UpgradeMessage.Rollback("after all"));
        run(world);
        assertThat(world.state.phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(world.state.nodes())
                .allMatch(node -> world.version(node.node()).equals(World.OLD));
    }

    @Test
    void a_node_that_was_lost_with_the_new_release_and_waits_anew_is_taken_back_too() {
        World world = new World(3, 0, 1);
        world.fates.put("n2", Fate.NEVER_COMES_BACK);
        run(world);
        assertThat(world.state.node("n2").orElseThrow().standing()).isEqualTo(Standing.FAILED);
        world.returns("n2");
        world.ask(new UpgradeMessage.Resume("the machine is back"));
        world.ask(new UpgradeMessage.Rollback("rather not"));
        run(world);
        assertThat(world.state.phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(world.version("n2")).isEqualTo(World.OLD);
    }

    @Property(tries = 200)
    void whenever_it_is_rolled_back_no_node_runs_the_new_release_when_it_has_ended(
            @ForAll @IntRange(min = 1, max = 5) int controlPlane,
            @ForAll @IntRange(min = 0, max = 3) int workers,
            @ForAll Fate first,
            @ForAll @IntRange(min = 0, max = 120) int after,
            @ForAll boolean resumed,
            @ForAll long seed) {
        World world = new World(controlPlane, workers, seed);
        world.fates.put(controlPlane > 1 ? "n2" : "n1", first);
        for (int i = 0; i < after; i++) {
            world.tick();
        }
        if (resumed) {
            world.ask(new UpgradeMessage.Resume("it is mended"));
        }
        world.fates.replaceAll((node, fate) -> Fate.GOOD);
        world.fates.keySet().forEach(world::returns);
        world.ask(new UpgradeMessage.Rollback("rather not"));
        run(world);
        while (world.state.phase() == Phase.STOPPED) {
            world.ask(new UpgradeMessage.Resume("again"));
            run(world);
        }
        assertThat(world.state.phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(world.state.nodes())
                .allMatch(node -> world.version(node.node()).equals(World.OLD))
                .noneMatch(node -> world.cordoned(node.node()));
    }

    @ParameterizedTest
    @EnumSource(names = {"CORDON", "DRAIN", "HAND_OVER"})
    void a_voter_that_dies_while_another_is_about_to_go_keeps_that_one_and_its_pods_from_going_away(Stage stage) {
        World world = new World(3, 0, 1);
        NodeProgress second = world.state.node("n2").orElseThrow();
        while (!second.active() || second.stage() != stage) {
            world.tick();
            second = world.state.node("n2").orElseThrow();
        }
        Observed without = seen(world, "n3", false, 0);
        assertThat(UpgradePlanner.next(world.state, without))
                .singleElement()
                .isInstanceOfSatisfying(
                        UpgradeStep.Wait.class, wait -> assertThat(wait.why()).contains("n3"));
        assertThat(world.state.plan().orElseThrow().drainMillis()).isEqualTo(90_000);
        assertItWaitsFor(stage == Stage.DRAIN ? 90_000 : UpgradePlanner.BESIDE_MILLIS, world, second, without);
    }

    private static void assertItWaitsFor(long millis, World world, NodeProgress node, Observed without) {
        long last = node.sinceMillis() + millis;
        assertThat(UpgradePlanner.next(world.state, new Observed(last, without.members())))
                .singleElement()
                .isInstanceOf(UpgradeStep.Wait.class);
        assertThat(UpgradePlanner.next(world.state, new Observed(last + 1, without.members())))
                .singleElement()
                .isInstanceOfSatisfying(
                        UpgradeStep.Report.class,
                        step -> assertThat(step.message())
                                .isInstanceOfSatisfying(
                                        UpgradeMessage.FailStep.class,
                                        failed -> assertThat(failed.reason()).contains("n3")));
    }

    @ParameterizedTest
    @EnumSource(names = {"REFRESH", "REVERT"})
    void a_node_is_not_told_to_become_another_release_while_another_voter_is_away(Stage stage) {
        World world = new World(3, 0, 1);
        if (stage == Stage.REVERT) {
            world.fates.put("n2", Fate.HARMS);
        }
        NodeProgress second = world.state.node("n2").orElseThrow();
        while (!second.active() || second.stage() != stage) {
            world.tick();
            second = world.state.node("n2").orElseThrow();
        }
        Observed without = seen(world, "n3", false, 0);
        assertThat(UpgradePlanner.next(world.state, without))
                .singleElement()
                .isInstanceOfSatisfying(
                        UpgradeStep.Wait.class, wait -> assertThat(wait.why()).contains("n3"));
        assertThat(UpgradePlanner.next(world.state, world.observed()))
                .singleElement()
                .isInstanceOf(UpgradeStep.Order.class);
        assertItWaitsFor(world.state.plan().orElseThrow().nodeMillis(), world, second, without);
    }

    @Test
    void a_voter_whose_lag_is_not_known_is_not_taken_for_caught_up() {
        World world = new World(3, 0, 1);
        List<UpgradeStep> steps = UpgradePlanner.next(world.state, seen(world, "n3", true, -1));
        assertThat(steps).singleElement().isInstanceOf(UpgradeStep.Wait.class);
    }

    private static Observed seen(World world, String node, boolean online, long lag) {
        Observed observed = world.observed();
        Map<String, Observed.Seen> members = new HashMap<>(observed.members());
        Observed.Seen known = members.get(node);
        members.put(
                node,
                new Observed.Seen(
                        known.leader(),
                        known.votes(),
                        online,
                        lag,
                        known.version(),
                        Optional.empty(),
                        known.placement(),
                        known.harm(),
                        known.measured()));
        return new Observed(observed.nowMillis(), members);
    }

    private static void run(World world) {
        for (int i = 0; i < LONG_ENOUGH; i++) {
            world.tick();
            if (world.state.phase() != Phase.RUNNING && !world.state.active()) {
                return;
            }
        }
        throw new AssertionError("it does not end: " + world.state);
    }
}
