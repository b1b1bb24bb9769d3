package io.quorate.chaos.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.follow.Line;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectForm;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.Times;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.HighestRandomWeight;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.node.contract.Admission;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.Presence;
import io.quorate.node.role.NodeKind;
import io.quorate.node.trust.Keys;
import io.quorate.persistence.remote.RemoteConnection;
import io.quorate.persistence.remote.RemoteService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;

/**
 * Many workers in this process, as a cluster sees them: each joins, tells its presence once a second, follows a node of its own choice over a connection of
 * its own, and says that its pods run. Presences and statuses of all go over one connection to the leader, where real workers have one each. No pod runs.
 */
final class SimulatedWorkers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int JOINS_AT_ONCE = 8;
    private static final int ATTEMPTS = 10;
    private static final int SLICES = 50;
    private static final int PODS = 110;

    /**
     * The cluster that they join.
     *
     * @param nodes of the API ports, {@code host:port}, of the nodes with a copy
     * @param leader the same of the one that leads
     * @param clusterPorts of the nodes with a copy, the leader's first
     * @param release of the nodes
     */
    record Cluster(
            String id, String epoch, List<String> nodes, String leader, List<String> clusterPorts, String release) {}

    private record Worker(String name, String member, String address, String host) {}

    private final Cluster cluster;
    private final HttpClient http;
    private final RemoteConnection connection;
    private final RemoteService presences;
    private final RemoteService objects;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().factory());
    private final List<Worker> workers = new ArrayList<>();
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final Set<String> saying = ConcurrentHashMap.newKeySet();
    private final AtomicInteger follow = new AtomicInteger();
    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong late = new AtomicLong();
    private volatile boolean closed;

    /**
     * @param context shows the certificate of a node
     * @param credentials file of those of a service, for the cluster port
     * @param host address of this process
     */
    SimulatedWorkers(Cluster cluster, SSLContext context, Path credentials, String host) {
        this.cluster = cluster;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .sslContext(context)
                .build();
        this.connection = RemoteConnection.open(cluster.clusterPorts(), host, 0, credentials.toString());
        this.presences = connection.service("/user/presence", Duration.ofSeconds(2));
        this.objects = connection.service("/user/objects", Duration.ofSeconds(10));
    }

    private static Worker worker(int number) {
        String host = "10.99." + number / 250 + "." + (1 + number % 250);
        String name = "w%04d".formatted(number);
        return new Worker(name, name + "#1@" + host + ":19001", host + ":19001", host);
    }

    /**
     * Joins so many, and begins to tell their presence.
     *
     * @param seed join port of a node
     * @param tokens each good for a thousand
     */
    void join(int number, String seed, List<String> tokens) throws InterruptedException {
        byte[] request = Keys.request(Keys.pair(new SecureRandom()));
        Semaphore at = new Semaphore(JOINS_AT_ONCE);
        List<CompletableFuture<?>> joins = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            Worker worker = worker(i);
            MembershipMessage.Join join = new MembershipMessage.Join(
                    "",
                    worker.name(),
                    worker.address(),
                    worker.host() + ":16443",
                    worker.host() + ":25000",
                    System.currentTimeMillis(),
                    NodeKind.WORKER.word());
            byte[] body =
                    MembershipForm.bytes(new Admission.Request(tokens.get(i / 1000), join, request, cluster.release()));
            at.acquire();
            joins.add(admitted(worker, seed, body, ATTEMPTS)
                    .whenComplete((answer, failure) -> at.release())
                    .toCompletableFuture());
        }
        CompletableFuture.allOf(joins.toArray(CompletableFuture<?>[]::new)).join();
        for (int slice = 0; slice < SLICES; slice++) {
            int mine = slice;
            clock.scheduleAtFixedRate(() -> tell(mine), 1000L * slice / SLICES, 1000, TimeUnit.MILLISECONDS);
        }
    }

    /** Again where there was no leader: the name is let in as the same node then. */
    private CompletionStage<Void> admitted(Worker worker, String seed, byte[] body, int attempts) {
        return http.sendAsync(
                        HttpRequest.newBuilder(URI.create("https://" + seed + "/v1/admit"))
                                .timeout(PATIENCE)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray())
                .thenCompose(answer -> {
                    if (answer.statusCode() != 200 && attempts > 1) {
                        return admitted(worker, seed, body, attempts - 1);
                    }
                    joined(worker, answer);
                    return CompletableFuture.completedFuture(null);
                });
    }

    private void joined(Worker worker, HttpResponse<byte[]> response) {
        if (response.statusCode() != 200) {
            throw new IllegalStateException(
                    worker.name() + " was not let in: " + new String(response.body(), StandardCharsets.UTF_8));
        }
        MembershipMessage decision =
                MembershipForm.read(response.body(), Admission.Answer.class).decision();
        if (!(decision
                instanceof MembershipMessage.Granted(var member, var id, var founders, var contacts, var epoch))) {
            throw new IllegalStateException(worker.name() + " was not let in: " + decision);
        }
        synchronized (workers) {
            workers.add(new Worker(worker.name(), member, worker.address(), worker.host()));
        }
    }

    private List<Worker> all() {
        synchronized (workers) {
            return List.copyOf(workers);
        }
    }

    private void tell(int slice) {
        List<Worker> all = all();
        for (int i = slice; i < all.size(); i += SLICES) {
            Worker each = all.get(i);
            Presence presence = new Presence(
                    cluster.id(),
                    each.member(),
                    "worker",
                    0,
                    cluster.release(),
                    System.currentTimeMillis(),
                    0,
                    each.host() + ":16443",
                    each.host() + ":25000",
                    cluster.epoch());
            presences
                    .call(MembershipForm.bytes(presence), Duration.ofSeconds(2))
                    .whenComplete((answer, failure) -> {
                        if (failure != null) {
                            late.incrementAndGet();
                        }
                    });
        }
    }

    /** Each follows a node, and says what its machine is; completes when all of them do. */
    void follow() throws InterruptedException, ExecutionException, TimeoutException {
        List<CompletableFuture<?>> said = new ArrayList<>();
        for (Worker each : all()) {
            begin(each, 0);
            ObjectNode status = Json.object();
            for (String amounts : List.of("capacity", "allocatable")) {
                status.putObject(amounts).put("cpu", "4").put("memory", "8Gi").put("pods", Integer.toString(PODS));
            }
            said.add(write(ObjectKey.of(ResourceTypes.NODE, "", each.name()), PatchKind.MERGE, status)
                    .toCompletableFuture());
        }
        CompletableFuture.allOf(said.toArray(CompletableFuture<?>[]::new)).get(120, TimeUnit.SECONDS);
    }

    private String chosen(Worker worker) {
        return cluster.nodes().stream()
                .filter(node -> cluster.nodes().size() == 1 || !node.equals(cluster.leader()))
                .max(Comparator.comparingLong(node -> HighestRandomWeight.of(worker.name(), node)))
                .orElseThrow();
    }

    private void begin(Worker worker, long after) {
        Followed reader = new Followed(worker, after);
        http.sendAsync(
                        HttpRequest.newBuilder(URI.create("https://" + chosen(worker) + "/v1/follow/" + worker.name()
                                        + "?after=" + after))
                                .build(),
                        HttpResponse.BodyHandlers.fromLineSubscriber(reader))
                .whenComplete((answer, failure) -> {
                    if (reader.counted.get()) {
                        follow.decrementAndGet();
                    }
                    if (!closed) {
                        boolean anew = failure == null && answer.statusCode() == 410;
                        clock.schedule(() -> begin(worker, anew ? 0 : reader.version), 500, TimeUnit.MILLISECONDS);
                    }
                });
    }

    /** Lines of one worker, as they come. */
    private final class Followed implements Flow.Subscriber<String> {
        private final Worker worker;
        private final AtomicBoolean counted = new AtomicBoolean();
        private volatile long version;

        Followed(Worker worker, long version) {
            this.worker = worker;
            this.version = version;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String text) {
            lines.incrementAndGet();
            bytes.addAndGet(text.length());
            if (text.isEmpty() || text.charAt(0) == '{') {
                return; // a refusal, which its status says
            }
            Line line = Line.read(text.getBytes(StandardCharsets.UTF_8));
            if (line.kind() == Line.Kind.COMPLETE) {
                version = line.version();
                if (counted.compareAndSet(false, true)) {
                    follow.incrementAndGet();
                }
            } else if (line.kind() == Line.Kind.IS && line.type().equals(ResourceTypes.POD.id())) {
                pod(worker, Json.readObject(line.json()));
            }
        }

        @Override
        public void onError(Throwable failure) {
            // told by what completes
        }

        @Override
        public void onComplete() {
            // likewise
        }
    }

    private void pod(Worker worker, ObjectNode pod) {
        JsonNode metadata = pod.path("metadata");
        String uid = metadata.path("uid").asText();
        ObjectKey key = ObjectKey.of(
                ResourceTypes.POD,
                metadata.path("namespace").asText(),
                metadata.path("name").asText());
        if (metadata.has("deletionTimestamp")) {
            objects.call(
                    ObjectForm.bytes(new ObjectCommand.Delete(
                            key, new DeleteOptions(Optional.of(0L), uid, ""), request(worker))),
                    PATIENCE);
        } else if (Json.at(pod, "status.phase").asText().equals("Running")) {
            running.add(uid);
        } else if (saying.add(uid)) {
            write(key, PatchKind.STRATEGIC, runs(worker, pod)).whenComplete((code, failure) -> {
                if (failure != null || code != 200) {
                    saying.remove(uid); // and once more when it is told of it the next time
                }
            });
        }
    }

    private static ObjectNode runs(Worker worker, ObjectNode pod) {
        String now = Times.text(System.currentTimeMillis());
        String address = "127.64.0.1";
        ObjectNode status = Json.object().put("phase", "Running").put("hostIP", worker.host());
        status.put("podIP", address).put("startTime", now);
        ArrayNode conditions = status.putArray("conditions");
        for (String each : List.of("Initialized", "ContainersReady", "Ready")) {
            conditions.addObject().put("type", each).put("status", "True").put("lastTransitionTime", now);
        }
        ObjectNode container = status.putArray("containerStatuses").addObject();
        JsonNode first = Json.at(pod, "spec.containers").path(0);
        container.put("name", first.path("name").asText()).put("ready", true).put("restartCount", 0);
        container
                .put("image", first.path("image").asText())
                .put("imageID", first.path("image").asText())
                .put("started", true);
        container.putObject("state").putObject("running").put("startedAt", now);
        return status;
    }

    private CompletionStage<Integer> write(ObjectKey key, PatchKind kind, ObjectNode status) {
        ObjectNode patch = Json.object();
        patch.set("status", status);
        ObjectCommand command =
                new ObjectCommand.Patch(key, "status", kind, Json.bytes(patch), false, request(worker(0)));
        return objects.call(ObjectForm.bytes(command), PATIENCE)
                .thenApply(answer -> ObjectForm.reply(answer).code());
    }

    private static Request request(Worker worker) {
        return new Request(
                "node " + worker.name(),
                "quorate",
                false,
                Request.FieldValidation.IGNORE,
                System.currentTimeMillis(),
                UUID.randomUUID().toString(),
                "bench");
    }

    /** How many of them are told of their objects. */
    int following() {
        return follow.get();
    }

    /** How many pods were seen to run, by those whose they are. */
    int running() {
        return running.size();
    }

    /** What all were told, and what of presences was not answered in time. */
    Map<String, Long> told() {
        return Map.of("lines", lines.get(), "bytes", bytes.get(), "late", late.get());
    }

    @Override
    public void close() throws IOException {
        closed = true;
        clock.shutdownNow();
        http.shutdownNow();
        connection.close();
    }
}
