package io.quorate.simulations.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.simulations.invariant.Observation.Acknowledged;
import io.quorate.simulations.invariant.Observation.Applied;
import io.quorate.simulations.invariant.Observation.AtRest;
import io.quorate.simulations.invariant.Observation.Deleted;
import io.quorate.simulations.invariant.Observation.Invoked;
import io.quorate.simulations.invariant.Observation.Led;
import io.quorate.simulations.invariant.Observation.ReadBegan;
import io.quorate.simulations.invariant.Observation.ReadEnded;
import io.quorate.simulations.invariant.Observation.Refused;
import io.quorate.simulations.invariant.Observation.Stored;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every invariant lets a good history pass and fails on a broken one. */
class InvariantTest {
    private static void passes(Function<Deletions, Invariant> promise, Observation... history) {
        Deletions deletions = new Deletions();
        Invariant invariant = promise.apply(deletions);
        assertThatCode(() -> List.of(history).forEach(each -> show(each, deletions, invariant)))
                .doesNotThrowAnyException();
    }

    private static void breaks(Function<Deletions, Invariant> promise, String message, Observation... history) {
        List<Observation> all = List.of(history);
        Deletions deletions = new Deletions();
        Invariant invariant = promise.apply(deletions);
        assertThatCode(() -> all.subList(0, all.size() - 1).forEach(each -> show(each, deletions, invariant)))
                .doesNotThrowAnyException();
        assertThatExceptionOfType(Violation.class)
                .isThrownBy(() -> show(all.getLast(), deletions, invariant))
                .withMessageContaining(message);
    }

    /** One to which it is all the same what is deleted. */
    private static Function<Deletions, Invariant> of(Supplier<Invariant> promise) {
        return deletions -> promise.get();
    }

    private static void show(Observation observation, Deletions deletions, Invariant invariant) {
        deletions.see(observation);
        invariant.see(observation);
    }

    private static StoredEvent event(String token, String pid, long seq, long index, int ordinal) {
        return new StoredEvent(
                new Offset(index, ordinal),
                pid,
                seq,
                "w",
                0,
                Tokens.events(token, 1, 0).getFirst());
    }

    private static Applied applied(String node, long after, long upTo, int... indexAndByte) {
        List<Observation.Entry> entries = new java.util.ArrayList<>();
        for (int i = 0; i < indexAndByte.length; i += 2) {
            entries.add(entry(indexAndByte[i], append("of entry " + indexAndByte[i + 1], 1)));
        }
        return new Applied(node, after, upTo, entries);
    }

    private static Operation append(String pid, long seq) {
        return new Operation.AppendEvents(pid, seq, "w", 0, Tokens.events(pid + " " + seq, 1, 0));
    }

    private static Observation.Entry entry(long index, Operation... operations) {
        BitSet alive = new BitSet();
        alive.set(0, operations.length);
        return new Observation.Entry(index, 1, alive, OperationCodec.encode(List.of(operations)));
    }

    /** With one of its operations taken away. */
    private static Observation.Entry without(int position, Observation.Entry entry) {
        BitSet alive = (BitSet) entry.alive().clone();
        alive.clear(position);
        return new Observation.Entry(entry.index(), entry.term(), alive, entry.batch());
    }

    @Test
    void two_leaders_of_one_term_break_election_safety() {
        passes(of(AtMostOneLeaderPerTerm::new), new Led("n1", 1, "n1"), new Led("n2", 1, "n1"), new Led("n2", 2, "n2"));
        breaks(of(AtMostOneLeaderPerTerm::new), "two leaders", new Led("n1", 1, "n1"), new Led("n2", 1, "n2"));
    }

