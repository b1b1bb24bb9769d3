package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.ReleaseReport;
import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.release.Channel;
import io.quorate.node.release.Refresh;
import io.quorate.node.release.ReleaseOffer;
import io.quorate.node.release.ReleaseRefused;
import io.quorate.node.release.ReleaseSettings;
import io.quorate.node.release.ReleaseVersion;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** Has a node change its release, whether it runs or not, and tells how that goes. For one thread. */
final class ReleaseChange {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration READING = Duration.ofSeconds(90);
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final int LOOK_AGAIN_MILLIS = 250;
    private static final long MEGABYTE = 1_000_000;

    private final NodeOptions node;
    private final PrintWriter out;

    ReleaseChange(NodeOptions node, PrintWriter out) {
        this.node = node;
        this.out = out;
    }

    /** @param version empty: what the channel has; @param channel empty: the one that the node follows */
    record Wanted(String source, String channel, String version, boolean dryRun) {}

    int refresh(Wanted wanted) throws InterruptedException {
        return isRunning() ? refreshRunning(wanted) : onStopped(refresh -> refreshStopped(refresh, wanted));
    }

    int revert() throws InterruptedException {
        if (!isRunning()) {
            return onStopped(refresh -> {
                ReleaseOrder order = new ReleaseOrder(UUID.randomUUID().toString(), "", "", "", true);
                turn(refresh, order);
                return ExitCode.OK;
            });
        }
        return carryOut(order("").put("revert", true));
    }

    private boolean isRunning() {
        try {
            return node.config().isPresent()
                    || DataFolder.holder(node.dataFolder()).isPresent();
        } catch (FolderException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    private static ObjectNode order(String version) {
        return JSON.createObjectNode().put("id", UUID.randomUUID().toString()).put("version", version);
    }

    private int refreshRunning(Wanted wanted) throws InterruptedException {
        ObjectNode asked = JSON.createObjectNode()
                .put("source", absolute(wanted.source()))
                .put("channel", wanted.channel())
                .put("version", wanted.version());
        JsonNode offer = node.client().json("POST", "/v1/release/offer", asked.toString(), READING);
        List<String> notes = StreamSupport.stream(offer.path("notes").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        String version = offer.path("version").asText();
        if (tell(version, offer.path("size").asLong(), notes, wanted.dryRun())) {
            return ExitCode.OK;
        }
        return carryOut(order(version)
                .put("source", absolute(wanted.source()))
                .put("sha256", offer.path("sha256").asText())
                .put("channel", wanted.channel()));
    }

    /** A folder is named as it is from here; the node is somewhere else. */
    private static String absolute(String source) {
        return source.isEmpty() || source.contains("://")
                ? source
                : Path.of(source).toAbsolutePath().normalize().toString();
    }

    /** Whether that was all. */
    private boolean tell(String version, long size, List<String> notes, boolean dryRun) {
        if (!notes.isEmpty()) {
            throw new CommandFailure(ExitCode.FAILED, notes.getFirst() + ". Nothing was changed");
        }
        out.println("release " + version + ", " + Math.max(1, size / MEGABYTE) + " MB"
                + (dryRun ? ": nothing speaks against it, and nothing was changed" : ""));
        return dryRun;
    }

    private int carryOut(ObjectNode order) throws InterruptedException {
        String id = order.path("id").asText();
        JsonNode report = node.client().json("POST", "/v1/release", order.toString(), READING);
        long end = System.nanoTime() + PATIENCE.toNanos();
        String told = "";
        while (System.nanoTime() < end) {
            if (report.path("order").asText().equals(id)) {
                String state = report.path("state").asText();
                String detail = report.path("detail").asText();
                if (isOver(state)) {
                    return outcome(state, detail, report);
                }
                String words = words(state, detail);
                if (!words.equals(told)) {
                    told = words;
                    out.println("  " + words);
                }
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            try {
                report = node.client().json("GET", "/v1/release", "", Duration.ofSeconds(5));
            } catch (CommandFailure e) {
                report = JSON.createObjectNode(); // it has ended; which is a part of it
                if (!told.equals("restarting")) {
                    told = "restarting";
                    out.println("  " + told);
                }
            }
        }
        throw new CommandFailure(
                ExitCode.UNKNOWN,
                "after " + PATIENCE.toMinutes() + " min the outcome is not known. Next: `quorate releases`");
    }

    private static boolean isOver(String state) {
        return List.of(ReleaseReport.DONE, ReleaseReport.FELL_BACK, ReleaseReport.REFUSED, ReleaseReport.FAILED)
                .contains(state);
    }

    private static String words(String state, String detail) {
        return switch (state) {
            case ReleaseReport.TRIAL -> "on trial: it runs, and is not ready yet";
            case ReleaseReport.RESTARTING -> "restarting";
            default -> detail.isEmpty() ? state : detail;
        };
    }

    private int outcome(String state, String detail, JsonNode report) {
        String running = report.path("running").asText();
        switch (state) {
            case ReleaseReport.DONE -> {
                out.println(detail + "; `quorate revert` goes back");
                return ExitCode.OK;
            }
            case ReleaseReport.FELL_BACK ->
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "the node fell back to " + running + ", which runs: the new release was no good, " + detail);
            default ->
                throw new CommandFailure(
                        ExitCode.FAILED, withoutKind(detail) + ". " + running + " runs, and nothing was changed");
        }
    }

    private static String withoutKind(String detail) {
        return detail.replaceFirst("^[a-z-]+: ", "");
    }

    /** What is done with the folder of a node that does not run. */
    private interface OnStopped {
        int with(Refresh refresh);
    }

    private int onStopped(OnStopped what) {
        Path folder = node.dataFolder();
        try {
            Identity identity = DataFolder.readIdentity(folder)
                    .orElseThrow(() -> new CommandFailure(ExitCode.NOT_RUNNING, folder + " holds no node"));
            String name = identity.member().node();
            Failpoints failpoints = HaltAtFailpoint.of(name);
            try (DataFolder locked = DataFolder.open(folder)) {
                return what.with(Refresh.ofStopped(
                        folder, ReleaseSettings.of(StartCommand.settingsOf(folder)), failpoints, name));
            }
        } catch (FolderException | ReleaseRefused | IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    private int refreshStopped(Refresh refresh, Wanted wanted) {
        String source = absolute(wanted.source());
        ReleaseOffer offer = wanted.version().isEmpty()
                ? refresh.offer(source, wanted.channel())
                : refresh.offerOf(source, ReleaseVersion.parse(wanted.version()));
        if (tell(offer.version(), offer.size(), offer.notes(), wanted.dryRun())) {
            return ExitCode.OK;
        }
        if (!wanted.channel().isEmpty()) {
            refresh.follow(Channel.parse(wanted.channel()));
        }
        turn(refresh, new ReleaseOrder(UUID.randomUUID().toString(), source, offer.version(), offer.sha256(), false));
        return ExitCode.OK;
    }

    private void turn(Refresh refresh, ReleaseOrder order) {
        refresh.begin(order);
        String[] told = {""};
        try {
            refresh.prepare(order, words -> {
                if (!words.equals(told[0])) {
                    told[0] = words;
                    out.println("  " + words);
                }
            });
        } catch (ReleaseRefused e) {
            refresh.refused(e);
            throw e;
        }
        refresh.turn(order);
        out.println("the node does not run; its next start tries "
                + (order.version().isEmpty() ? "the release before" : "release " + order.version())
                + ", and falls back by itself if that does not become ready");
    }
}
