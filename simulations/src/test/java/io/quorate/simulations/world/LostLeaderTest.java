package io.quorate.simulations.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.raft.Walls;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Followers that are told that the leader's process has ended, rightly or not. */
class LostLeaderTest {
    private static final int SEEDS = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Below the shortest silence that followers suspect a leader for by themselves. */
    private static final Duration BEFORE_ANY_TIMEOUT = Duration.ofMillis(250);

    private static SimulatedWorld world(long seed, int nodes) {
        SimulatedWorld world = new SimulatedWorld(seed, nodes, Walls.ALL);
        world.startAll();
        world.awaitLeader(PATIENCE);
        world.time().run(Duration.ofSeconds(2));
        return world;
    }

    private static List<SimulatedNode> followers(SimulatedWorld world, SimulatedNode leader) {
        return world.nodes().stream().filter(node -> node != leader).toList();
    }

    private static void assertLed(SimulatedWorld world, Duration atMost, long seed) {
        assertThat(world.time().until(atMost, () -> world.leader().isPresent()))
                .as("seed %d\n%s", seed, world.trace().tail(20))
                .isTrue();
    }

    @Test
    void a_leader_whose_end_is_told_is_replaced_before_its_silence_is_suspected() {
        for (int nodes : new int[] {3, 5}) {
            for (int seed = 1; seed <= SEEDS; seed++) {
                SimulatedWorld world = world(seed, nodes);
                SimulatedNode leader = world.leader().orElseThrow();
                long term = leader.replica().leadership().term();
                leader.crash();
                followers(world, leader).forEach(follower -> follower.replica().lost(leader.id()));

                assertLed(world, BEFORE_ANY_TIMEOUT, seed);
                assertThat(world.leader().orElseThrow().replica().leadership().term())
                        .as("votes were not split, seed %d", seed)
                        .isEqualTo(term + 1);
            }
        }
    }

    @Test
    void who_comes_later_by_name_stands_where_the_one_before_it_has_died_as_well() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            SimulatedWorld world = world(seed, 5);
            SimulatedNode leader = world.leader().orElseThrow();
            List<SimulatedNode> followers = followers(world, leader);
            leader.crash();
            followers.getFirst().crash();
            followers.stream()
                    .filter(SimulatedNode::isUp)
                    .forEach(follower -> follower.replica().lost(leader.id()));

            assertLed(world, BEFORE_ANY_TIMEOUT, seed);
        }
    }

    @Test
    void one_follower_that_hears_it_late_costs_less_than_another_election_timeout() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            SimulatedWorld world = world(seed, 3);
            SimulatedNode leader = world.leader().orElseThrow();
            List<SimulatedNode> followers = followers(world, leader);
            leader.crash();
            followers.getFirst().replica().lost(leader.id());
            world.time().run(Duration.ofMillis(60));
            followers.getLast().replica().lost(leader.id());

            assertLed(world, BEFORE_ANY_TIMEOUT, seed);
        }
    }

    @Test
    void a_word_that_one_follower_alone_has_waits_for_the_silence_that_the_other_suspects() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            SimulatedWorld world = world(seed, 3);
            SimulatedNode leader = world.leader().orElseThrow();
            leader.crash();
            followers(world, leader).getFirst().replica().lost(leader.id());

            assertLed(world, Duration.ofMillis(1_500), seed);
        }
    }

    @Test
    void a_word_that_is_wrong_changes_no_leader_while_another_hears_it() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            SimulatedWorld world = world(seed, 3);
            SimulatedNode leader = world.leader().orElseThrow();
            long term = leader.replica().leadership().term();
            SimulatedNode misled = followers(world, leader).getFirst();
            for (int times = 0; times < 20; times++) {
                misled.replica().lost(leader.id());
                leader.replica().lost(leader.id());
                world.time().run(Duration.ofMillis(170));
            }
            world.time().run(Duration.ofSeconds(1));

            assertThat(leader.leads()).as("seed %d", seed).isTrue();
            assertThat(misled.replica().leadership().term()).isEqualTo(term);
            assertThat(misled.knownLeader()).contains(leader.name());
        }
    }

    @Test
    void a_word_that_is_wrong_and_believed_by_all_ends_with_one_leader_that_all_know() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            SimulatedWorld world = world(seed, 3);
            SimulatedNode leader = world.leader().orElseThrow();
            followers(world, leader).forEach(follower -> follower.replica().lost(leader.id()));
            world.time().run(Duration.ofSeconds(2));

            SimulatedNode now = world.leader().orElseThrow();
            assertThat(world.nodes().stream().filter(SimulatedNode::leads)).containsExactly(now);
            assertThat(world.nodes())
                    .as("seed %d", seed)
                    .allSatisfy(node -> assertThat(node.knownLeader()).contains(now.name()));
        }
    }

    @Test
    void a_word_that_came_too_late_is_forgotten_when_its_subject_leads_again() {
        SimulatedWorld world = world(1, 3);
        SimulatedNode former = world.leader().orElseThrow();
        former.crash();
        SimulatedNode between = world.awaitLeader(PATIENCE);
        former.start();
        world.time().run(Duration.ofSeconds(2));
        SimulatedNode third = followers(world, between).stream()
                .filter(node -> node != former)
                .findFirst()
                .orElseThrow();
        third.replica().lost(former.id());
        between.replica().transferLeadership(former.id());
        assertThat(world.time().until(PATIENCE, former::leads)).isTrue();
        world.time().run(Duration.ofSeconds(1));
        long term = former.replica().leadership().term();

        between.replica().lost(former.id()); // asks the third for its vote, which hears the leader
        world.time().run(Duration.ofSeconds(1));

        assertThat(former.leads()).isTrue();
        assertThat(former.replica().leadership().term()).isEqualTo(term);
    }

    @Test
    void a_word_about_one_that_leads_no_longer_has_no_effect() {
        SimulatedWorld world = world(1, 3);
        SimulatedNode former = world.leader().orElseThrow();
        former.crash();
        SimulatedNode leader = world.awaitLeader(PATIENCE);
        long term = leader.replica().leadership().term();
        followers(world, former).forEach(follower -> follower.replica().lost(former.id()));
        world.time().run(Duration.ofSeconds(2));

        assertThat(leader.leads()).isTrue();
        assertThat(leader.replica().leadership().term()).isEqualTo(term);
    }
}
