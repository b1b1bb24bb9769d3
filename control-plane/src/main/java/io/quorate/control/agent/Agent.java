package io.quorate.control.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectReply;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Quantity;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.resource.Volumes;
import io.quorate.node.workload.Attempt;
import io.quorate.node.workload.ContainerRun;
import io.quorate.node.workload.ContainerStart;
import io.quorate.node.workload.ContainerWish;
import io.quorate.node.workload.Limits;
import io.quorate.node.workload.PodAddresses;
import io.quorate.node.workload.PodPlan;
import io.quorate.node.workload.PodPlan.Action;
import io.quorate.node.workload.PodRecord;
import io.quorate.node.workload.PodReport;
import io.quorate.node.workload.PodRuntime;
import io.quorate.node.workload.PodSync;
import io.quorate.node.workload.PodWish;
import io.quorate.node.workload.Probe;
import io.quorate.node.workload.Prober;
import io.quorate.node.workload.StartRefused;
import io.quorate.node.workload.oci.RootFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one node: the shell around {@link PodSync}. Everything that is remembered belongs to one thread, which begins with the first object; a
 * timer is set for the earliest moment that any pod waits for, and for nothing else.
 *
 * <p>What runs goes on whatever becomes of the cluster. Nothing is begun, and nothing is ended for want of its object, before this node has once seen what
 * the cluster has now: its own copy may be old.
 */
