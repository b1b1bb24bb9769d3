package io.quorate.simulations.invariant;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.simulations.invariant.Observation.Acknowledged;
import io.quorate.simulations.invariant.Observation.Applied;
import io.quorate.simulations.invariant.Observation.AtRest;
import io.quorate.simulations.invariant.Observation.Invoked;
import io.quorate.simulations.invariant.Observation.Led;
import io.quorate.simulations.invariant.Observation.ReadBegan;
import io.quorate.simulations.invariant.Observation.ReadEnded;
import io.quorate.simulations.invariant.Observation.Refused;
import io.quorate.simulations.invariant.Observation.Stored;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every invariant lets a good history pass and fails on a broken one. */
class InvariantTest {
    private static void passes(Invariant invariant, Observation... history) {
        assertThatCode(() -> List.of(history).forEach(invariant::see)).doesNotThrowAnyException();
    }

    private static void breaks(Invariant invariant, String message, Observation... history) {
        List<Observation> all = List.of(history);
        passes(invariant, all.subList(0, all.size() - 1).toArray(Observation[]::new));
        assertThatExceptionOfType(Violation.class)
                .isThrownBy(() -> invariant.see(all.getLast()))
                .withMessageContaining(message);
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
        List<Query.Entry> entries = new java.util.ArrayList<>();
        for (int i = 0; i < indexAndByte.length; i += 2) {
            entries.add(new Query.Entry(indexAndByte[i], new byte[] {(byte) indexAndByte[i + 1]}));
        }
        return new Applied(node, after, upTo, entries);
    }

    @Test
    void two_leaders_of_one_term_break_election_safety() {
        passes(new AtMostOneLeaderPerTerm(), new Led("n1", 1, "n1"), new Led("n2", 1, "n1"), new Led("n2", 2, "n2"));
        breaks(new AtMostOneLeaderPerTerm(), "two leaders", new Led("n1", 1, "n1"), new Led("n2", 1, "n2"));
    }

    @Test
    void other_bytes_at_an_index_break_state_machine_safety() {
        passes(new StateMachineSafety(), applied("n1", 0, 3, 1, 7, 3, 9), applied("n2", 0, 2, 1, 7));
        breaks(new StateMachineSafety(), "differs", applied("n1", 0, 3, 1, 7, 3, 9), applied("n2", 0, 3, 1, 7, 3, 8));
    }

    @Test
    void an_entry_that_is_missing_breaks_state_machine_safety() {
        breaks(new StateMachineSafety(), "misses entry 3", applied("n1", 0, 3, 1, 7, 3, 9), applied("n2", 0, 4, 1, 7));
    }

    @Test
    void an_entry_that_others_passed_over_breaks_state_machine_safety() {
        breaks(new StateMachineSafety(), "no effect", applied("n1", 0, 3, 1, 7), applied("n2", 0, 2, 1, 7, 2, 9));
    }

    @Test
    void a_replica_that_forgets_after_a_restart_breaks_state_machine_safety() {
        breaks(new StateMachineSafety(), "misses", applied("n1", 0, 3, 1, 7, 3, 9), applied("n1", 0, 3, 3, 9));
    }

    @Test
    void a_repetition_or_a_gap_breaks_applied_once() {
        passes(new AppliedOnce(), new Stored(event("a", "p", 1, 1, 0)), new Stored(event("b", "p", 2, 1, 1)));
        breaks(
                new AppliedOnce(),
                "comes number 3",
                new Stored(event("a", "p", 1, 1, 0)),
                new Stored(event("b", "p", 3, 2, 0)));
        breaks(
                new AppliedOnce(),
                "comes number 1",
                new Stored(event("a", "p", 1, 1, 0)),
                new Stored(event("b", "p", 1, 2, 0)));
        breaks(
                new AppliedOnce(),
                "stored twice",
                new Stored(event("a", "p", 1, 1, 0)),
                new Stored(event("a", "p", 2, 2, 0)));
    }

    @Test
    void an_acknowledged_event_that_is_not_there_breaks_the_promise() {
        passes(
                new AcknowledgedEventsSurvive(),
                new Invoked("a", "p", 1, 1, true),
                new Stored(event("a", "p", 1, 5, 0)),
                new Acknowledged("a", 5, 0),
                new AtRest("n1", "p", List.of(event("a", "p", 1, 5, 0))));
        breaks(
                new AcknowledgedEventsSurvive(),
                "stored at null",
                new Invoked("a", "p", 1, 1, true),
                new Acknowledged("a", 5, 0));
        breaks(
                new AcknowledgedEventsSurvive(),
                "is lost",
                new Invoked("a", "p", 1, 1, true),
                new Stored(event("a", "p", 1, 5, 0)),
                new Acknowledged("a", 5, 0),
                new AtRest("n2", "p", List.of()));
    }

    @Test
    void a_fenced_append_that_is_stored_breaks_the_promise() {
        breaks(
                new RefusedStaysOut(),
                "refused and is stored",
                new Refused("a", true),
                new Stored(event("a", "p", 1, 5, 0)));
        breaks(new RefusedStaysOut(), "was stored", new Stored(event("a", "p", 1, 5, 0)), new Refused("a", false));
        breaks(new RefusedStaysOut(), "nobody else", new Invoked("a", "p", 1, 1, true), new Refused("a", true));
    }

    @Test
    void a_stale_read_is_not_linearizable() {
        Observation[] good = {
            new Invoked("a", "p", 1, 3, true),
            new Acknowledged("a", 5, 0),
            new ReadBegan("r1", "p"),
            new ReadEnded("r1", "p", 3)
        };
        passes(new ReadsAreLinearizable(), good);
        breaks(
                new ReadsAreLinearizable(),
                "stale",
                new Invoked("a", "p", 1, 3, true),
                new Acknowledged("a", 5, 0),
                new ReadBegan("r1", "p"),
                new ReadEnded("r1", "p", 2));
    }

    @Test
    void a_read_that_goes_back_behind_another_is_not_linearizable() {
        breaks(
                new ReadsAreLinearizable(),
                "stale",
                new Invoked("a", "p", 1, 3, true),
                new ReadBegan("r1", "p"),
                new ReadEnded("r1", "p", 3),
                new ReadBegan("r2", "p"),
                new ReadEnded("r2", "p", 0));
    }

    @Test
    void a_read_of_what_nobody_wrote_is_not_linearizable() {
        breaks(
                new ReadsAreLinearizable(),
                "only 3",
                new Invoked("a", "p", 1, 3, true),
                new ReadBegan("r1", "p"),
                new ReadEnded("r1", "p", 4));
    }
}
