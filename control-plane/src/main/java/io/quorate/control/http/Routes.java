package io.quorate.control.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.control.addon.Addon;
import io.quorate.control.command.KeyValueRequests;
import io.quorate.control.kubernetes.KubernetesApi;
import io.quorate.control.kv.KeyValueCommand;
import io.quorate.control.kv.KeyValueReply;
import io.quorate.control.metrics.NodeMetrics;
import io.quorate.node.Node;
import io.quorate.node.contract.Admission;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.persistence.contract.Origin;
import io.quorate.persistence.journal.Query;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.Materializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node answers over HTTP, to whom {@link Access} lets in. Any thread; nothing blocks.
 *
 * <pre>
 * GET  /v1/status[?at=MILLIS]          this node and its cluster, or who belonged to it at a past time
 * PUT  /v1/kv/{key}[?expect=REV]       writes; the revision comes back, also as ETag
 * GET  /v1/kv/{key}                    reads, linearizably
 * DELETE /v1/kv/{key}[?expect=REV]
 * POST /v1/tokens                      {"ttlSeconds":…, "uses":…, "token":…, "worker":true|false}
 * GET  /v1/tokens                      those that are still good, without the tokens themselves
 * DELETE /v1/tokens/{id}
 * POST /v1/certificates                {"name":…, "kind":"admin|viewer|service", "request":…}: a client's certificate
 * POST /v1/access                      {"name":…, "kind":"admin|viewer", "ttlSeconds":…}: a client's token
 * GET  /v1/access                      the clients that have one
 * DELETE /v1/access/{id}
 * POST /v1/refresh-certs[?authority=true] this node renews its certificate, or all nodes get a new authority
 * POST /v1/join                        {"seed":"host:port", "token":…, "fingerprint":…, "worker":…}: this node joins a cluster
 * POST /v1/leave                       this node leaves its cluster
 * POST /v1/reset                       this node, alone, begins anew
 * DELETE /v1/nodes/{name}[?force=true] that node is removed
 * POST /v1/nodes/{name}/replacement    {"ttlSeconds":…}: a token for who takes a dead node's place
 * PATCH /v1/nodes/{name}               {"failureDomain":…, "weight":…} or {"address":…}
 * PATCH /v1/roles                      {"voters":…, "standbys":…, "promoteAfterMillis":…}
 * GET  /v1/recovery[?from=&amp;at=]    whether a lost majority may be recovered from, with whose copy, at what cost
 * POST /v1/recovery                    {"from":…, "at":[…], "lostConfirmed":…, "missingConfirmed":…}
 * GET  /v1/backup                      the journal as this node has it now, as one file; for admins
 * GET  /v1/backup-schedule             those that are taken again and again, and what came of the last ones
 * PUT  /v1/backup-schedule             {"everySeconds":…, "keep":…, "folder":…, "node":…}
 * DELETE /v1/backup-schedule
 * POST /v1/recovery/acknowledgement    what the last one did is known
 * GET  /v1/placements/{namespace}/{pod} why a pod is where it is, or nowhere: each node as the scheduler sees it
 * GET  /v1/release                     which release runs here, and what came of the last change
 * POST /v1/release                     {"id":…, "source":…, "version":…, "sha256":…, "revert":…, "channel":…}: this node changes its release
 * POST /v1/release/offer               {"source":…, "channel":…, "version":…}: what a source has, and what speaks against it here
 * GET  /v1/history[?after=&amp;node=]  what happened, and why
 * POST /v1/benchmarks/journal?clients=&amp;seconds=&amp;bytes=
 * GET  /v1/usage                       what this machine and its pods use now
 * GET  /dashboard                      a page of the cluster, where that add-on is enabled; it asks for what it shows as its reader
 * GET  /v1/pods/{address}/{port}       a web socket: the way of other nodes to a pod of this one
 * GET  /v1/follow/{node}?after=        for nodes without a copy: the objects that they need, and each change ({@code control.follow})
 * GET  /v1/replica/entries?after=      the stored entries of this replica: index and digest of each
 * GET  /healthz /readyz /metrics
 * /api /apis /openapi /version /livez  the kubernetes API ({@link KubernetesRoutes})
 * </pre>
 */
