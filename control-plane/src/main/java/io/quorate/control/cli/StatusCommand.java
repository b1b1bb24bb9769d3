package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.addon.AddonRepository;
import io.quorate.control.history.HistoryEntry;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows the node and its cluster.",
        footer = {
            "",
            "Examples:",
            "  quorate status",
            "  quorate status -o json",
            "  quorate status --wait-ready --timeout 30s",
            "  quorate status --watch",
            "  quorate status --at 10m"
        })
final class StatusCommand implements Callable<Integer> {
    /** A clock further off than this is told; certificates and tokens depend on it. */
    private static final long MAX_SKEW_MILLIS = 5_000;

    private static final String ADDONS = "addons";

    private static final Duration ANSWER = Duration.ofSeconds(4);

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "pretty",
            description = "pretty, table, json or yaml. Default: pretty.")
    private Format format;

    @Option(
            names = {"-w", "--wait-ready"},
            description = "Waits until the node has a leader and is up to date.")
    private boolean waitReady;

    @Option(
            names = {"-t", "--timeout"},
            defaultValue = "60",
            converter = Times.Seconds.class,
            paramLabel = "TIME",
            description = "How long to wait with --wait-ready: seconds, or 2m. Default: 60.")
    private int timeoutSeconds;

    @Option(names = "--watch", description = "Shows it again each second, until it is ended.")
    private boolean watch;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description =
                    "Who belonged to the cluster then, and with which role: 10m (ago), or a time as 2026-11-25T01:00:00Z.")
    private @Nullable String at;

    @Override
    public Integer call() throws InterruptedException {
        if (waitReady) {
            awaitReady();
        }
        NodeClient client = node.client();
        show(client);
        while (watch) {
            TimeUnit.SECONDS.sleep(1);
            spec.commandLine().getOut().println();
            show(client);
        }
        return ExitCode.OK;
    }

    private void show(NodeClient client) {
        String past = at;
        PrintWriter out = spec.commandLine().getOut();
        if (past != null) {
            JsonNode then =
                    client.json("GET", "/v1/status?at=" + Times.moment(past, System.currentTimeMillis()), "", ANSWER);
            switch (format) {
                case JSON, YAML -> out.println(format.write(then));
                case TABLE, PRETTY -> past(then).forEach(out::println);
            }
            return;
        }
        JsonNode status = withAddons(client.json("GET", "/v1/status", "", ANSWER));
        switch (format) {
            case JSON, YAML -> out.println(format.write(status));
            case TABLE -> table(status).forEach(out::println);
            case PRETTY -> pretty(status).forEach(out::println);
        }
        out.flush();
    }

    /** A node tells those that are enabled, and nothing where it holds no copy of them; this release has those that could be. */
    private static JsonNode withAddons(JsonNode status) {
        if (status instanceof ObjectNode told && told.has(ADDONS)) {
            told.set(
                    ADDONS,
                    AddonListing.array(AddonListing.all(told.path(ADDONS), List.of(AddonRepository.builtIn()))));
        }
        return status;
    }

    private static List<String> addons(JsonNode status) {
        List<ObjectNode> all = new ArrayList<>();
        status.path(ADDONS).forEach(each -> all.add((ObjectNode) each));
        return all.isEmpty() ? List.of() : AddonListing.lines(all);
    }

    private static List<String> past(JsonNode then) {
        List<String> lines = new ArrayList<>();
        lines.add("at " + then.path("at").asText() + ":");
        lines.add("  datastore master nodes: " + addresses(then, "voter"));
        lines.add("  datastore standby nodes: " + addresses(then, "standby"));
        lines.add("  datastore spare nodes: " + addresses(then, "spare"));
        lines.add("worker nodes: " + addresses(then, "worker"));
        return lines;
    }

    private void awaitReady() throws InterruptedException {
        AtomicReference<String> last = new AtomicReference<>("");
        boolean ready = Waiting.within(timeoutSeconds, () -> {
            try {
                last.set("it runs, but has no leader or is behind");
                return node.client()
                                .send("GET", "/readyz", new byte[0], Duration.ofSeconds(2))
                                .statusCode()
                        == 200;
            } catch (CommandFailure e) {
                last.set(e.getMessage());
                return false;
            }
        });
        if (!ready) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "the node is not ready after " + timeoutSeconds + " s: " + last.get() + ". Look at its log");
        }
    }

    /** The form that people and scripts know; what is wrong, and what to do about it, comes after it. */
    static List<String> pretty(JsonNode status) {
        List<String> lines = new ArrayList<>();
        if (status.path("role").asText().equals("removed")) {
            lines.add("quorate is running, but belongs to no cluster");
            String why = status.path("notThere").asText("");
            lines.add("problem: this node was removed from its cluster"
                    + (why.isEmpty() ? "" : ": " + why)
                    + ". To use it again: `quorate reset`, then `quorate join` with a"
                    + " line that `quorate add-node` prints on a member");
            return lines;
        }
        lines.add("quorate is running");
        lines.add("high-availability: " + (status.path("highAvailability").asBoolean() ? "yes" : "no"));
        lines.add("  datastore master nodes: " + addresses(status, "voter"));
        lines.add("  datastore standby nodes: " + addresses(status, "standby"));
        String spares = addresses(status, "spare");
        if (!spares.equals("none")) {
            lines.add("  datastore spare nodes: " + spares);
        }
        String workers = addresses(status, "worker");
        if (!workers.equals("none")) {
            lines.add("worker nodes: " + workers);
        }
        if (status.has("notThere")) {
            lines.add("problem: the cluster does not have this node where it is: "
                    + status.path("notThere").asText());
        }
        String leader = status.path("leader").asText("");
        if (leader.isEmpty()) {
            lines.addAll(addons(status));
            lines.addAll(withoutLeader(status));
        } else {
            lines.add("leader: " + leader);
            lines.add("survives: " + survives(status));
            lines.addAll(addons(status)); // what is wrong comes last
            status.path("nodes").forEach(node -> problem(node).ifPresent(lines::add));
            exposed(status).ifPresent(lines::add);
        }
        lines.addAll(ScheduledBackups.lines(status.path("backups")));
        lines.addAll(UpgradeScreen.status(status.path("upgrade")));
        lines.addAll(recovered(status));
        return lines;
    }

    private static List<String> recovered(JsonNode status) {
        JsonNode recovery = status.path("recovery");
        if (recovery.isMissingNode() || recovery.path("acknowledged").asBoolean()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        lines.add("recovered: at " + recovery.path("at").asText() + " as epoch "
                + recovery.path("epoch").asText() + ", with what "
                + recovery.path("from").asText() + " had up to "
                + recovery.path("offset").asLong()
                + (recovery.path("by").asText().isEmpty()
                        ? ""
                        : " (by " + recovery.path("by").asText() + ")"));
        lines.add("  " + recovery.path("note").asText());
        List<String> reseeding = new ArrayList<>();
        recovery.path("reseeding").forEach(name -> reseeding.add(name.asText()));
        if (!reseeding.isEmpty()) {
            lines.add("  not given their copy yet: " + String.join(", ", reseeding));
        }
        lines.add("  Next: `quorate recover --acknowledge`, when all who have to know do");
        return lines;
    }

    private static Optional<String> exposed(JsonNode status) {
        List<String> names = new ArrayList<>();
        status.path("authorityKnownTo").forEach(name -> names.add(name.asText()));
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of("note: " + String.join(", ", names)
                        + (names.size() == 1 ? ", which was removed, knows" : ", which were removed, know")
                        + " the key of this cluster's certificates. Where that machine is not yours any more:"
                        + " `quorate refresh-certs --authority`, and then a new `quorate config` for each client");
    }

    private static List<String> withoutLeader(JsonNode status) {
        List<String> others = new ArrayList<>();
        for (JsonNode node : status.path("nodes")) {
            if (node.path("role").asText().equals("voter")
                    && !node.path("name").asText().equals(status.path("name").asText())) {
                others.add(
                        node.path("name").asText() + " (" + node.path("address").asText() + ")");
            }
        }
        int voters = status.path("voters").asInt();
        return List.of(
                "problem: there is no leader, so nothing can be written: quorum is lost, or an election is under way.",
                others.isEmpty()
                        ? "  Next: `quorate status` once more, in a few seconds"
                        : "  " + (voters / 2 + 1) + " of the " + voters
                                + " master nodes must run. Next: `quorate start` on " + String.join(" or ", others)
                                + ", where it does not",
                "  Where too many of them never come back: `quorate recover --dry-run` shows what can be saved",
                "  Where their machines have other addresses now: start this node again, with `quorate start --contact ADDRESS`"
                        + " of one of them");
    }

    private static String survives(JsonNode status) {
        int more = status.path("survives").asInt();
        int voters = status.path("voters").asInt();
        int live = status.path("liveVoters").asInt();
        String lives = live + " of " + voters + " master nodes live";
        if (more > 0) {
            return "the loss of " + more + (more == 1 ? " more master node" : " more master nodes") + " (" + lives
                    + ")";
        }
        return switch (controlPlaneNodes(status)) {
            case 1 -> "nothing: it is the only control-plane node. Next: `quorate add-node`";
            case 2 ->
                "no loss of its master node: it would stop until that is back; the standby has a copy of the data but"
                        + " cannot decide alone. Next: `quorate add-node`, for a third";
            default -> "no further loss of a master node (" + lives + ")";
        };
    }

    private static int controlPlaneNodes(JsonNode status) {
        int count = 0;
        for (JsonNode node : status.path("nodes")) {
            count += isJoining(node) || node.path("role").asText().equals("worker") ? 0 : 1;
        }
        return count;
    }

    private static boolean isJoining(JsonNode node) {
        return node.path("role").asText().equals("joining");
    }

    private static Optional<String> problem(JsonNode node) {
        String name = node.path("name").asText();
        String at = name + " (" + node.path("address").asText() + ")";
        long contact = node.path("lastContactMillis").asLong(-1);
        if (isJoining(node)) {
            return Optional.of(
                    at + " joins. Where that was cut off: `quorate start` there, then the same `quorate join`"
                            + " again; one that does not go on is forgotten after a minute");
        }
        if (node.has("leaving")) {
            return Optional.of(
                    name + " leaves the cluster: " + node.path("leaving").asText());
        }
        if (!node.path("online").asBoolean()) {
            return Optional.of("problem: " + at + " "
                    + (contact < 0 ? "has not been heard of" : "was last heard of " + contact / 1000 + " s ago")
                    + ": `quorate start` there, or, where it never comes back, `quorate remove-node " + name
                    + " --force`");
        }
        if (Math.abs(node.path("clockSkewMillis").asLong()) > MAX_SKEW_MILLIS) {
            return Optional.of("problem: the clock of " + at + " is "
                    + Math.abs(node.path("clockSkewMillis").asLong()) / 1000 + " s "
                    + (node.path("clockSkewMillis").asLong() > 0 ? "ahead of" : "behind")
                    + " the leader's: set it there");
        }
        long expires = node.path("certificateExpiresMillis").asLong();
        long now = System.currentTimeMillis();
        if (expires > 0 && expires < now) {
            return Optional.of("problem: the certificate of " + at + " has expired at " + HistoryEntry.time(expires)
                    + ": `quorate refresh-certs` there");
        }
        boolean behind = node.path("role").asText().equals("voter")
                && !node.path("ready").asBoolean()
                && node.path("lag").asLong() > 0;
        if (behind) {
            return Optional.of(name + " catches up: " + node.path("lag").asLong() + " entries behind the leader");
        }
        return node.has("nextAddress")
                ? Optional.of("note: " + at + " is to be at "
                        + node.path("nextAddress").asText() + " from its next start on")
                : Optional.empty();
    }

    private static String addresses(JsonNode status, String role) {
        List<String> addresses = new ArrayList<>();
        for (JsonNode node : status.path("nodes")) {
            if (node.path("role").asText().equals(role)) {
                addresses.add(node.path("address").asText());
            }
        }
        return addresses.isEmpty() ? "none" : String.join(" ", addresses);
    }

    private static List<String> table(JsonNode status) {
        List<String> lines = new ArrayList<>();
        String row = "%-20s %-24s %-8s %-7s %-8s %6s %10s %14s  %-20s";
        lines.add(row.formatted(
                        "NAME",
                        "ADDRESS",
                        "ROLE",
                        "LEADER",
                        "ONLINE",
                        "DOMAIN",
                        "LAG",
                        "LAST-CONTACT",
                        "CERTIFICATE-UNTIL")
                .stripTrailing());
        for (JsonNode node : status.path("nodes")) {
            long lag = node.path("lag").asLong(-1);
            long contact = node.path("lastContactMillis").asLong(-1);
            lines.add(row.formatted(
                            node.path("name").asText(),
                            node.path("address").asText(),
                            node.path("role").asText(),
                            node.path("leader").asBoolean() ? "yes" : "",
                            node.path("online").asBoolean() ? "yes" : "no",
                            node.path("failureDomain").asInt(),
                            lag < 0 ? "-" : Long.toString(lag),
                            contact < 0 ? "-" : contact + " ms",
                            node.path("certificateExpiresMillis").asLong() == 0
                                    ? "-"
                                    : HistoryEntry.time(node.path("certificateExpiresMillis")
                                            .asLong()))
                    .stripTrailing());
        }
        return lines;
    }
}
