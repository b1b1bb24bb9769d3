package io.quorate.simulations.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.raft.MembershipChange;
import io.quorate.persistence.raft.Walls;
import io.quorate.persistence.store.WriteBatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a crash leaves of a disk, and of a member that stands on it. */
class SimulatedDiskTest {
    private static final int WRITES = 200;

    private static SimulatedDisk disk(long seed) {
        return new SimulatedDisk("disk", new Seeds(seed).of("disk"), () -> 0, () -> 0, nanos -> {}, Duration.ZERO);
    }

    private static byte[] key(int number) {
        return new byte[] {(byte) (number >> 8), (byte) number};
    }

    private static void write(SimulatedDisk disk, int number, boolean durable) {
        disk.write(new WriteBatch().put(key(number), key(number)), durable);
    }

    /** Which of so many writes a crash has left. */
    private static boolean[] left(SimulatedDisk disk) {
        disk.crash();
        boolean[] left = new boolean[WRITES];
        IntStream.range(0, WRITES).forEach(i -> left[i] = disk.get(key(i)) != null);
        return left;
    }

    @Test
    void a_durable_write_and_everything_before_a_sync_survive_a_crash() {
        for (int seed = 0; seed < 100; seed++) {
            SimulatedDisk disk = disk(seed);
            IntStream.range(0, WRITES).forEach(i -> write(disk, i, i == WRITES - 1));
            assertThat(left(disk)[WRITES - 1]).as("seed %d", seed).isTrue();
            IntStream.range(0, WRITES).forEach(i -> write(disk, i, false));
            disk.sync();
            assertThat(left(disk)).as("seed %d", seed).doesNotContain(false);
        }
    }

    @Test
    void a_write_that_nobody_flushed_may_be_lost_while_a_later_one_survives() {
        Optional<Integer> hole = IntStream.range(0, 100)
                .filter(seed -> {
                    SimulatedDisk disk = disk(seed);
                    IntStream.range(0, WRITES).forEach(i -> write(disk, i, false));
                    boolean[] left = left(disk);
                    return IntStream.range(1, WRITES).anyMatch(i -> left[i] && !left[i - 1]);
                })
                .boxed()
                .findFirst();
        assertThat(hole).isPresent();
    }

    @Test
    void a_member_that_loses_power_as_soon_as_it_has_installed_a_snapshot_starts_again() {
        for (int seed = 1; seed <= 10; seed++) {
            SimulatedWorld world = new SimulatedWorld(seed, 3, Walls.ALL);
            world.startAll();
            SimulatedNode leader = world.awaitLeader(Duration.ofSeconds(5));
            for (int i = 1; i <= 120; i++) {
                leader.replica()
                        .submit(new Operation.AppendEvents(
                                "a", i, "w", 0, List.of(EventData.of(0, "e", new byte[10]))));
                world.time().run(Duration.ofMillis(5));
            }
            SimulatedNode joiner = world.addNode();
            joiner.start();
            leader.replica().change(joiner.id(), MembershipChange.ADD_LEARNER);
            assertThat(world.time()
                            .until(Duration.ofSeconds(5), () -> joiner.log().count('s') > 0))
                    .isTrue();
            world.time().run(Duration.ofMillis(5));
            joiner.crash();
            joiner.start();
            world.time().run(Duration.ofSeconds(1));
            assertThat(joiner.failure()).as("seed %d", seed).isEmpty();
        }
    }
}
