package io.quorate.simulations.invariant;

import io.quorate.persistence.contract.Operation.DeleteEvents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What the journal of an epoch says of deleted events: the entries that delete are never taken away. */
final class Deletions {
    private final Map<String, Long> deleted = new HashMap<>();
    private final Map<String, Long> elsewhere = new HashMap<>();
    private final Map<Long, List<DeleteEvents>> byIndex = new HashMap<>();
    private long known;

    void see(Observation observation) {
        switch (observation) {
            case Observation.Applied applied -> {
                for (Observation.Entry entry : applied.entries()) {
                    if (entry.index() > known) {
                        look(entry);
                    }
                }
                known = Math.max(known, applied.upTo());
            }
            case Observation.DeletedElsewhere(String persistenceId, long to) ->
                elsewhere.merge(persistenceId, to, Math::max);
            default -> {}
        }
    }

    private void look(Observation.Entry entry) {
        entry.operations().forEach(operation -> {
            if (operation instanceof DeleteEvents delete) {
                byIndex.computeIfAbsent(entry.index(), index -> new ArrayList<>())
                        .add(delete);
                deleted.merge(
                        delete.persistenceId(), Math.min(delete.toSequenceNr(), delete.highestSequenceNr()), Math::max);
            }
        });
    }

    /** Up to which number the events of an entity are deleted for certain; 0 for none. */
    long certain(String persistenceId) {
        return deleted.getOrDefault(persistenceId, 0L);
    }

    /** Up to which number they may be missing. */
    long perhaps(String persistenceId) {
        return Math.max(certain(persistenceId), elsewhere.getOrDefault(persistenceId, 0L));
    }

    void eachPerhaps(BiConsumer<String, Long> visitor) {
        Map<String, Long> all = new HashMap<>(elsewhere);
        deleted.forEach((persistenceId, to) -> all.merge(persistenceId, to, Math::max));
        all.forEach(visitor);
    }

    /** Up to which number the entry at an index has deleted an entity's events that it was to delete up to a number. */
    long at(long index, String persistenceId, long to) {
        return byIndex.getOrDefault(index, List.of()).stream()
                .filter(delete -> delete.persistenceId().equals(persistenceId) && delete.toSequenceNr() == to)
                .mapToLong(delete -> Math.min(to, delete.highestSequenceNr()))
                .findFirst()
                .orElseThrow(() -> new Violation("the deletion of " + persistenceId + " up to " + to
                        + " was acknowledged at " + index + ", and is not there"));
    }
}
