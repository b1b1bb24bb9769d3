package io.quorate.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.history.HistoryEntry;
import io.quorate.node.Node;
import io.quorate.node.NodeException;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.NodeKind;
import io.quorate.node.role.RolePolicy;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.journal.StoredEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Requests about who belongs to the cluster, with which role, and what became of it. Any thread; nothing blocks. */
final class MembershipRoutes {
    private static final HistoryPage HISTORY = new HistoryPage(Membership.ID, "", HistoryEntry::of);

    private static final Pattern ADDRESS = Pattern.compile("[a-zA-Z0-9.-]{1,253}(:\\d{1,5})?");

    private final Node node;

    MembershipRoutes(Node node) {
        this.node = node;
    }

    /** GET /v1/tokens. */
    List<Map<String, Object>> tokens() {
        return node.tokens(System.currentTimeMillis()).stream()
                .map(token -> {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("id", Asked.idOf(token.hash()));
                    one.put("expires", HistoryEntry.time(token.expiresAtMillis()));
                    one.put("usesLeft", token.usesLeft());
                    one.put("worker", token.kind().equals(NodeKind.WORKER.word()));
                    return one;
                })
                .toList();
    }

    /** DELETE /v1/tokens/ID. */
    CompletionStage<HttpResponse> revokeToken(String id, String by) {
        return node.revokeToken(id, by).thenApply(answer -> answered(answer, 200, Map.of("revoked", id)));
    }

    /** POST /v1/leave: this node leaves. */
    CompletionStage<HttpResponse> leave(String by) {
        if (node.identity().replica() == Identity.Replica.REMOVED) {
            return CompletableFuture.completedFuture(new Problem(
                            409,
                            "removed",
                            "this node was removed from its cluster already",
                            "`quorate reset`, and it is an empty cluster of one")
                    .response());
        }
        return node.leave(by)
                .thenApply(answer -> answered(
                        answer, 202, Map.of("leaving", node.identity().member().node())));
    }

    /** DELETE /v1/nodes/NAME. */
    CompletionStage<HttpResponse> remove(String name, boolean force, String by) {
        return node.remove(name, force, by).thenApply(answer -> answered(answer, 202, Map.of("leaving", name)));
    }

    /** POST /v1/reset: this node alone. */
    CompletionStage<HttpResponse> reset() {
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        // It stops and starts the parts of this node, and blocks while it does.
        Thread.ofPlatform().name("quorate-reset").start(() -> {
            try {
                node.reset();
                answer.complete(
                        Routes.json(200, Map.of("cluster", node.identity().clusterId())));
            } catch (NodeException e) {
                answer.complete(
                        new Problem(409, "not-alone", String.valueOf(e.getMessage()), "`quorate leave`").response());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /** PATCH /v1/roles {"voters":…, "standbys":…, "promoteAfterMillis":…}. */
    CompletionStage<HttpResponse> setPolicy(JsonNode asked, String by) {
        return node.configure(
                        new MembershipMessage.SetPolicy(
                                number(asked, "voters"),
                                number(asked, "standbys"),
                                number(asked, "promoteAfterMillis")),
                        by)
                .thenApply(answer -> answered(answer, 200, Map.of("changed", true)));
    }

    /** PATCH /v1/nodes/NAME {"failureDomain":…, "weight":…} or {"address":…}. */
    CompletionStage<HttpResponse> configure(String name, JsonNode asked, String by) {
        if (asked.has("address")) {
            return planMove(name, asked, by);
        }
        return node.configure(
                        new MembershipMessage.ConfigureNode(
                                name, number(asked, "failureDomain"), number(asked, "weight")),
                        by)
                .thenApply(answer -> answered(answer, 200, Map.of("changed", true)));
    }

    private CompletionStage<HttpResponse> planMove(String name, JsonNode asked, String by) {
        String address = asked.path("address").asText();
        if (asked.size() > 1 || !ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException("address wants a host's name or address, and may have a port, is '"
                    + address + "'; nothing else is changed with it");
        }
        return node.planMove(name, address, by).thenApply(answer -> answered(answer, 200, Map.of("changed", true)));
    }

    private static int number(JsonNode asked, String field) {
        JsonNode value = asked.path(field);
        if (value.isMissingNode()) {
            return MembershipMessage.KEEP;
        }
        if (!value.canConvertToInt() || value.asInt() < 0) {
            throw new IllegalArgumentException(field + " wants a number of 0 or more, is " + value);
        }
        return value.asInt();
    }

    private static HttpResponse answered(MembershipMessage answer, int status, Map<String, Object> body) {
        return answer instanceof MembershipMessage.Refused(var kind, var message)
                ? new Problem(409, kind, message, "").response()
                : Routes.json(status, body);
    }

    /** GET /v1/status?at=MILLIS: who belonged to the cluster at a past time, with which role, from the journal. */
    CompletionStage<HttpResponse> statusAt(long atMillis) {
        Membership rules = new Membership("", ClusterEpoch.FIRST, List.of());
        return stateAt(rules, rules.empty(), 0, atMillis).thenApply(state -> {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("at", HistoryEntry.time(atMillis));
            RolePolicy policy = state.policy();
            body.put(
                    "policy",
                    StatusDocument.policy(
                            policy.voters(),
                            policy.standbys(),
                            policy.promoteAfter().toMillis()));
            body.put(
                    "nodes",
                    state.nodes().values().stream()
                            .map(one -> {
                                Map<String, Object> map = new LinkedHashMap<>();
                                map.put("name", one.member().node());
                                map.put("address", one.member().address());
                                map.put("role", one.word());
                                map.put("failureDomain", one.failureDomain());
                                map.put("weight", one.weight());
                                return map;
                            })
                            .toList());
            return Routes.json(200, body);
        });
    }

    private CompletionStage<MembershipState> stateAt(
            Membership rules, MembershipState state, long after, long atMillis) {
        return node.journal().ask(HISTORY.query(after)).thenCompose(page -> {
            MembershipState now = state;
            long upTo = after;
            for (StoredEvent stored : page.items()) {
                if (stored.timestampMillis() > atMillis) {
                    return CompletableFuture.completedFuture(now);
                }
                now = rules.evolve(now, rules.read(stored), stored.sequenceNr());
                upTo = stored.sequenceNr();
            }
            return upTo == after ? CompletableFuture.completedFuture(now) : stateAt(rules, now, upTo, atMillis);
        });
    }

    /** GET /v1/history?after=&amp;node=: what happened, a page, oldest first. */
    CompletionStage<HttpResponse> history(long after, String about) {
        return node.journal()
                .ask(HISTORY.query(after))
                .thenApply(page -> Routes.json(
                        200,
                        HISTORY.document(after, page.items(), entry -> about.isEmpty() || about.equals(entry.node()))));
    }
}
