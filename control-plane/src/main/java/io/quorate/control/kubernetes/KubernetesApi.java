package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.addon.Addon;
import io.quorate.control.addon.EnabledAddon;
import io.quorate.control.agent.Agent;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectReply;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Propagation;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.Scales;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.proxy.ServiceProxy;
import io.quorate.control.proxy.ServiceTable;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ObjectNames;
import io.quorate.control.resource.Refused;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.resource.Subresource;
import io.quorate.control.schedule.Explanation;
import io.quorate.control.schema.ProtobufBody;
import io.quorate.control.table.Tables;
import io.quorate.control.upstream.Upstreams;
import io.quorate.node.Node;
import io.quorate.node.NodeException;
import io.quorate.node.NodeSettings;
import io.quorate.node.workload.ProcessRuntime;
import io.quorate.node.workload.oci.ImageStore;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests to the kubernetes API. Any thread; nothing blocks. */
public final class KubernetesApi {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesApi.class);

    /** Of a request, whatever is in it: an object and some room. */
    public static final int MAX_BODY_BYTES = ObjectCommand.MAX_OBJECT_BYTES * 2;

    private static final Duration WATCH = Duration.ofMinutes(30);
    private static final Duration LONGEST_WATCH = Duration.ofHours(12);

    private static final String ITSELF = "the cluster";

    private final Node node;
    private final Executor executor;
    private final ObjectFeed feed;
    private final NodeReports nodes;
    private final Controllers controllers;
    private final String release;
    private final Agent agent;
    private final PodLogs logs;
    private final PodStreams streams;
    private final ServiceProxy services;
    private final NodeUsage usage;
    private final ClusterUsage allUsage;
    private final ObjectFollower follower;
    private final ObjectSource objects;
    private final NodeFeeds feeds;
    private final ApiForward forward;

    private KubernetesApi(Node node, OtherNodes others) {
        this.node = node;
        this.executor = node.system().executionContext();
        this.feed = new ObjectFeed(node, executor);
        this.nodes = new NodeReports(node, feed, () -> ofItself("quorate"), executor);
        this.controllers = new Controllers(node, feed, Controllers::all, KubernetesApi::ofItself, executor);
        this.release = Optional.ofNullable(KubernetesApi.class.getPackage().getImplementationVersion())
                .orElse("dev");
        MemberId self = node.identity().member();
        Upstreams upstreams = new Upstreams(
                self.node(),
                () -> upstreams(node),
                node.dataFolder().resolve("provider.yaml"),
                node.refreshInterval(),
                () -> System.currentTimeMillis());
        this.forward = new ApiForward(upstreams, others, node.system());
        this.follower = new ObjectFollower(node, others, upstreams, Materializer.matFromSystem(node.system()));
        this.objects = new NodeObjects(node, feed, follower, executor);
        this.feeds = new NodeFeeds(node, feed, executor);
        this.agent = agent(self);
        this.services = new ServiceProxy(Adapter.toClassic(node.system()), self.node(), self.host(), others::pod);
        this.logs = new PodLogs(self.node(), agent.runtime(), services::apiOf, this::isLost, others, executor);
        this.streams = new PodStreams(self.node(), agent.runtime(), services::apiOf, others, executor);
        this.usage = new NodeUsage(executor);
        this.allUsage = new ClusterUsage(
                self.node(), usage, services::apiOf, others, Materializer.matFromSystem(node.system()));
    }

    private boolean isLost(String name) {
        return objects.stateHere(node.identity().clusterId())
                .flatMap(state -> state.get(ObjectKey.of(ResourceTypes.NODE, "", name)))
                .filter(NodeFacts::isLost)
                .isPresent();
    }

    private static List<Upstreams.Upstream> upstreams(Node node) {
        return node.copyHolders().stream()
                .map(each -> new Upstreams.Upstream(each.apiAddress(), each.leads()))
                .toList();
    }

    /**
     * Pods go on; nobody looks after them, or leads anybody new to them. Completes when those who were led to a pod have their answers, or a few
     * seconds later.
     */
    public CompletionStage<Void> end() {
        follower.close();
        agent.close();
        return services.end();
    }

    /**
     * Connects to a pod of this node.
     *
     * @return what goes there and what comes back, for one use within some seconds; fails where no pod has that address, or nobody answers
     */
    public CompletionStage<Flow<ByteString, ByteString, NotUsed>> pod(String address, int port) {
        String self = node.identity().member().node();
        return objects.stateHere(node.identity().clusterId())
                        .filter(state -> ServiceTable.isOfPod(state, self, address))
                        .isPresent()
                ? services.pods().here(address, port)
                : CompletableFuture.failedFuture(new IllegalArgumentException(address + " is no pod of " + self));
    }

    /** Has pods run that are bound to this node; what runs goes on when the node stops. */
    private Agent agent(MemberId member) {
        Agent.Self self = new Agent.Self(member.node(), member.host(), release, node.dataFolder());
        return new Agent(
                self,
                new AgentLink(node, feed, objects, () -> ofItself("quorate")),
                runtime(self),
                () -> System.currentTimeMillis());
    }

    private ProcessRuntime runtime(Agent.Self self) {
        NodeSettings.Workloads how = node.workloads();
        ImageStore images = new ImageStore(how.images(), NodeSettings.Workloads.unpacked(node.dataFolder()));
        try {
            return ProcessRuntime.open(self.workloads(), self.release(), images, how.walls());
        } catch (UncheckedIOException e) {
            throw new NodeException(
                    e.getMessage()
                            + ". Next: mend its permissions, or, when nothing of it runs any more, move the folder away",
                    e);
        }
    }

    /** Serves on a node, and from now on keeps its node objects, runs its pods, and the controllers while it leads. */
    public static KubernetesApi start(Node node, OtherNodes others) {
        KubernetesApi api = new KubernetesApi(node, others);
        api.nodes.start();
        node.upgradeWith(new UpgradeWorkloads(
                node, api.feed, others, () -> ofItself("upgrade"), Materializer.matFromSystem(node.system())));
        api.controllers.start();
        new ServiceUpdates(node, api.objects, api.services, api.executor).start();
        api.feeds.start();
        api.follower.start();
        return api;
    }

    /** Path of what nodes without a copy are told of the objects; the node's name follows. */
    public static final String FOLLOW = ObjectFollower.PATH;

    /**
     * Tells a node without a copy what it needs, and each change of that, for as long as it takes.
     *
     * @param after version up to which it knows everything; empty for none
     */
    public CompletionStage<ApiAnswer> follow(String clusterId, String name, String after) {
        CompletionStage<ApiAnswer> answer;
        try {
            answer = feeds.follow(clusterId, name, after.isEmpty() ? 0 : number("after", after))
                    .thenApply(ApiAnswer.Text::new);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.exceptionally(failure -> failed("GET", FOLLOW + name, failure));
    }

    /** Whether a path is one of the kubernetes API's. */
    public static boolean serves(String path) {
        return path.equals("/api")
                || path.equals("/apis")
                || path.startsWith("/api/")
                || path.startsWith("/apis/")
                || path.startsWith("/openapi/")
                || path.equals("/version")
                || path.equals("/version/")
                || path.equals("/livez");
    }

    /** Whether a request changes nothing though it looks as if: everybody may ask what they may do. */
    public static boolean asksAboutItself(String method, String path) {
        return method.equals("POST") && Reviews.serves(path);
    }

    /** Why a pod is where it is, or nowhere; empty where there is no such pod. */
    public CompletionStage<Optional<ObjectNode>> explain(String clusterId, String namespace, String name) {
        return feed.current(clusterId)
                .thenApply(state -> Explanation.of(state, ObjectKey.of(ResourceTypes.POD, namespace, name)));
    }

    /** Add-ons that are enabled, as this node has it; empty where it holds no copy of the objects. */
    public Optional<List<EnabledAddon>> addons(String clusterId) {
        return feed.stateHere(clusterId).map(EnabledAddon::all);
    }

    /** What this machine and its pods use now. */
    public CompletionStage<ObjectNode> usage() {
        return usage.ask();
    }

    private boolean tellsUsage(String clusterId) {
        return feed.stateInUse(clusterId)
                .filter(state -> EnabledAddon.isEnabled(state, Addon.METRICS))
                .isPresent();
    }

    private CompletionStage<ApiAnswer> metrics(ApiRequest request, Metrics.Question asked) {
        if (!request.method().equals("GET")) {
            throw new Refused(Failure.notAllowed());
        }
        ObjectState state = feed.state(request.clusterId());
        return allUsage.ask(state)
                .thenApply(told -> ApiAnswer.json(Metrics.answer(
                        asked, request.parameter("labelSelector"), state, told, System.currentTimeMillis())));
    }

    /** In the words of the API: who asks may look, and not do this. */
    public static ApiAnswer forbidden(String method, String path, String user) {
        return ApiAnswer.failure(ApiPath.of(path.length() > 1 ? path : "/api")
                .map(found -> forbidden(verb(method, found), found, user))
                .orElseGet(() -> Failure.forbidden("forbidden: User \"" + user + "\" cannot "
                        + method.toLowerCase(Locale.ROOT) + " path \"" + path + "\"")));
    }

    private static Failure forbidden(String verb, ApiPath path, String user) {
        return Failure.forbidden(path.type(), path.name(), "User \"" + user + "\" cannot " + verb + " " + path.words());
    }

    private static String verb(String method, ApiPath path) {
        return switch (method) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> path.isCollection() ? "deletecollection" : "delete";
            default -> path.isCollection() ? "list" : "get";
        };
    }

    /** Never fails: what goes wrong is an answer, too. */
    public CompletionStage<ApiAnswer> answer(ApiRequest request) {
        CompletionStage<ApiAnswer> answer;
        try {
            answer = route(request);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.exceptionally(failure -> failed(request.method(), request.path(), failure));
    }

    private static ApiAnswer failed(String method, String path, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return ApiAnswer.failure(
                switch (cause) {
                    case Refused refused -> refused.failure();
                    case JournalException e ->
                        switch (e.kind()) {
                            case NO_LEADER, OVERLOADED ->
                                Failure.unavailable("nothing was stored: " + e.getMessage() + "; try again");
                            case INVALID -> Failure.badRequest(String.valueOf(e.getMessage()));
                            case UNKNOWN, CLOSED ->
                                reads(method)
                                        ? Failure.unavailable("the leader was lost before it answered; try again")
                                        : Failure.unknownOutcome("it may be stored, or may not: " + e.getMessage());
                        };
                    case TimeoutException e -> Failure.unavailable("this node is behind the cluster; try again");
                    default -> {
                        LOG.error("{} {} failed", method, path, cause);
                        yield Failure.internal("the node met an error; its log says which");
                    }
                });
    }

    private static boolean reads(String method) {
        return method.equals("GET") || method.equals("HEAD");
    }

    private CompletionStage<ApiAnswer> route(ApiRequest request) {
        String path = request.path();
        boolean reads = reads(request.method());
        if (path.startsWith("/version")) {
            return done(ApiAnswer.json(Discovery.version(release)));
        }
        if (path.equals("/livez")) {
            return done(ApiAnswer.text(200, "ok"));
        }
        if (path.startsWith("/openapi/")) {
            return done(OpenApi.of(request).orElseGet(KubernetesApi::nowhere));
        }
        Optional<ApiAnswer> discovered = reads
                ? Discovery.of(path, request.header("accept"), request.header("host"), tellsUsage(request.clusterId()))
                : Optional.empty();
        Optional<Metrics.Question> metrics = Metrics.question(path);
        if (!node.holdsCopy() && (discovered.isPresent() || metrics.isPresent())) {
            return forward.answer(request); // which add-ons there are is known where the objects are
        }
        if (discovered.isPresent()) {
            return done(discovered.get());
        }
        if (metrics.isPresent() && tellsUsage(request.clusterId())) {
            return metrics(request, metrics.get());
        }
        Optional<ApiAnswer> review = Reviews.answer(request);
        if (review.isPresent()) {
            return done(review.get());
        }
        Optional<ApiPath> found = ApiPath.of(path);
        if (found.isEmpty()) {
            return done(nowhere());
        }
        ApiPath at = found.get();
        boolean ofPod = isPartOfPod(at);
        if (!at.subresource().isEmpty()) {
            Optional<Subresource> part = at.type().subresource(at.subresource());
            if (part.isEmpty() && !ofPod) {
                throw new Refused(Failure.notFound());
            }
            if (part.isPresent() && !part.get().verbs().contains(verb(request.method(), at))) {
                throw new Refused(Failure.notAllowed());
            }
        }
        // A connection is asked for by GET, too, and is more than looking.
        boolean beyondLooking = at.type() == ResourceTypes.SECRET || PodStreams.serves(at.subresource());
        if (beyondLooking && !request.admin()) {
            throw new Refused(forbidden(verb(request.method(), at), at, request.user()));
        }
        if (!node.holdsCopy()) {
            return withoutCopy(request, at, ofPod);
        }
        return founded(request.clusterId()).thenCompose(ready -> ofPod ? partOfPod(request, at) : served(request, at));
    }

    private static boolean isPartOfPod(ApiPath path) {
        return path.type() == ResourceTypes.POD
                && !path.isCollection()
                && (PodLogs.serves(path.subresource()) || PodStreams.serves(path.subresource()));
    }

    private CompletionStage<ApiAnswer> withoutCopy(ApiRequest request, ApiPath at, boolean ofPod) {
        if (request.header("upgrade").equalsIgnoreCase("websocket") && request.isWatch()) {
            throw new Refused(Failure.unavailable(
                    "a node without a copy serves no watch on a web socket; ask again without one"));
        }
        // What another node asks this one about its own pods, only this one knows.
        if (ofPod && !request.parameter(PodLogs.BY_WAY_OF).isEmpty()) {
            return partOfPod(request, at);
        }
        return PodStreams.serves(at.subresource())
                ? streams.byWayOf(forward.first().orElseThrow(ApiForward::nobody), request, at)
                : forward.answer(request);
    }

    private CompletionStage<ApiAnswer> partOfPod(ApiRequest request, ApiPath path) {
        ObjectKey key = ObjectKey.of(path.type(), path.namespace(), path.name());
        CompletionStage<ObjectState> found = node.holdsCopy()
                ? state(request)
                : objects.stateHere(request.clusterId())
                        .filter(known -> known.get(key).isPresent())
                        .<CompletionStage<ObjectState>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> objects.current(request.clusterId()));
        return found.thenCompose(state -> {
            StoredObject pod =
                    state.get(key).orElseThrow(() -> new Refused(Failure.notFound(path.type(), path.name())));
            return PodStreams.serves(path.subresource())
                    ? streams.answer(request, path, pod)
                    : logs.answer(request, path, pod);
        });
    }

    private static ApiAnswer nowhere() {
        return ApiAnswer.text(404, "404 page not found\n");
    }

    private CompletionStage<ApiAnswer> served(ApiRequest request, ApiPath path) {
        return switch (request.method()) {
            case "GET", "HEAD" -> {
                if (request.isWatch()) {
                    yield watch(request, path);
                }
                yield path.isCollection() ? list(request, path) : get(request, path);
            }
            case "POST" ->
                switch (path.subresource()) {
                    case Subresource.BINDING -> bind(request, path);
                    case Subresource.EVICTION -> evict(request, path);
                    case Subresource.TOKEN -> token(request, path);
                    default -> create(request, path);
                };
            case "PUT" -> update(request, path);
            case "PATCH" -> patch(request, path);
            case "DELETE" -> delete(request, path);
            default -> throw new Refused(Failure.notAllowed());
        };
    }

    /** The first request of all makes what every cluster has. */
    private CompletionStage<Void> founded(String clusterId) {
        if (feed.state(clusterId).isFounded()) {
            return CompletableFuture.completedFuture(null);
        }
        return feed.current(clusterId).thenCompose(state -> {
            if (state.isFounded()) {
                return CompletableFuture.completedFuture(null);
            }
            ObjectCommand found = new ObjectCommand.Found(ObjectState.FOUNDED, ofItself("quorate"));
            return feed.ask(clusterId, found)
                    .thenCompose(reply -> nodes.report(clusterId))
                    .thenCompose(reply -> feed.current(clusterId))
                    .thenApply(now -> null);
        });
    }

    private static Request ofItself(String manager) {
        return request(ITSELF, manager, false, Request.FieldValidation.IGNORE);
    }

    private static Request request(String by, String manager, boolean dryRun, Request.FieldValidation fields) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        StringBuilder suffix = new StringBuilder();
        for (int i = 0; i < ObjectNames.SUFFIX_LENGTH; i++) {
            suffix.append(ObjectNames.SUFFIX_LETTERS.charAt(random.nextInt(ObjectNames.SUFFIX_LETTERS.length())));
        }
        return new Request(
                by,
                manager,
                dryRun,
                fields,
                System.currentTimeMillis(),
                UUID.randomUUID().toString(),
                suffix.toString());
    }

    private static Request request(ApiRequest request, boolean dryRun) {
        String manager = request.parameter("fieldManager");
        if (manager.isEmpty()) {
            manager = request.header("user-agent").split("/", 2)[0];
        }
        if (manager.length() > 128) {
            throw new Refused(Failure.badRequest("fieldManager: must not be longer than 128 characters"));
        }
        String asked = request.parameter("dryRun");
        if (!asked.isEmpty() && !asked.equals("All")) {
            throw new Refused(
                    Failure.badRequest("dryRun: Unsupported value: \"" + asked + "\": supported values: \"All\""));
        }
        Request.FieldValidation fields = switch (request.parameter("fieldValidation")) {
            case "Strict" -> Request.FieldValidation.STRICT;
            case "Ignore" -> Request.FieldValidation.IGNORE;
            case "", "Warn" -> Request.FieldValidation.WARN;
            default ->
                throw new Refused(Failure.badRequest("fieldValidation: Unsupported value: \""
                        + request.parameter("fieldValidation")
                        + "\": supported values: \"Ignore\", \"Warn\", \"Strict\""));
        };
        return request(request.by(), manager, dryRun || asked.equals("All"), fields);
    }

    private CompletionStage<ObjectState> state(ApiRequest request) {
        return request.parameter("resourceVersion").equals("0")
                ? CompletableFuture.completedFuture(feed.state(request.clusterId()))
                : feed.current(request.clusterId());
    }

    /** What gets and lists are answered from. */
    private CompletionStage<ObjectState> shown(ApiRequest request, ApiPath path) {
        CompletionStage<ObjectState> state = state(request);
        return path.type() == ResourceTypes.LEASE
                ? state.thenCombine(
                        node.status(), (is, status) -> Leases.shown(is, status.cluster(), System.currentTimeMillis()))
                : state;
    }

    private CompletionStage<ApiAnswer> get(ApiRequest request, ApiPath path) {
        return shown(request, path).thenApply(state -> {
            StoredObject object = state.get(ObjectKey.of(path.type(), path.namespace(), path.name()))
                    .orElseThrow(() -> new Refused(Failure.notFound(path.type(), path.name())));
            if (path.subresource().equals(ResourceType.SCALE)) {
                return ApiAnswer.json(200, Json.bytes(Scales.of(object.tree())));
            }
            return Lists.tables(request, path.type())
                    .<ApiAnswer>map(tables -> Lists.table(tables, object, System.currentTimeMillis()))
                    .orElseGet(() -> ApiAnswer.json(200, object.json()));
        });
    }

    private CompletionStage<ApiAnswer> list(ApiRequest request, ApiPath path) {
        Selection selection = Selection.of(path, request);
        return shown(request, path)
                .thenApply(state -> Lists.list(request, selection, state, System.currentTimeMillis()));
    }

    private CompletionStage<ApiAnswer> watch(ApiRequest request, ApiPath path) {
        if (!request.parameter("sendInitialEvents").isEmpty()) {
            throw new Refused(
                    Failure.unprocessable(
                            "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch: list, and watch from there"));
        }
        Selection selection = Selection.of(path, request);
        WatchEvents events = new WatchEvents(selection, Lists.tables(request, path.type()));
        boolean bookmarks = request.parameter("allowWatchBookmarks").equals("true");
        Duration duration = duration(request.parameter("timeoutSeconds"));
        String from = request.parameter("resourceVersion");
        if (from.isEmpty() || from.equals("0")) {
            return state(request).thenApply(state -> {
                Iterator<StoredObject> present =
                        state.list(selection.type(), selection.namespace(), "").iterator();
                return new ApiAnswer.Stream(new Watch(
                                feed,
                                request.clusterId(),
                                events,
                                present,
                                state.version(),
                                bookmarks,
                                duration,
                                executor)
                        .source());
            });
        }
        long version = number("resourceVersion", from);
        ObjectState here = feed.state(request.clusterId());
        CompletionStage<ObjectState> known =
                here.version() >= version ? CompletableFuture.completedFuture(here) : feed.current(request.clusterId());
        return known.thenApply(state -> {
            if (version > state.version()) {
                // Of another cluster, or of one that lost its latest: the client has to look at everything again.
                throw new Refused(Watch.tooOld(version, state.version()));
            }
            return new ApiAnswer.Stream(
                    new Watch(feed, request.clusterId(), events, null, version, bookmarks, duration, executor)
                            .source());
        });
    }

    static Duration duration(String seconds) {
        if (seconds.isEmpty() || seconds.equals("0")) {
            return WATCH;
        }
        Duration asked = Duration.ofSeconds(Math.min(number("timeoutSeconds", seconds), LONGEST_WATCH.toSeconds()));
        return asked.isPositive() ? asked : WATCH;
    }

    static long number(String name, String text) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new Refused(Failure.badRequest(name + ": Invalid value: \"" + text + "\": wants a number of 0 or more"));
    }

    private CompletionStage<ApiAnswer> token(ApiRequest request, ApiPath path) {
        Request with = request(request, false);
        ObjectNode asked = Json.readObject(
                body(request, ServiceAccountTokens.REQUEST, with).json());
        long seconds = ServiceAccountTokens.seconds(asked);
        return state(request).thenCompose(state -> {
            StoredObject account =
                    state.get(key(path)).orElseThrow(() -> new Refused(Failure.notFound(path.type(), path.name())));
            return (with.dryRun()
                            ? CompletableFuture.completedFuture(
                                    new Node.IssuedAccess("", with.nowMillis() + seconds * 1000))
                            : node.issueAccess(
                                    ServiceAccountTokens.accessName(account),
                                    "viewer",
                                    Duration.ofSeconds(seconds),
                                    with.nowMillis(),
                                    request.by()))
                    .thenApply(issued -> ApiAnswer.json(
                            201,
                            Json.bytes(ServiceAccountTokens.answer(
                                    account,
                                    asked,
                                    seconds,
                                    issued.token(),
                                    issued.expiresAtMillis(),
                                    with.nowMillis()))));
        });
    }

    /** The user whom an access token names: itself, or a service account, which has to be there still. */
    public Optional<String> user(String clusterId, String accessName) {
        return ServiceAccountTokens.isOfAccount(accessName)
                ? feed.stateHere(clusterId).flatMap(state -> ServiceAccountTokens.user(accessName, state))
                : Optional.of(accessName);
    }

    private CompletionStage<ApiAnswer> create(ApiRequest request, ApiPath path) {
        if (!path.isCollection()) {
            throw new Refused(Failure.notAllowed());
        }
        if (path.type().namespaced() && path.namespace().isEmpty()) {
            throw new Refused(Failure.notAllowed());
        }
        Request with = request(request, false);
        Body body = body(request, path.type(), with);
        return answered(
                request,
                body.warnings(),
                feed.ask(
                        request.clusterId(),
                        new ObjectCommand.Create(path.type().id(), path.namespace(), body.json(), with)));
    }

    private CompletionStage<ApiAnswer> bind(ApiRequest request, ApiPath path) {
        ObjectKey key = key(path);
        JsonNode body = action(request, path, "Binding", List.of("v1"));
        JsonNode target = body.path("target");
        String kind = target.path("kind").asText();
        if (!kind.isEmpty() && !kind.equals("Node")) {
            throw new Refused(Failure.unprocessable("Binding \"" + path.name()
                    + "\" is invalid: target.kind: Unsupported value: \"" + kind + "\": supported values: \"Node\""));
        }
        ObjectCommand command = new ObjectCommand.Bind(
                key, Json.at(body, "metadata.uid").asText(), target.path("name").asText(), request(request, false));
        return answered(request, feed.ask(request.clusterId(), command));
    }

    private CompletionStage<ApiAnswer> evict(ApiRequest request, ApiPath path) {
        ObjectKey key = key(path);
        JsonNode body = action(request, path, "Eviction", List.of("policy/v1", "policy/v1beta1"));
        JsonNode options = body.path("deleteOptions");
        ObjectCommand command = new ObjectCommand.Evict(
                key,
                deleteOptions(request, options),
                request(request, options.path("dryRun").size() > 0));
        return answered(request, feed.ask(request.clusterId(), command));
    }

    /** The body of what is done to an object, and not written into it. */
    private static JsonNode action(ApiRequest request, ApiPath path, String kind, List<String> versions) {
        JsonNode body;
        try {
            body = said(request, ProtobufBody.EVICTION);
        } catch (IllegalArgumentException e) {
            throw new Refused(Failure.badRequest("the body is no " + kind + ": " + e.getMessage()));
        }
        if (!body.path("kind").asText(kind).equals(kind)
                || !versions.contains(body.path("apiVersion").asText(versions.getFirst()))) {
            throw new Refused(Failure.badRequest("the API version in the data ("
                    + body.path("apiVersion").asText() + ", Kind="
                    + body.path("kind").asText() + ") does not match the expected API version (" + versions.getFirst()
                    + ", Kind=" + kind + ")"));
        }
        String name = Json.at(body, "metadata.name").asText();
        if (!name.isEmpty() && !name.equals(path.name())) {
            throw new Refused(Failure.badRequest("name in URL does not match name in " + kind + " object"));
        }
        return body;
    }

    private CompletionStage<ApiAnswer> update(ApiRequest request, ApiPath path) {
        ObjectKey key = key(path);
        Request with = request(request, false);
        Body body = body(request, path.type(), with);
        return answered(
                request,
                body.warnings(),
                feed.ask(request.clusterId(), new ObjectCommand.Update(key, path.subresource(), body.json(), with)));
    }

    private CompletionStage<ApiAnswer> patch(ApiRequest request, ApiPath path) {
        ObjectKey key = key(path);
        PatchKind kind = PatchKind.of(request.header("content-type"))
                .orElseThrow(() -> new Refused(Failure.unsupportedMediaType(
                        "the body of the request was in an unknown format - accepted media types include: "
                                + String.join(
                                        ", ",
                                        java.util.Arrays.stream(PatchKind.values())
                                                .map(PatchKind::mediaType)
                                                .toList()))));
        Request with = request(request, false);
        if (kind == PatchKind.APPLY && request.parameter("fieldManager").isEmpty()) {
            with = new Request(
                    with.by(), "", with.dryRun(), with.fields(), with.nowMillis(), with.uid(), with.suffix());
        }
        boolean force = request.parameter("force").equals("true");
        byte[] patch = kind == PatchKind.APPLY ? ofYaml(request.body()) : request.body();
        return answered(
                request,
                feed.ask(
                        request.clusterId(),
                        new ObjectCommand.Patch(key, path.subresource(), kind, patch, force, with)));
    }

    private CompletionStage<ApiAnswer> delete(ApiRequest request, ApiPath path) {
        JsonNode options = options(request);
        boolean dryRun = options.path("dryRun").size() > 0;
        Request with = request(request, dryRun);
        DeleteOptions wanted = deleteOptions(request, options);
        if (path.isCollection()) {
            if (path.type().namespaced() && path.namespace().isEmpty()) {
                throw new Refused(Failure.notAllowed());
            }
            Selection.of(path, request); // refuses selectors that are none
            ObjectCommand command = new ObjectCommand.DeleteCollection(
                    path.type().id(),
                    path.namespace(),
                    request.parameter("labelSelector"),
                    request.parameter("fieldSelector"),
                    wanted,
                    with);
            return answered(request, repeated(request.clusterId(), command));
        }
        ObjectKey key = key(path);
        return answered(request, feed.ask(request.clusterId(), new ObjectCommand.Delete(key, wanted, with)));
    }

    /** Asks until there is no more of it to do. */
    private CompletionStage<ObjectReply> repeated(String clusterId, ObjectCommand command) {
        return feed.ask(clusterId, command)
                .thenCompose(reply -> reply.more() && !command.request().dryRun()
                        ? repeated(clusterId, command)
                        : CompletableFuture.completedFuture(reply));
    }

    private static JsonNode options(ApiRequest request) {
        try {
            return said(request, ProtobufBody.DELETE_OPTIONS);
        } catch (IllegalArgumentException e) {
            throw new Refused(Failure.badRequest("the options of the deletion cannot be read: " + e.getMessage()));
        }
    }

    /** A body that is not stored; nothing where there is none. */
    private static ObjectNode said(ApiRequest request, String message) {
        if (request.body().length == 0) {
            return Json.object();
        }
        return mediaType(request).equals(ProtobufBody.MEDIA_TYPE)
                ? ProtobufBody.read(message, request.body())
                : Json.readObject(request.body());
    }

    private static String mediaType(ApiRequest request) {
        return request.header("content-type").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static DeleteOptions deleteOptions(ApiRequest request, JsonNode options) {
        String grace = request.parameter("gracePeriodSeconds");
        Optional<Long> seconds = options.hasNonNull("gracePeriodSeconds")
                ? Optional.of(options.path("gracePeriodSeconds").asLong())
                : grace.isEmpty() ? Optional.empty() : Optional.of(number("gracePeriodSeconds", grace));
        JsonNode preconditions = options.path("preconditions");
        return new DeleteOptions(
                seconds,
                preconditions.path("uid").asText(),
                preconditions.path("resourceVersion").asText(),
                propagation(request, options));
    }

    private static Optional<Propagation> propagation(ApiRequest request, JsonNode options) {
        String policy = options.path("propagationPolicy").asText(request.parameter("propagationPolicy"));
        if (policy.isEmpty()) {
            JsonNode orphan = options.path("orphanDependents"); // of clients older than the policies
            return orphan.isBoolean()
                    ? Optional.of(orphan.asBoolean() ? Propagation.ORPHAN : Propagation.BACKGROUND)
                    : Optional.empty();
        }
        return Optional.of(Propagation.of(policy)
                .orElseThrow(() -> new Refused(Failure.badRequest("propagationPolicy: Unsupported value: \"" + policy
                        + "\": supported values: \"Foreground\", \"Background\", \"Orphan\""))));
    }

    private static ObjectKey key(ApiPath path) {
        if (path.isCollection()) {
            throw new Refused(Failure.notAllowed());
        }
        return ObjectKey.of(path.type(), path.namespace(), path.name());
    }

    /**
     * The body of a write.
     *
     * @param warnings fields that stand in it twice, where this is to be told and no more
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Body(byte[] json, List<String> warnings) {}

    /** The body as JSON; what stands twice is refused where fields are looked at strictly. */
    private static Body body(ApiRequest request, ResourceType as, Request with) {
        String type = mediaType(request);
        if (type.equals(ProtobufBody.MEDIA_TYPE)) {
            return new Body(Json.bytes(ProtobufBody.read(as, request.body())), List.of());
        }
        boolean yaml = type.equals("application/yaml");
        if (!yaml && !type.isEmpty() && !type.equals(ApiAnswer.JSON) && !type.equals("application/octet-stream")) {
            throw new Refused(Failure.unsupportedMediaType(
                    "the body of the request was in an unknown format - accepted media types include: application/json, "
                            + ProtobufBody.MEDIA_TYPE + ", application/yaml"));
        }
        byte[] json = yaml ? ofYaml(request.body()) : request.body();
        if (with.fields() == Request.FieldValidation.IGNORE) {
            return new Body(json, List.of());
        }
        List<String> repeated = (yaml ? Json.repeatedInYaml(request.body()) : Json.repeated(json))
                .stream().map(path -> "duplicate field \"" + path + "\"").toList();
        if (!repeated.isEmpty() && with.fields() == Request.FieldValidation.STRICT) {
            throw new Refused(
                    Failure.badRequest(as.cannotBeHandled() + "strict decoding error: " + String.join(", ", repeated)));
        }
        return new Body(json, repeated);
    }

    private static byte[] ofYaml(byte[] body) {
        if (body.length > 0 && body[0] == '{') {
            return body; // most clients send JSON under its name
        }
        try {
            return Json.bytes(Json.readYaml(body));
        } catch (IllegalArgumentException e) {
            throw new Refused(Failure.badRequest("error parsing YAML: " + e.getMessage()));
        }
    }

    private CompletionStage<ApiAnswer> answered(ApiRequest request, CompletionStage<ObjectReply> reply) {
        return answered(request, List.of(), reply);
    }

    private CompletionStage<ApiAnswer> answered(
            ApiRequest request, List<String> before, CompletionStage<ObjectReply> reply) {
        return reply.thenApply(answer -> {
            Optional<ApiPath> path = ApiPath.of(request.path());
            boolean object = answer.code() < 300
                    && path.isPresent()
                    && path.get().subresource().isEmpty();
            Optional<Tables> tables = object && !isStatus(answer.body())
                    ? Lists.tables(request, path.get().type())
                    : Optional.empty();
            byte[] body = tables.map(table -> {
                        ObjectNode tree = Json.readObject(answer.body());
                        return Lists.table(table, tree, System.currentTimeMillis())
                                .body();
                    })
                    .orElse(answer.body());
            List<String> warnings =
                    Stream.concat(before.stream(), answer.warnings().stream()).toList();
            return new ApiAnswer.Whole(answer.code(), ApiAnswer.JSON, body, warnings);
        });
    }

    private static boolean isStatus(byte[] body) {
        byte[] begin = "{\"kind\":\"Status\"".getBytes(StandardCharsets.US_ASCII);
        return body.length > begin.length && java.util.Arrays.equals(body, 0, begin.length, begin, 0, begin.length);
    }

    private static CompletionStage<ApiAnswer> done(ApiAnswer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
