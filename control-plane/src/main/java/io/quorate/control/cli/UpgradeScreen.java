package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The upgrade of a cluster, in words. Pure. */
final class UpgradeScreen {
    private static final int BAR = 24;
    private static final List<String> STAGES =
            List.of("cordon", "drain", "hand-over", "refresh", "revert", "verify", "uncordon");

    private UpgradeScreen() {}

    /** For the status: nothing where there is nothing to say; what is wrong comes with what to do about it. */
    static List<String> status(JsonNode upgrade) {
        String to = upgrade.path("version").asText();
        String reason = upgrade.path("reason").asText();
        String done =
                upgrade.path("settled").asInt() + " of " + upgrade.path("nodes").size() + " nodes done";
        String what = upgrade.path("rollback").asBoolean() ? "rollback of " + to : "to " + to;
        return switch (upgrade.path("phase").asText()) {
            case "running" ->
                List.of("upgrade: " + what + ", " + done + activity(upgrade) + ". `quorate upgrade status` shows more");
            case "paused" ->
                List.of("upgrade: " + what + " is paused, " + done + because(reason)
                        + ". Next: `quorate upgrade resume`");
            case "stopped" ->
                List.of(
                        "problem: the upgrade " + what + " has stopped, " + done + because(reason),
                        "  Next: mend that and `quorate upgrade resume`; or `quorate upgrade rollback`, or `quorate upgrade abort`");
            case "completed" ->
                List.of("upgrade: every node runs " + to
                        + ". Next: `quorate upgrade finalize`, when nobody wants to go back any more;"
                        + " `quorate upgrade rollback` goes back");
            case "aborted" ->
                mixed(upgrade)
                        ? List.of(
                                "upgrade: " + what + " was aborted, " + done + because(reason)
                                        + ". Nodes run two releases. Next: `quorate upgrade` again, or `quorate upgrade rollback`")
                        : List.of();
            default -> List.of();
        };
    }

    private static boolean mixed(JsonNode upgrade) {
        int settled = upgrade.path("settled").asInt();
        return settled > 0 && settled < upgrade.path("nodes").size();
    }

    private static String because(String reason) {
        return reason.isEmpty() ? "" : ": " + reason;
    }

    private static String activity(JsonNode upgrade) {
        List<String> active = new ArrayList<>();
        for (JsonNode node : upgrade.path("nodes")) {
            if (isActive(node)) {
                active.add(
                        node.path("name").asText() + " at " + node.path("stage").asText());
            }
        }
        return active.isEmpty() ? "" : ", " + String.join(", ", active);
    }

    private static boolean isActive(JsonNode node) {
        String standing = node.path("standing").asText();
        return standing.equals("under-way") || standing.equals("taken-back");
    }

    /** A bar, and a line for each node. */
    static List<String> lines(JsonNode upgrade) {
        if (upgrade.path("phase").asText().equals("none")) {
            return List.of(
                    "there was no upgrade yet; the cluster has feature level "
                            + upgrade.path("featureLevel").asInt(),
                    "`quorate upgrade --channel 1.23/stable --dry-run` shows what one would do");
        }
        List<String> lines = new ArrayList<>();
        int all = upgrade.path("nodes").size();
        int settled = upgrade.path("settled").asInt();
        int filled = all == 0 ? BAR : BAR * settled / all;
        lines.add((upgrade.path("rollback").asBoolean() ? "rollback of " : "upgrade to ")
                + upgrade.path("version").asText() + "  [" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] "
                + settled + "/" + all + "  " + upgrade.path("phase").asText()
                + because(upgrade.path("reason").asText()));
        for (JsonNode node : upgrade.path("nodes")) {
            lines.add("  " + line(node));
        }
        String waits = upgrade.path("waits").asText();
        if (!waits.isEmpty()) {
            lines.add("  " + waits);
        }
        return lines;
    }

    private static String line(JsonNode node) {
        String standing = node.path("standing").asText();
        String stage = node.path("stage").asText();
        String what = isActive(node)
                ? (standing.equals("taken-back") ? "goes back, at " : "") + stage + " ("
                        + (STAGES.indexOf(stage) + 1 - (STAGES.indexOf(stage) > 3 ? 1 : 0)) + "/6)"
                : standing;
        String reason = node.path("reason").asText();
        return "%-16s %-8s %s%s"
                .formatted(
                        node.path("name").asText(),
                        node.path("worker").asBoolean() ? "worker" : "",
                        what,
                        because(reason));
    }
}
