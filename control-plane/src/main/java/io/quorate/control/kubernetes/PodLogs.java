package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ContainerStatuses;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import io.quorate.control.resource.Subresource;
import io.quorate.node.workload.LogCursor;
import io.quorate.node.workload.PodRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What containers have said: the pod's node answers, and every other one asks it. Any thread; files are read on the executor. */
final class PodLogs {
    private static final Logger LOG = LoggerFactory.getLogger(PodLogs.class);

    /** A request that came by way of another node is not sent on again. */
    static final String BY_WAY_OF = "viaNode";

    /** How often it is looked whether another node, whose log is followed, is heard of. */
    private static final Duration LOOKS = Duration.ofSeconds(5);

    private static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

    private final String node;
    private final PodRuntime runtime;
    private final Function<String, Optional<String>> apis;
    private final Predicate<String> lost;
    private final OtherNodes others;
    private final Executor executor;

    /**
     * @param node this one's name
     * @param apis address and port of the API of a node
     * @param lost whether a node is not heard of any more
     */
    PodLogs(
            String node,
            PodRuntime runtime,
            Function<String, Optional<String>> apis,
            Predicate<String> lost,
            OtherNodes others,
            Executor executor) {
        this.node = node;
        this.runtime = runtime;
        this.apis = apis;
        this.lost = lost;
        this.others = others;
        this.executor = executor;
    }

    /** Whether a part of a pod is answered here. */
    static boolean serves(String subresource) {
        return subresource.equals(Subresource.LOG);
    }

    CompletionStage<ApiAnswer> answer(ApiRequest request, ApiPath path, StoredObject pod) {
        if (!request.method().equals("GET")) {
            throw new Refused(Failure.notAllowed());
        }
        ObjectNode tree = pod.tree();
        String container = container(tree, request.parameter("container"));
        LogCursor.Selection selection = selection(request);
        String home = pod.field("spec.nodeName");
        if (home.isEmpty()) {
            throw new Refused(Failure.badRequest("pod " + pod.key().name() + " does not have a host assigned"));
        }
        if (home.equals(node)) {
            boolean previous = request.parameter("previous").equals("true");
            return CompletableFuture.supplyAsync(() -> here(pod, tree, container, previous, selection), executor);
        }
        if (!request.parameter(BY_WAY_OF).isEmpty()) {
            throw new Refused(Failure.unavailable("the pod is on " + home + ", and this node is not that"));
        }
        return elsewhere(request, home);
    }

    private CompletionStage<ApiAnswer> elsewhere(ApiRequest request, String home) {
        String address = apis.apply(home)
                .orElseThrow(() -> new Refused(Failure.unavailable("the pod's node, " + home + ", is not known")));
        return others.get(address, request.target(Map.of(BY_WAY_OF, node)))
                .thenApply(answer -> answer instanceof ApiAnswer.Text(var lines)
                        ? new ApiAnswer.Text(untilLost(lines, () -> lost.test(home), home, LOOKS))
                        : answer)
                .exceptionally(failure -> {
                    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                    LOG.info("{} does not answer for its pods: {}", home, String.valueOf(cause));
                    return ApiAnswer.failure(Failure.unavailable(
                            "the pod's node, " + home + " at " + address + ", cannot be reached; try again"));
                });
    }

    /** A followed log may be silent for as long as it likes, and so is one whose machine is gone: it is cut off when nobody hears of that any more. */
    static Source<ByteString, NotUsed> untilLost(
            Source<ByteString, NotUsed> lines, BooleanSupplier lost, String home, Duration looks) {
        Source<ByteString, ?> watch = Source.tick(looks, looks, ByteString.emptyByteString())
                .filter(look -> {
                    if (lost.getAsBoolean()) {
                        throw new IllegalStateException(home + " is not heard of any more");
                    }
                    return false;
                });
        return lines.merge(watch, true);
    }

    private ApiAnswer here(
            StoredObject pod, ObjectNode tree, String container, boolean previous, LogCursor.Selection selection) {
        Optional<LogCursor> cursor;
        try {
            cursor = runtime.log(pod.uid(), container, previous, selection);
        } catch (UncheckedIOException e) {
            throw new Refused(Failure.internal(String.valueOf(e.getMessage())));
        }
        if (cursor.isEmpty()) {
            throw new Refused(Failure.badRequest(
                    previous
                            ? "previous terminated container \"" + container + "\" in pod \""
                                    + pod.key().name() + "\" not found"
                            : "container \"" + container + "\" in pod \""
                                    + pod.key().name() + "\" is waiting to start: " + waits(tree, container)));
        }
        return new ApiAnswer.Text(source(cursor.get()));
    }

