package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "schedule",
        mixinStandardHelpOptions = true,
        description = {
            "Has backups taken again and again, by whichever node can, and the newest kept; without options it shows what is",
            "scheduled and what came of it. The folder is on the node that takes them, and is not made: let it be one inside of",
            "what is mounted there, for what lies on the node's own disk dies with it."
        },
        footer = {
            "",
            "Examples:",
            "  quorate backup schedule --every 24h --keep 7 --to /mnt/backups/quorate",
            "  quorate backup schedule --every 6h --to /mnt/backups/quorate --on n3",
            "  quorate backup schedule",
            "  quorate backup schedule -o json",
            "  quorate backup schedule --off"
        })
final class ScheduleBackup implements Callable<Integer> {
    private static final String PATH = "/v1/backup-schedule";
    private static final int KEEP = 7;
    private static final Duration ANSWER = Duration.ofSeconds(10);

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Mixin
    private FormatOption format;

    @Option(names = "--every", paramLabel = "TIME", description = "From one to the next: 10s to 366d, as 24h.")
    private @Nullable String every;

    @Option(names = "--keep", paramLabel = "N", description = "How many stay in the folder, 1 to 1000. Default: 7.")
    private @Nullable Integer keep;

    @Option(names = "--to", paramLabel = "DIR", description = "Where they go, on the node that takes them.")
    private @Nullable String to;

    @Option(
            names = "--on",
            paramLabel = "NODE",
            description =
                    "The node that takes them while it lives. Default: a standby, else a voter that does not lead, else the leader.")
    private @Nullable String on;

    @Option(names = "--off", description = "None are taken any more. Those that are there stay.")
    private boolean off;

    @Override
    public Integer call() {
        boolean changes = every != null || keep != null || to != null || on != null;
        if (off && changes) {
            throw new CommandFailure(ExitCode.USAGE, "--off goes with no other option");
        }
        PrintWriter out = spec.commandLine().getOut();
        if (off) {
            node.client().json("DELETE", PATH, "", ANSWER);
            out.println("no backups are scheduled any more; those that are there stay");
        } else if (changes) {
            node.client().json("PUT", PATH, wanted().toString(), ANSWER);
            out.println("scheduled; the first one is taken now, and `quorate backup schedule` shows what came of it");
        } else {
            show(node.client().json("GET", PATH, "", ANSWER), out);
        }
        return ExitCode.OK;
    }

    private ObjectNode wanted() {
        String span = every;
        String folder = to;
        if (span == null || folder == null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "a schedule wants --every and --to, also where only one thing is changed."
                            + " `quorate backup schedule --help` has examples");
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("everySeconds", Times.span(span).toSeconds());
        body.put("keep", keep == null ? KEEP : keep);
        body.put("folder", folder);
        body.put("node", on == null ? "" : on);
        return body;
    }

    private void show(JsonNode schedule, PrintWriter out) {
        if (!format.get().isForPeople()) {
            out.println(format.get().write(schedule));
            return;
        }
        if (!schedule.path("scheduled").asBoolean()) {
            out.println("no backups are scheduled. Next: `quorate backup schedule --every 24h --to DIR`");
            return;
        }
        String named = schedule.path("node").asText();
        ScheduledBackups.lines(schedule).forEach(out::println);
        out.println("  into " + schedule.path("folder").asText() + " on "
                + (named.isEmpty() ? "the node that takes it" : named + ", while it lives") + "; the newest "
                + schedule.path("keep").asInt() + " are kept; since "
                + schedule.path("since").asText());
    }
}
