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
}
