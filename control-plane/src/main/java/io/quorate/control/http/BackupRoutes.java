package io.quorate.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.history.HistoryEntry;
import io.quorate.node.Node;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.membership.BackupSchedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Requests about backups that are taken again and again. Any thread; nothing blocks. */
final class BackupRoutes {
    private final Node node;

    BackupRoutes(Node node) {
        this.node = node;
    }

    /** GET /v1/backup-schedule. */
    HttpResponse show() {
        return Routes.json(200, document(node.backups(), System.currentTimeMillis()));
    }

    /** PUT /v1/backup-schedule {"everySeconds":…, "keep":…, "folder":…, "node":…}. */
    CompletionStage<HttpResponse> schedule(JsonNode asked, String by) {
        long every = seconds(asked);
        int keep = whole(asked, "keep").asInt();
        String folder = text(asked, "folder");
        BackupSchedule.wrong(every, keep, folder).ifPresent(why -> {
            throw new IllegalArgumentException(why);
        });
        String on = asked.has("node") ? text(asked, "node") : "";
        return node.scheduleBackups(
                        new MembershipMessage.ScheduleBackups(every, keep, folder, on, System.currentTimeMillis()), by)
                .thenApply(answer -> answer instanceof MembershipMessage.Refused(var kind, var message)
                        ? new Problem(409, kind, message, "").response()
                        : Routes.json(200, Map.of("scheduled", true)));
    }

    private static long seconds(JsonNode asked) {
        try {
            return Duration.ofSeconds(whole(asked, "everySeconds").asLong()).toMillis();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE; // too long, as is told where the bounds are known
        }
    }

    private static JsonNode whole(JsonNode asked, String field) {
        JsonNode value = asked.path(field);
        if (!value.canConvertToExactIntegral() || !value.canConvertToInt()) {
            throw new IllegalArgumentException(
                    field + " wants a whole number" + (value.isMissingNode() ? ", and is not there" : ", is " + value));
        }
        return value;
    }

    private static String text(JsonNode asked, String field) {
        JsonNode value = asked.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(
                    field + " wants a text" + (value.isMissingNode() ? ", and is not there" : ", is " + value));
        }
        return value.asText();
    }

    /** DELETE /v1/backup-schedule; where there is none it is done already. */
    CompletionStage<HttpResponse> end(String by) {
        return node.endBackups(by).thenApply(done -> Routes.json(200, Map.of("scheduled", false)));
    }

    /** What is scheduled, as the status has it, too. */
    static Map<String, Object> document(Optional<BackupSchedule> scheduled, long nowMillis) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("scheduled", scheduled.isPresent());
        scheduled.ifPresent(schedule -> {
            map.put("everySeconds", schedule.every().toSeconds());
            map.put("keep", schedule.keep());
            map.put("folder", schedule.folder());
            map.put("node", schedule.node());
            map.put("since", HistoryEntry.time(schedule.sinceMillis()));
            schedule.last().ifPresent(taken -> map.put("last", last(taken, nowMillis)));
            map.put("overdue", schedule.isOverdue(nowMillis));
            List<Map<String, Object>> failures = new ArrayList<>();
            schedule.failures().forEach((on, failure) -> {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("node", on);
                one.put("reason", failure.reason());
                one.put("since", HistoryEntry.time(failure.atMillis()));
                one.put("sinceMillis", failure.atMillis());
                failures.add(one);
            });
            map.put("failures", failures);
        });
        return map;
    }

    private static Map<String, Object> last(BackupSchedule.Taken taken, long nowMillis) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("node", taken.node());
        map.put("file", taken.file());
        map.put("offset", taken.offset());
        map.put("bytes", taken.bytes());
        map.put("at", HistoryEntry.time(taken.atMillis()));
        map.put("atMillis", taken.atMillis());
        map.put("secondsAgo", Math.max(0, nowMillis - taken.atMillis()) / 1000);
        return map;
    }
}
