package io.quorate.node.workload;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.node.workload.oci.ImageStore;
import io.quorate.node.workload.oci.RootFolder;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each container as child processes of a session of its own, under a {@link Shim}; an {@link Engine} says what that runs. Everything that is known stands in files, so that the next
 * process of this node goes on with what runs:
 *
 * <pre>
 * UID/pod.json                             who it is, and its address
 * UID/volumes/NAME/
 * UID/containers/NAME/ATTEMPT/             the latest two
 *     attempt.json                         when it was started, for which image
 *     process                              written by the shim: boot, and its line of /proc/PID/stat
 *     exit                                 written by the shim: how the command ended
 *     stdout stderr                        what it said
 *     logs/                                the log, and how far what it said stands there
 *     work/                                the folder that it begins in; volumes stand in it at their paths
 *     bundle/ state/                       instead of that, of a container with walls ({@link OciEngine})
 * </pre>
 *
 * The kernel tells when a file changes: nobody asks again and again.
 */
public final class ProcessRuntime implements PodRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessRuntime.class);

    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,252}");
    private static final String PRIVATE = "rwx------";
    private static final File NOTHING = new File("/dev/null");
    private static final int MAX_OUTPUT = 10 * 1024;

    /** A shim that takes longer than this to say which process it is will not. */
    private static final Duration UP = Duration.ofSeconds(10);

    /** What forks while it is being killed is found the next time. */
    private static final int KILL_ROUNDS = 20;

    private record PodFile(String uid, String namespace, String name, String address, long beganMillis) {}

    /** @param engine empty where an older release wrote it: {@code process} */
    private record AttemptFile(
            int number,
            String image,
            long startedMillis,
            long backOffMillis,
            String group,
            @Nullable String engine) {}

    /** A container of a pod. */
    private record Place(String uid, String container) {}

    /** One attempt; its lock is held while its files are read and written. */
    private static final class Run {
        final Place place;
        final Path folder;
        final AttemptFile file;
        final LogPump pump;
        Optional<Exit> exit = Optional.empty();

        @Nullable
        WatchKey watch;
        /** The shim, where this process started it. */
        @Nullable
        ProcessHandle started;

        /** Completes when the shim has said which process it is, or nothing is watched any more. */
        final CompletableFuture<Void> up = new CompletableFuture<>();

        Run(Place place, Path folder, AttemptFile file) throws IOException {
            this.place = place;
            this.folder = folder;
            this.file = file;
            this.pump =
                    new LogPump(folder, logs(folder), new CriLog(logs(folder).resolve("log"), CriLog.MAX_BYTES));
        }

        /** Apart from what is watched. */
        static Path logs(Path folder) throws IOException {
            return folder(folder.resolve("logs"));
        }

        String mark() {
            return place.uid() + "/" + place.container() + "/" + file.number();
        }

        synchronized Attempt attempt() {
            return new Attempt(file.number(), file.image(), file.startedMillis(), file.backOffMillis(), exit);
        }

        /** Which process the shim is; empty before it has said so. */
        Optional<Processes.Identity> shim() {
            try {
                List<String> lines = Files.readAllLines(folder.resolve(Shim.PROCESS), StandardCharsets.ISO_8859_1);
                return lines.size() < 2
                        ? Optional.empty()
                        : Processes.read(lines.getFirst().strip(), lines.get(1));
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        /** Likewise, and waits for it: a container is said to run as soon as its shim was started. */
        Optional<Processes.Identity> shimWithin(Duration patience) {
            Optional<Processes.Identity> now = shim();
            if (now.isPresent()) {
                return now;
            }
            up.copy()
                    .completeOnTimeout(null, patience.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            return shim();
        }

        List<ProcessHandle> processes() {
            ProcessHandle own = started;
            // The number of one that is gone may be another session's by now.
            long self = shim().filter(Processes::isAlive)
                    .map(Processes.Identity::pid)
                    .orElse(own != null && own.isAlive() ? own.pid() : -1L);
            return Processes.of(self, Shim.MARK, mark()).stream()
                    .filter(each -> each.pid() != self)
                    .toList();
        }
    }

    private final Path root;
    private final Engine plain;
    private final Engine walled;
    private final Engine engine;
    private final Map<String, PodFile> pods = new ConcurrentHashMap<>();
    private final Map<Place, List<Run>> runs = new ConcurrentHashMap<>();
    private final Map<WatchKey, Run> watched = new ConcurrentHashMap<>();
    private final Map<LogCursor, CompletableFuture<Void>> followers = new ConcurrentHashMap<>();
    private volatile Consumer<String> observer = uid -> {};
    private @Nullable WatchService watches;
    private @Nullable Cgroups cgroups;
    private volatile boolean closed;

    private ProcessRuntime(Path root, String release, ImageStore images, boolean walls) {
        this.root = root;
        this.plain = new ProcessEngine(release);
        this.walled = new OciEngine(images, OciEngine.find(System.getenv().getOrDefault("PATH", "")));
        this.engine = walls ? walled : plain;
    }

    /**
     * Takes over what an earlier process left on a folder; a folder that is not there yet is made with the first pod. What runs already goes on as it
     * was begun, with walls or without.
     *
     * @param images of containers with walls
     * @param walls whether containers that are started from now on have some: those of {@code crun} or {@code runc}
     * @throws UncheckedIOException where it cannot be read
     */
    public static ProcessRuntime open(Path root, String release, ImageStore images, boolean walls) {
        ProcessRuntime runtime = new ProcessRuntime(root.toAbsolutePath().normalize(), release, images, walls);
        runtime.takeOver();
        return runtime;
    }

    /** Divided when there is the first container to be held to something. */
    private synchronized Cgroups cgroups() {
        Cgroups known = cgroups;
        if (known != null) {
            return known;
        }
        Cgroups opened;
        try {
            opened = Cgroups.open(
                    Path.of("/sys/fs/cgroup"),
                    Files.readString(Path.of("/proc/self/cgroup")),
                    ProcessHandle.current().pid());
        } catch (IOException e) {
            opened = Cgroups.none("this machine has no control groups");
        }
        cgroups = opened;
        return opened;
    }

    // ---- what was there before

    private synchronized void takeOver() {
        if (!Files.isDirectory(root)) {
            return;
        }
        try {
            for (Path folder : children(root)) {
                Path file = folder.resolve("pod.json");
                if (!Files.exists(file)) {
                    discard(folder); // it was being made, or deleted
                    continue;
                }
                PodFile pod = JSON.readValue(file.toFile(), PodFile.class);
                pods.put(pod.uid(), pod);
                for (Path container : children(folder.resolve("containers"))) {
                    takeOver(new Place(pod.uid(), container.getFileName().toString()), container);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the pods in " + root + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void takeOver(Place place, Path container) throws IOException {
        List<Path> folders = children(container).stream()
                .sorted(Comparator.comparingInt(
                        each -> Integer.parseInt(each.getFileName().toString())))
                .toList();
        List<Run> list = new ArrayList<>();
        for (Path folder : folders) {
            Path file = folder.resolve("attempt.json");
            if (!Files.exists(file)) {
                discard(folder);
                continue;
            }
            Run run = new Run(place, folder, JSON.readValue(file.toFile(), AttemptFile.class));
            list.add(run);
        }
        runs.put(place, List.copyOf(list));
        for (Run run : list) {
            watch(run);
            Optional<Processes.Identity> shim = run.shim().filter(Processes::isAlive);
            if (shim.isPresent() && !Files.exists(run.folder.resolve(Shim.EXIT))) {
                LOG.info("{} goes on: process {}", run.mark(), shim.get().pid());
                ProcessHandle.of(shim.get().pid())
                        .ifPresent(each -> each.onExit().thenRun(() -> ended(run)));
                pump(run, false);
                if (Files.exists(run.folder.resolve(Shim.EXIT))) {
                    ended(run); // before it was watched
                }
            } else {
                ended(run);
            }
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(folder)) {
            return list.filter(Files::isDirectory).toList();
        }
    }

    // ---- what runs

    @Override
    public String version() {
        return engine.version();
    }

    @Override
    public List<String> shortcomings() {
        List<String> all = new ArrayList<>(engine.shortcomings());
        cgroups().shortcoming().ifPresent(all::add);
        return all;
    }

    @Override
    public void onChange(Consumer<String> each) {
        observer = each;
    }

    @Override
    public Map<String, PodRecord> pods() {
        Map<String, PodRecord> all = new HashMap<>();
        pods.values().forEach(each -> all.put(each.uid(), record(each)));
        return all;
    }

    @Override
    public Optional<PodRecord> pod(String uid) {
        return Optional.ofNullable(pods.get(uid)).map(this::record);
    }

    private PodRecord record(PodFile pod) {
        Map<String, List<Attempt>> attempts = new TreeMap<>();
        runs.forEach((place, list) -> {
            if (place.uid().equals(pod.uid())) {
                attempts.put(place.container(), list.stream().map(Run::attempt).toList());
            }
        });
        return new PodRecord(pod.uid(), pod.namespace(), pod.name(), pod.address(), pod.beganMillis(), attempts);
    }

    @Override
    public synchronized PodRecord begin(String uid, String namespace, String name, String address, long nowMillis) {
        PodFile there = pods.get(checked(uid));
        if (there != null) {
            return record(there);
        }
        PodFile pod = new PodFile(uid, namespace, name, address, nowMillis);
        try {
            store(folder(root.resolve(uid)).resolve("pod.json"), pod);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of pod " + name + " cannot be made: " + e.getMessage(), e);
        }
        pods.put(uid, pod);
        return record(pod);
    }

    /** Names come from the cluster's objects and become folders. */
    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no name for a folder");
        }
        return name;
    }

    static Path folder(Path path) throws IOException {
        return Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
    }

    static void store(Path file, Object content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(next);
        Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(next, JSON.writeValueAsBytes(content));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public boolean has(String image) {
        return engine.has(image);
    }

    @Override
    public OptionalInt listensOn(String image, List<String> command, List<String> args) {
        try {
            return ImageCatalog.program(image, command, args)
                            instanceof ImageCatalog.Program.BuiltIn(var site, var port)
                    ? OptionalInt.of(port)
                    : OptionalInt.empty();
        } catch (StartRefused e) {
            return OptionalInt.empty();
        }
    }

    @Override
    public synchronized void start(ContainerStart start, long nowMillis) throws StartRefused {
        Place place = new Place(start.podUid(), checked(start.container()));
        if (closed || !pods.containsKey(start.podUid())) {
            throw new StartRefused("RunContainerError", "this node has not taken on the pod");
        }
        List<Run> before = runs.getOrDefault(place, List.of());
        if (!before.isEmpty() && before.getLast().attempt().runs()) {
            return; // it runs
        }
        try {
            Path folder = folder(root.resolve(start.podUid())
                    .resolve("containers")
                    .resolve(start.container())
                    .resolve(Integer.toString(start.attempt())));
            try {
                List<Run> kept = before.isEmpty() ? List.of() : List.of(before.getLast());
                Run run = run(place, folder, start, nowMillis);
                List<Run> now = new ArrayList<>(kept);
                now.add(run);
                runs.put(place, List.copyOf(now));
                for (Run old : before.subList(0, before.size() - kept.size())) {
                    discard(old.folder);
                }
            } catch (StartRefused | IOException e) {
                discard(folder);
                throw e;
            }
        } catch (IOException e) {
            throw new StartRefused("RunContainerError", "it cannot be started: " + e.getMessage());
        }
    }

    private Run run(Place place, Path folder, ContainerStart start, long nowMillis) throws IOException, StartRefused {
        String mark = place.uid() + "/" + place.container() + "/" + start.attempt();
        Engine.Launch launch = engine.prepare(start, folder, mark);
        Optional<Path> group = cgroups().make(id(mark), start.limits());
        AttemptFile file = new AttemptFile(
                start.attempt(),
                start.image(),
                nowMillis,
                start.backOffMillis(),
                group.map(Path::toString).orElse(""),
                engine.name());
        store(folder.resolve("attempt.json"), file);
        for (String stream : List.of(Shim.OUT, Shim.ERR)) {
            Files.createFile(
                    folder.resolve(stream),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Run run = new Run(place, folder, file);
        watch(run);
        ProcessBuilder builder = builder(new Engine.Launch(
                        Shim.command(folder, launch.folder().toString(), file.group(), launch.command()),
                        launch.folder(),
                        launch.environment()))
                .redirectInput(ProcessBuilder.Redirect.from(NOTHING))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(Shim.OUT).toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(Shim.ERR).toFile()));
        try {
            Process process = builder.start();
            run.started = process.toHandle();
            process.onExit().thenRun(() -> ended(run));
        } catch (IOException e) {
            close(run);
            throw e;
        }
        return run;
    }

    /** A mark as the name of one thing. */
    static String id(String mark) {
        return mark.replace('/', '_');
    }

    private static ProcessBuilder builder(Engine.Launch launch) {
        ProcessBuilder builder =
                new ProcessBuilder(launch.command()).directory(launch.folder().toFile());
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        return builder;
    }

    /** The one that it was started with. */
    private Engine engine(Run run) {
        String name = run.file.engine();
        return name != null && name.equals(OciEngine.NAME) ? walled : plain;
    }

    // ---- what becomes of it

    private void watch(Run run) throws IOException {
        WatchService service = watches;
        if (service == null) {
            WatchService made = FileSystems.getDefault().newWatchService();
            watches = made;
            service = made;
            Thread.ofPlatform().daemon().name("quorate-workload").start(() -> look(made));
        }
        WatchKey key = run.folder.register(
                service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
        run.watch = key;
        watched.put(key, run);
    }

    private void look(WatchService service) {
        try {
            while (true) {
                WatchKey key = service.take();
                Run run = watched.get(key);
                key.pollEvents();
                key.reset(); // before it is looked at: what comes then is told again
                if (run == null) {
                    continue;
                }
                if (Files.exists(run.folder.resolve(Shim.EXIT))) {
                    ended(run);
                } else {
                    if (!run.up.isDone() && run.shim().isPresent()) {
                        run.up.complete(null);
                    }
                    pump(run, false);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ClosedWatchServiceException e) {
            LOG.debug("no more is watched");
        }
    }

    private void pump(Run run, boolean ended) {
        boolean any;
        synchronized (run) {
            try {
                any = run.exit.isEmpty() && run.pump.pump(ended);
            } catch (IOException e) {
                LOG.warn("what {} says cannot be kept: {}", run.mark(), e.getMessage());
                return;
            }
        }
        if (any) {
            tellFollowers(run);
        }
    }

    /** Its command has ended, or its shim: then nobody knows more. */
    private void ended(Run run) {
        if (closed) {
            return;
        }
        synchronized (run) {
            if (run.exit.isPresent()) {
                return;
            }
            run.processes().forEach(ProcessHandle::destroyForcibly); // what the command has left behind
            pump(run, true);
            run.exit = Optional.of(exit(run));
            engine(run).ended(run.folder, run.mark());
            close(run);
        }
        tellFollowers(run);
        observer.accept(run.place.uid());
    }

    private static Exit exit(Run run) {
        Path file = run.folder.resolve(Shim.EXIT);
        try {
            if (!Files.exists(file)) {
                store(file, Exit.KILLED);
                Files.writeString(run.folder.resolve("unseen"), "");
            }
            int code = Integer.parseInt(Files.readString(file).strip());
            boolean unseen = Files.exists(run.folder.resolve("unseen"));
            boolean memory = !run.file.group().isEmpty() && Cgroups.ranOutOfMemory(Path.of(run.file.group()));
            if (!run.file.group().isEmpty()) {
                Cgroups.remove(Path.of(run.file.group()));
            }
            return new Exit(
                    code,
                    Files.getLastModifiedTime(file).toMillis(),
                    unseen ? Exit.UNSEEN : memory && code == Exit.KILLED ? "OOMKilled" : "",
                    unseen
                            ? "The container ended while nobody saw it: the machine was off, or its supervisor was killed"
                            : "");
        } catch (IOException | NumberFormatException e) {
            LOG.warn("how {} ended cannot be read: {}", run.mark(), e.getMessage());
            return new Exit(Exit.KILLED, run.file.startedMillis(), Exit.UNSEEN, "");
        }
    }

    private void close(Run run) {
        WatchKey key = run.watch;
        if (key != null) {
            watched.remove(key);
            key.cancel();
            run.watch = null;
        }
        run.up.complete(null);
        try {
            run.pump.close();
        } catch (IOException e) {
            LOG.warn("the log of {} was not closed: {}", run.mark(), e.getMessage());
        }
    }

    private Optional<Run> latest(String podUid, String container) {
        List<Run> list = runs.getOrDefault(new Place(podUid, container), List.of());
        return list.isEmpty() ? Optional.empty() : Optional.of(list.getLast());
    }

    @Override
    public void terminate(String podUid, String container) {
        latest(podUid, container).ifPresent(run -> {
            if (!engine(run).signal(run.folder, run.mark(), false)) {
                run.processes().forEach(ProcessHandle::destroy);
            }
        });
    }

    @Override
    public void kill(String podUid, String container) {
        latest(podUid, container).ifPresent(run -> {
            engine(run).signal(run.folder, run.mark(), true);
            if (!run.file.group().isEmpty()) {
                Cgroups.kill(Path.of(run.file.group()));
            }
            List<ProcessHandle> left = run.processes();
            for (int i = 0; i < KILL_ROUNDS && !left.isEmpty(); i++) {
                left.forEach(ProcessHandle::destroyForcibly);
                left = run.processes();
            }
        });
    }

    @Override
    public Probe.Result exec(String podUid, String container, List<String> command, Duration timeout) {
        Optional<Run> run =
                latest(podUid, container).filter(each -> each.attempt().runs());
        Optional<Processes.Identity> shim = run.flatMap(each -> each.shimWithin(timeout));
        if (run.isEmpty() || shim.isEmpty()) {
            return new Probe.Result(false, "the container does not run");
        }
        try {
            Run in = run.get();
            ProcessBuilder builder = builder(
                            engine(in).beside(in.folder, in.mark(), shim.get().pid(), command, false))
                    .redirectInput(ProcessBuilder.Redirect.from(NOTHING))
                    .redirectErrorStream(true);
            Process process = builder.start();
            CompletableFuture<String> said = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    byte[] bytes = process.getInputStream().readNBytes(MAX_OUTPUT);
                    said.complete(new String(bytes, StandardCharsets.UTF_8));
                    process.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                    said.complete("");
                }
            });
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                return new Probe.Result(
                        false,
                        "command timed out: \"" + String.join(" ", command) + "\" timed out after "
                                + timeout.toSeconds() + "s");
            }
            return new Probe.Result(
                    process.exitValue() == 0,
                    Prober.shortened(
                            said.completeOnTimeout("", 1, TimeUnit.SECONDS).join()));
        } catch (IOException e) {
            return new Probe.Result(false, "it cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Probe.Result(false, "interrupted");
        }
    }

    @Override
    public RunningCommand beside(String podUid, String container, List<String> command, boolean terminal)
            throws StartRefused {
        Optional<Run> run =
                latest(podUid, container).filter(each -> each.attempt().runs());
        Optional<Processes.Identity> shim = run.flatMap(each -> each.shimWithin(UP));
        if (run.isEmpty() || shim.isEmpty()) {
            throw new StartRefused("NotFound", "container not found (\"" + container + "\")");
        }
        Run in = run.get();
        Engine.Launch launch =
                engine(in).beside(in.folder, in.mark(), shim.get().pid(), command, terminal);
        List<String> words = launch.command();
        Map<String, String> environment = new HashMap<>(launch.environment());
        if (terminal) {
            words = ChildCommand.withTerminal(words);
            environment.put("SHELL", "/bin/sh");
            environment.putIfAbsent("TERM", "xterm");
        }
        words = ChildCommand.inGroup(in.file.group(), words);
        try {
            Process process = builder(new Engine.Launch(words, launch.folder(), environment))
                    .start();
            return terminal ? ChildCommand.onTerminal(process) : ChildCommand.plain(process);
        } catch (IOException e) {
            throw new StartRefused("InternalError", "it cannot be run: " + e.getMessage());
        }
    }

    @Override
    public Path volume(String podUid, String name) {
        try {
            return folder(root.resolve(checked(podUid)).resolve("volumes").resolve(checked(name)));
        } catch (IOException e) {
            throw new UncheckedIOException("a volume cannot be made: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void remove(String podUid) {
        for (Map.Entry<Place, List<Run>> each : Map.copyOf(runs).entrySet()) {
            if (each.getKey().uid().equals(podUid)) {
                if (each.getValue().stream().anyMatch(run -> run.attempt().runs())) {
                    throw new IllegalStateException("a pod that runs is not forgotten: " + podUid);
                }
                runs.remove(each.getKey());
            }
        }
        if (pods.remove(podUid) != null) {
            Path folder = root.resolve(podUid);
            discard(folder.resolve("pod.json")); // first: what is left after a crash is nobody's
            discard(folder);
        }
    }

    /** What cannot be deleted is in nobody's way, and is tried again at the next start. */
    private static void discard(Path folder) {
        try {
            RootFolder.delete(folder);
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}", folder, e.getMessage());
        }
    }

    // ---- what it says

    @Override
    public Optional<LogCursor> log(String podUid, String container, boolean previous, LogCursor.Selection selection) {
        List<Run> list = runs.getOrDefault(new Place(podUid, container), List.of());
        int index = list.size() - (previous ? 2 : 1);
        if (index < 0) {
            return Optional.empty();
        }
        Run run = list.get(index);
        try {
            return Optional.of(new LogCursor(
                    podUid, container, run.file.number(), Run.logs(run.folder).resolve("log"), selection));
        } catch (IOException e) {
            throw new UncheckedIOException("the log cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<CompletableFuture<Void>> afterLog(LogCursor cursor) {
        CompletableFuture<Void> news = new CompletableFuture<>();
        followers.put(cursor, news);
        news.whenComplete((done, failure) -> followers.remove(cursor, news));
        boolean more = !closed
                && runs.getOrDefault(new Place(cursor.podUid(), cursor.container()), List.of()).stream()
                        .anyMatch(each -> each.file.number() == cursor.attempt()
                                && each.attempt().runs());
        if (!more) {
            news.cancel(false);
        }
        return more ? Optional.of(news) : Optional.empty();
    }

    private void tellFollowers(Run run) {
        followers.forEach((cursor, news) -> {
            boolean concerned = cursor.podUid().equals(run.place.uid())
                    && cursor.container().equals(run.place.container())
                    && cursor.attempt() == run.file.number();
            if (concerned) {
                news.complete(null);
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            runs.values()
                    .forEach(list -> list.forEach(run -> {
                        synchronized (run) {
                            if (run.exit.isEmpty()) {
                                close(run);
                            }
                        }
                    }));
            WatchService service = watches;
            if (service != null) {
                try {
                    service.close();
                } catch (IOException e) {
                    LOG.warn("watches were not closed: {}", e.getMessage());
                }
            }
        }
        followers.forEach((cursor, news) -> news.cancel(false));
    }
}
