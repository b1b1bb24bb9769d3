package io.quorate.control.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.control.RunningNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods on a running node: bound by hand, with real processes, seen over HTTP as clients see them. */
class PodsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PODS = "/api/v1/namespaces/default/pods";

    @TempDir
    static Path root;

    private static RunningNode node;

    @BeforeAll
    static void start() throws Exception {
        node = RunningNode.start(root.resolve("n9"), "n9");
    }

    @AfterAll
    static void stop() throws Exception {
        // What runs outlives the node.
        for (JsonNode each : get(PODS).path("items")) {
            String name = each.at("/metadata/name").asText();
            delete(name + "?gracePeriodSeconds=1");
            awaitGone(name);
        }
        node.close();
    }

    private static JsonNode get(String path) throws Exception {
        return JSON.readTree(node.send(node.request(path)).body());
    }

    private static HttpResponse<byte[]> delete(String nameAndQuery) throws Exception {
        return node.send(node.request(PODS + "/" + nameAndQuery).DELETE());
    }

    private static void create(String name, String spec) throws Exception {
        String pod = "{'metadata':{'name':'%s'},'spec':{'nodeName':'n9',%s}}".formatted(name, spec);
        HttpResponse<byte[]> created =
                node.send(node.request(PODS).POST(BodyPublishers.ofString(pod.replace('\'', '"'))));
        assertThat(created.statusCode()).as(new String(created.body(), UTF_8)).isEqualTo(201);
    }

    private static String sh(String script, String more) {
        return "'containers':[{'name':'c','image':'busybox','command':['sh','-c','%s']%s}]".formatted(script, more);
    }

    /** Watches a pod until it is as expected, and shows it then. */
    private static JsonNode await(String name, Predicate<JsonNode> expected) throws Exception {
        return watched(name, event -> expected.test(event.path("object"))).path("object");
    }

    private static void awaitGone(String name) throws Exception {
        if (node.send(node.request(PODS + "/" + name)).statusCode() != 404) {
            String version = get(PODS).at("/metadata/resourceVersion").asText();
            if (node.send(node.request(PODS + "/" + name)).statusCode() != 404) {
                watched(
                        name + "&resourceVersion=" + version,
                        event -> event.path("type").asText().equals("DELETED"));
            }
        }
    }

    private static JsonNode watched(String name, Predicate<JsonNode> expected) throws Exception {
        String path = PODS + "?watch=true&timeoutSeconds=60&fieldSelector=metadata.name%3D" + name;
        JsonNode last = JSON.missingNode();
        try (Stream<String> lines = node.stream(node.request(path).timeout(java.time.Duration.ofSeconds(90)))
                .body()) {
            for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
                String line = each.next().strip();
                if (line.isEmpty()) {
                    continue;
                }
                last = JSON.readTree(line);
                if (expected.test(last)) {
                    return last;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return fail("it never was as expected, at last it was " + last);
    }

    private static boolean isReady(JsonNode pod) {
        for (JsonNode each : pod.at("/status/conditions")) {
            if (each.path("type").asText().equals("Ready")) {
                return each.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static String log(String name, String query) throws Exception {
        HttpResponse<byte[]> response = node.send(node.request(PODS + "/" + name + "/log" + query));
        return new String(response.body(), UTF_8);
    }

    /** Of what it says, as soon as it says it. */
    private static String firstLine(String name) throws Exception {
        try (Stream<String> lines = node.stream(node.request(PODS + "/" + name + "/log?follow=true"))
                .body()) {
            return lines.iterator().next();
        }
    }

    @Test
    void a_pod_that_is_bound_runs_and_says_where_it_is_and_goes_when_it_is_deleted() throws Exception {
        create("web", sh("echo here is $POD_IP; exec sleep 600", ""));
        JsonNode pod = await("web", PodsTest::isReady);
        String address = pod.at("/status/podIP").asText();
        assertThat(address).startsWith("127.64.1.");
        assertThat(pod.at("/status/phase").asText()).isEqualTo("Running");
        assertThat(pod.at("/status/hostIP").asText()).isEqualTo("127.0.3.9");
        assertThat(pod.at("/status/containerStatuses/0/state/running/startedAt").asText())
                .isNotEmpty();
        assertThat(firstLine("web")).isEqualTo("here is " + address);
        assertThat(log("web", "?tailLines=1&timestamps=true")).matches("\\d{4}-.*Z here is " + address + "\n");
        JsonNode deleted = JSON.readTree(delete("web?gracePeriodSeconds=20").body());
        assertThat(deleted.at("/metadata/deletionTimestamp").asText()).isNotEmpty();
        awaitGone("web");
        Path folder = root.resolve("n9")
                .resolve("workloads")
                .resolve(pod.at("/metadata/uid").asText());
        awaitChange(folder.getParent(), () -> !Files.exists(folder));
    }

    @Test
    void a_pod_that_ends_again_and_again_is_restarted_and_then_waits() throws Exception {
        create("crash", sh("echo attempt; exit 3", ""));
        JsonNode pod = await(
                "crash",
                each -> each.at("/status/containerStatuses/0/state/waiting/reason")
                        .asText()
                        .equals("CrashLoopBackOff"));
        assertThat(pod.at("/status/containerStatuses/0/restartCount").asInt()).isEqualTo(1);
        assertThat(pod.at("/status/containerStatuses/0/lastState/terminated/exitCode")
                        .asInt())
                .isEqualTo(3);
        assertThat(log("crash", "?previous=true")).isEqualTo("attempt\n");
        assertThat(log("crash", "")).isEqualTo("attempt\n");
    }

    @Test
    void a_pod_that_is_to_run_once_succeeds() throws Exception {
        create("once", "'restartPolicy':'Never'," + sh("exit 0", ""));
        JsonNode pod = await("once", each -> each.at("/status/phase").asText().equals("Succeeded"));
        assertThat(pod.at("/status/containerStatuses/0/state/terminated/reason").asText())
                .isEqualTo("Completed");
        assertThat(delete("once").statusCode()).isEqualTo(200);
        awaitGone("once");
    }

    @Test
    void an_image_that_is_not_built_in_is_told_with_what_to_do() throws Exception {
        create("strange", "'containers':[{'name':'c','image':'somebody/thing:1'}]");
        JsonNode pod = await(
                "strange",
                each -> each.at("/status/containerStatuses/0/state/waiting/reason")
                        .asText()
                        .equals("ErrImagePull"));
        assertThat(pod.at("/status/containerStatuses/0/state/waiting/message").asText())
                .contains("pulls no images", "dontrebootme/microbot");
        assertThat(JSON.readTree(log("strange", "")).path("message").asText())
                .isEqualTo("container \"c\" in pod \"strange\" is waiting to start: ErrImagePull");
    }

    private static String mounting(Path volume, String subPath) {
        return "'volumes':[{'name':'v','hostPath':{'path':'%s'}}],'restartPolicy':'Never',".formatted(volume)
                + sh(
                        "touch data/file",
                        ",'volumeMounts':[{'name':'v','mountPath':'/data','subPath':'%s'}]".formatted(subPath));
    }

    @Test
    void a_part_of_a_volume_is_made_where_it_is_not_there_and_no_link_leads_out_of_it() throws Exception {
        Path volume = Files.createDirectory(root.resolve("volume"));
        create("part", mounting(volume, "sub"));
        await("part", each -> each.at("/status/phase").asText().equals("Succeeded"));
        assertThat(volume.resolve("sub/file")).exists();
        Path outside = Files.createDirectory(root.resolve("outside"));
        Files.createSymbolicLink(volume.resolve("out"), outside);
        create("out", mounting(volume, "out"));
        JsonNode pod = await(
                "out",
                each -> each.at("/status/containerStatuses/0/state/waiting/reason")
                        .asText()
                        .equals("CreateContainerConfigError"));
        assertThat(pod.at("/status/containerStatuses/0/state/waiting/message").asText())
                .isEqualTo("the subPath out leads out of its volume");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void a_pod_that_is_deleted_by_force_is_ended_too() throws Exception {
        Path there = root.resolve("there");
        Path gone = root.resolve("gone");
        create(
                "forced",
                sh(
                        "trap \\\"touch " + gone + "; exit\\\" TERM; touch " + there
                                + "; while :; do sleep 600 & wait; done",
                        ""));
        awaitChange(root, () -> Files.exists(there));
        delete("forced?gracePeriodSeconds=0");
        awaitGone("forced");
        awaitChange(root, () -> Files.exists(gone));
    }

    private static void awaitChange(Path folder, BooleanSupplier expected) throws Exception {
        try (WatchService watch = folder.getFileSystem().newWatchService()) {
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
            while (!expected.getAsBoolean()) {
                WatchKey key = watch.poll(30, TimeUnit.SECONDS);
                assertThat(key).as("%s has not become as expected", folder).isNotNull();
                key.pollEvents();
                key.reset();
            }
        }
    }

    @Test
    void a_pod_outlives_its_node_and_is_known_to_the_next_one() throws Exception {
        create("lasting", sh("echo process $$$$ is up; exec sleep 600", ""));
        JsonNode before = await("lasting", PodsTest::isReady);
        String said = firstLine("lasting") + "\n";
        ProcessHandle process =
                ProcessHandle.of(Long.parseLong(said.split(" ")[1])).orElseThrow();
        node.close();
        node = RunningNode.start(root.resolve("n9"), "n9");
        JsonNode after = await("lasting", PodsTest::isReady);
        assertThat(after.at("/status/containerStatuses")).isEqualTo(before.at("/status/containerStatuses"));
        assertThat(after.at("/status/podIP")).isEqualTo(before.at("/status/podIP"));
        assertThat(log("lasting", "")).isEqualTo(said);
        assertThat(process.isAlive()).isTrue();
        assertThat(get("/api/v1/events?fieldSelector=involvedObject.name%3Dlasting")
                        .path("items"))
                .extracting(each -> each.path("reason").asText())
                .contains("Pulled", "Created", "Started");
    }

    @Test
    void the_node_says_what_its_machine_has() throws Exception {
        create("any", sh("exec sleep 600", ""));
        await("any", PodsTest::isReady);
        JsonNode it = get("/api/v1/nodes/n9");
        assertThat(it.at("/status/allocatable/pods").asText()).isEqualTo("110");
        assertThat(it.at("/status/nodeInfo/containerRuntimeVersion").asText()).startsWith("quorate-process://");
        assertThat(it.at("/status/nodeInfo/kernelVersion").asText()).isNotEmpty();
        assertThat(it.at("/status/nodeInfo/kubeletVersion").asText()).isNotEmpty();
        assertThat(it.at("/spec/podCIDR").asText()).isEqualTo("127.64.1.0/24");
    }

    // ---- connections

    /** What comes on each channel, as text; the whole of it when the node has closed it. */
    private static final class Channels implements WebSocket.Listener {
        private final Map<Integer, ByteArrayOutputStream> said = new ConcurrentHashMap<>();
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        private final Semaphore news = new Semaphore(0);
        private final CompletableFuture<Void> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            message.writeBytes(bytes);
            if (last) {
                byte[] whole = message.toByteArray();
                message.reset();
                said.computeIfAbsent((int) whole[0], channel -> new ByteArrayOutputStream())
                        .write(whole, 1, whole.length - 1);
                news.release();
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(null);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            closed.completeExceptionally(failure);
        }

        String said(int channel) {
            return said.getOrDefault(channel, new ByteArrayOutputStream()).toString(UTF_8);
        }

        /** Waits until it is said, and shows the last part of it that is in brackets. */
        String await(int channel, String expression) throws InterruptedException {
            Pattern expected = Pattern.compile(expression);
            Matcher found = expected.matcher(said(channel));
            while (!found.find()) {
                assertThat(news.tryAcquire(30, TimeUnit.SECONDS))
                        .as(said(channel))
                        .isTrue();
                found = expected.matcher(said(channel));
            }
            return found.group(found.groupCount());
        }
    }

    private static void say(WebSocket socket, int channel, String text) {
        byte[] bytes = (" " + text).getBytes(UTF_8);
        bytes[0] = (byte) channel;
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    @Test
    void a_command_beside_a_container_is_fed_and_tells_how_it_ended() throws Exception {
        create("attended", sh("exec sleep 600", ",'env':[{'name':'COLOUR','value':'blue'}]"));
        await("attended", PodsTest::isReady);
        Channels channels = new Channels();
        String script = URLEncoder.encode("read a; echo $COLOUR $a; cat >&2; exit 3", UTF_8);
        WebSocket socket = node.webSocket(
                PODS + "/attended/exec?command=sh&command=-c&command=" + script + "&stdin=true&stdout=true&stderr=true",
                "v5.channel.k8s.io",
                channels);
        assertThat(socket.getSubprotocol()).isEqualTo("v5.channel.k8s.io");
        say(socket, 0, "sky\nrest");
        channels.await(1, "blue sky\n");
        socket.sendBinary(ByteBuffer.wrap(new byte[] {(byte) 255, 0}), true).join();
        channels.closed.get(30, TimeUnit.SECONDS);
        assertThat(channels.said(1)).isEqualTo("blue sky\n");
        assertThat(channels.said(2)).isEqualTo("rest");
        assertThat(channels.said(3)).contains("\"reason\":\"ExitCode\",\"message\":\"3\"");
    }

    @Test
    void a_command_has_a_terminal_and_ends_when_its_client_goes() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "this machine has no script(1)");
        create("typed", sh("exec sleep 600", ""));
        await("typed", PodsTest::isReady);
        Channels channels = new Channels();
        WebSocket socket = node.webSocket(
                PODS + "/typed/exec?command=sh&stdin=true&stdout=true&tty=true", "v5.channel.k8s.io", channels);
        say(socket, 4, "{\"Width\":91,\"Height\":17}");
        say(socket, 0, "tty && stty size && echo pid=$$=\n");
        channels.await(1, "/dev/pts/");
        channels.await(1, "17 91");
        ProcessHandle shell = ProcessHandle.of(Long.parseLong(channels.await(1, "pid=(\\d+)=")))
                .orElseThrow();
        socket.abort();
        shell.onExit().get(30, TimeUnit.SECONDS);
    }

    @Test
    void whoever_attends_to_a_container_hears_it_until_it_ends() throws Exception {
        create(
                "heard",
                sh("read go < /dev/null; trap \\\"echo bye; exit\\\" TERM; while :; do echo tick; sleep 1; done", ""));
        await("heard", PodsTest::isReady);
        Channels channels = new Channels();
        node.webSocket(PODS + "/heard/attach?stdout=true&stderr=true", "v4.channel.k8s.io", channels);
        channels.await(1, "tick\n");
        delete("heard?gracePeriodSeconds=20");
        channels.closed.get(30, TimeUnit.SECONDS);
        assertThat(channels.said(1)).contains("bye\n");
        assertThat(channels.said(3)).contains("Success");
    }

    @Test
    void a_port_of_a_pod_is_brought_to_a_client() throws Exception {
        create(
                "served",
                "'containers':[{'name':'c','image':'dontrebootme/microbot:v1','env':[{'name':'PORT','value':'8188'}],"
                        + "'readinessProbe':{'tcpSocket':{'port':8188},'periodSeconds':1}}]");
        await("served", PodsTest::isReady);
        Channels channels = new Channels();
        WebSocket socket = node.webSocket(PODS + "/served/portforward?ports=8188", "v4.channel.k8s.io", channels);
        say(socket, 0, "GET / HTTP/1.0\r\n\r\n");
        channels.await(0, "Container hostname: served");
        socket.abort();
    }

    @Test
    void what_is_no_connection_or_not_for_them_is_refused_in_the_words_of_the_api() throws Exception {
        create("plain", sh("exec sleep 600", ""));
        await("plain", PodsTest::isReady);
        HttpResponse<byte[]> response =
                node.send(node.request(PODS + "/plain/exec?command=ls").POST(BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(new String(response.body(), UTF_8)).contains("Upgrade request required");
        assertThatThrownBy(() -> node.webSocket(PODS + "/plain/exec?command=ls", "v1.other", new Channels()))
                .hasStackTraceContaining("WebSocketHandshakeException");
    }
}
