package io.quorate.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.history.HistoryEntry;
import io.quorate.node.Node;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.trust.Keys;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Pem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Requests about who may use the API, and with what. Any thread; nothing blocks. */
final class CertificateRoutes {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9.@_-]{0,62}");
    private static final Pattern HOST = Pattern.compile("[a-zA-Z0-9.:-]{1,253}");
    private static final int MAX_HOSTS = 20;
    private static final long YEAR = 366L * 24 * 3600;

    private final Node node;

    CertificateRoutes(Node node) {
        this.node = node;
    }

    /** POST /v1/certificates. */
    HttpResponse issue(JsonNode asked) {
        String name = name(asked);
        PeerKind kind = kind(asked);
        List<String> hosts = new ArrayList<>();
        asked.path("hosts").forEach(host -> hosts.add(host.asText()));
        if (hosts.size() > MAX_HOSTS
                || !hosts.stream().allMatch(host -> HOST.matcher(host).matches())) {
            throw new IllegalArgumentException("hosts wants at most " + MAX_HOSTS + " host names and addresses");
        }
        if (kind.isService() == hosts.isEmpty()) {
            throw new IllegalArgumentException(
                    "a service wants the hosts that nodes reach it at, and nobody else does: --address names them");
        }
        byte[] request = Base64.getDecoder().decode(asked.path("request").asText(""));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(
                "certificate",
                Pem.ofCertificates(node.trust()
                        .issue(Keys.requested(request), new Peer(name, kind), hosts, Duration.ofSeconds(ttl(asked)))));
        answer.put("authorities", node.trust().authorities());
        return Routes.json(201, answer);
    }

    private static String name(JsonNode asked) {
        String name = asked.path("name").asText("");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a client's name wants 1 to 63 letters, digits, '.', '@', '_' and '-', is '" + name + "'");
        }
        return name;
    }

    private static PeerKind kind(JsonNode asked) {
        String word = asked.path("kind").asText("");
        return switch (word) {
            case "admin" -> PeerKind.ADMIN;
            case "viewer" -> PeerKind.VIEWER;
            case "service" -> PeerKind.SERVICE;
            case "admin-service" -> PeerKind.ADMIN_SERVICE;
            default ->
                throw new IllegalArgumentException(
                        "kind wants admin, viewer, service or admin-service, is '" + word + "'");
        };
    }

    private static long ttl(JsonNode asked) {
        long ttl = asked.path("ttlSeconds").asLong(YEAR);
        if (ttl < 60 || ttl > 10 * YEAR) {
            throw new IllegalArgumentException("ttlSeconds wants 60 to " + 10 * YEAR + ", is " + ttl);
        }
        return ttl;
    }

    /** POST /v1/refresh-certs. */
    HttpResponse refresh() {
        node.trust().renew();
        return Routes.json(
                200,
                Map.of(
                        "expires",
                        HistoryEntry.time(node.trust()
                                .credentials()
                                .certificate()
                                .getNotAfter()
                                .getTime())));
    }

    /** POST /v1/refresh-certs?authority=true. */
    CompletionStage<HttpResponse> replaceAuthority(String by) {
        return node.replaceAuthority("asked for by `quorate refresh-certs --authority`", by)
                .thenApply(answer -> answer instanceof MembershipMessage.Refused no
                        ? new Problem(409, no.kind(), no.message(), "").response()
                        : Routes.json(200, Map.of("fingerprint", node.trust().fingerprint())));
    }

    /** POST /v1/access. */
    CompletionStage<HttpResponse> issueAccess(JsonNode asked, String by) {
        String name = name(asked);
        PeerKind kind = kind(asked);
        if (kind.isService()) {
            throw new IllegalArgumentException("a service shows a certificate, and no token");
        }
        return node.issueAccess(
                        name,
                        kind.name().toLowerCase(Locale.ROOT),
                        Duration.ofSeconds(ttl(asked)),
                        System.currentTimeMillis(),
                        by)
                .thenApply(issued -> {
                    Map<String, Object> answer = new LinkedHashMap<>();
                    answer.put("token", issued.token());
                    answer.put("expires", HistoryEntry.time(issued.expiresAtMillis()));
                    answer.put("authorities", node.trust().authorities());
                    return Routes.json(201, answer);
                });
    }

    /** GET /v1/access. */
    List<Map<String, Object>> access() {
        return node.access().entrySet().stream()
                .map(each -> {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("id", Asked.idOf(each.getKey()));
                    one.put("name", each.getValue().name());
                    one.put("kind", each.getValue().kind());
                    one.put("expires", HistoryEntry.time(each.getValue().expiresAtMillis()));
                    return one;
                })
                .sorted(Comparator.comparing(one -> String.valueOf(one.get("name"))))
                .toList();
    }

    /** DELETE /v1/access/ID. */
    CompletionStage<HttpResponse> revokeAccess(String id, String by) {
        return node.revokeAccess(id, by)
                .thenApply(answer -> answer instanceof MembershipMessage.Refused no
                        ? new Problem(404, no.kind(), no.message(), "").response()
                        : Routes.json(200, Map.of("revoked", id)));
    }
}
