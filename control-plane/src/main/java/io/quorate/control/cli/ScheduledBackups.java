package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Backups that are scheduled, in words. Pure. */
final class ScheduledBackups {
    private ScheduledBackups() {}

    /** One line where all is well; what is wrong, and what to do about it, comes after it. Nothing where none are scheduled. */
    static List<String> lines(JsonNode schedule) {
        if (!schedule.path("scheduled").asBoolean()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        String every =
                Times.words(Duration.ofSeconds(schedule.path("everySeconds").asLong()));
        lines.add("backups: every " + every + ", " + last(schedule.path("last")));
        List<String> failures = new ArrayList<>();
        for (JsonNode failure : schedule.path("failures")) {
            failures.add(failure.path("node").asText() + ": "
                    + failure.path("reason").asText() + " (since "
                    + failure.path("since").asText() + ")");
        }
        if (!failures.isEmpty()) {
            lines.add(
                    "problem: no backup is taken. " + String.join("; ", failures)
                            + ". It is tried again by itself. Next: mend that; the same `quorate backup schedule` again tries at once");
        } else if (schedule.path("overdue").asBoolean()) {
            lines.add(
                    "problem: the next backup is overdue, and nobody has said why. Next: `quorate history`, and the log of the leader");
        }
        return lines;
    }

    private static String last(JsonNode last) {
        return last.isMissingNode()
                ? "none yet"
                : "the last one "
                        + Times.roughly(
                                Duration.ofSeconds(last.path("secondsAgo").asLong())) + " ago on "
                        + last.path("node").asText() + " ("
                        + last.path("file").asText() + ", "
                        + size(last.path("bytes").asLong()) + ", offset "
                        + last.path("offset").asLong() + ")";
    }

    /** As long as it has four digits. */
    static String size(long bytes) {
        if (bytes < 10_000) {
            return bytes + " bytes";
        }
        long kilo = bytes / 1000;
        return kilo < 10_000 ? kilo + " kB" : kilo < 10_000_000 ? kilo / 1000 + " MB" : kilo / 1_000_000 + " GB";
    }
}