    @Test
    void other_bytes_at_an_index_break_state_machine_safety() {
        passes(StateMachineSafety::new, applied("n1", 0, 3, 1, 7, 3, 9), applied("n2", 0, 2, 1, 7));
        breaks(StateMachineSafety::new, "differs", applied("n1", 0, 3, 1, 7, 3, 9), applied("n2", 0, 3, 1, 7, 3, 8));
        Observation.Entry same = new Observation.Entry(1, 2, TWO_APPENDS.alive(), TWO_APPENDS.batch());
        breaks(
                StateMachineSafety::new,
                "differs",
                new Applied("n1", 0, 1, List.of(TWO_APPENDS)),
                new Applied("n2", 0, 1, List.of(same)));
    }

    @Test
    void an_entry_that_is_missing_breaks_state_machine_safety() {
        breaks(StateMachineSafety::new, "misses entry 3", applied("n1", 0, 3, 1, 7, 3, 9), applied("n2", 0, 4, 1, 7));
    }

    @Test
    void an_entry_that_others_passed_over_breaks_state_machine_safety() {
        breaks(StateMachineSafety::new, "no effect", applied("n1", 0, 3, 1, 7), applied("n2", 0, 2, 1, 7, 2, 9));
    }

    @Test
    void a_replica_that_forgets_after_a_restart_breaks_state_machine_safety() {
        breaks(StateMachineSafety::new, "misses", applied("n1", 0, 3, 1, 7, 3, 9), applied("n1", 0, 3, 3, 9));
    }

    private static final Observation.Entry TWO_APPENDS = entry(1, append("p", 1), append("q", 1));
    private static final Observation.Entry DELETION = entry(2, new Operation.DeleteEvents("p", 5, 1));

    @Test
    void an_operation_may_be_missing_where_it_is_deleted_and_nowhere_else() {
        passes(
                StateMachineSafety::new,
                new Applied("n1", 0, 2, List.of(TWO_APPENDS, DELETION)),
                new Applied("n2", 0, 2, List.of(without(0, TWO_APPENDS), DELETION)),
                new Applied("n3", 0, 1, List.of(without(0, TWO_APPENDS))));
        breaks(
                StateMachineSafety::new,
                "entry 1 of n2 differs",
                new Applied("n1", 0, 2, List.of(TWO_APPENDS, DELETION)),
                new Applied("n2", 0, 2, List.of(without(1, TWO_APPENDS), DELETION)));
        breaks(
                StateMachineSafety::new,
                "misses entry 1",
                new Applied("n1", 0, 2, List.of(TWO_APPENDS, DELETION)),
                new Applied("n2", 0, 2, List.of(DELETION)));
        breaks(
                StateMachineSafety::new,
                "misses entry 2",
                new Applied("n1", 0, 2, List.of(TWO_APPENDS, DELETION)),
                new Applied("n2", 0, 2, List.of(TWO_APPENDS)));
    }

    @Test
    void what_is_deleted_may_be_there_still_where_it_was_taken_away_elsewhere() {
        passes(
                StateMachineSafety::new,
                new Applied("n1", 0, 2, List.of(without(0, TWO_APPENDS), DELETION)),
                new Applied("n2", 0, 2, List.of(TWO_APPENDS, DELETION)));
    }

    @Test
    void an_acknowledged_event_may_be_missing_where_it_is_deleted() {
        passes(
                AcknowledgedEventsSurvive::new,
                new Invoked("a", "p", 1, 1, true),
                new Stored(event("a", "p", 1, 1, 0)),
                new Acknowledged("a", 1, 0),
                new Applied("n1", 0, 2, List.of(TWO_APPENDS, DELETION)),
                new AtRest("n1", "p", List.of()));
    }

    @Test
    void what_is_deleted_and_seen_again_breaks_the_promise() {
        Observation deletion = new Applied("n1", 0, 2, List.of(TWO_APPENDS, DELETION));
        passes(
                DeletedStaysDeleted::new,
                deletion,
                new Deleted("p", 5, 2),
                new ReadBegan("r1", "p"),
                new ReadEnded("r1", "p", 1, 0),
                new AtRest("n1", "p", List.of()),
                new AtRest("n1", "p", List.of(event("b", "p", 2, 3, 0))));
        breaks(
                DeletedStaysDeleted::new,
                "deleted up to 1 before it began",
                deletion,
                new Deleted("p", 5, 2),
                new ReadBegan("r1", "p"),
                new ReadEnded("r1", "p", 1, 1));
        breaks(
                DeletedStaysDeleted::new,
                "they are deleted up to 1",
                deletion,
                new AtRest("n1", "p", List.of(event("a", "p", 1, 1, 0))));
        breaks(DeletedStaysDeleted::new, "is not there", deletion, new Deleted("q", 5, 2));
    }

