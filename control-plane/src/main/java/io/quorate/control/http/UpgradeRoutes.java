package io.quorate.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.history.UpgradeHistory;
import io.quorate.node.Node;
import io.quorate.node.contract.UpgradeAnswer;
import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.contract.UpgradePlan;
import io.quorate.node.contract.UpgradeWish;
import io.quorate.node.release.Channel;
import io.quorate.node.upgrade.NodeProgress;
import io.quorate.node.upgrade.Phase;
import io.quorate.node.upgrade.Upgrade;
import io.quorate.node.upgrade.UpgradeState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Requests about the upgrade of the cluster. Any thread; nothing blocks. */
final class UpgradeRoutes {
    static final String PATH = "/v1/upgrade";
    private static final HistoryPage HISTORY = new HistoryPage(Upgrade.ID, "u", UpgradeHistory::of);
    private static final long MAX_SECONDS = 30L * 24 * 3600;

    private final Node node;

    UpgradeRoutes(Node node) {
        this.node = node;
    }

    /** GET /v1/upgrade. */
    HttpResponse show() {
        return Routes.json(200, document(node));
    }

    /** POST /v1/upgrade {"channel":…, "source":…, "batchSize":…, …}. */
    CompletionStage<HttpResponse> plan(JsonNode asked, String by) {
        String channel = Routes.text(asked, "channel");
        UpgradeWish wish = new UpgradeWish(
                asked.has("id") ? Routes.text(asked, "id") : UUID.randomUUID().toString(),
                Routes.text(asked, "source"),
                channel.isEmpty() ? "" : Channel.parse(channel).toString(),
                (int) number(asked, "batchSize", 1, 1, 1000),
                (int) number(asked, "maxUnavailable", 1, 1, 1000),
                (int) number(asked, "pauseAfter", 0, 0, 1000),
                1000 * number(asked, "healthWindowSeconds", 30, 0, 24 * 3600),
                1000 * number(asked, "drainSeconds", 300, 1, 24 * 3600),
                1000 * number(asked, "nodeSeconds", 600, 10, 24 * 3600),
                1000 * number(asked, "finalizeAfterSeconds", 0, 0, MAX_SECONDS),
                asked.path("dryRun").asBoolean(),
                by);
        return node.planUpgrade(wish).thenApply(answer -> Routes.json(200, document(wish, answer)));
    }

    /** POST /v1/upgrade/pause, and so on; {"reason":…}. */
    CompletionStage<HttpResponse> change(String what, JsonNode asked, String by) {
        String reason = Routes.text(asked, "reason");
        return switch (what) {
            case "pause" -> change(new UpgradeMessage.Pause(reason), by);
            case "resume" -> change(new UpgradeMessage.Resume(reason), by);
            case "abort" -> change(new UpgradeMessage.Abort(reason), by);
            case "rollback" -> change(new UpgradeMessage.Rollback(reason), by);
            default ->
                node.finalizeUpgrade(by)
                        .thenApply(answer -> answer.findings().isEmpty()
                                ? show()
                                : new Problem(
                                                409,
                                                "not-finalized",
                                                String.join("; ", answer.findings()),
                                                "`quorate upgrade status`")
                                        .response());
        };
    }

    private CompletionStage<HttpResponse> change(UpgradeMessage message, String by) {
        return node.changeUpgrade(message, by)
                .thenApply(answer -> answer instanceof UpgradeMessage.Refused(var kind, var detail)
                        ? new Problem(409, kind, detail, "").response()
                        : Routes.json(200, document(node)));
    }

    /** GET /v1/upgrade/history?after=: what happened, a page, oldest first. */
    CompletionStage<HttpResponse> history(long after) {
        return node.journal()
                .ask(HISTORY.query(after))
                .thenApply(page -> Routes.json(200, HISTORY.document(after, page.items(), entry -> true)));
    }

    private static Map<String, Object> document(UpgradeWish wish, UpgradeAnswer answer) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", wish.id());
        map.put("begun", !wish.dryRun() && answer.findings().isEmpty());
        map.put("findings", answer.findings());
        map.put("backup", answer.backup());
        answer.plan().forEach(plan -> map.put("plan", document(plan)));
        return map;
    }

    private static Map<String, Object> document(UpgradePlan plan) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("version", plan.version());
        map.put("channel", plan.channel());
        map.put("source", plan.source());
        List<Map<String, Object>> targets = new ArrayList<>();
        plan.targets().forEach(target -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("node", target.node());
            one.put("from", target.from());
            one.put("worker", target.worker());
            targets.add(one);
        });
        map.put("nodes", targets);
        return map;
    }

    /** As the status has it, too. */
    static Map<String, Object> document(Node node) {
        UpgradeState state = node.upgrade();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("featureLevel", node.featureLevel());
        map.put("phase", state.phase().word());
        if (state.phase() == Phase.NONE) {
            return map;
        }
        map.put("id", state.id());
        state.plan().ifPresent(plan -> {
            map.put("version", plan.version());
            map.put("channel", plan.channel());
            map.put("healthWindowSeconds", plan.healthWindowMillis() / 1000);
        });
        map.put("rollback", state.back());
        map.put("active", state.active());
        map.put("reason", state.reason());
        map.put("waits", node.upgradeWaits());
        map.put("by", state.by());
        map.put("begun", Instant.ofEpochMilli(state.begunMillis()).toString());
        map.put("since", Instant.ofEpochMilli(state.phaseMillis()).toString());
        map.put("settled", state.settled());
        map.put("nodes", state.nodes().stream().map(UpgradeRoutes::document).toList());
        return map;
    }

    private static Map<String, Object> document(NodeProgress node) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", node.node());
        one.put("from", node.from());
        one.put("worker", node.worker());
        one.put("standing", node.standing().word());
        one.put("stage", node.stage().word());
        one.put("attempt", node.attempt());
        if (node.sinceMillis() > 0) {
            one.put("since", Instant.ofEpochMilli(node.sinceMillis()).toString());
        }
        one.put("reason", node.reason());
        return one;
    }

    private static long number(JsonNode asked, String field, long otherwise, long least, long most) {
        JsonNode value = asked.path(field);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.canConvertToExactIntegral() || value.asLong() < least || value.asLong() > most) {
            throw new IllegalArgumentException(
                    field + " wants a whole number from " + least + " to " + most + ", is " + value);
        }
        return value.asLong();
    }
}
