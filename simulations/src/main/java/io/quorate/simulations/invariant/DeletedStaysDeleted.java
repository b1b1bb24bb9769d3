package io.quorate.simulations.invariant;

import io.quorate.persistence.journal.StoredEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is deleted is never seen again, and nothing else is missing: an entity's events have no gap, and begin where a deletion ends. */
final class DeletedStaysDeleted implements Invariant {
    private final Deletions deletions;
    private final Map<String, Long> acknowledged = new HashMap<>();
    private final Map<String, Long> deletedAtBegin = new HashMap<>();

    DeletedStaysDeleted(Deletions deletions) {
        this.deletions = deletions;
    }

    @Override
    public void see(Observation observation) {
        switch (observation) {
            case Observation.Deleted(String persistenceId, long to, long index) ->
                acknowledged.merge(persistenceId, deletions.at(index, persistenceId, to), Math::max);
            case Observation.ReadBegan began ->
                deletedAtBegin.put(began.read(), acknowledged.getOrDefault(began.persistenceId(), 0L));
            case Observation.ReadEnded ended -> read(ended);
            case Observation.AtRest rest -> atRest(rest);
            default -> {}
        }
    }

    private void read(Observation.ReadEnded ended) {
        Long deleted = deletedAtBegin.remove(ended.read());
        if (deleted != null && ended.lowest() > 0 && ended.lowest() <= deleted) {
            throw new Violation(ended.read() + " of " + ended.persistenceId() + " saw number " + ended.lowest()
                    + ", but they were deleted up to " + deleted + " before it began");
        }
        long missing = ended.lowest() == 0 ? ended.highest() : ended.lowest() - 1;
        beginsWhereADeletionEnds(ended.read(), ended.persistenceId(), missing);
    }

    private void atRest(Observation.AtRest rest) {
        List<StoredEvent> events = rest.events();
        if (events.isEmpty()) {
            return;
        }
        long next = events.getFirst().sequenceNr();
        long deleted = deletions.certain(rest.persistenceId());
        if (next <= deleted) {
            throw new Violation(rest.node() + " has number " + next + " of " + rest.persistenceId()
                    + ", and they are deleted up to " + deleted);
        }
        beginsWhereADeletionEnds(rest.node(), rest.persistenceId(), next - 1);
        for (StoredEvent event : events) {
            if (event.sequenceNr() != next) {
                throw new Violation(rest.node() + " has number " + event.sequenceNr() + " of " + rest.persistenceId()
                        + ", and not number " + next);
            }
            next++;
        }
    }

    private void beginsWhereADeletionEnds(String who, String persistenceId, long missing) {
        long perhaps = deletions.perhaps(persistenceId);
        if (missing > perhaps) {
            throw new Violation(who + " has not seen the events of " + persistenceId + " up to number " + missing
                    + ", and nobody has deleted more than those up to " + perhaps);
        }
    }
}