    @Test
    void what_is_missing_and_was_never_deleted_breaks_the_promise() {
        Observation deletion = new Applied("n1", 0, 2, List.of(TWO_APPENDS, DELETION));
        breaks(
                DeletedStaysDeleted::new,
                "up to number 2",
                deletion,
                new ReadBegan("r1", "p"),
                new ReadEnded("r1", "p", 3, 3));
        breaks(
                DeletedStaysDeleted::new,
                "up to number 1",
                deletion,
                new ReadBegan("r1", "q"),
                new ReadEnded("r1", "q", 1, 0));
        breaks(
                DeletedStaysDeleted::new,
                "and not number 3",
                deletion,
                new AtRest("n1", "p", List.of(event("b", "p", 2, 3, 0), event("c", "p", 4, 4, 0))));
    }

    @Test
    void a_repetition_or_a_gap_breaks_applied_once() {
        passes(AppliedOnce::new, new Stored(event("a", "p", 1, 1, 0)), new Stored(event("b", "p", 2, 1, 1)));
        breaks(
                AppliedOnce::new,
                "comes number 3",
                new Stored(event("a", "p", 1, 1, 0)),
                new Stored(event("b", "p", 3, 2, 0)));
        breaks(
                AppliedOnce::new,
                "comes number 1",
                new Stored(event("a", "p", 1, 1, 0)),
                new Stored(event("b", "p", 1, 2, 0)));
        breaks(
                AppliedOnce::new,
                "stored twice",
                new Stored(event("a", "p", 1, 1, 0)),
                new Stored(event("a", "p", 2, 2, 0)));
    }

    @Test
    void an_acknowledged_event_that_is_not_there_breaks_the_promise() {
        passes(
                AcknowledgedEventsSurvive::new,
                new Invoked("a", "p", 1, 1, true),
                new Stored(event("a", "p", 1, 5, 0)),
                new Acknowledged("a", 5, 0),
                new AtRest("n1", "p", List.of(event("a", "p", 1, 5, 0))));
        breaks(
                AcknowledgedEventsSurvive::new,
                "stored at null",
                new Invoked("a", "p", 1, 1, true),
                new Acknowledged("a", 5, 0));
        breaks(
                AcknowledgedEventsSurvive::new,
                "is lost",
                new Invoked("a", "p", 1, 1, true),
                new Stored(event("a", "p", 1, 5, 0)),
                new Acknowledged("a", 5, 0),
                new AtRest("n2", "p", List.of()));
    }

    @Test
    void a_fenced_append_that_is_stored_breaks_the_promise() {
        breaks(
                of(RefusedStaysOut::new),
                "refused and is stored",
                new Refused("a", true),
                new Stored(event("a", "p", 1, 5, 0)));
        breaks(of(RefusedStaysOut::new), "was stored", new Stored(event("a", "p", 1, 5, 0)), new Refused("a", false));
        breaks(of(RefusedStaysOut::new), "nobody else", new Invoked("a", "p", 1, 1, true), new Refused("a", true));
    }

    @Test
    void a_stale_read_is_not_linearizable() {
        Observation[] good = {
            new Invoked("a", "p", 1, 3, true),
            new Acknowledged("a", 5, 0),
            new ReadBegan("r1", "p"),
            new ReadEnded("r1", "p", 3, 1)
        };
        passes(of(ReadsAreLinearizable::new), good);
        breaks(
                of(ReadsAreLinearizable::new),
                "stale",
                new Invoked("a", "p", 1, 3, true),
                new Acknowledged("a", 5, 0),
                new ReadBegan("r1", "p"),
                new ReadEnded("r1", "p", 2, 1));
    }

