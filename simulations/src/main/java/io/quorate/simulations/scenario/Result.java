package io.quorate.simulations.scenario;

import io.quorate.simulations.invariant.Violation;
import io.quorate.simulations.schedule.Script;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a run came to.
 *
 * @param virtualNanos how long it lasted in its own time
 * @param acknowledged appends whose clients were told that they are stored
 * @param unknown tries whose answer was lost
 * @param terms the highest term at the end
 * @param checksum of the trace: equal for equal scripts
 * @param trace the last lines, oldest first, for a person
 */
public record Result(
        Script script,
        long virtualNanos,
        long steps,
        long acknowledged,
        long fenced,
        long unknown,
        long reads,
        long terms,
        long faults,
        long checksum,
        Optional<Violation> violation,
        List<String> trace) {
    /** Lines of the trace that explain a broken promise. */
    private static final int EXPLAINING_LINES = 80;

    public Result {
        trace = List.copyOf(trace);
    }

    /** The name of the promise that was broken. */
    public Optional<String> promise() {
        return violation.map(Violation::promise);
    }

    /** One line. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "seed %-6d %d nodes  %6.1f s  %7d acknowledged  %5d reads  %4d fenced  %4d unknown  %3d faults  %3d terms"
                        + "  trace %08x  %s",
                script.seed(),
                script.nodes(),
                virtualNanos / 1e9,
                acknowledged,
                reads,
                fenced,
                unknown,
                faults,
                terms,
                checksum,
                violation
                        .map(v -> "VIOLATION of " + v.promise() + ": " + v.getMessage())
                        .orElse("ok"));
    }

    /** So many of the last lines of the trace. */
    public String trace(int lines) {
        return String.join("\n", trace.subList(Math.max(0, trace.size() - lines), trace.size()));
    }

    /** Why it failed, the end of its trace, and how to run its seed again. */
    public String explanation() {
        return explanation("quorate-simulate " + (script.roles().isPresent() ? "--cluster " : "") + "--seed "
                + script.seed() + " --runs 1 --nodes " + script.nodes() + " --seconds "
                + script.duration().toSeconds());
    }

    /** Why it failed, the end of its trace, and how to run it again. */
    public String explanation(String again) {
        return line() + "\n\n" + trace(EXPLAINING_LINES) + "\n\nrun it again: " + again + "\n";
    }
}
