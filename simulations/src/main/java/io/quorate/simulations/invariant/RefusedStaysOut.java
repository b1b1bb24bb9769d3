package io.quorate.simulations.invariant;

import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.StoredEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Fenced writers stay out, and "certainly not stored" is true: what was refused is never in the journal, neither before nor
 * after the answer. An entity with one writer only never fences it.
 */
final class RefusedStaysOut implements Invariant {
    private final Map<String, Offset> stored = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    private final Set<String> soleWriters = new HashSet<>();

    @Override
    public void see(Observation observation) {
        switch (observation) {
            case Observation.Invoked invoked when invoked.soleWriter() -> soleWriters.add(invoked.token());
            case Observation.Stored(StoredEvent event) -> {
                String token = Tokens.of(event);
                stored.putIfAbsent(token, event.offset());
                if (refused.contains(token)) {
                    throw new Violation(token + " was refused and is stored at " + event.offset());
                }
            }
            case Observation.Refused refusal -> {
                refused.add(refusal.token());
                Offset offset = stored.get(refusal.token());
                if (offset != null) {
                    throw new Violation(refusal.token() + " is refused and was stored at " + offset);
                }
                if (refusal.fenced() && soleWriters.contains(refusal.token())) {
                    throw new Violation(refusal.token() + " was fenced, but nobody else writes to its entity");
                }
            }
            default -> {}
        }
    }
}