    @Test
    void a_read_that_goes_back_behind_another_is_not_linearizable() {
        breaks(
                of(ReadsAreLinearizable::new),
                "stale",
                new Invoked("a", "p", 1, 3, true),
                new ReadBegan("r1", "p"),
                new ReadEnded("r1", "p", 3, 1),
                new ReadBegan("r2", "p"),
                new ReadEnded("r2", "p", 0, 0));
    }

    @Test
    void a_read_of_what_nobody_wrote_is_not_linearizable() {
        breaks(
                of(ReadsAreLinearizable::new),
                "only 3",
                new Invoked("a", "p", 1, 3, true),
                new ReadBegan("r1", "p"),
                new ReadEnded("r1", "p", 4, 1));
    }

    // ---- over the epochs of a cluster

    private static PromisesByEpoch.Beginning beginning(long applied, long logged, Applied copy, StoredEvent... events) {
        return new PromisesByEpoch.Beginning("first", applied, logged, copy, List.of(events));
    }

    /** One append that the base has, at index 1, and one that it does not have, at index 2. */
    private static PromisesByEpoch twoAppends() {
        PromisesByEpoch promises = new PromisesByEpoch();
        promises.see("first", new Led("n1", 1, "n1"));
        promises.see("first", new Invoked("a", "p", 1, 1, true));
        promises.see("first", new Invoked("b", "p", 2, 2, true));
        promises.see("first", applied("n1", 0, 2, 1, 7, 2, 8));
        promises.see("first", new Stored(event("a", "p", 1, 1, 0)));
        promises.see("first", new Stored(event("b", "p", 2, 2, 0)));
        promises.see("first", new Acknowledged("a", 1, 0));
        promises.see("first", new Acknowledged("b", 2, 0));
        return promises;
    }

    private static void breaks(String promise, String message, Runnable what) {
        assertThatExceptionOfType(Violation.class)
                .isThrownBy(what::run)
                .withMessageContaining(message)
                .satisfies(broken -> assertThat(broken.promise()).isEqualTo(promise));
    }

    @Test
    void what_the_base_of_a_new_epoch_did_not_have_is_given_up_and_no_more() {
        PromisesByEpoch promises = twoAppends();
        promises.begins("second", beginning(1, 1, applied("n2", 0, 1, 1, 7), event("a", "p", 1, 1, 0)));
        assertThat(promises.givenUp()).isOne();
        promises.see("second", new Led("n2", 1, "n2"));
        promises.see("second", applied("n2", 0, 2, 1, 7, 2, 9));
        promises.see("second", new Invoked("c", "p", 2, 2, true));
        promises.see("second", new Stored(event("c", "p", 2, 2, 0)));
        promises.see("second", new AtRest("n2", "p", List.of(event("a", "p", 1, 1, 0), event("c", "p", 2, 2, 0))));
        breaks(
                "AcknowledgedEventsSurvive",
                "a, acknowledged at 1.0, is lost",
                () -> promises.see("second", new AtRest("n3", "p", List.of())));
    }

    @Test
    void an_acknowledgement_of_the_epoch_before_that_comes_late_holds_where_the_base_had_what_it_is_of() {
        PromisesByEpoch promises = twoAppends();
        promises.see("first", new Invoked("c", "q", 1, 1, true));
        promises.see("first", applied("n1", 2, 3, 3, 9));
        promises.see("first", new Stored(event("c", "q", 1, 3, 0)));
        promises.begins(
                "second",
                beginning(
                        3,
                        3,
                        applied("n2", 0, 3, 1, 7, 2, 8, 3, 9),
                        event("a", "p", 1, 1, 0),
                        event("b", "p", 2, 2, 0),
                        event("c", "q", 1, 3, 0)));
        promises.see("first", new Acknowledged("c", 3, 0));
        breaks("AcknowledgedEventsSurvive", "is lost", () -> promises.see("second", new AtRest("n2", "q", List.of())));
    }

