package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.channel.ExecSession;
import io.quorate.control.channel.ForwardSession;
import io.quorate.control.channel.Multiplex;
import io.quorate.control.channel.SpdyConnection;
import io.quorate.control.channel.WebSocketChannels;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Refused;
import io.quorate.node.workload.LogCursor;
import io.quorate.node.workload.PodRecord;
import io.quorate.node.workload.PodRuntime;
import io.quorate.node.workload.RunningCommand;
import io.quorate.node.workload.StartRefused;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.StreamConverters;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code exec}, {@code attach} and {@code portforward} of pods: the pod's node serves them, and every other one carries the connection there. Any thread;
 * sessions have threads of their own.
 */
final class PodStreams {
    private static final Logger LOG = LoggerFactory.getLogger(PodStreams.class);

    private static final String EXEC = "exec";
    private static final String ATTACH = "attach";
    private static final String FORWARD = "portforward";
    private static final Set<String> SERVED = Set.of(EXEC, ATTACH, FORWARD);

    /** SPDY within a web socket, as newer clients forward ports. */
    private static final String TUNNEL = SpdyConnection.NAME + "+";

    /** The same from node to node, by a name that is good for a header. */
    private static final String INNER_TUNNEL = "quorate-spdy+";

    private static final String FORWARD_PROTOCOL = "portforward.k8s.io";
    private static final String TRUE = "true";

    /** Longer than anybody waits: whether somebody is there still, pings find out. */
    private static final Duration FOREVER = Duration.ofDays(365);

    private static final long UNCLAIMED_SECONDS = 30;
    private static final int MAX_PORTS = 64;

    private final String node;
    private final PodRuntime runtime;
    private final Function<String, Optional<String>> apis;
    private final OtherNodes others;
    private final Executor executor;

    /**
     * @param node this one's name
     * @param apis address and port of the API of a node
     */
    PodStreams(
            String node,
            PodRuntime runtime,
            Function<String, Optional<String>> apis,
            OtherNodes others,
            Executor executor) {
        this.node = node;
        this.runtime = runtime;
        this.apis = apis;
        this.others = others;
        this.executor = executor;
    }

    /** Whether a part of a pod is a connection. */
    static boolean serves(String subresource) {
        return SERVED.contains(subresource);
    }

    CompletionStage<ApiAnswer> answer(ApiRequest request, ApiPath path, StoredObject pod) {
        if (!request.method().equals("GET") && !request.method().equals("POST")) {
            throw new Refused(Failure.notAllowed());
        }
        String what = path.subresource();
        ObjectNode tree = pod.tree();
        String container = what.equals(FORWARD) ? "" : PodLogs.container(tree, request.parameter("container"));
        if (what.equals(EXEC) && request.all("command").isEmpty()) {
            throw new Refused(Failure.badRequest("you must specify at least 1 command"));
        }
        String home = pod.field("spec.nodeName");
        if (home.isEmpty()) {
            throw new Refused(Failure.badRequest("pod " + pod.key().name() + " does not have a host assigned"));
        }
        String protocol = protocol(request, what);
        if (!home.equals(node)) {
            return elsewhere(request, home, protocol);
        }
        return CompletableFuture.supplyAsync(() -> here(request, pod, what, container, protocol), executor);
    }

    // ---- what is spoken

    /** One that the client offers; of two the newer. */
    static String protocol(ApiRequest request, String what) {
        List<String> offered = offered(request.header("sec-websocket-protocol"));
        List<String> known;
        if (request.header("upgrade").equalsIgnoreCase(SpdyConnection.NAME)) {
            offered = offered(request.header("x-stream-protocol-version")).stream()
                    .map(each -> TUNNEL + each)
                    .toList();
            known = List.of(TUNNEL + (what.equals(FORWARD) ? FORWARD_PROTOCOL : WebSocketChannels.V4));
        } else if (request.header("upgrade").equalsIgnoreCase("websocket")) {
            known = what.equals(FORWARD)
                    ? List.of(TUNNEL + FORWARD_PROTOCOL, INNER_TUNNEL + FORWARD_PROTOCOL, WebSocketChannels.V4)
                    : List.of(WebSocketChannels.V5, WebSocketChannels.V4, INNER_TUNNEL + WebSocketChannels.V4);
        } else {
            throw new Refused(Failure.badRequest("Upgrade request required"));
        }
        for (String each : known) {
            if (offered.contains(each)) {
                return each;
            }
        }
        throw new Refused(Failure.forbidden("unable to upgrade: unable to negotiate protocol: client supports "
                + offered + ", server accepts " + known));
    }

