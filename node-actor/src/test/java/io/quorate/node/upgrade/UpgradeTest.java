package io.quorate.node.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.UpgradeEvent;
import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.upgrade.NodeProgress.Standing;
import io.quorate.node.upgrade.World.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class UpgradeTest {
    private static final int LONG_ENOUGH = 2000;

    @Test
    void the_control_plane_goes_one_at_a_time_and_its_leader_last_and_then_the_workers_in_batches() {
        World world = new World(3, 3, 1);
        run(world);
        assertThat(world.state.phase()).isEqualTo(Phase.COMPLETED);
        assertThat(begun(world)).startsWith("n2", "n3", "n1").containsSequence("w1", "w2");
        assertThat(world.state.nodes())
                .allMatch(node -> world.version(node.node()).equals(World.NEW));
        assertThat(world.state.nodes()).noneMatch(node -> world.cordoned(node.node()));
    }

    @Test
    void a_release_that_harms_is_taken_back_from_the_first_node_and_no_other_gets_it() {
        World world = new World(3, 1, 1);
        world.fates.put("n2", Fate.HARMS);
        run(world);
        assertThat(world.state.phase()).isEqualTo(Phase.STOPPED);
        assertThat(world.state.reason()).contains("n2").contains("a third of its answers are errors");
        assertThat(begun(world)).containsExactly("n2");
        assertThat(world.version("n2")).isEqualTo(World.OLD);
        assertThat(world.cordoned("n2")).isFalse();
        assertThat(world.state.node("n2").orElseThrow().standing()).isEqualTo(Standing.REVERTED);
    }

    @Test
    void what_was_stopped_goes_on_when_it_is_resumed_and_the_cause_is_gone() {
        World world = new World(3, 0, 1);
        world.fates.put("n2", Fate.FALLS_BACK);
        run(world);
        assertThat(world.state.phase()).isEqualTo(Phase.STOPPED);
        world.fates.put("n2", Fate.GOOD);
        world.ask(new UpgradeMessage.Resume("the disk was changed"));
        run(world);
        assertThat(world.state.phase()).isEqualTo(Phase.COMPLETED);
    }

    @Test
    void a_rollback_takes_every_node_back_in_reverse() {
        World world = new World(3, 1, 1);
        run(world);
        int before = world.events.size();
        world.ask(new UpgradeMessage.Rollback("the billing service is slow"));
        run(world);
        assertThat(world.state.phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(world.state.nodes())
                .allMatch(node -> world.version(node.node()).equals(World.OLD));
        assertThat(begun(world).subList(4, 8)).first().isEqualTo("w1");
        assertThat(world.events.subList(before, world.events.size()))
                .filteredOn(event -> event.event() instanceof UpgradeEvent.UpgradeStepDone)
                .hasSize(4);
    }

    @Test
    void after_it_is_finalized_there_is_no_way_back() {
        World world = new World(1, 0, 1);
        run(world);
        world.ask(new UpgradeMessage.Finish(2));
        assertThat(world.state.phase()).isEqualTo(Phase.FINALIZED);
        UpgradeMessage answer = MembershipForm.read(world.ask(new UpgradeMessage.Rollback("")), UpgradeMessage.class);
        assertThat(answer)
                .isInstanceOfSatisfying(
                        UpgradeMessage.Refused.class,
                        no -> assertThat(no.message()).contains("finalized"));
    }

    @Test
    void a_worker_that_is_away_waits_until_the_others_are_done_and_then_the_roll_out_says_that_it_is() {
        World world = new World(1, 3, 1);
        world.loses("w1");
        run(world);
        assertThat(world.state.phase()).isEqualTo(Phase.STOPPED);
        assertThat(begun(world)).startsWith("n1", "w2", "w3").contains("w1");
        assertThat(world.version("w2")).isEqualTo(World.NEW);
        assertThat(world.version("w3")).isEqualTo(World.NEW);
        assertThat(world.state.reason()).contains("w1").contains("did not come back");
    }

    @Test
    void while_it_is_paused_the_node_under_way_is_finished_and_no_other_begins() {
        World world = new World(3, 0, 1);
        world.tick();
        world.ask(new UpgradeMessage.Pause("lunch"));
        run(world);
        assertThat(world.state.phase()).isEqualTo(Phase.PAUSED);
        assertThat(world.state.settled()).isEqualTo(1);
        assertThat(begun(world)).containsExactly("n2");
    }

    @Property(tries = 300)
    void whatever_happens_it_ends_and_never_two_of_the_control_plane_are_away_and_no_failed_gate_goes_on(
            @ForAll @IntRange(min = 1, max = 5) int controlPlane,
            @ForAll @IntRange(min = 0, max = 4) int workers,
            @ForAll("fates") Map<String, Fate> fates,
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 40) int killEvery) {
        World world = new World(controlPlane, workers, seed);
        fates.forEach((node, fate) -> world.fates.computeIfPresent(node, (name, good) -> fate));
        boolean ended = false;
        for (int i = 0; i < LONG_ENOUGH && !ended; i++) {
            String leader = world.leader;
            UpgradeState before = world.state;
            world.tick();
            assertThat(world.state.nodes().stream().filter(n -> n.active() && !n.worker()))
                    .hasSizeLessThanOrEqualTo(1);
            for (String node : newlyBegun(before, world.state)) {
                assertThat(before.phase()).isEqualTo(Phase.RUNNING);
                assertThat(leader.equals(node) && otherControlPlaneWaits(before, node))
                        .as("%s leads, and is not the last", node)
                        .isFalse();
            }
            if (i % killEvery == 0) {
                world.leaderDies();
            }
            ended = world.state.phase() != Phase.RUNNING && !world.state.active();
        }
        assertThat(ended).as("%s", world.state).isTrue();
        boolean good = world.state.nodes().stream().allMatch(n -> world.fates.get(n.node()) == Fate.GOOD);
        assertThat(world.state.phase()).isEqualTo(good ? Phase.COMPLETED : Phase.STOPPED);
        assertThat(world.state.nodes())
                .noneMatch(node -> world.fates.get(node.node()) != Fate.GOOD && node.standing() == Standing.DONE);
    }

    @Provide
    Arbitrary<Map<String, Fate>> fates() {
        return Arbitraries.maps(Arbitraries.of("n1", "n2", "n3", "w1", "w2"), Arbitraries.of(Fate.class))
                .ofMaxSize(2);
    }

    private static boolean otherControlPlaneWaits(UpgradeState state, String node) {
        return state.nodes().stream()
                .anyMatch(other -> !other.worker()
                        && other.standing() == Standing.WAITING
                        && !other.node().equals(node));
    }

    private static List<String> newlyBegun(UpgradeState before, UpgradeState after) {
        List<String> begun = new ArrayList<>();
        after.nodes().stream()
                .filter(node ->
                        node.active() && before.node(node.node()).orElseThrow().standing() == Standing.WAITING)
                .forEach(node -> begun.add(node.node()));
        return begun;
    }

    private static List<String> begun(World world) {
        List<String> begun = new ArrayList<>();
        world.events.forEach(recorded -> {
            if (recorded.event() instanceof UpgradeEvent.UpgradeStepBegun(var node, var stage, var attempt)
                    && stage.equals(Stage.CORDON.word())) {
                begun.add(node);
            }
        });
        return begun;
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