    @Test
    void who_goes_on_with_an_epoch_that_is_past_is_of_no_concern_to_the_next_one() {
        PromisesByEpoch promises = twoAppends();
        promises.begins("second", beginning(1, 1, applied("n2", 0, 1, 1, 7), event("a", "p", 1, 1, 0)));
        promises.see("second", applied("n2", 1, 2, 2, 5));
        promises.see("first", applied("n3", 0, 2, 1, 7, 2, 8));
        breaks("StateMachineSafety", "differs", () -> promises.see("second", applied("n3", 0, 2, 1, 7, 2, 8)));
    }

    @Test
    void a_base_that_has_applied_something_else_or_forgets_the_end_of_its_log_breaks_the_promise() {
        breaks(
                "StateMachineSafety",
                "differs",
                () -> twoAppends().begins("second", beginning(2, 2, applied("n2", 0, 2, 1, 7, 2, 5))));
        breaks(
                "AnEpochBeginsWithWhatItsBaseHad",
                "had entries up to 2",
                () -> twoAppends().begins("second", beginning(1, 2, applied("n2", 0, 1, 1, 7))));
        // What it had and had not applied may be another entry than the one that the others have committed.
        twoAppends().begins("second", beginning(1, 2, applied("n2", 0, 2, 1, 7, 2, 5)));
    }

    @Test
    void what_an_epoch_before_had_deleted_may_be_missing_or_there_in_the_next_one() {
        for (boolean taken : new boolean[] {true, false}) {
            PromisesByEpoch promises = new PromisesByEpoch();
            promises.see("first", new Invoked("a", "p", 1, 1, true));
            promises.see("first", new Applied("n1", 0, 2, List.of(TWO_APPENDS, DELETION)));
            promises.see("first", new Stored(event("a", "p", 1, 1, 0)));
            promises.see("first", new Stored(event("b", "q", 1, 1, 1)));
            promises.see("first", new Acknowledged("a", 1, 0));
            Observation.Entry kept = taken ? without(0, TWO_APPENDS) : TWO_APPENDS;
            StoredEvent other = event("b", "q", 1, 1, 1);
            promises.begins(
                    "second",
                    beginning(
                            1,
                            1,
                            new Applied("n2", 0, 1, List.of(kept)),
                            (taken ? Stream.of(other) : Stream.of(event("a", "p", 1, 1, 0), other))
                                    .toArray(StoredEvent[]::new)));
            promises.see("second", new AtRest("n2", "p", taken ? List.of() : List.of(event("a", "p", 1, 1, 0))));
        }
    }

    @Test
    void what_the_end_of_the_bases_log_deletes_is_missing_from_what_it_had_applied_before() {
        PromisesByEpoch promises = new PromisesByEpoch();
        promises.see("first", new Applied("n1", 0, 1, List.of(TWO_APPENDS)));
        promises.see("first", new Stored(event("a", "p", 1, 1, 0)));
        promises.see("first", new Stored(event("b", "q", 1, 1, 1)));
        promises.begins(
                "second",
                beginning(
                        1,
                        2,
                        new Applied("n1", 0, 2, List.of(without(0, TWO_APPENDS), DELETION)),
                        event("b", "q", 1, 1, 1)));
        promises.see("second", new AtRest("n1", "p", List.of()));
    }

    @Test
    void a_sole_writer_may_be_fenced_where_its_numbers_are_from_another_epoch() {
        PromisesByEpoch promises = twoAppends();
        promises.begins("second", beginning(1, 1, applied("n2", 0, 1, 1, 7), event("a", "p", 1, 1, 0)));
        promises.see("first", new Invoked("c", "p", 3, 3, true));
        promises.see("second", new Refused("c", true));
        promises.see("second", new Invoked("d", "p", 2, 2, true));
        breaks("RefusedStaysOut", "nobody else", () -> promises.see("second", new Refused("d", true)));
    }
}
