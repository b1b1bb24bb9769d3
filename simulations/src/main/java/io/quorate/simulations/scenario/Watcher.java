package io.quorate.simulations.scenario;

import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.raft.Leadership;
import io.quorate.simulations.invariant.Invariant;
import io.quorate.simulations.invariant.Observation;
import io.quorate.simulations.invariant.Violation;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every node that had a turn, after every step, and shows the invariants what is new. The first violation is kept: it may be found inside of
 * a callback, where an exception would be swallowed.
 */
public final class Watcher {
    private static final int PAGE_BYTES = 1 << 20;

    private static final class Seen {
        int life;
        long applied;

        @Nullable
        Leadership leadership;
    }

    private final SimulatedWorld world;
    private final List<Invariant> invariants;
    private final Map<String, Seen> seen = new HashMap<>();
    private Offset lastEvent = Offset.ZERO;
    private long known;
    private long highestTerm;
    private @Nullable Violation violation;

    public Watcher(SimulatedWorld world, List<Invariant> invariants) {
        this.world = world;
        this.invariants = invariants;
    }

    /** Shows something to every invariant. */
    public void see(Observation observation) {
        if (violation != null) {
            return;
        }
        for (Invariant invariant : invariants) {
            try {
                invariant.see(observation);
            } catch (Violation broken) {
                fail(new Violation(invariant.name(), String.valueOf(broken.getMessage())));
                return;
            }
        }
    }

    /** Notes a broken promise that no single observation shows. */
    void fail(Violation broken) {
        violation = broken;
        world.trace().note("CHECKER", String.valueOf(broken.getMessage()));
    }

    public Optional<Violation> violation() {
        return Optional.ofNullable(violation);
    }

    public long highestTerm() {
        return highestTerm;
    }

    /** Call it after every step. */
    public void look() {
        world.acted(this::look);
    }

    private void look(SimulatedNode node) {
        Seen before = seen.computeIfAbsent(node.name(), name -> new Seen());
        if (before.life != node.lives()) {
            before.life = node.lives();
            before.applied = 0;
            before.leadership = null;
        }
        Leadership leadership = node.hasReplica() ? node.replica().leadership() : before.leadership;
        if (leadership != null && leadership != before.leadership) {
            before.leadership = leadership;
            highestTerm = Math.max(highestTerm, leadership.term());
            leadership
                    .leader()
                    .ifPresent(leader -> see(new Observation.Led(node.name(), leadership.term(), leader.toString())));
        }
        long applied = node.events().appliedIndex();
        if (applied > before.applied) {
            showEntries(node, before.applied, applied);
            before.applied = applied;
            if (applied > known) {
                known = applied;
                showEvents(node.events());
            }
        }
    }

    private void showEntries(SimulatedNode node, long after, long upTo) {
        List<Query.Entry> entries = new ArrayList<>();
        long at = after;
        while (at < upTo) {
            Query.Entries page = node.events().ask(new Query.EntriesAfter(at, PAGE_BYTES));
            entries.addAll(page.entries());
            if (page.upTo() <= at) {
                break;
            }
            at = page.upTo();
        }
        see(new Observation.Applied(node.name(), after, upTo, entries));
    }

    private void showEvents(EventStore events) {
        boolean complete = false;
        while (!complete) {
            Page<StoredEvent> page = events.ask(new Query.EventsAfter(lastEvent, new Query.Filter.All(), 10_000));
            page.items().forEach(event -> see(new Observation.Stored(event)));
            if (page.upTo().compareTo(lastEvent) > 0) {
                lastEvent = page.upTo();
            }
            complete = page.complete();
        }
    }
}
