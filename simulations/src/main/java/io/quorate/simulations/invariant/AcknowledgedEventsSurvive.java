package io.quorate.simulations.invariant;

import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.StoredEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What was acknowledged is in the journal, where the answer said, and on every replica when all is at rest, if it is not deleted. */
final class AcknowledgedEventsSurvive implements Invariant {
    private final Map<String, Offset> stored = new HashMap<>();
    private final Map<String, Observation.Invoked> appends = new HashMap<>();
    private final Deletions deletions;
    private final Map<String, Map<String, Offset>> acknowledged = new LinkedHashMap<>();

    AcknowledgedEventsSurvive(Deletions deletions) {
        this.deletions = deletions;
    }

    @Override
    public void see(Observation observation) {
        switch (observation) {
            case Observation.Invoked invoked -> appends.put(invoked.token(), invoked);
            case Observation.Stored(StoredEvent event) -> stored.putIfAbsent(Tokens.of(event), event.offset());
            case Observation.Acknowledged ack -> acknowledged(ack);
            case Observation.AtRest rest -> atRest(rest);
            default -> {}
        }
    }

    private void acknowledged(Observation.Acknowledged ack) {
        Offset promised = new Offset(ack.index(), ack.ordinal());
        if (!promised.equals(stored.get(ack.token()))) {
            throw new Violation(
                    ack.token() + " was acknowledged at " + promised + " and is stored at " + stored.get(ack.token()));
        }
        Observation.Invoked append = appends.get(ack.token());
        acknowledged
                .computeIfAbsent(append == null ? "" : append.persistenceId(), id -> new LinkedHashMap<>())
                .put(ack.token(), promised);
    }

    private void atRest(Observation.AtRest rest) {
        Set<String> present = new HashSet<>();
        rest.events().forEach(event -> present.add(Tokens.of(event)));
        acknowledged.getOrDefault(rest.persistenceId(), Map.of()).forEach((token, offset) -> {
            if (!present.contains(token) && !isDeleted(appends.get(token))) {
                throw new Violation(
                        token + ", acknowledged at " + offset + ", is lost: " + rest.node() + " does not have it");
            }
        });
    }

    private boolean isDeleted(Observation.@Nullable Invoked append) {
        return append != null && append.to() <= deletions.perhaps(append.persistenceId());
    }
}
