package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.persistence.contract.MemberId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        description = {
            "Brings back a cluster whose majority is lost for good, on any node that survived.",
            "Asks every member what it has, goes on with the best copy as a new epoch, gives the other survivors that copy, and tells",
            "those that were lost, should they come back, to join again. Refused where a quorum answers."
        },
        footer = {
            "",
            "What was there before is kept in the data folder, as backend.before-recovery-EPOCH. Where it is cut off, the same command",
            "again, or the next start, goes on.",
            "",
            "Examples:",
            "  quorate recover --dry-run              # what every member has, and what would be done",
            "  quorate recover",
            "  quorate recover --survivor 10.0.7.12   # a survivor that is not where it was",
            "  quorate recover --acknowledge          # `quorate status` tells of it no longer"
        })
final class RecoverCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SURVEY = Duration.ofSeconds(20);
    private static final int CLUSTER_PORT = 19001;

    /** One for all questions: it reads ahead. */
    private final BufferedReader answers = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Mixin
    private FormatOption format;

    @Option(
            names = "--survivor",
            paramLabel = "ADDRESS[:PORT]|DIR",
            description =
                    "Where another survivor is that is not where it was; or the data folder of one on this machine, which is"
                            + " started where it does not run.")
    private List<String> survivors = List.of();

    @Option(
            names = "--from",
            paramLabel = "NAME",
            description = "The node to go on with. Default: the one that has most.")
    private String from = "";

    @Option(names = "--dry-run", description = "Shows what would be done, and does nothing.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Does not ask.")
    private boolean yes;

    @Option(
            names = "--i-know-the-others-are-lost",
            description = "Members that say nothing, and may only be cut off, are off for good: you have looked.")
    private boolean lostConfirmed;

    @Option(names = "--accept-loss", description = "Gives up what a better survivor has and the one of --from has not.")
    private boolean missingConfirmed;

    @Option(names = "--acknowledge", description = "Notes that what the last recovery did is known.")
    private boolean acknowledge;

    @Option(
            names = {"-t", "--timeout"},
            defaultValue = "60",
            converter = Times.Seconds.class,
            paramLabel = "TIME",
            description = "How long to wait until it is done: seconds, or 2m. Default: 60.")
    private int timeoutSeconds;

    @Override
    public Integer call() throws InterruptedException {
        if (acknowledge) {
            node.client().json("POST", "/v1/recovery/acknowledgement", "", Duration.ofSeconds(10));
            spec.commandLine().getOut().println("acknowledged");
            return ExitCode.OK;
        }
        long begin = System.nanoTime();
        PrintWriter err = spec.commandLine().getErr();
        Optional<RecoveryPlan> cutOff = cutOff(node.dataFolder());
        LocalNodes.startWhereStopped(node.dataFolder(), err);
        if (cutOff.isPresent()) {
            return goOn(cutOff.get(), begin, err);
        }
        List<String> addresses = addresses(err);
        NodeClient client = node.client();
        JsonNode found = assessed(client, addresses);
        if (found.path("refusal").asText("").equals("has-leader") && isBack(client)) {
            return ExitCode.OK;
        }
        boolean pretty = format.get().isForPeople();
        PrintWriter out = spec.commandLine().getOut();
        if (pretty) {
            describe(found).forEach(out::println);
            out.flush();
        }
        if (!found.path("possible").asBoolean()) {
            if (!pretty) {
                out.println(format.get().write(found));
            }
            throw new CommandFailure(
                    ExitCode.FAILED,
                    found.path("detail").asText() + ". Next: "
                            + found.path("next").asText());
        }
        if (dryRun) {
            if (!pretty) {
                out.println(format.get().write(found));
            }
            return ExitCode.OK;
        }
        confirm(found, err);
        ObjectNode order = JSON.createObjectNode();
        order.put("from", found.path("from").asText());
        addresses.forEach(order.putArray("at")::add);
        order.put("lostConfirmed", lostConfirmed);
        order.put("missingConfirmed", missingConfirmed);
        ObjectNode begun =
                client.json("POST", "/v1/recovery", order.toString(), SURVEY).deepCopy();
        await(client, begun, begin, err);
        done(client, begun, begin);
        return ExitCode.OK;
    }

    private void done(NodeClient client, ObjectNode begun, long begin) {
        PrintWriter out = spec.commandLine().getOut();
        if (format.get().isForPeople()) {
            out.printf(
                    Locale.ROOT,
                    "The cluster is back after %.1f s, as epoch %s: %s leads%n",
                    seconds(begin),
                    begun.path("epoch").asText(),
                    client.status().path("leader").asText());
            out.println(
                    "Next: `quorate add-node` for each new machine; `quorate recover --acknowledge` when all who have"
                            + " to know do");
        } else {
            begun.put("seconds", Math.round(seconds(begin) * 10) / 10.0);
            out.println(format.get().write(begun));
        }
    }

    private static Optional<RecoveryPlan> cutOff(Path folder) {
        try {
            return DataFolder.readRecovery(folder, RecoveryPlan.class);
        } catch (FolderException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    /** One that was begun here and cut off has gone on with the start of the node. */
    private int goOn(RecoveryPlan plan, long begin, PrintWriter err) throws InterruptedException {
        err.println("a recovery was begun here and cut off: it goes on");
        ObjectNode begun = JSON.createObjectNode();
        begun.put("epoch", plan.epoch());
        begun.put("from", MemberId.parse(plan.member()).node());
        plan.kept().forEach(begun.putArray("reseeded")::add);
        NodeClient client = node.client();
        await(client, begun, begin, err);
        done(client, begun, begin);
        return ExitCode.OK;
    }

    /** Whether somebody has recovered it already, and nobody has acknowledged that: then this is the same command again. */
    private boolean isBack(NodeClient client) {
        JsonNode status = client.status();
        JsonNode recovery = status.path("recovery");
        boolean back =
                !recovery.isMissingNode() && !recovery.path("acknowledged").asBoolean();
        if (back) {
            spec.commandLine()
                    .getOut()
                    .println(
                            format.get().isForPeople()
                                    ? "The cluster is back already, as epoch "
                                            + recovery.path("epoch").asText() + ": "
                                            + status.path("leader").asText() + " leads"
                                    : format.get().write(recovery));
        }
        return back;
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }

    /** A node that has just started may take a leader that it only remembers for one that is there; that is over in a moment. */
    private JsonNode assessed(NodeClient client, List<String> addresses) throws InterruptedException {
        String path = "/v1/recovery?from=" + NodeClient.segment(from) + "&at="
                + NodeClient.segment(String.join(",", addresses));
        JsonNode[] found = new JsonNode[1];
        Waiting.within(5, () -> {
            found[0] = client.json("GET", path, "", SURVEY);
            return !found[0].path("refusal").asText("").equals("has-leader");
        });
        return found[0];
    }

    /** The addresses of survivors; those whose data folder was given are started where they do not run. */
    private List<String> addresses(PrintWriter err) {
        List<String> addresses = new ArrayList<>();
        for (String survivor : survivors) {
            Path folder = Path.of(survivor);
            if (Files.isDirectory(folder)) {
                LocalNodes.startWhereStopped(folder, err);
                addresses.add(identity(folder).member().address());
            } else {
                addresses.add(survivor.contains(":") ? survivor : survivor + ":" + CLUSTER_PORT);
            }
        }
        return addresses;
    }

    private static Identity identity(Path folder) {
        try {
            return DataFolder.readIdentity(folder)
                    .orElseThrow(() -> new CommandFailure(ExitCode.FAILED, folder + " holds no node"));
        } catch (FolderException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    private static List<String> describe(JsonNode found) {
        List<String> lines = new ArrayList<>();
        String row = "%-20s %-24s %-8s %s";
        lines.add(row.formatted("NAME", "ADDRESS", "ROLE", "ANSWER"));
        for (JsonNode member : found.path("members")) {
            String answer = member.has("why")
                    ? member.path("why").asText()
                    : member.path("answer").asText().equals("has-copy")
                            ? "has everything up to " + member.path("lastIndex").asLong() + " of term "
                                    + member.path("lastTerm").asLong() + ", applied up to "
                                    + member.path("applied").asLong()
                            : "is there, without a copy";
            lines.add(row.formatted(
                    member.path("name").asText(),
                    member.path("address").asText(),
                    member.path("role").asText(),
                    answer));
        }
        if (found.path("possible").asBoolean()) {
            String best = found.path("missing").asText("");
            lines.add("no quorum answers; the cluster would go on with what "
                    + found.path("from").asText() + " has, "
                    + (best.isEmpty() ? "the most of all that answer" : "AND GIVE UP " + best));
            lines.add("  given that copy: " + names(found.path("reseeded")));
            lines.add("  lost for good, and refused until they join again: " + names(found.path("lost")));
            if (!found.path("lost").isEmpty()) {
                lines.add("  what was acknowledged and only those have is not there any more");
            }
        }
        return lines;
    }

    private static String names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.forEach(name -> names.add(name.asText()));
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    /** Asks what only a person can say; what is to be refused for want of an option, the node refuses. */
    private void confirm(JsonNode found, PrintWriter err) {
        boolean refused = !found.path("perhapsAlive").isEmpty() && !lostConfirmed;
        if (yes || refused) {
            return;
        }
        ask("Type 'recover' to go on: ", "recover", err);
        String missing = found.path("missing").asText("");
        if (!missing.isEmpty() && !missingConfirmed) {
            String name = found.path("from").asText();
            ask(
                    name + " lacks " + missing + ". Type its name to give that up, or nothing, and leave --from out: ",
                    name,
                    err);
            missingConfirmed = true;
        }
    }

    private void ask(String question, String wanted, PrintWriter err) {
        err.print(question);
        err.flush();
        String answer = line();
        if (answer == null || !answer.strip().equals(wanted)) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    answer == null
                            ? "nobody is there to ask. Next: `quorate recover --yes`, when the plan above is what you want"
                            : "nothing was done");
        }
    }

    private @Nullable String line() {
        try {
            return answers.readLine();
        } catch (IOException e) {
            return null;
        }
    }

    private void await(NodeClient client, JsonNode begun, long begin, PrintWriter err) throws InterruptedException {
        String epoch = begun.path("epoch").asText();
        err.println(begun.path("from").asText() + " keeps a copy of what it has, and begins epoch " + epoch + " …");
        Waiting.until(
                timeoutSeconds,
                "the cluster is not back yet; the recovery goes on by itself. `quorate status` shows how far it is",
                () -> {
                    JsonNode status = client.status();
                    return status.path("recovery").path("epoch").asText().equals(epoch)
                            && !status.path("leader").asText("").isEmpty();
                });
        if (!begun.path("reseeded").isEmpty()) {
            err.printf(
                    Locale.ROOT,
                    "it leads after %.1f s; its copy goes to %s …%n",
                    seconds(begin),
                    names(begun.path("reseeded")));
            Waiting.until(
                    timeoutSeconds,
                    "not every survivor has its copy yet; that goes on by itself. `quorate status` shows how far it is",
                    () -> {
                        JsonNode status = client.status();
                        return status.path("recovery").path("epoch").asText().equals(epoch)
                                && status.path("recovery").path("reseeding").isEmpty();
                    });
        }
    }
}
