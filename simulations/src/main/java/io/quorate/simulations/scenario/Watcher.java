package io.quorate.simulations.scenario;

import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.events.StoredEntry;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.raft.Leadership;
import io.quorate.simulations.invariant.Observation;
import io.quorate.simulations.invariant.PromisesByEpoch;
import io.quorate.simulations.invariant.Violation;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
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

    /** What of the journal of an epoch was shown. */
    private static final class Shown {
        Offset lastEvent = Offset.ZERO;
        long known;
    }

    private final SimulatedWorld world;
    private final PromisesByEpoch promises = new PromisesByEpoch();
    private final Map<String, Seen> seen = new HashMap<>();
    private final Map<String, Shown> shown = new HashMap<>();
    private long highestTerm;
    private @Nullable Violation violation;

    public Watcher(SimulatedWorld world) {
        this.world = world;
    }

    /**
     * Shows something to every invariant.
     *
     * @param epoch name of the Raft group of the epoch in which it happened
     */
    public void see(String epoch, Observation observation) {
        if (violation == null) {
            try {
                promises.see(epoch, observation);
            } catch (Violation broken) {
                fail(broken);
            }
        }
    }

    /**
     * A node begins a new epoch with what it has.
     *
     * @param base down, and of the epoch before still
     * @param epoch name of the Raft group of the new one
     * @param applied index up to which it had applied the epoch before
     * @param logged index of the last entry that it had of that
     */
    void begins(SimulatedNode base, String epoch, long applied, long logged) {
        EventStore events = EventStore.open(base.state());
        List<StoredEvent> all = new ArrayList<>();
        Shown begun = new Shown();
        begun.known = events.appliedIndex();
        begun.lastEvent = eachAfter(Offset.ZERO, events, all::add);
        Observation.Applied copy =
                new Observation.Applied(base.name(), 0, begun.known, entries(events, 0, begun.known));
        if (violation == null) {
            try {
                promises.begins(epoch, new PromisesByEpoch.Beginning(base.group(), applied, logged, copy, all));
                shown.putIfAbsent(epoch, begun);
                world.trace().note("CHECKER", promises.givenUp() + " acknowledgements are given up");
            } catch (Violation broken) {
                fail(broken);
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
                    .ifPresent(leader ->
                            see(node.group(), new Observation.Led(node.name(), leadership.term(), leader.toString())));
        }
        long applied = node.events().appliedIndex();
        if (applied > before.applied) {
            see(
                    node.group(),
                    new Observation.Applied(
                            node.name(), before.applied, applied, entries(node.events(), before.applied, applied)));
            before.applied = applied;
            Shown journal = shown.computeIfAbsent(node.group(), epoch -> new Shown());
            if (applied > journal.known) {
                journal.known = applied;
                journal.lastEvent = eachAfter(
                        journal.lastEvent, node.events(), event -> see(node.group(), new Observation.Stored(event)));
            }
        }
    }

    private static List<Observation.Entry> entries(EventStore events, long after, long upTo) {
        List<Observation.Entry> entries = new ArrayList<>();
        long at = after;
        while (at < upTo) {
            Query.Entries page = events.ask(new Query.EntriesAfter(at, PAGE_BYTES));
            for (Query.Entry streamed : page.entries()) {
                StoredEntry entry = StoredEntry.read(streamed.index(), streamed.bytes());
                entries.add(new Observation.Entry(entry.index(), entry.term(), entry.alive(), entry.batch()));
            }
            if (page.upTo() <= at) {
                break;
            }
            at = page.upTo();
        }
        return entries;
    }

    /** Hands over each event after an offset; answers up to where that was. */
    private static Offset eachAfter(Offset after, EventStore events, Consumer<StoredEvent> visitor) {
        Offset last = after;
        boolean complete = false;
        while (!complete) {
            Page<StoredEvent> page = events.ask(new Query.EventsAfter(last, new Query.Filter.All(), 10_000));
            page.items().forEach(visitor);
            if (page.upTo().compareTo(last) > 0) {
                last = page.upTo();
            }
            complete = page.complete();
        }
        return last;
    }
}