    private static List<String> offered(String header) {
        return Arrays.stream(header.split(","))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    // ---- another node's

    private CompletionStage<ApiAnswer> elsewhere(ApiRequest request, String home, String protocol) {
        if (!request.parameter(PodLogs.BY_WAY_OF).isEmpty()) {
            throw new Refused(Failure.unavailable("the pod is on " + home + ", and this node is not that"));
        }
        String address = apis.apply(home)
                .orElseThrow(() -> new Refused(Failure.unavailable("the pod's node, " + home + ", is not known")));
        return carried(request.target(Map.of(PodLogs.BY_WAY_OF, node)), address, protocol);
    }

    /**
     * On a node that does not know the pod: another one, which does, carries the connection on.
     *
     * @param api address and port of the API of one that holds a copy
     */
    CompletionStage<ApiAnswer> byWayOf(String api, ApiRequest request, ApiPath path) {
        return carried(request.target(Map.of()), api, protocol(request, path.subresource()));
    }

    private CompletionStage<ApiAnswer> carried(String target, String api, String protocol) {
        String carried = protocol.startsWith(TUNNEL) ? INNER_TUNNEL + protocol.substring(TUNNEL.length()) : protocol;
        return others.connect(api, target, carried)
                .<ApiAnswer>thenApply(flow -> new ApiAnswer.Connection(protocol, flow))
                .exceptionally(failure -> {
                    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                    LOG.info("{} does not take a connection to its pods: {}", api, String.valueOf(cause));
                    return ApiAnswer.failure(Failure.internal("unable to upgrade connection: the node at " + api
                            + " does not take it: " + cause.getMessage()));
                });
    }

    // ---- this node's

    private ApiAnswer here(ApiRequest request, StoredObject pod, String what, String container, String protocol) {
        Optional<PodRecord> record = runtime.pod(pod.uid()).filter(PodRecord::runs);
        if (record.isEmpty()) {
            throw new Refused(Failure.internal("unable to upgrade connection: pod does not run: "
                    + pod.key().name() + "_" + pod.key().namespace()));
        }
        boolean messages = !protocol.startsWith(TUNNEL) && !protocol.startsWith(INNER_TUNNEL);
        if (what.equals(FORWARD)) {
            List<Integer> ports = messages ? ports(request) : List.of();
            return new ApiAnswer.Connection(protocol, flow(messages, (in, out) -> {
                Multiplex connection =
                        messages ? WebSocketChannels.ofPorts(in, out, ports) : new SpdyConnection(in, out);
                new ForwardSession(connection, pod.key().name(), record.get().address()).run();
            }));
        }
        boolean terminal = what.equals(EXEC) && request.parameter("tty").equals(TRUE);
        RunningCommand command = what.equals(EXEC)
                ? started(pod, container, request.all("command"), terminal)
                : attended(pod, container);
        if (what.equals(EXEC) && !request.parameter("stdin").equals(TRUE)) {
            closeInput(command);
        }
        AtomicBoolean claimed = new AtomicBoolean();
        CompletableFuture.delayedExecutor(UNCLAIMED_SECONDS, TimeUnit.SECONDS).execute(() -> {
            if (claimed.compareAndSet(false, true)) {
                command.abandon(); // the client went before it had its answer
            }
        });
        return new ApiAnswer.Connection(protocol, flow(messages, (in, out) -> {
            if (claimed.compareAndSet(false, true)) {
                Multiplex connection = messages ? WebSocketChannels.ofCommand(in, out) : new SpdyConnection(in, out);
                new ExecSession(connection, command, terminal).run();
            } else {
                out.close();
                in.close();
            }
        }));
    }

    private RunningCommand started(StoredObject pod, String container, List<String> command, boolean terminal) {
        try {
            return runtime.beside(pod.uid(), container, command, terminal);
        } catch (StartRefused e) {
            throw new Refused(Failure.internal("unable to upgrade connection: " + e.message()));
        }
    }

    private RunningCommand attended(StoredObject pod, String container) {
        LogCursor.Selection fromNow =
                new LogCursor.Selection(OptionalLong.of(0), OptionalLong.empty(), OptionalLong.empty(), false, true);
        LogCursor cursor = runtime.log(pod.uid(), container, false, fromNow)
                .orElseThrow(() -> new Refused(
                        Failure.internal("unable to upgrade connection: container not found (\"" + container + "\")")));
        return new AttendedLog(runtime, cursor);
    }

    private static void closeInput(RunningCommand command) {
        try {
            command.input().close();
        } catch (IOException e) {
            LOG.debug("a command has no input to close", e);
        }
    }

    private static List<Integer> ports(ApiRequest request) {
        List<Integer> ports = new ArrayList<>();
        for (String list : request.all("ports")) {
            for (String each : list.split(",")) {
                if (!each.matches("\\d{1,5}")
                        || Integer.parseInt(each) < 1
                        || Integer.parseInt(each) > 65535
                        || ports.size() >= MAX_PORTS) {
                    throw new Refused(Failure.badRequest("unable to parse \"" + each + "\" as a port"));
                }
                ports.add(Integer.parseInt(each));
            }
        }
        if (ports.isEmpty()) {
            throw new Refused(Failure.badRequest("query parameter \"ports\" is required"));
        }
        return ports;
    }

    /** What is done on a connection, with blocking streams. */
    @FunctionalInterface
    private interface Service {
        void run(InputStream in, OutputStream out) throws IOException;
    }

    /** @param messages whether each element is one, and its length is to go before it */
    private static Flow<ByteString, ByteString, NotUsed> flow(boolean messages, Service service) {
        return Flow.<ByteString>create()
                .map(bytes -> messages ? lengthOf(bytes).concat(bytes) : bytes)
                .viaMat(
                        Flow.fromSinkAndSourceMat(
                                StreamConverters.asInputStream(FOREVER),
                                StreamConverters.asOutputStream(FOREVER),
                                Keep.both()),
                        Keep.right())
                .mapMaterializedValue(ends -> {
                    Thread.ofVirtual().name("quorate-session").start(() -> {
                        try {
                            service.run(ends.first(), ends.second());
                        } catch (IOException e) {
                            LOG.debug("a session ended early", e);
                        }
                    });
                    return NotUsed.getInstance();
                });
    }

    private static ByteString lengthOf(ByteString bytes) {
        return ByteString.fromArray(
                ByteBuffer.allocate(Integer.BYTES).putInt(bytes.size()).array());
    }
}
