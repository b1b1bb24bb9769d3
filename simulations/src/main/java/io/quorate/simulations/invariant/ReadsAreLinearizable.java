package io.quorate.simulations.invariant;

import java.util.HashMap;
import java.util.Map;

/**
 * A strong read sees every append that was acknowledged before it began, everything that a read saw which ended before it began,
 * and nothing that was not yet asked for.
 */
final class ReadsAreLinearizable implements Invariant {
    private record Append(String persistenceId, long to) {}

    private final Map<String, Append> appends = new HashMap<>();
    private final Map<String, Long> floors = new HashMap<>();
    private final Map<String, Long> ceilings = new HashMap<>();
    private final Map<String, Long> floorAtBegin = new HashMap<>();

    @Override
    public void see(Observation observation) {
        switch (observation) {
            case Observation.Invoked invoked -> {
                appends.put(invoked.token(), new Append(invoked.persistenceId(), invoked.to()));
                ceilings.merge(invoked.persistenceId(), invoked.to(), Math::max);
            }
            case Observation.Acknowledged ack -> {
                Append append = appends.get(ack.token());
                if (append != null) {
                    floors.merge(append.persistenceId(), append.to(), Math::max);
                }
            }
            case Observation.ReadBegan began ->
                floorAtBegin.put(began.read(), floors.getOrDefault(began.persistenceId(), 0L));
            case Observation.ReadEnded ended -> {
                long floor = floorAtBegin.getOrDefault(ended.read(), 0L);
                floorAtBegin.remove(ended.read());
                if (ended.highest() < floor) {
                    throw new Violation(ended.read() + " of " + ended.persistenceId() + " is stale: it saw number "
                            + ended.highest() + ", but " + floor + " was there before it began");
                }
                long ceiling = ceilings.getOrDefault(ended.persistenceId(), 0L);
                if (ended.highest() > ceiling) {
                    throw new Violation(ended.read() + " of " + ended.persistenceId() + " saw number " + ended.highest()
                            + ", but only " + ceiling + " were ever asked for");
                }
                floors.merge(ended.persistenceId(), ended.highest(), Math::max);
            }
            default -> {}
        }
    }
}
