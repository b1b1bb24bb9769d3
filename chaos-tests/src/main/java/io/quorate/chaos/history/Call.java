package io.quorate.chaos.history;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;

/**
 * An invocation and what became of it. One call precedes another when it was completed before the other was invoked; else they overlap.
 *
 * @param asked the argument
 * @param answered what the completion says; the argument where the outcome is not OK
 * @param invoked index of the invocation's line
 * @param completed index of the completion's line; {@link #NEVER} where the outcome is unknown, for it may still be done
 * @param completedNanos the time of the line that told the outcome, an unknown one as well
 */
public record Call(
        long process,
        String function,
        String key,
        JsonNode asked,
        JsonNode answered,
        Outcome outcome,
        long invoked,
        long completed,
        long invokedNanos,
        long completedNanos,
        String node) {
    /** Later than all lines. */
    public static final long NEVER = Long.MAX_VALUE;

    /** What is known of a call. */
    public enum Outcome {
        OK,
        /** Certainly not done. */
        FAIL,
        /** May have been done, or may yet be. */
        INFO
    }

    /** In the order of their invocations. */
    public static List<Call> paired(List<HistoryLine> lines) {
        CallPairing pairing = new CallPairing();
        lines.forEach(pairing::add);
        return pairing.calls();
    }

    /** Real time alone orders it before another. */
    public boolean precedes(Call other) {
        return completed < other.invoked;
    }

    public boolean isOk() {
        return outcome == Outcome.OK;
    }

    /** One line for people. */
    public String text() {
        return String.format(
                Locale.ROOT,
                "%9.4f s to %9s  process %-4d %s %s%s%s",
                invokedNanos / 1e9,
                completedNanos == NEVER
                        ? "the end"
                        : String.format(Locale.ROOT, "%9.4f s", completedNanos / 1e9)
                                .strip(),
                process,
                function,
                answered,
                outcome == Outcome.OK ? "" : outcome == Outcome.FAIL ? "  (not done)" : "  (unknown)",
                node.isEmpty() ? "" : "  through " + node);
    }
}
