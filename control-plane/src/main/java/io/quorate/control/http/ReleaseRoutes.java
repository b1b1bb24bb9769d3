package io.quorate.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.ReleaseReport;
import io.quorate.node.release.ReleaseOffer;
import io.quorate.node.release.ReleaseRefused;
import io.quorate.node.release.ReleaseSwitch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Requests about this node's own release. Any thread; what reads a source has a thread of its own. */
final class ReleaseRoutes {
    private static final Executor THREADS =
            task -> Thread.ofPlatform().daemon().name("quorate-release-source").start(task);

    private final ReleaseSwitch releases;

    ReleaseRoutes(ReleaseSwitch releases) {
        this.releases = releases;
    }

    /** GET /v1/release. */
    HttpResponse show() {
        return Routes.json(200, document(releases.report()));
    }

    /** POST /v1/release. The same id again begins nothing, and says what came of it. */
    HttpResponse order(JsonNode asked) {
        String id = Routes.text(asked, "id");
        boolean revert = asked.path("revert").asBoolean(false);
        if (id.isEmpty() || !revert && Routes.text(asked, "version").isEmpty()) {
            throw new IllegalArgumentException("an order wants an id, and a version unless it is a revert");
        }
        String channel = Routes.text(asked, "channel");
        if (!channel.isEmpty()) {
            releases.follow(channel);
        }
        ReleaseReport report = releases.carryOut(new ReleaseOrder(
                id, Routes.text(asked, "source"), Routes.text(asked, "version"), Routes.text(asked, "sha256"), revert));
        return report.order().equals(id)
                ? Routes.json(200, document(report))
                : new Problem(
                                409,
                                ReleaseRefused.BUSY,
                                "this node is changing its release already, by the order " + report.order() + ": "
                                        + report.state(),
                                "`quorate releases` tells when it is done")
                        .response();
    }

    /** POST /v1/release/offer: it makes the node read what it is told to, which is for admins. */
    CompletionStage<HttpResponse> offer(JsonNode asked) {
        String source = Routes.text(asked, "source");
        String version = Routes.text(asked, "version");
        String channel = Routes.text(asked, "channel");
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return Routes.json(
                                200,
                                document(
                                        version.isEmpty()
                                                ? releases.offer(source, channel)
                                                : releases.offerOf(source, version)));
                    } catch (ReleaseRefused e) {
                        return new Problem(409, e.kind(), String.valueOf(e.getMessage()), "").response();
                    }
                },
                THREADS);
    }

    static Map<String, Object> document(ReleaseReport report) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("order", report.order());
        map.put("running", report.running());
        map.put("previous", report.previous());
        map.put("state", report.state());
        map.put("detail", report.detail());
        map.put("lowestLevel", report.lowestLevel());
        map.put("highestLevel", report.highestLevel());
        return map;
    }

    private static Map<String, Object> document(ReleaseOffer offer) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("version", offer.version());
        map.put("sha256", offer.sha256());
        map.put("size", offer.size());
        map.put("upgradesFrom", offer.upgradesFrom());
        map.put("lowestLevel", offer.lowestLevel());
        map.put("highestLevel", offer.highestLevel());
        map.put("notes", offer.notes());
        return map;
    }
}
