package io.quorate.simulations.invariant;

import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.StoredEvent;
import java.util.HashMap;
import java.util.Map;

/**
 * Each entity's sequence numbers follow each other without repetition, and without a gap but where a deletion ends; offsets only grow, no event is
 * there twice.
 */
final class AppliedOnce implements Invariant {
    private final Map<String, Long> highest = new HashMap<>();
    private final Map<String, Offset> tokens = new HashMap<>();
    private final Deletions deletions;
    private Offset last = Offset.ZERO;

    AppliedOnce(Deletions deletions) {
        this.deletions = deletions;
    }

    @Override
    public void see(Observation observation) {
        if (observation instanceof Observation.Stored(StoredEvent event)) {
            if (event.offset().compareTo(last) <= 0) {
                throw new Violation("the event at " + event.offset() + " came after the one at " + last);
            }
            last = event.offset();
            long before = highest.getOrDefault(event.persistenceId(), 0L);
            boolean next = event.sequenceNr() == before + 1;
            boolean nextThatIsLeft =
                    event.sequenceNr() > before && event.sequenceNr() - 1 <= deletions.perhaps(event.persistenceId());
            if (!next && !nextThatIsLeft) {
                throw new Violation("after number " + before + " of " + event.persistenceId() + " comes number "
                        + event.sequenceNr() + " at " + event.offset());
            }
            highest.put(event.persistenceId(), event.sequenceNr());
            Offset first = tokens.putIfAbsent(
                    Tokens.of(event) + " " + event.event().payload().manifest(), event.offset());
            if (first != null) {
                throw new Violation(Tokens.of(event) + " is stored twice: at " + first + " and at " + event.offset());
            }
        }
    }
}