final class Routes implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

    private static final ObjectMapper JSON = new ObjectMapper();
    /** For probes: they say nothing about the cluster. */
    private static final Set<String> OPEN = Set.of("/healthz", "/readyz");

    private static final int MAX_TEXT = 4096;

    /** For tests only, {@code quorate-release pack --fault unhealthy}: ready, and good for nothing. */
    private static final boolean FAULTY =
            System.getProperty("quorate.fault", "").equals("unhealthy");

    static final String BACKUP = "/v1/backup";
    private static final String SCHEDULE = "/v1/backup-schedule";
    private static final String KV = "/v1/kv/";
    private static final String TOKENS = "/v1/tokens/";
    private static final String ACCESS = "/v1/access/";
    private static final String REPLACEMENT = "/replacement";
    private static final String NODES = "/v1/nodes/";
    private static final String PLACEMENTS = "/v1/placements/";
    private static final int MAX_JSON_BYTES = 64 * 1024;

    private final Node node;
    private final Access access;
    private final CertificateRoutes certificates;
    private final NodeMetrics metrics;
    private final JoinClient joinClient;
    private final MembershipRoutes membership;
    private final RecoveryRoutes recovery;
    private final BackupRoutes backups;
    private final ReleaseRoutes releases;
    private final UpgradeRoutes upgrades;
    private final Bodies bodies;
    private final JournalBenchmark benchmark;
    private final KeyValueRequests keyValues;
    private final KubernetesApi api;
    private final KubernetesRoutes kubernetes;
    private final PodRoutes pods;
    private final DashboardRoutes dashboard = new DashboardRoutes();

    /** @param bodyPatience how long the body of a request is waited for */
    Routes(Node node, NodeMetrics metrics, ActorSystem system, Duration bodyPatience) {
        this.node = node;
        this.certificates = new CertificateRoutes(node);
        this.metrics = metrics;
        Materializer materializer = Materializer.matFromSystem(system);
        this.bodies = new Bodies(bodyPatience, materializer);
        this.joinClient = new JoinClient(node);
        this.membership = new MembershipRoutes(node);
        this.recovery = new RecoveryRoutes(node);
        this.backups = new BackupRoutes(node);
        this.releases = new ReleaseRoutes(node.releases());
        this.upgrades = new UpgradeRoutes(node);
        this.benchmark = new JournalBenchmark(node);
        this.keyValues = new KeyValueRequests(node);
        this.api = KubernetesApi.start(node, new NodeForward(node, system));
        this.access = new Access(node, api::user);
        this.kubernetes = new KubernetesRoutes(api, bodies, materializer);
        this.pods = new PodRoutes(api::pod);
    }

    /** Completes when whoever is led to a pod by this node has its answer, or a few seconds later. */
    CompletionStage<Void> end() {
        return api.end();
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        CompletionStage<HttpResponse> answer;
        try {
            if (FAULTY
                    && !OPEN.contains(request.getUri().path())
                    && !request.getUri().path().startsWith("/v1/release")) {
                return bodies.after(
                        request,
                        new Problem(500, "test-fault", "this release was built to be unhealthy", "`quorate revert`")
                                .response());
            }
            if (KubernetesApi.serves(request.getUri().path())) {
                return kubernetes.answer(request, access.of(request));
            }
            if (DashboardRoutes.serves(request.getUri().path())) {
                return bodies.after(request, dashboard.answer(request, shows()));
            }
            answer = OPEN.contains(request.getUri().path())
                    ? route(request, "", "")
                    : switch (access.of(request)) {
                        case Access.Verdict.Refused(var problem, var user) -> refuse(request, problem);
                        case Access.Verdict.Admitted(var by, var clusterId) ->
                            request.getUri().path().startsWith(PodRoutes.PATH)
                                    ? pods.connect(request, by)
                                    : request.getUri().path().startsWith(KubernetesApi.FOLLOW)
                                            ? kubernetes.follow(request, by, clusterId)
                                            : route(request, by.words(), clusterId);
                    };
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.handle((response, failure) -> {
            if (failure == null) {
                return response;
            }
            Problem problem = Problem.of(failure);
            if (problem.status() == 500) {
                LOG.error(
                        "{} {} failed",
                        request.method().value(),
                        request.getUri().path(),
                        failure);
            }
            return problem.response();
        });
    }

    private Optional<Boolean> shows() {
        return api.addons(node.identity().clusterId())
                .map(enabled -> enabled.stream().anyMatch(each -> each.name().equals(Addon.DASHBOARD)));
    }

    private CompletionStage<HttpResponse> refuse(HttpRequest request, Problem problem) {
        long length = request.entity().getContentLengthOption().orElse(0L);
        if (length <= MAX_JSON_BYTES) {
            return bodies.after(request, problem.response());
        }
        bodies.passOver(request); // nobody is waited for who is not known
        return done(problem.response());
    }

    /**
     * @param by who asks; empty where nobody was asked who it is
     * @param clusterId which has let it in; empty where nobody was asked
     */
    private CompletionStage<HttpResponse> route(HttpRequest request, String by, String clusterId) {
        Uri uri = request.getUri();
        String path = uri.path();
        if (path.startsWith(KV)) {
            return keyValue(request, uri, path, by, clusterId);
        }
        if (path.startsWith(TOKENS) && request.method().equals(HttpMethods.DELETE)) {
            bodies.passOver(request);
            return membership.revokeToken(path.substring(TOKENS.length()), by);
        }
        if (path.startsWith(ACCESS) && request.method().equals(HttpMethods.DELETE)) {
            bodies.passOver(request);
            return certificates.revokeAccess(path.substring(ACCESS.length()), by);
        }
        if (path.startsWith(PLACEMENTS) && request.method().equals(HttpMethods.GET)) {
            bodies.passOver(request);
            return placement(path.substring(PLACEMENTS.length()), clusterId);
        }
        if (path.startsWith(NODES)) {
            return aboutNode(request, uri, path.substring(NODES.length()), by);
        }
        String method = request.method().value();
        return switch (method + " " + path) {
            case "GET /v1/status" -> status(uri, clusterId);
            case "GET /v1/usage" -> api.usage().thenApply(usage -> json(200, usage));
            case "GET /healthz" -> done(text(200, "ok\n"));
            case "GET /readyz" ->
                node.ready()
                        .thenApply(ready -> ready
                                ? text(200, "ready\n")
                                : new Problem(
                                                503,
                                                "not-ready",
                                                "this node knows no leader or is behind it",
                                                "`quorate status`")
                                        .response());
            case "GET /metrics" -> done(HttpResponse.create().withEntity(ContentTypes.TEXT_PLAIN_UTF8, metrics.text()));
            case "POST /v1/tokens" -> body(request, MAX_JSON_BYTES).thenCompose(bytes -> issueToken(bytes, by));
            case "GET /v1/tokens" -> done(json(200, membership.tokens()));
            case "POST /v1/join" -> body(request, MAX_JSON_BYTES).thenCompose(this::join);
            case "POST /v1/leave" -> body(request, MAX_JSON_BYTES).thenCompose(ignored -> membership.leave(by));
            case "POST /v1/reset" -> body(request, MAX_JSON_BYTES).thenCompose(ignored -> membership.reset());
            case "PATCH /v1/roles" ->
                body(request, MAX_JSON_BYTES).thenCompose(bytes -> membership.setPolicy(read(bytes), by));
            case "POST /v1/certificates" ->
                body(request, MAX_JSON_BYTES).thenApply(bytes -> certificates.issue(read(bytes)));
            case "POST /v1/refresh-certs" ->
                body(request, MAX_JSON_BYTES)
                        .thenCompose(ignored ->
                                uri.query().get("authority").orElse("").equals("true")
                                        ? certificates.replaceAuthority(by)
                                        : done(certificates.refresh()));
            case "POST /v1/access" ->
                body(request, MAX_JSON_BYTES).thenCompose(bytes -> certificates.issueAccess(read(bytes), by));
            case "GET /v1/access" -> done(json(200, certificates.access()));
            case "GET /v1/recovery" ->
                recovery.assess(
                        uri.query().get("from").orElse(""),
                        uri.query().get("at").orElse(""));
            case "GET " + BACKUP -> done(recovery.backup());
            case "GET " + SCHEDULE -> done(backups.show());
            case "PUT " + SCHEDULE ->
                body(request, MAX_JSON_BYTES).thenCompose(bytes -> backups.schedule(read(bytes), by));
            case "DELETE " + SCHEDULE -> body(request, MAX_JSON_BYTES).thenCompose(ignored -> backups.end(by));
            case "POST /v1/recovery" ->
                body(request, MAX_JSON_BYTES).thenCompose(bytes -> recovery.recover(read(bytes), by));
            case "POST /v1/recovery/acknowledgement" ->
                body(request, MAX_JSON_BYTES).thenCompose(ignored -> recovery.acknowledge(by));
            case "GET /v1/release" -> done(releases.show());
            case "POST /v1/release" -> body(request, MAX_JSON_BYTES).thenApply(bytes -> releases.order(read(bytes)));
            case "POST /v1/release/offer" ->
                body(request, MAX_JSON_BYTES).thenCompose(bytes -> releases.offer(read(bytes)));
            case "GET " + UpgradeRoutes.PATH -> done(upgrades.show());
            case "POST " + UpgradeRoutes.PATH ->
                body(request, MAX_JSON_BYTES).thenCompose(bytes -> upgrades.plan(read(bytes), by));
            case "POST " + UpgradeRoutes.PATH + "/pause",
                    "POST " + UpgradeRoutes.PATH + "/resume",
                    "POST " + UpgradeRoutes.PATH + "/abort",
                    "POST " + UpgradeRoutes.PATH + "/rollback",
                    "POST " + UpgradeRoutes.PATH + "/finalize" ->
                body(request, MAX_JSON_BYTES)
                        .thenCompose(bytes -> upgrades.change(
                                path.substring(UpgradeRoutes.PATH.length() + 1),
                                bytes.length == 0 ? read(new byte[] {'{', '}'}) : read(bytes),
                                by));
            case "GET " + UpgradeRoutes.PATH + "/history" ->
                upgrades.history(number(uri, "after", 0, 0, Integer.MAX_VALUE));
            case "GET /v1/history" ->
                membership.history(
                        number(uri, "after", 0, 0, Integer.MAX_VALUE),
                        uri.query().get("node").orElse(""));
            case "POST /v1/benchmarks/journal" ->
                benchmark
                        .run(
                                number(uri, "clients", 16, 1, 1024),
                                Duration.ofSeconds(number(uri, "seconds", 5, 1, 60)),
                                number(uri, "bytes", 256, 1, 64 * 1024))
                        .thenApply(result -> json(200, result));
            case "GET /v1/replica/entries" ->
                node.journal()
                        .ask(new Query.EntriesAfter(number(uri, "after", 0, 0, Integer.MAX_VALUE), 512 * 1024))
                        .thenApply(entries -> json(200, entriesJson(entries)));
            default -> {
                HttpResponse notFound = new Problem(
                                404,
                                "not-found",
                                method + " " + path + " is not served here",
                                "the paths are listed in README.md")
                        .response();
                yield bodies.after(request, notFound);
            }
        };
    }

    private CompletionStage<HttpResponse> placement(String pod, String clusterId) {
        String[] parts = pod.split("/", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException(
                    "a placement is of a namespace and a pod: " + PLACEMENTS + "default/web");
        }
        if (!node.holdsCopy()) {
            return done(new Problem(
                            503,
                            "no-copy",
                            "this node holds no copy of the journal, and knows of no pods",
                            "ask a voter or a standby: `quorate status` lists them")
                    .response());
        }
        return api.explain(clusterId, parts[0], parts[1])
                .thenApply(told -> told.map(known -> json(200, known))
                        .orElseGet(() -> new Problem(
                                        404,
                                        "not-found",
                                        "there is no pod " + parts[1] + " in namespace " + parts[0],
                                        "`quorate kubectl get pods -A` lists them")
                                .response()));
    }

    private CompletionStage<HttpResponse> aboutNode(HttpRequest request, Uri uri, String name, String by) {
        if (name.endsWith(REPLACEMENT) && request.method().equals(HttpMethods.POST)) {
            String dead = name.substring(0, name.length() - REPLACEMENT.length());
            return body(request, MAX_JSON_BYTES).thenCompose(bytes -> offerReplacement(dead, read(bytes), by));
        }
        if (request.method().equals(HttpMethods.DELETE)) {
            bodies.passOver(request);
            return membership.remove(name, uri.query().get("force").orElse("").equals("true"), by);
        }
        if (request.method().equals(HttpMethods.PATCH)) {
            return body(request, MAX_JSON_BYTES).thenCompose(bytes -> membership.configure(name, read(bytes), by));
        }
        return bodies.after(
                request,
                new Problem(405, "method-not-allowed", "a node takes DELETE and PATCH", "")
                        .response()
                        .addHeader(RawHeader.create("Allow", "DELETE, PATCH")));
    }

    private static CompletionStage<HttpResponse> done(HttpResponse response) {
        return CompletableFuture.completedFuture(response);
    }

    private CompletionStage<HttpResponse> keyValue(
            HttpRequest request, Uri uri, String path, String by, String clusterId) {
        // In a path a plus is a plus; the decoder is one for forms, where it is a space.
        String key = URLDecoder.decode(path.substring(KV.length()).replace("+", "%2B"), StandardCharsets.UTF_8);
        int keyBytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (keyBytes < 1 || keyBytes > KeyValueCommand.MAX_KEY_BYTES) {
            return bodies.after(
                    request,
                    new Problem(
                                    keyBytes < 1 ? 400 : 414,
                                    keyBytes < 1 ? "no-key" : "key-too-long",
                                    "a key has 1 to " + KeyValueCommand.MAX_KEY_BYTES + " bytes of UTF-8, this one has "
                                            + keyBytes,
                                    "")
                            .response());
        }
        long expected = expected(request, uri);
        if (request.method().equals(HttpMethods.PUT)) {
            return body(request, KeyValueCommand.MAX_VALUE_BYTES)
                    .thenCompose(value ->
                            keyValues.ask(clusterId, new KeyValueCommand.Put(key, value, expected, new Origin(by, ""))))
                    .thenApply(reply -> written(key, reply));
        }
        if (request.method().equals(HttpMethods.GET)) {
            bodies.passOver(request);
            return keyValues
                    .ask(clusterId, new KeyValueCommand.Get(key))
                    .thenCompose(reply -> read(clusterId, key, reply));
        }
        if (request.method().equals(HttpMethods.DELETE)) {
            bodies.passOver(request);
            return keyValues
                    .ask(clusterId, new KeyValueCommand.Delete(key, expected, new Origin(by, "")))
                    .thenApply(reply -> written(key, reply));
        }
        return bodies.after(
                request,
                new Problem(405, "method-not-allowed", "a key takes GET, PUT and DELETE", "")
                        .response()
                        .addHeader(RawHeader.create("Allow", "GET, PUT, DELETE")));
    }

    private static long expected(HttpRequest request, Uri uri) {
        Optional<String> asked =
                uri.rawQueryString().isEmpty() ? Optional.empty() : uri.query().get("expect");
        if (asked.isPresent()) {
            return revision(asked.get());
        }
        for (HttpHeader header : request.getHeaders()) {
            if (header.is("if-match")) {
                return revision(header.value().replace("\"", ""));
            }
            if (header.is("if-none-match") && header.value().equals("*")) {
                return KeyValueCommand.ABSENT;
            }
        }
        return KeyValueCommand.ANY;
    }

    private static long revision(String text) {
        try {
            long revision = Long.parseLong(text);
            if (revision >= 0) {
                return revision;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "the expected revision wants a number of 0 (absent) or more, is '" + text + "'");
    }

    private static HttpResponse written(String key, KeyValueReply reply) {
        return switch (reply.status()) {
            case DONE ->
                HttpResponse.create()
                        .addHeader(RawHeader.create("ETag", "\"" + reply.revision() + "\""))
                        .withEntity(ContentTypes.APPLICATION_JSON, "{\"revision\":" + reply.revision() + "}\n");
            case MISMATCH ->
                new Problem(
                                412,
                                "revision-mismatch",
                                "the key has revision " + reply.revision() + " (0: it is not there)",
                                "read it, decide again, and expect " + reply.revision())
                        .response();
            case MISSING -> missing(key);
        };
    }

    private static HttpResponse missing(String key) {
        return new Problem(404, "no-such-key", "the key '" + key + "' is not there", "").response();
    }

    private CompletionStage<HttpResponse> read(String clusterId, String key, KeyValueReply reply) {
        if (reply.status() == KeyValueReply.Status.MISSING) {
            return done(missing(key));
        }
        return keyValues
                .value(clusterId, reply)
                .thenApply(value -> HttpResponse.create()
                        .addHeader(RawHeader.create("ETag", "\"" + reply.revision() + "\""))
                        .withEntity(ContentTypes.APPLICATION_OCTET_STREAM, value));
    }

    private CompletionStage<byte[]> body(HttpRequest request, int max) {
        long length = request.entity().getContentLengthOption().orElse(0L);
        if (length > max) {
            // Too much to be passed over: the answer goes first, and the connection ends.
            bodies.passOver(request);
            return CompletableFuture.failedFuture(new Problem.Refusal(tooLarge(max, "this one has " + length)));
        }
        return bodies.read(request, max)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(new Problem.Refusal(
                        failure instanceof TimeoutException || failure.getCause() instanceof TimeoutException
                                ? new Problem(
                                        408,
                                        "body-too-slow",
                                        "the body did not come within "
                                                + bodies.patience().toSeconds() + " s",
                                        "try again")
                                : tooLarge(max, "this one has more"))));
    }

    private static Problem tooLarge(int max, String instead) {
        return new Problem(413, "value-too-large", "a body has at most " + max + " bytes here, " + instead, "split it");
    }

    private CompletionStage<HttpResponse> issueToken(byte[] body, String by) {
        JsonNode asked = read(body);
        long ttl = asked.path("ttlSeconds").asLong(300);
        int uses = asked.path("uses").asInt(1);
        if (ttl < 1 || ttl > 366L * 24 * 3600 || uses < 1 || uses > 1000) {
            throw new IllegalArgumentException("a token wants ttlSeconds of 1 to 31622400 and uses of 1 to 1000");
        }
        String own = asked.path("token").asText("");
        if (!own.isEmpty() && !JoinClient.TOKEN.matcher(own).matches()) {
            throw new IllegalArgumentException("a token wants 32 to 128 letters and digits, this one has "
                    + own.length() + " characters or others among them");
        }
        boolean forWorker = asked.path("worker").asBoolean(false);
        return node.issueToken(own, Duration.ofSeconds(ttl), uses, forWorker, System.currentTimeMillis(), by)
                .thenApply(this::issued);
    }

    private CompletionStage<HttpResponse> offerReplacement(String name, JsonNode asked, String by) {
        long ttl = asked.path("ttlSeconds").asLong(300);
        if (ttl < 1 || ttl > 366L * 24 * 3600) {
            throw new IllegalArgumentException("a token wants ttlSeconds of 1 to 31622400");
        }
        return node.offerReplacement(name, Duration.ofSeconds(ttl), System.currentTimeMillis(), by)
                .thenApply(offered -> offered.token()
                        .map(this::issued)
                        .orElseGet(() -> offered.refused()
                                .map(no -> new Problem(409, no.kind(), no.message(), "").response())
                                .orElseThrow()));
    }

    private HttpResponse issued(Node.IssuedToken token) {
        String fingerprint = node.trust().fingerprint().substring(0, JoinClient.PINNED_LETTERS);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("token", token.token());
        answer.put("fingerprint", fingerprint);
        answer.put("expiresAtMillis", token.expiresAtMillis());
        answer.put("worker", token.forWorker());
        answer.put(
                "urls",
                token.joinAddresses().stream()
                        .map(address -> address + "/" + token.token() + "/" + fingerprint)
                        .toList());
        return json(201, answer);
    }

    private CompletionStage<HttpResponse> join(byte[] body) {
        JsonNode asked = read(body);
        String seed = asked.path("seed").asText("");
        String token = asked.path("token").asText("");
        return joinClient
                .join(
                        seed,
                        token,
                        asked.path("fingerprint").asText(""),
                        asked.path("worker").asBoolean(false))
                .thenApply(result -> result.problem()
                        .map(Problem::response)
                        .orElseGet(() -> json(200, Map.of("joined", result.member()))));
    }

    /** What the join port serves: other nodes' requests to get in. */
    CompletionStage<HttpResponse> admit(HttpRequest request) {
        if (!request.method().equals(HttpMethods.POST)
                || !request.getUri().path().equals("/v1/admit")) {
            return bodies.after(
                    request,
                    new Problem(404, "not-found", "this port is for nodes that join", "`quorate join`").response());
        }
        return body(request, MAX_JSON_BYTES)
                .thenCompose(bytes -> {
                    Admission.Request admission = MembershipForm.read(bytes, Admission.Request.class);
                    MembershipMessage.Join join = admission.join();
                    long here = System.currentTimeMillis();
                    if (Math.abs(here - join.nowMillis()) > JoinClient.MAX_CLOCK_SKEW.toMillis()) {
                        return CompletableFuture.completedFuture(Admission.Answer.of(new MembershipMessage.Refused(
                                "clock-skew",
                                "the clocks of the two machines are " + Math.abs(here - join.nowMillis()) / 1000
                                        + " s apart; at most " + JoinClient.MAX_CLOCK_SKEW.toSeconds()
                                        + " s are allowed. Set the clock of the joining machine")));
                    }
                    return node.admit(new Admission.Request(
                            admission.token(),
                            new MembershipMessage.Join(
                                    join.tokenHash(),
                                    join.node(),
                                    join.address(),
                                    join.apiAddress(),
                                    join.joinAddress(),
                                    here,
                                    join.kind()),
                            admission.certificateRequest(),
                            admission.version(),
                            admission.highestLevel()));
                })
                .thenApply(answer -> HttpResponse.create()
                        .withEntity(ContentTypes.APPLICATION_OCTET_STREAM, MembershipForm.bytes(answer)))
                .exceptionally(failure -> Problem.of(failure).response());
    }

    private static JsonNode read(byte[] body) {
        try {
            return JSON.readTree(body.length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the body is no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the body cannot be read", e);
        }
    }

    private CompletionStage<HttpResponse> status(Uri uri, String clusterId) {
        Optional<String> at =
                uri.rawQueryString().isEmpty() ? Optional.empty() : uri.query().get("at");
        return at.isPresent()
                ? membership.statusAt(longNumber(at.get()))
                : node.status()
                        .thenApply(status -> json(
                                200,
                                StatusDocument.of(
                                        status,
                                        api.addons(clusterId),
                                        UpgradeRoutes.document(node),
                                        System.currentTimeMillis())));
    }

    private static long longNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("at wants milliseconds since 1970, is '" + text + "'", e);
        }
    }

    private static int number(Uri uri, String name, int otherwise, int min, int max) {
        String text = uri.query().get(name).orElse(Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(name + " wants a number of " + min + " to " + max + ", is '" + text + "'");
    }

    private static Map<String, Object> entriesJson(Query.Entries entries) {
        List<Map<String, Object>> list = entries.entries().stream()
                .map(entry -> Map.<String, Object>of("index", entry.index(), "sha256", Digests.sha256(entry.bytes())))
                .toList();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("upTo", entries.upTo());
        map.put("applied", entries.appliedIndex());
        map.put("entries", list);
        return map;
    }

    /**
     * A field of a request that may be left out; empty then.
     *
     * @throws IllegalArgumentException when it is no text, or a very long one
     */
    static String text(JsonNode asked, String field) {
        JsonNode value = asked.path(field);
        if (value.isMissingNode()) {
            return "";
        }
        if (!value.isTextual() || value.asText().length() > MAX_TEXT) {
            throw new IllegalArgumentException(field + " wants a text of at most " + MAX_TEXT + " characters");
        }
        return value.asText();
    }

    private static HttpResponse text(int status, String text) {
        return HttpResponse.create().withStatus(status).withEntity(ContentTypes.TEXT_PLAIN_UTF8, text);
    }

    static HttpResponse json(int status, @Nullable Object body) {
        try {
            return HttpResponse.create()
                    .withStatus(status)
                    .withEntity(ContentTypes.APPLICATION_JSON, JSON.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer that cannot be written", e);
        }
    }

    /** Digests of stored bytes. */
    private static final class Digests {
        static String sha256(byte[] bytes) {
            try {
                return HexFormat.of()
                        .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                                .digest(bytes));
            } catch (java.security.NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }
}
