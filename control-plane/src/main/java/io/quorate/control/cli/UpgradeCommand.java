package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Scanner;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "upgrade",
        mixinStandardHelpOptions = true,
        description = {
            "Takes every node of the cluster to another release, one after another: the control plane, its leader last, then the workers.",
            "Each is watched for a while before the next; one that the new release harms goes back by itself, and the rest stays as it is.",
            "It goes on by itself when this command is ended; `quorate upgrade status` looks on again."
        },
        footer = {
            "",
            "Examples:",
            "  quorate upgrade --channel 1.23/stable --dry-run      # what speaks against it, and the order of nodes",
            "  quorate upgrade --channel 1.23/stable --pause-after 1",
            "  quorate upgrade status",
            "  quorate upgrade resume",
            "  quorate upgrade rollback --reason 'billing is slow'",
            "  quorate upgrade finalize                             # from here on there is no way back"
        })
final class UpgradeCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A preflight asks every node, and takes a backup. */
    private static final Duration PREFLIGHT = Duration.ofMinutes(6);

    private static final Duration ANSWER = Duration.ofSeconds(15);

    /** What is to be done; without it one begins. */
    enum Verb {
        begin,
        status,
        pause,
        resume,
        abort,
        rollback,
        finalize
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Mixin
    private FormatOption format;

    @Parameters(
            arity = "0..1",
            paramLabel = "VERB",
            defaultValue = "begin",
            description = "status, pause, resume, abort, rollback or finalize. Default: begins one.")
    private Verb verb;

    @Option(
            names = "--channel",
            paramLabel = "TRACK/RISK",
            defaultValue = "",
            description = "Where the release is found. Default: the channel that the leader follows.")
    private String channel;

    @Option(
            names = "--source",
            paramLabel = "FOLDER|URL",
            defaultValue = "",
            description = "Where releases come from; every node has to reach it. Default: each node's settings.")
    private String source;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "1", description = "Workers at once. Default: 1.")
    private int batchSize;

    @Option(
            names = "--max-unavailable",
            paramLabel = "N",
            description = "Workers that may be away at once, for whatever reason. Default: the batch size.")
    private @Nullable Integer maxUnavailable;

    @Option(
            names = "--pause-after",
            paramLabel = "N",
            defaultValue = "0",
            description = "Pauses whenever so many nodes are done. Default: never.")
    private int pauseAfter;

    @Option(
            names = "--health-window",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Times.Seconds.class,
            description = "How long a node is watched before the next. Default: 30s.")
    private int healthWindow;

    @Option(
            names = "--drain-timeout",
            paramLabel = "TIME",
            defaultValue = "5m",
            converter = Times.Seconds.class,
            description = "How long pods may take to leave a node. Default: 5m.")
    private int drain;

    @Option(
            names = "--node-timeout",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = Times.Seconds.class,
            description = "How long a node may take to come back. Default: 10m.")
    private int nodeTimeout;

    @Option(
            names = "--finalize-after",
            paramLabel = "TIME",
            defaultValue = "0",
            converter = Times.Seconds.class,
            description = "Finalizes by itself so long after the last node. Default: never.")
    private int finalizeAfter;

    @Option(names = "--dry-run", description = "Looks what speaks against it, and changes nothing.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Does not ask.")
    private boolean yes;

    @Option(names = "--no-wait", description = "Does not look on.")
    private boolean noWait;

    @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "For the history.")
    private String reason;

    @Override
    public Integer call() throws InterruptedException {
        NodeClient client = options.client();
        return switch (verb) {
            case begin -> begin(client);
            case status -> show(client);
            default -> change(client);
        };
    }

    /** Where a document is asked for, words are beside it. */
    private PrintWriter words() {
        return format.get().isForPeople()
                ? spec.commandLine().getOut()
                : spec.commandLine().getErr();
    }

    /** The answer, for programs; people have it in words. */
    private void document(JsonNode answer) {
        if (!format.get().isForPeople()) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(format.get().write(answer));
            out.flush();
        }
    }

    private int watched(UpgradeWatch watch) throws InterruptedException {
        JsonNode end = watch.untilItEnds();
        document(end);
        return end.path("phase").asText().equals("stopped") ? ExitCode.FAILED : ExitCode.OK;
    }

    private int show(NodeClient client) throws InterruptedException {
        JsonNode now = client.json("GET", "/v1/upgrade", "", ANSWER);
        if (!format.get().isForPeople()) {
            document(now);
            return ExitCode.OK;
        }
        if (now.path("phase").asText().equals("none") || noWait) {
            UpgradeScreen.lines(now).forEach(words()::println);
            return ExitCode.OK;
        }
        return watched(UpgradeWatch.at(client, words()));
    }

    private int change(NodeClient client) throws InterruptedException {
        ObjectNode body = JSON.createObjectNode().put("reason", reason);
        JsonNode now = client.json("POST", "/v1/upgrade/" + verb, body.toString(), PREFLIGHT);
        if (noWait || verb == Verb.finalize || verb == Verb.pause || verb == Verb.abort) {
            UpgradeScreen.lines(now).forEach(words()::println);
            document(now);
            return ExitCode.OK;
        }
        return watched(UpgradeWatch.at(client, words()));
    }

    private int begin(NodeClient client) throws InterruptedException {
        if (!yes || dryRun) {
            words().println("asking every node what speaks against it ...");
            words().flush();
            JsonNode looked = client.json("POST", "/v1/upgrade", wish(true).toString(), PREFLIGHT);
            tell(looked);
            if (dryRun) {
                words().println("nothing speaks against it, and nothing was changed");
                document(looked);
                return ExitCode.OK;
            }
            if (!confirmed()) {
                words().println("nothing was changed");
                document(looked);
                return ExitCode.FAILED;
            }
        }
        words().println("taking a backup, and beginning ...");
        words().flush();
        UpgradeWatch watch = UpgradeWatch.at(client, words());
        ObjectNode wish = wish(false);
        JsonNode begun;
        try {
            begun = client.json("POST", "/v1/upgrade", wish.toString(), PREFLIGHT);
            if (yes) {
                tell(begun);
            }
            refuse(begun);
            String backup = begun.path("backup").asText();
            words().println(
                            backup.isEmpty()
                                    ? "begun; its leader has changed"
                                    : "backup: " + backup + ", on the leader");
        } catch (CommandFailure failure) {
            if (failure.exitCode() != ExitCode.UNKNOWN
                    || !watch.isBegun(wish.path("id").asText())) {
                throw failure;
            }
            words().println("no answer came, and the upgrade is begun");
            begun = JSON.createObjectNode().put("id", wish.path("id").asText()).put("begun", true);
        }
        if (noWait) {
            document(begun);
            return ExitCode.OK;
        }
        return watched(watch);
    }

    private ObjectNode wish(boolean look) {
        return JSON.createObjectNode()
                .put("id", UUID.randomUUID().toString())
                .put("channel", channel)
                .put("source", absolute(source))
                .put("batchSize", batchSize)
                .put("maxUnavailable", maxUnavailable == null ? batchSize : maxUnavailable)
                .put("pauseAfter", pauseAfter)
                .put("healthWindowSeconds", healthWindow)
                .put("drainSeconds", drain)
                .put("nodeSeconds", nodeTimeout)
                .put("finalizeAfterSeconds", finalizeAfter)
                .put("dryRun", look);
    }

    /** A folder is named as it is from here; the nodes are somewhere else. */
    private static String absolute(String source) {
        return source.isEmpty() || source.contains("://")
                ? source
                : Path.of(source).toAbsolutePath().normalize().toString();
    }

    private void tell(JsonNode answer) {
        refuse(answer);
        JsonNode plan = answer.path("plan");
        words().println("to " + plan.path("version").asText() + ", in this order:");
        for (JsonNode node : plan.path("nodes")) {
            words().println("  %-16s %-8s from %s"
                    .formatted(
                            node.path("node").asText(),
                            node.path("worker").asBoolean() ? "worker" : "",
                            node.path("from").asText()));
        }
    }

    private void refuse(JsonNode answer) {
        if (answer.path("findings").isEmpty()) {
            return;
        }
        document(answer);
        StringBuilder text = new StringBuilder("the upgrade was not begun, and nothing was changed:");
        answer.path("findings")
                .forEach(line ->
                        text.append(System.lineSeparator()).append("  - ").append(line.asText()));
        throw new CommandFailure(ExitCode.FAILED, text.toString());
    }

    private boolean confirmed() {
        words().print("begin? [y/N] ");
        words().flush();
        try (Scanner in = new Scanner(System.in, java.nio.charset.StandardCharsets.UTF_8)) {
            return in.hasNextLine()
                    && in.nextLine().strip().toLowerCase(java.util.Locale.ROOT).startsWith("y");
        }
    }
}
