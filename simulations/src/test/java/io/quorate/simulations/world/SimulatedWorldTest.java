package io.quorate.simulations.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.raft.Walls;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SimulatedWorldTest {
    @Test
    void three_nodes_elect_a_leader_in_virtual_time_and_store_an_event() {
        SimulatedWorld world = new SimulatedWorld(1, 3, Walls.ALL);
        world.startAll();
        SimulatedNode leader = world.awaitLeader(Duration.ofSeconds(3));
        CompletableFuture<Outcome> done = leader.replica()
                .submit(new Operation.AppendEvents("a", 1, "w", 0, List.of(EventData.of(0, "t", new byte[] {1}))))
                .toCompletableFuture();
        assertThat(world.time().until(Duration.ofSeconds(1), done::isDone)).isTrue();
        assertThat(done).isCompletedWithValueMatching(Outcome.Applied.class::isInstance);
    }

    @Test
    void each_link_may_have_delays_of_its_own() {
        SimulatedWorld world = new SimulatedWorld(1, 3, Walls.ALL);
        world.network().delays((from, to, random) -> from.equals("n1") && to.equals("n2") ? 40_000_000 : 1_000_000);
        assertThat(arrival(world, "n1", "n2")).isEqualTo(Duration.ofMillis(40));
        assertThat(arrival(world, "n2", "n1")).isEqualTo(Duration.ofMillis(1));
        world.network().conditions(NetworkConditions.FLAKY);
        assertThat(arrival(world, "n1", "n2")).isGreaterThan(Duration.ofMillis(41));
    }

    private static Duration arrival(SimulatedWorld world, String from, String to) {
        long begin = world.time().nanos();
        CompletableFuture<Long> arrived = new CompletableFuture<>();
        while (!arrived.isDone()) { // the network may lose it
            world.network()
                    .send(from, to, 0, 1, () -> arrived.complete(world.time().nanos()));
            world.time().until(Duration.ofSeconds(1), arrived::isDone);
            begin = arrived.isDone() ? begin : world.time().nanos();
        }
        return Duration.ofNanos(arrived.join() - begin);
    }
}
