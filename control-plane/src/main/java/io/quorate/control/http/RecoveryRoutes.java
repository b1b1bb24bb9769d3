package io.quorate.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.history.HistoryEntry;
import io.quorate.node.Node;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.recovery.Assessment;
import io.quorate.node.recovery.Assessment.Answer;
import io.quorate.persistence.contract.MemberId;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.StreamConverters;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests of who has lost the majority. Any thread; nothing blocks. */
final class RecoveryRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryRoutes.class);

    private static final Pattern ADDRESS = Pattern.compile("[a-zA-Z0-9.-]{1,253}:\\d{1,5}");
    private static final int MAX_ADDRESSES = 50;

    private static final int BACKUPS_AT_ONCE = 2;

    /** A client that takes nothing for so long has gone. */
    private static final Duration CLIENT_PATIENCE = Duration.ofMinutes(1);

    private final Semaphore backups = new Semaphore(BACKUPS_AT_ONCE);
    private final Node node;

    RecoveryRoutes(Node node) {
        this.node = node;
    }

    /** GET /v1/recovery?from=NAME&amp;at=HOST:PORT,…: whether it may be done, with whose copy, and what that costs. */
    CompletionStage<HttpResponse> assess(String from, String at) {
        List<String> addresses = at.isEmpty() ? List.of() : List.of(at.split(",", -1));
        return node.assessRecovery(checked(addresses), from).thenApply(found -> Routes.json(200, document(found)));
    }

    private static List<String> checked(List<String> addresses) {
        if (addresses.size() > MAX_ADDRESSES
                || !addresses.stream().allMatch(one -> ADDRESS.matcher(one).matches())) {
            throw new IllegalArgumentException(
                    "where survivors are wants at most " + MAX_ADDRESSES + " addresses as 10.0.0.7:19001");
        }
        return addresses;
    }

    /** POST /v1/recovery {"from":…, "at":[…], "lostConfirmed":…, "missingConfirmed":…}. */
    CompletionStage<HttpResponse> recover(JsonNode asked, String by) {
        List<String> addresses = new ArrayList<>();
        asked.path("at").forEach(one -> addresses.add(one.asText()));
        return node.assessRecovery(checked(addresses), asked.path("from").asText(""))
                .thenCompose(found -> {
                    Problem no = refusal(
                            found,
                            asked.path("lostConfirmed").asBoolean(),
                            asked.path("missingConfirmed").asBoolean());
                    if (no != null) {
                        return CompletableFuture.completedFuture(no.response());
                    }
                    return node.recover(found, by, System.currentTimeMillis()).thenApply(plan -> {
                        Map<String, Object> body = document(found);
                        body.put("epoch", plan.epoch());
                        return Routes.json(202, body);
                    });
                });
    }

    private static @Nullable Problem refusal(Assessment found, boolean lostConfirmed, boolean missingConfirmed) {
        if (found.refusal().isPresent()) {
            Assessment.Refusal no = found.refusal().get();
            return new Problem(409, no.kind(), no.message(), no.next());
        }
        if (!found.uncertain().isEmpty() && !lostConfirmed) {
            String names = String.join(", ", found.uncertain());
            return new Problem(
                    409,
                    "perhaps-alive",
                    "whether " + names
                            + " are dead or cut off cannot be told from here, and if they live they may go on by themselves",
                    "make sure that they are off for good; then `quorate recover --i-know-the-others-are-lost`");
        }
        return found.missing().isEmpty() || missingConfirmed
                ? null
                : new Problem(
                        409,
                        "not-the-best",
                        found.base() + " lacks " + found.missing(),
                        "`quorate recover` without --from takes " + found.best()
                                + "; --accept-loss gives up what is missing");
    }

    /** GET /v1/backup: a stream, whose end tells whether it is whole. */
    HttpResponse backup() {
        if (!node.holdsCopy()) {
            return new Problem(
                            409,
                            "no-copy",
                            "this node has no copy of the journal",
                            "`quorate backup` on a master or standby node")
                    .response();
        }
        if (!backups.tryAcquire()) {
            return new Problem(
                            503, "busy", BACKUPS_AT_ONCE + " backups are being taken here already", "try again later")
                    .response();
        }
        Source<ByteString, NotUsed> bytes = StreamConverters.asOutputStream(CLIENT_PATIENCE)
                .mapMaterializedValue(out -> {
                    // It reads the whole store, and waits for the client's network.
                    Thread.ofPlatform().name("quorate-backup").daemon(true).start(() -> write(out));
                    return NotUsed.getInstance();
                });
        return HttpResponse.create().withEntity(HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, bytes));
    }

    private void write(OutputStream out) {
        try (out) {
            node.backup(out, System.currentTimeMillis());
        } catch (IOException e) {
            LOG.info("a backup was cut off: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("a backup was cut off", e);
        } finally {
            backups.release();
        }
    }

    /** POST /v1/recovery/acknowledgement. */
    CompletionStage<HttpResponse> acknowledge(String by) {
        return node.acknowledgeRecovery(by)
                .thenApply(answer -> answer instanceof MembershipMessage.Refused(var kind, var message)
                        ? new Problem(409, kind, message, "").response()
                        : Routes.json(200, Map.of("acknowledged", true)));
    }

    private static Map<String, Object> document(Assessment found) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("possible", found.refusal().isEmpty());
        found.refusal().ifPresent(no -> {
            body.put("refusal", no.kind());
            body.put("detail", no.message());
            body.put("next", no.next());
        });
        body.put("from", found.base());
        body.put("best", found.best());
        body.put("missing", found.missing());
        body.put("reseeded", found.kept());
        body.put("lost", found.lost().stream().map(MemberId::node).toList());
        body.put("perhapsAlive", found.uncertain());
        body.put("note", found.note());
        body.put(
                "members", found.findings().stream().map(RecoveryRoutes::member).toList());
        return body;
    }

    private static Map<String, Object> member(Assessment.Finding finding) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", finding.member().node());
        one.put("address", finding.member().address());
        one.put("role", finding.role());
        switch (finding.answer()) {
            case Answer.Reported(var report) -> {
                one.put("answer", report.holdsCopy() ? "has-copy" : "has-no-copy");
                one.put("epoch", report.epoch());
                one.put("term", report.term());
                one.put("lastTerm", report.lastTerm());
                one.put("lastIndex", report.lastIndex());
                one.put("applied", report.applied());
                one.put("leader", report.leader());
                one.put("version", report.version());
            }
            case Answer.NotRunning(var why) -> {
                one.put("answer", "not-running");
                one.put("why", why);
            }
            case Answer.Silent(var why) -> {
                one.put("answer", "silent");
                one.put("why", why);
            }
        }
        return one;
    }

    /** The last recovery, as the status has it. */
    static Map<String, Object> document(MembershipState.Recovery recovery) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("epoch", recovery.epoch().toString());
        map.put("at", HistoryEntry.time(recovery.atMillis()));
        map.put("by", recovery.by());
        map.put("from", recovery.base());
        map.put("offset", recovery.offset());
        map.put("lost", recovery.lost().stream().map(MemberId::node).toList());
        map.put("reseeding", recovery.reseeding());
        map.put("note", recovery.note());
        map.put("acknowledged", recovery.acknowledged());
        return map;
    }
}