    private static String waits(JsonNode pod, String container) {
        return ContainerStatuses.of(pod, container)
                .map(each -> Json.at(each, "state.waiting.reason").asText())
                .filter(reason -> !reason.isEmpty())
                .orElse("ContainerCreating");
    }

    private Source<ByteString, NotUsed> source(LogCursor cursor) {
        AtomicReference<@Nullable CompletableFuture<Void>> waiting = new AtomicReference<>();
        return Source.unfoldAsync(
                        cursor,
                        each -> CompletableFuture.supplyAsync(() -> step(each, waiting), executor)
                                .thenCompose(next -> next))
                .watchTermination((used, done) -> {
                    done.whenComplete((end, failure) -> {
                        CompletableFuture<Void> open = waiting.get();
                        if (open != null) {
                            open.cancel(false); // the client went away
                        }
                        close(cursor);
                    });
                    return used;
                });
    }

    private CompletionStage<Optional<Pair<LogCursor, ByteString>>> step(
            LogCursor cursor, AtomicReference<@Nullable CompletableFuture<Void>> waiting) {
        byte[] bytes = read(cursor);
        if (bytes.length > 0 || !cursor.follows()) {
            return next(cursor, bytes);
        }
        Optional<CompletableFuture<Void>> more = runtime.afterLog(cursor);
        byte[] since = read(cursor); // what came between
        if (since.length > 0 || more.isEmpty()) {
            more.ifPresent(each -> each.cancel(false));
            return next(cursor, since);
        }
        waiting.set(more.get());
        return more.get().thenComposeAsync(news -> step(cursor, waiting), executor);
    }

    private static CompletionStage<Optional<Pair<LogCursor, ByteString>>> next(LogCursor cursor, byte[] bytes) {
        return CompletableFuture.completedFuture(
                bytes.length == 0 ? Optional.empty() : Optional.of(Pair.create(cursor, ByteString.fromArray(bytes))));
    }

    /** Only one step reads at a time, and the end comes after the last of them. */
    private static byte[] read(LogCursor cursor) {
        synchronized (cursor) {
            try {
                return cursor.next();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void close(LogCursor cursor) {
        synchronized (cursor) {
            try {
                cursor.close();
            } catch (IOException e) {
                LOG.debug("a log was not closed", e);
            }
        }
    }

    // ---- what is asked for

    /** Which of a pod's containers is meant. */
    static String container(JsonNode pod, String asked) {
        String name = Json.at(pod, "metadata.name").asText();
        List<String> containers = names(Json.at(pod, "spec.containers"));
        List<String> inits = names(Json.at(pod, "spec.initContainers"));
        if (!asked.isEmpty()) {
            if (!containers.contains(asked) && !inits.contains(asked)) {
                throw new Refused(Failure.badRequest("container " + asked + " is not valid for pod " + name));
            }
            return asked;
        }
        String usual =
                Json.at(pod, "metadata.annotations").path(DEFAULT_CONTAINER).asText();
        if (containers.contains(usual)) {
            return usual;
        }
        if (containers.size() != 1) {
            throw new Refused(Failure.badRequest("a container name must be specified for pod " + name
                    + ", choose one of: [" + String.join(" ", containers) + "]"
                    + (inits.isEmpty() ? "" : " or one of the init containers: [" + String.join(" ", inits) + "]")));
        }
        return containers.getFirst();
    }

    private static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.forEach(each -> names.add(each.path("name").asText()));
        return names;
    }

    private static LogCursor.Selection selection(ApiRequest request) {
        OptionalLong seconds = number(request, "sinceSeconds");
        String time = request.parameter("sinceTime");
        OptionalLong since = seconds.isPresent()
                ? OptionalLong.of(System.currentTimeMillis() - seconds.getAsLong() * 1000)
                : time.isEmpty() ? OptionalLong.empty() : OptionalLong.of(millis(time));
        return new LogCursor.Selection(
                number(request, "tailLines"),
                since,
                number(request, "limitBytes"),
                request.parameter("timestamps").equals("true"),
                request.parameter("follow").equals("true"));
    }

    private static OptionalLong number(ApiRequest request, String name) {
        String text = request.parameter(name);
        return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(KubernetesApi.number(name, text));
    }

    private static long millis(String time) {
        try {
            return Instant.parse(time).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new Refused(
                    Failure.badRequest("sinceTime: Invalid value: \"" + time + "\": wants a time as in RFC 3339"));
        }
    }
}