public final class Agent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    /** Statuses are written together when this much time has passed since the first that changed. */
    private static final long GATHER_MILLIS = 100;

    private static final long AGAIN_MILLIS = 2000;
    /** A pod whose object is gone by force has as little time as kubernetes gives it. */
    private static final long FORCED_MILLIS = 1000;

    private static final String WARNING = "Warning";
    private static final String NORMAL = "Normal";
    private static final int MAX_STEPS = 8;
    private static final long CLOSE_PATIENCE_SECONDS = 5;

    /**
     * Which node.
     *
     * @param address at which the other nodes reach it
     * @param release of this program
     */
    public record Self(String name, String address, String release, Path dataFolder) {
        /** Of the pods. */
        public Path workloads() {
            return dataFolder.resolve("workloads");
        }

        /** Of the volumes that claims have. */
        Path volumes() {
            return dataFolder.resolve("volumes").toAbsolutePath().normalize();
        }
    }

    private static final Set<String> VOLUMES =
            Set.of(ResourceTypes.PERSISTENT_VOLUME_CLAIM.id(), ResourceTypes.PERSISTENT_VOLUME.id());

    private static final Supplier<StartRefused> NO_COPY = () ->
            new StartRefused("CreateContainerConfigError", "this node holds no copy of the cluster's objects now");

    /** What is remembered of a pod. */
    private static final class Work {
        final String uid;
        ObjectNode pod;
        boolean gone;
        long goneMillis;
        Map<String, ContainerRun> runs = Map.of();
        OptionalLong again = OptionalLong.empty();

        @Nullable
        ObjectNode said;

        long saidVersion;
        boolean saying;
        boolean deleting;

        @Nullable
        Withdrawal withdrawal;

        Set<String> crashing = new HashSet<>();

        Work(String uid, ObjectNode pod) {
            this.uid = uid;
            this.pod = pod;
        }
    }

    private final Self self;
    private final ObjectLink link;
    private final PodRuntime runtime;
    private final Prober prober;
    private final LongSupplier clock;
    private final PodEvents events;
    private final VolumeFolders volumes;
    private final Set<String> emptying = new HashSet<>();
    private final ScheduledThreadPoolExecutor thread;
    private final AtomicBoolean lookingSoon = new AtomicBoolean();
    private final Map<String, Work> works = new HashMap<>();
    private String clusterId = "";
    private boolean current;
    private boolean asking;
    private long seen = -1;
    private String latestAddress = "";
    private boolean writingSoon;
    private boolean sayingNode;
    private ObjectNode facts = Json.object();
    private long nodeVersion = -1;
    private boolean toldShortcomings;
    private final Set<String> unsaid = new HashSet<>();
    private @Nullable ScheduledFuture<?> timer;
    private long timerMillis = Long.MAX_VALUE;
    private volatile boolean begun;
    private volatile boolean closed;

    /** @param clock milliseconds since 1970 */
    public Agent(Self self, ObjectLink link, PodRuntime runtime, LongSupplier clock) {
        this.self = self;
        this.link = link;
        this.runtime = runtime;
        this.prober = new Prober(runtime);
        this.clock = clock;
        this.events = new PodEvents(self.name());
        this.volumes = new VolumeFolders(self.name(), self.volumes());
        this.thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("quorate-agent").factory());
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        runtime.onChange(uid -> run(() -> {
            Optional.ofNullable(works.get(uid)).ifPresent(this::sync);
            plan();
        }));
        link.onChange(this::lookSoon);
    }

    /** The runtime, for who shows logs. */
    public PodRuntime runtime() {
        return runtime;
    }

    private void run(Runnable step) {
        try {
            thread.execute(guarded(step));
        } catch (RejectedExecutionException e) {
            LOG.debug("the agent is closed");
        }
    }

    private void later(long millis, Runnable step) {
        try {
            thread.schedule(guarded(step), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the agent is closed");
        }
    }

    private Runnable guarded(Runnable step) {
        return () -> {
            try {
                if (!closed) {
                    step.run();
                }
            } catch (RuntimeException e) {
                LOG.error("the agent of this node met an error, and looks again", e);
                later(AGAIN_MILLIS, this::lookAtAll);
            }
        };
    }

    private void lookSoon() {
        if (!begun && !isInUse()) {
            return; // a cluster that nobody asks for its objects has no thread for them
        }
        begun = true;
        if (!closed && lookingSoon.compareAndSet(false, true)) {
            run(() -> {
                lookingSoon.set(false);
                look();
            });
        }
    }

    private boolean isInUse() {
        return !runtime.pods().isEmpty()
                || link.clusterId()
                        .flatMap(link::state)
                        .filter(ObjectState::isFounded)
                        .isPresent();
    }

    private void lookAtAll() {
        seen = -1;
        look();
    }

    // ---- what is wanted

    private void look() {
        String now = link.clusterId().orElse("");
        if (!now.equals(clusterId)) {
            clusterId = now;
            current = false;
            asking = false;
            seen = -1;
        }
        if (now.isEmpty()) {
            forgetAll(); // it was removed from its cluster
            plan();
            return;
        }
        Optional<ObjectState> found = link.state(now);
        if (found.isEmpty() || !found.get().isFounded() && runtime.pods().isEmpty()) {
            return;
        }
        if (!current) {
            becomeCurrent(now);
        }
        take(found.get());
        emptyVolumes(found.get());
        sayNode(found.get());
        plan();
    }

    private void forgetAll() {
        for (PodRecord each : runtime.pods().values()) {
            goes(works.computeIfAbsent(each.uid(), uid -> new Work(uid, named(each))));
        }
        List.copyOf(works.values()).forEach(this::sync);
    }

    private void becomeCurrent(String asked) {
        if (asking) {
            return;
        }
        asking = true;
        link.current(asked)
                .whenComplete((state, failure) -> run(() -> {
                    asking = false;
                    if (!asked.equals(clusterId)) {
                        return;
                    }
                    if (failure == null) {
                        current = true;
                        lookAtAll();
                    } else {
                        later(AGAIN_MILLIS, this::look); // no leader: what runs goes on
                    }
                }));
    }

    private void take(ObjectState state) {
        Optional<Collection<Change>> changes = seen < 0 ? Optional.empty() : state.changesAfter(seen);
        Set<String> concerned = new HashSet<>();
        if (changes.isEmpty()) {
            Set<String> there = new HashSet<>();
            for (StoredObject each : state.list(ResourceTypes.POD, "", "")) {
                if (isMine(each)) {
                    there.add(each.uid());
                    wants(each);
                }
            }
            for (PodRecord each : runtime.pods().values()) {
                works.computeIfAbsent(each.uid(), uid -> new Work(uid, named(each)));
            }
            if (current) {
                works.values().stream()
                        .filter(work -> !there.contains(work.uid))
                        .forEach(this::goes);
            }
            concerned.addAll(works.keySet());
        } else {
            for (Change change : changes.get()) {
                StoredObject object = change.now();
                if (object.key().type().equals(ResourceTypes.POD.id()) && isMine(object)) {
                    concerned.add(object.uid());
                    if (change.deleted()) {
                        Optional.ofNullable(works.get(object.uid())).ifPresent(this::goes);
                    } else {
                        wants(object);
                    }
                } else if (object.key().type().equals(ResourceTypes.NODE.id())
                        && object.key().name().equals(self.name())) {
                    concerned.addAll(works.keySet()); // it may have its range of addresses now
                } else if (object.key().type().equals(ResourceTypes.ENDPOINT_SLICE.id())) {
                    works.values().stream()
                            .filter(work -> work.withdrawal != null && work.withdrawal.waits())
                            .forEach(work -> concerned.add(work.uid));
                } else if (VOLUMES.contains(object.key().type())) {
                    works.values().stream()
                            .filter(work ->
                                    !Volumes.claims(work.pod.path("spec")).isEmpty())
                            .forEach(work -> concerned.add(work.uid)); // it may have what it waits for
                }
            }
        }
        seen = state.version();
        for (String uid : concerned) {
            Optional.ofNullable(works.get(uid)).ifPresent(this::sync);
        }
    }

    private boolean isMine(StoredObject pod) {
        return pod.field("spec.nodeName").equals(self.name());
    }

    private void wants(StoredObject pod) {
        Work work = works.computeIfAbsent(pod.uid(), uid -> new Work(uid, pod.tree()));
        work.pod = pod.tree();
        work.gone = false;
    }

    private void goes(Work work) {
        if (!work.gone) {
            work.gone = true;
            work.goneMillis = clock.getAsLong();
        }
    }

    /** All that is known of a pod whose object is not. */
    private static ObjectNode named(PodRecord record) {
        ObjectNode pod = Json.object();
        pod.putObject("metadata")
                .put("uid", record.uid())
                .put("namespace", record.namespace())
                .put("name", record.name());
        return pod;
    }

    // ---- one pod

    private void sync(Work work) {
        for (int i = 0; i < MAX_STEPS; i++) {
            if (!step(work)) {
                return;
            }
        }
        work.again = OptionalLong.of(clock.getAsLong() + 1);
    }

    /** @return whether something was done after which there may be more to do */
    private boolean step(Work work) {
        long now = clock.getAsLong();
        Optional<PodRecord> record = runtime.pod(work.uid);
        work.again = OptionalLong.empty();
        if (work.pod.path("spec").isMissingNode() && !work.gone) {
            return false; // it runs, and who wants it is not known yet
        }
        if (record.isEmpty()) {
            return begins(work, now);
        }
        PodWish wish = work.gone
                ? leaving(work, record.get())
                : PodForm.wish(work.pod, runtime::listensOn, toldFromMillis(work, now));
        Map<String, ContainerRun> runs = new HashMap<>();
        for (List<ContainerWish> list : List.of(wish.initContainers(), wish.containers())) {
            for (ContainerWish each : list) {
                List<Attempt> attempts = record.get().attempts().getOrDefault(each.name(), List.of());
                runs.put(each.name(), known(work, each.name(), attempts).at(attempts));
            }
        }
        PodPlan plan = PodSync.plan(wish, runs, now);
        work.runs = plan.runs();
        work.again = plan.againMillis();
        if (!work.gone) {
            crashes(work, plan.report());
            say(work, plan.report(), record.get());
        }
        boolean again = false;
        for (Action action : plan.actions()) {
            again |= act(work, wish, record.get(), action, now);
        }
        return again;
    }

    /** One that ran before this agent did is as its status has it, and no pod is taken from its service because its node was restarted. */
    private static ContainerRun known(Work work, String container, List<Attempt> attempts) {
        ContainerRun known = work.runs.get(container);
        return known != null ? known : PodStatus.takenUp(work.pod, work.uid, container, attempts);
    }

    private long toldFromMillis(Work work, long now) {
        OptionalLong end = PodForm.endsAt(work.pod);
        if (end.isEmpty()) {
            return now;
        }
        Withdrawal is = work.withdrawal == null ? Withdrawal.begun(now) : work.withdrawal;
        Optional<ObjectState> state = link.state(clusterId);
        if (is.waits() && state.isPresent()) {
            String namespace = Json.at(work.pod, "metadata.namespace").asText();
            is = is.next(state.get(), namespace, work.uid, now);
        }
        work.withdrawal = is;
        return is.toldFromMillis(end.getAsLong());
    }

    /** A pod that is not here yet. */
    private boolean begins(Work work, long now) {
        if (work.gone) {
            works.remove(work.uid);
            unsaid.remove(work.uid);
            return false;
        }
        String phase = Json.at(work.pod, "status.phase").asText();
        boolean over = phase.equals("Succeeded") || phase.equals("Failed");
        if (Json.at(work.pod, "metadata").has("deletionTimestamp")) {
            delete(work);
            return false;
        }
        if (over || !current) {
            return false;
        }
        Optional<String> address = address(work.pod);
        if (address.isEmpty()) {
            return false; // it is looked at again when the node's object changes, or a pod has gone
        }
        JsonNode metadata = work.pod.path("metadata");
        try {
            runtime.begin(
                    work.uid,
                    metadata.path("namespace").asText(),
                    metadata.path("name").asText(),
                    address.get(),
                    now);
        } catch (UncheckedIOException e) {
            tell(work, "", WARNING, "FailedCreatePodSandBox", "Failed to create pod sandbox: " + e.getMessage());
            work.again = OptionalLong.of(now + TimeUnit.SECONDS.toMillis(10));
            return false;
        }
        latestAddress = address.get();
        return true;
    }

    private Optional<String> address(ObjectNode pod) {
        if (Json.at(pod, "spec.hostNetwork").asBoolean()) {
            return Optional.of(self.address());
        }
        Optional<ObjectState> state = link.state(clusterId);
        String range = state.flatMap(each -> each.get(ObjectKey.of(ResourceTypes.NODE, "", self.name())))
                .map(node -> Json.at(node.tree(), "spec.podCIDR").asText())
                .orElse("");
        if (range.isEmpty()) {
            return Optional.empty();
        }
        Set<String> used = new HashSet<>();
        runtime.pods().values().forEach(each -> used.add(each.address()));
        return PodAddresses.next(range, used, latestAddress);
    }

    /** A pod whose object is gone, as it is ended. */
    private static PodWish leaving(Work work, PodRecord record) {
        return new PodWish(
                record.uid(),
                record.namespace(),
                record.name(),
                PodWish.Restart.NEVER,
                FORCED_MILLIS,
                List.of(),
                record.attempts().keySet().stream()
                        .map(name -> new ContainerWish(name, "", Map.of(), false))
                        .toList(),
                Optional.of(new PodWish.Ending(work.goneMillis + FORCED_MILLIS, work.goneMillis)));
    }

    private boolean act(Work work, PodWish wish, PodRecord record, Action action, long now) {
        switch (action) {
            case Action.Start start -> {
                if (!current || !hasVolumes(work)) {
                    return false; // what this node knows may be old: the pod may be elsewhere by now
                }
                start(work, record, start, now);
                return true;
            }
            case Action.Prepare prepare -> prepare(work, prepare, now);
            case Action.Terminate(var container) -> runtime.terminate(work.uid, container);
            case Action.Kill(var container) -> runtime.kill(work.uid, container);
            case Action.Look look -> look(work, wish, record, look);
            case Action.Tell tell ->
                tell(work, PodForm.fieldPath(work.pod, tell.container()), tell.type(), tell.reason(), tell.message());
            case Action.Over() -> {
                if (work.gone) {
                    runtime.remove(work.uid);
                    works.remove(work.uid);
                    unsaid.remove(work.uid);
                    // Its address is free.
                    works.values().forEach(each -> {
                        if (runtime.pod(each.uid).isEmpty()) {
                            each.again = OptionalLong.of(now);
                        }
                    });
                } else {
                    delete(work);
                }
            }
        }
        return false;
    }

    /** It is looked at again when a claim or a volume changes. */
    private boolean hasVolumes(Work work) {
        return link.state(clusterId)
                .filter(state -> VolumeFolders.areBound(work.pod, state))
                .isPresent();
    }

    /** Takes away the folders of volumes that go, each once at a time, and tells that they are gone. */
    private void emptyVolumes(ObjectState state) {
        if (!current) {
            return;
        }
        String cluster = clusterId;
        for (StoredObject each : volumes.ending(state)) {
            if (!emptying.add(each.uid())) {
                continue;
            }
            ObjectNode volume = each.tree();
            Thread.ofVirtual().name("quorate-volume").start(() -> {
                try {
                    volumes.delete(volume);
                    Volumes.release(volume, Volumes.FOLDER);
                    link.ask(cluster, new ObjectCommand.Update(each.key(), "", Json.bytes(volume), link.request()))
                            .whenComplete((reply, failure) -> emptied(each, failure == null && reply.code() < 300));
                } catch (IOException e) {
                    LOG.warn(
                            "the folder of volume {} cannot be deleted: {}",
                            each.key().name(),
                            e.getMessage());
                    emptied(each, false);
                }
            });
        }
    }

    private void emptied(StoredObject volume, boolean done) {
        run(() -> {
            if (done) {
                emptying.remove(volume.uid());
            } else {
                later(AGAIN_MILLIS, () -> {
                    emptying.remove(volume.uid());
                    look();
                });
            }
        });
    }

    private void start(Work work, PodRecord record, Action.Start start, long now) {
        String field = PodForm.fieldPath(work.pod, start.container());
        ContainerRun run = work.runs.getOrDefault(start.container(), ContainerRun.NONE);
        try {
            JsonNode container = PodForm.container(work.pod, start.container()).orElse(Json.object());
            ContainerStart ready = ready(work, record, container, start);
            runtime.start(ready, now);
            remember(work, start.container(), run.startable());
            String image = container.path("image").asText();
            if (runtime.has(image)) {
                tell(work, field, NORMAL, "Pulled", "Container image \"" + image + "\" already present on machine");
            } else {
                tell(
                        work,
                        field,
                        WARNING,
                        "ImageNotUsed",
                        "Container image \"" + image
                                + "\" is not used: the command runs with the programs of this machine");
            }
            tell(work, field, NORMAL, "Created", "Created container " + start.container());
            tell(work, field, NORMAL, "Started", "Started container " + start.container());
        } catch (StartRefused e) {
            ContainerRun refused = run.refused(e, now);
            remember(work, start.container(), refused);
            String image = PodForm.container(work.pod, start.container())
                    .map(each -> each.path("image").asText())
                    .orElse("");
            tell(
                    work,
                    field,
                    WARNING,
                    "Failed",
                    switch (e.reason()) {
                        case "ErrImagePull" -> "Failed to pull image \"" + image + "\": " + e.message();
                        default -> "Error: " + e.message();
                    });
        }
    }

    private static void remember(Work work, String container, ContainerRun run) {
        Map<String, ContainerRun> runs = new HashMap<>(work.runs);
        runs.put(container, run);
        work.runs = Map.copyOf(runs);
    }

    private ContainerStart ready(Work work, PodRecord record, JsonNode container, Action.Start start)
            throws StartRefused {
        ObjectState state = link.state(clusterId).orElseThrow(NO_COPY);
        Surroundings surroundings = new Surroundings(work.pod, record.address(), self.address(), state);
        Map<String, String> environment = surroundings.environment(container);
        return new ContainerStart(
                work.uid,
                start.container(),
                start.attempt(),
                start.backOffMillis(),
                container.path("image").asText(),
                PodForm.texts(container.path("command")).stream()
                        .map(each -> Surroundings.expanded(each, environment))
                        .toList(),
                PodForm.texts(container.path("args")).stream()
                        .map(each -> Surroundings.expanded(each, environment))
                        .toList(),
                environment,
                container.path("workingDir").asText(),
                mounts(work, container, surroundings),
                new Limits(
                        Quantity.whole(Json.at(container, "resources.limits.memory"))
                                .orElse(0L),
                        Quantity.thousandths(Json.at(container, "resources.limits.cpu"))
                                .orElse(0L)),
                record.address(),
                PodForm.walls(work.pod, container));
    }

    private Map<String, Path> mounts(Work work, JsonNode container, Surroundings surroundings) throws StartRefused {
        Map<String, Path> mounts = new HashMap<>();
        for (JsonNode mount : container.path("volumeMounts")) {
            String name = mount.path("name").asText();
            Path at = volume(work, name, surroundings);
            String part = mount.path("subPath").asText();
            try {
                mounts.put(mount.path("mountPath").asText(), part.isEmpty() ? at : RootFolder.part(at, part));
            } catch (IOException e) {
                throw new StartRefused("CreateContainerConfigError", "the subPath " + e.getMessage());
            }
        }
        return mounts;
    }

    private Path volume(Work work, String name, Surroundings surroundings) throws StartRefused {
        for (JsonNode volume : Json.at(work.pod, "spec.volumes")) {
            if (!volume.path("name").asText().equals(name)) {
                continue;
            }
            if (volume.has("hostPath")) {
                return Path.of(Json.at(volume, "hostPath.path").asText());
            }
            if (volume.has("persistentVolumeClaim")) {
                ObjectState state = link.state(clusterId).orElseThrow(NO_COPY);
                return volumes.folder(
                        Json.at(work.pod, "metadata.namespace").asText(),
                        Json.at(volume, "persistentVolumeClaim.claimName").asText(),
                        state);
            }
            Optional<Map<String, byte[]>> files = surroundings.files(volume);
            if (files.isEmpty() && !volume.has("emptyDir")) {
                throw new StartRefused(
                        "CreateContainerError",
                        "volume \"" + name + "\" is of a kind that this runtime has not: it has emptyDir, hostPath,"
                                + " configMap, secret and persistentVolumeClaim");
            }
            try {
                Path folder = runtime.volume(work.uid, name);
                for (Map.Entry<String, byte[]> file : files.orElse(Map.of()).entrySet()) {
                    write(folder, file.getKey(), file.getValue());
                }
                return folder;
            } catch (IOException | UncheckedIOException e) {
                throw new StartRefused(
                        "CreateContainerError", "volume \"" + name + "\" cannot be written: " + e.getMessage());
            }
        }
        throw new StartRefused("CreateContainerError", "the pod has no volume \"" + name + "\"");
    }

    private static void write(Path folder, String name, byte[] content) throws IOException {
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder)) {
            throw new IOException("the path " + name + " leads out of the volume");
        }
        Path at = RootFolder.part(folder, folder.relativize(file.getParent()).toString())
                .resolve(file.getFileName());
        Files.deleteIfExists(at);
        Files.createFile(at, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(at, content);
    }

    private void prepare(Work work, Action.Prepare prepare, long now) {
        List<String> command = PodForm.container(work.pod, prepare.container())
                .map(each -> PodForm.texts(Json.at(each, "lifecycle.preStop.exec.command")))
                .orElse(List.of());
        Duration patience = Duration.ofMillis(Math.max(1, prepare.untilMillis() - now));
        Thread.ofVirtual().name("quorate-pre-stop").start(() -> {
            Probe.Result result = runtime.exec(work.uid, prepare.container(), command, patience);
            run(() -> {
                if (!result.well()) {
                    tell(
                            work,
                            PodForm.fieldPath(work.pod, prepare.container()),
                            WARNING,
                            "FailedPreStopHook",
                            "PreStopHook failed: " + result.message());
                }
                remember(
                        work,
                        prepare.container(),
                        work.runs
                                .getOrDefault(prepare.container(), ContainerRun.NONE)
                                .prepared());
                sync(work);
                plan();
            });
        });
    }

    private void look(Work work, PodWish wish, PodRecord record, Action.Look look) {
        Optional<ContainerWish> container = wish.containers().stream()
                .filter(each -> each.name().equals(look.container()))
                .findFirst();
        Optional<Probe> probe = container.map(each -> each.probes().get(look.kind()));
        if (probe.isEmpty()) {
            return;
        }
        Thread.ofVirtual().name("quorate-probe").start(() -> {
            Probe.Result result = prober.look(
                    work.uid,
                    look.container(),
                    record.address(),
                    probe.get().check(),
                    Duration.ofMillis(probe.get().timeoutMillis()));
            run(() -> {
                boolean here = works.get(work.uid) == work && !work.gone;
                if (!here) {
                    return;
                }
                if (!result.well() && probe.get().isToldOf()) {
                    Action.Tell tell = PodSync.unwell(look.container(), look.kind(), result.message());
                    tell(
                            work,
                            PodForm.fieldPath(work.pod, look.container()),
                            tell.type(),
                            tell.reason(),
                            tell.message());
                }
                ContainerRun run = work.runs.getOrDefault(look.container(), ContainerRun.NONE);
                remember(
                        work,
                        look.container(),
                        run.probed(container.get(), look.kind(), look.attempt(), result.well(), clock.getAsLong()));
                sync(work);
                plan();
            });
        });
    }

    // ---- time

    /** One timer, for the earliest. */
    private void plan() {
        long earliest = works.values().stream()
                .flatMapToLong(each -> each.again.stream())
                .min()
                .orElse(Long.MAX_VALUE);
        ScheduledFuture<?> set = timer;
        if (set != null && !set.isDone() && earliest == timerMillis) {
            return;
        }
        if (set != null) {
            set.cancel(false);
        }
        timerMillis = earliest;
        timer = null;
        if (earliest != Long.MAX_VALUE && !closed) {
            try {
                timer = thread.schedule(
                        guarded(this::wake), Math.max(0, earliest - clock.getAsLong()), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("the agent is closed");
            }
        }
    }

    private void wake() {
        timer = null;
        timerMillis = Long.MAX_VALUE;
        long now = clock.getAsLong();
        for (Work each : List.copyOf(works.values())) {
            if (each.again.isPresent() && each.again.getAsLong() <= now) {
                sync(each);
            }
        }
        plan();
    }

    // ---- what is said

    /** A container that waits for its next attempt is told of once each time. */
    private void crashes(Work work, PodReport report) {
        for (List<PodReport.ContainerReport> list : List.of(report.initContainers(), report.containers())) {
            for (PodReport.ContainerReport each : list) {
                boolean waits = each.state() instanceof PodReport.State.Waiting waiting
                        && (waiting.reason().equals("CrashLoopBackOff")
                                || waiting.reason().equals("ImagePullBackOff"));
                if (!waits) {
                    work.crashing.remove(each.name());
                } else if (work.crashing.add(each.name())) {
                    boolean image = each.last().isEmpty();
                    tell(
                            work,
                            PodForm.fieldPath(work.pod, each.name()),
                            image ? NORMAL : WARNING,
                            "BackOff",
                            image
                                    ? "Back-off pulling image \"" + each.image() + "\""
                                    : "Back-off restarting failed container " + each.name() + " in pod "
                                            + Json.at(work.pod, "metadata.name").asText() + "_"
                                            + Json.at(work.pod, "metadata.namespace")
                                                    .asText()
                                            + "(" + work.uid + ")");
                }
            }
        }
    }

    private void tell(Work work, String field, String type, String reason, String message) {
        if (work.gone || clusterId.isEmpty()) {
            return; // nobody is left to ask for it
        }
        String cluster = clusterId;
        events.tell(work.pod, field, type, reason, message, clock.getAsLong(), link.request())
                .ifPresent(command -> link.ask(cluster, command).whenComplete((reply, failure) -> {
                    if (failure != null || reply.code() >= 300) {
                        LOG.debug("an event was not stored: {} {}", reason, message);
                    }
                }));
    }

    private void say(Work work, PodReport report, PodRecord record) {
        ObjectNode before = work.pod;
        JsonNode status = before.path("status");
        JsonNode base = work.said != null ? work.said : status;
        ObjectNode next = PodStatus.of(
                work.uid, report, record.address(), self.address(), record.beganMillis(), base, clock.getAsLong());
        boolean acknowledged = seen >= work.saidVersion;
        boolean said = acknowledged && !work.saying ? PodStatus.isSaid(status, next) : next.equals(work.said);
        if (said) {
            unsaid.remove(work.uid);
            return;
        }
        work.said = next;
        unsaid.add(work.uid);
        writeSoon(GATHER_MILLIS);
    }

    private void writeSoon(long millis) {
        if (!writingSoon) {
            writingSoon = true;
            later(millis, () -> {
                writingSoon = false;
                write();
            });
        }
    }

    private void write() {
        String cluster = clusterId;
        if (cluster.isEmpty()) {
            return;
        }
        for (String uid : List.copyOf(unsaid)) {
            Work work = works.get(uid);
            if (work == null || work.gone || work.said == null) {
                unsaid.remove(uid);
            } else if (!work.saying) {
                unsaid.remove(uid);
                write(cluster, work, work.said);
            }
        }
    }

    private void write(String cluster, Work work, ObjectNode status) {
        work.saying = true;
        JsonNode metadata = work.pod.path("metadata");
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("uid", work.uid);
        ObjectNode written = status.deepCopy();
        // Else those that it had would be kept beside them.
        if (written.get("podIPs") instanceof ArrayNode addresses) {
            addresses.addObject().put("$patch", "replace");
        }
        patch.set("status", written);
        ObjectCommand command = new ObjectCommand.Patch(
                ObjectKey.of(
                        ResourceTypes.POD,
                        metadata.path("namespace").asText(),
                        metadata.path("name").asText()),
                "status",
                PatchKind.STRATEGIC,
                Json.bytes(patch),
                false,
                link.request());
        link.ask(cluster, command)
                .whenComplete((reply, failure) -> run(() -> {
                    work.saying = false;
                    if (failure == null && reply.code() == 200) {
                        work.saidVersion = version(reply);
                        if (!status.equals(work.said)) {
                            unsaid.add(work.uid);
                            writeSoon(GATHER_MILLIS);
                        }
                    } else if (failure != null || reply.code() >= 500) {
                        unsaid.add(work.uid);
                        writeSoon(AGAIN_MILLIS); // no leader, or it is not known whether it is stored
                    } else if (reply.code() != 404 && reply.code() != 409) {
                        LOG.warn(
                                "the status of pod {} was refused: {}",
                                metadata.path("name").asText(),
                                Json.readObject(reply.body()).path("message").asText());
                    }
                }));
    }

    private static long version(ObjectReply reply) {
        return Json.at(Json.readObject(reply.body()), "metadata.resourceVersion")
                .asLong();
    }

    /** A pod of which nothing runs any more, and that is to go, goes. */
    private void delete(Work work) {
        if (work.deleting || clusterId.isEmpty()) {
            return;
        }
        work.deleting = true;
        JsonNode metadata = work.pod.path("metadata");
        ObjectCommand command = new ObjectCommand.Delete(
                ObjectKey.of(
                        ResourceTypes.POD,
                        metadata.path("namespace").asText(),
                        metadata.path("name").asText()),
                new DeleteOptions(Optional.of(0L), work.uid, ""),
                link.request());
        link.ask(clusterId, command)
                .whenComplete((reply, failure) -> run(() -> {
                    if (failure != null || reply.code() >= 500) {
                        work.deleting = false;
                        later(AGAIN_MILLIS, () -> {
                            if (works.get(work.uid) == work) {
                                sync(work);
                                plan();
                            }
                        });
                    }
                }));
    }

    /** What only this machine knows of the node. */
    private void sayNode(ObjectState state) {
        Optional<StoredObject> node = state.get(ObjectKey.of(ResourceTypes.NODE, "", self.name()));
        if (node.isEmpty() || sayingNode || !current) {
            return;
        }
        if (!toldShortcomings) {
            toldShortcomings = true;
            runtime.shortcomings().forEach(each -> LOG.warn("pods on this node: {}", each));
        }
        if (facts.isEmpty()) {
            facts = Machine.status(self.dataFolder(), runtime.version());
        }
        if (node.get().version() == nodeVersion || isSaid(node.get().tree().path("status"), facts)) {
            nodeVersion = node.get().version();
            return;
        }
        sayingNode = true;
        ObjectNode patch = Json.object();
        patch.set("status", facts);
        link.ask(
                        clusterId,
                        new ObjectCommand.Patch(
                                node.get().key(), "status", PatchKind.MERGE, Json.bytes(patch), false, link.request()))
                .whenComplete((reply, failure) -> run(() -> {
                    sayingNode = false;
                    if (failure != null || reply.code() >= 300) {
                        later(AGAIN_MILLIS, this::look);
                    }
                }));
    }

    private static boolean isSaid(JsonNode status, ObjectNode facts) {
        return facts.properties().stream()
                .allMatch(part -> part.getValue().properties().stream()
                        .allMatch(each -> each.getValue()
                                .equals(status.path(part.getKey()).path(each.getKey()))));
    }

    /** Lets go; what runs goes on. */
    @Override
    public void close() {
        closed = true;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the agent is still at work, and is left");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        runtime.close();
    }
}
