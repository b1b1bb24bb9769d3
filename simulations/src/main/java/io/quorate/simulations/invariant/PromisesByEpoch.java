package io.quorate.simulations.invariant;

import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.StoredEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The promises over the epochs of a cluster. Each epoch has all of them for itself, and begins with what its base had: with that the base must
 * agree with the epoch before as far as it had applied it, and miss nothing of its log. What was acknowledged before and is not in it is given
 * up; so is what the epoch before acknowledges still. A cluster that never loses its majority has one epoch.
 */
public final class PromisesByEpoch {
    private static final String BEGINS = "AnEpochBeginsWithWhatItsBaseHad";

    /**
     * What the base of a new epoch has when that begins.
     *
     * @param before name of the epoch that it was in
     * @param applied index up to which it had applied that one
     * @param logged index of the last entry that it had of that one
     * @param copy all that it has now
     * @param events likewise
     */
    public record Beginning(
            String before, long applied, long logged, Observation.Applied copy, List<StoredEvent> events) {
        public Beginning {
            events = List.copyOf(events);
        }
    }

    private static final class Epoch {
        private final String before;
        private final Deletions deletions = new Deletions();
        private final List<Invariant> promises = all(deletions);
        private final Map<String, Offset> inherited = new HashMap<>();
        private final List<Observation.Acknowledged> acknowledged = new ArrayList<>();

        /** @param deletions sees each observation before they do */
        private static List<Invariant> all(Deletions deletions) {
            return List.of(
                    new AtMostOneLeaderPerTerm(),
                    new StateMachineSafety(deletions),
                    new AppliedOnce(deletions),
                    new AcknowledgedEventsSurvive(deletions),
                    new DeletedStaysDeleted(deletions),
                    new RefusedStaysOut(),
                    new ReadsAreLinearizable());
        }

        Epoch(String before) {
            this.before = before;
        }

        void show(Observation observation) {
            deletions.see(observation);
            for (Invariant promise : promises) {
                try {
                    promise.see(observation);
                } catch (Violation broken) {
                    throw new Violation(promise.name(), String.valueOf(broken.getMessage()));
                }
            }
        }
    }

    private final Map<String, Epoch> epochs = new LinkedHashMap<>();
    private final List<Observation.Invoked> invoked = new ArrayList<>();

    /**
     * Sees what happened next.
     *
     * @param epoch name of the one in which; of an append the one that its client's numbers are from, where a sole writer is one
     * @throws Violation when a promise is broken
     */
    public void see(String epoch, Observation observation) {
        Epoch here = epochs.computeIfAbsent(epoch, name -> begun(""));
        switch (observation) {
            case Observation.Invoked append -> {
                invoked.add(append);
                epochs.values().forEach(each -> each.show(each == here ? append : append.byOneOfMany()));
            }
            case Observation.ReadBegan read -> epochs.values().forEach(each -> each.show(read));
            case Observation.Acknowledged ack -> acknowledged(epoch, here, ack);
            default -> here.show(observation);
        }
    }

    private Epoch begun(String before) {
        Epoch epoch = new Epoch(before);
        invoked.forEach(append -> epoch.show(append.byOneOfMany()));
        return epoch;
    }

    private void acknowledged(String name, Epoch epoch, Observation.Acknowledged ack) {
        epoch.show(ack);
        epoch.acknowledged.add(ack);
        Offset promised = new Offset(ack.index(), ack.ordinal());
        epochs.forEach((next, each) -> {
            if (each.before.equals(name) && promised.equals(each.inherited.get(ack.token()))) {
                acknowledged(next, each, ack);
            }
        });
    }

    /**
     * An epoch begins; where it has begun already, and its base was cut off after that, nothing happens.
     *
     * @throws Violation when its base does not have what it had
     */
    public void begins(String epoch, Beginning from) {
        if (epochs.containsKey(epoch)) {
            return;
        }
        Observation.Applied copy = from.copy();
        if (copy.upTo() < from.logged()) {
            throw new Violation(
                    BEGINS,
                    copy.node() + " had entries up to " + from.logged() + ", and " + epoch + " begins with those up to "
                            + copy.upTo());
        }
        Epoch before = epochs.computeIfAbsent(from.before(), name -> begun(""));
        // What of its log it had not applied it has now: there may be deletions that the epoch before knows nothing of.
        Deletions its = new Deletions();
        its.see(copy);
        its.eachPerhaps((id, to) -> before.show(new Observation.DeletedElsewhere(id, to)));
        before.show(new Observation.Applied(
                copy.node(),
                0,
                from.applied(),
                copy.entries().stream()
                        .filter(entry -> entry.index() <= from.applied())
                        .toList()));
        Epoch begun = begun(from.before());
        epochs.put(epoch, begun);
        before.deletions.eachPerhaps((id, to) -> begun.show(new Observation.DeletedElsewhere(id, to)));
        begun.show(copy);
        for (StoredEvent event : from.events()) {
            begun.show(new Observation.Stored(event));
            begun.inherited.putIfAbsent(Tokens.of(event), event.offset());
        }
        for (Observation.Acknowledged ack : List.copyOf(before.acknowledged)) {
            if (new Offset(ack.index(), ack.ordinal()).equals(begun.inherited.get(ack.token()))) {
                begun.show(ack);
                begun.acknowledged.add(ack);
            }
        }
    }

    /** How many acknowledgements of earlier epochs the last one began without. */
    public long givenUp() {
        return epochs.isEmpty()
                ? 0
                : epochs.values().stream()
                                .flatMap(each -> each.acknowledged.stream())
                                .map(Observation.Acknowledged::token)
                                .distinct()
                                .count()
                        - List.copyOf(epochs.values()).getLast().acknowledged.size();
    }
}
