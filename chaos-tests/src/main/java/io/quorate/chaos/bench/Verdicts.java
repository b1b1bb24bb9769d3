package io.quorate.chaos.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** What was checked at the end of a run, as it is told. */
final class Verdicts {
    /** Where everything is lost, nobody reads the name of each. */
    private static final int LINES = 20;

    private Verdicts() {}

    /**
     * A line for each, and below it what did not hold.
     *
     * @param verdicts lines of what did not hold, by what was checked
     * @param all where all the lines are
     */
    static void tell(PrintWriter out, Map<String, List<String>> verdicts, String all) {
        verdicts.forEach((check, lines) -> {
            out.println(check + ": " + (lines.isEmpty() ? "held" : "VIOLATED"));
            lines.stream().limit(LINES).forEach(line -> out.println("  " + line));
            if (lines.size() > LINES) {
                out.println("  and " + (lines.size() - LINES) + " more, in " + all);
            }
        });
    }
}
