package io.quorate.node.workload;

import io.quorate.node.workload.oci.Image;
import io.quorate.node.workload.oci.ImageException;
import io.quorate.node.workload.oci.ImageStore;
import io.quorate.node.workload.oci.RootFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers are made of images, with walls around them: {@code crun} or {@code runc} of the machine puts them up, in the foreground of the shim. Its files
 * are the attempt's: a copy of the image's ({@code bundle/rootfs}) unless nothing may be written there, and what the runtime remembers of it ({@code
 * state}).
 */
final class OciEngine implements Engine {
    static final String NAME = "oci";

    private static final Logger LOG = LoggerFactory.getLogger(OciEngine.class);
    private static final String CONFIG_ERROR = "CreateContainerConfigError";
    private static final String CREATE_ERROR = "CreateContainerError";
    private static final String OPEN_FOLDER = "rwxrwxrwx";
    private static final String OPEN_FILE = "rw-r--r--";
    private static final String BUNDLE = "bundle";
    private static final String STOP_SIGNAL = "stop-signal";
    private static final long PATIENCE_SECONDS = 10;

    /** The copy is made here, and not by the node: it may take long, and goes on without it. */
    private static final String SCRIPT = """
            umask 022
            [ -z "$1" ] || cp -a "$1/." "$2" || exit 125
            shift 2
            exec "$@"
            """;

    private final ImageStore images;
    private final Optional<Path> program;
    private final Optional<OciBundle.Owner> owner;
    private volatile String version = "";

    /** @param program empty where the machine has none */
    OciEngine(ImageStore images, Optional<Path> program) {
        this.images = images;
        this.program = program;
        this.owner = owner();
    }

    /** The first that there is. crun refuses machines where each version of control groups has a part of the controllers; runc does not. */
    static Optional<Path> find(String path) {
        return Stream.of("crun", "runc")
                .sorted(isDivided() ? Comparator.reverseOrder() : Comparator.naturalOrder())
                .flatMap(name -> Stream.of((path + ":/usr/bin:/usr/sbin").split(":"))
                        .filter(each -> !each.isEmpty())
                        .map(each -> Path.of(each, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static boolean isDivided() {
        try {
            return !Files.readString(Path.of("/sys/fs/cgroup/unified/cgroup.controllers"))
                    .isBlank();
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<OciBundle.Owner> owner() {
        Path self = Path.of("/proc/self");
        try {
            long uid = ((Number) Files.getAttribute(self, "unix:uid")).longValue();
            long gid = ((Number) Files.getAttribute(self, "unix:gid")).longValue();
            return uid == 0 ? Optional.empty() : Optional.of(new OciBundle.Owner(uid, gid));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private boolean isCrun() {
        return program.filter(each -> each.endsWith("crun")).isPresent();
    }

    @Override
    public String name() {
        return NAME;
    }

    /** As the program says: {@code crun://1.8.1}. */
    @Override
    public String version() {
        if (program.isEmpty()) {
            return "oci://none";
        }
        String known = version;
        if (known.isEmpty()) {
            known = program.get().getFileName() + "://"
                    + said(List.of(program.get().toString(), "--version"))
                            .lines()
                            .findFirst()
                            .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                            .orElse("");
            version = known;
        }
        return known;
    }

    @Override
    public List<String> shortcomings() {
        return program.isPresent() ? List.of() : List.of(missing());
    }

    private static String missing() {
        return "this node's runtime is oci, and neither crun nor runc is installed. Next: install one of them (`apt-get"
                + " install crun`), or set quorate.workload.runtime = process";
    }

    @Override
    public boolean has(String image) {
        return images.has(image);
    }

    // ---- the start

    @Override
    public Launch prepare(ContainerStart start, Path folder, String mark) throws StartRefused, IOException {
        Walls walls = start.walls();
        if (program.isEmpty()) {
            throw new StartRefused(CREATE_ERROR, missing());
        }
        if (walls.privileged()) {
            throw new StartRefused(
                    CONFIG_ERROR, "privileged containers are not run: add the capabilities that it needs");
        }
        Image image = image(start.image());
        OciUser user =
                OciUser.of(walls, image.user(), text(image.root(), "/etc/passwd"), text(image.root(), "/etc/group"));
        List<String> arguments = arguments(start, image);
        Map<String, String> environment = environment(start, image, user);
        environment.put(Shim.MARK, mark);
        String begins = start.workingFolder().isEmpty() ? image.workingFolder() : start.workingFolder();
        begins = begins.isEmpty() ? "/" : begins;
        if (!begins.startsWith("/")) {
            throw new StartRefused(CREATE_ERROR, "the working folder " + begins + " is no absolute path");
        }
        requireProgram(arguments.getFirst(), environment, begins, image, start.mounts());
        Path bundle = ProcessRuntime.folder(folder.resolve(BUNDLE));
        Path root = walls.readOnlyRoot() ? image.root() : ProcessRuntime.folder(bundle.resolve("rootfs"));
        OciBundle wanted = new OciBundle(
                arguments,
                environment,
                begins,
                user,
                root,
                mounts(start, folder, user),
                walls,
                isCrun() ? Limits.NONE : start.limits(), // crun leaves the group to the shim
                owner);
        ProcessRuntime.store(bundle.resolve("config.json"), wanted.config());
        Files.writeString(folder.resolve(STOP_SIGNAL), image.stopSignal());
        ProcessRuntime.folder(folder.resolve("state"));
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                SCRIPT,
                "quorate-oci",
                walls.readOnlyRoot() ? "" : image.root().toString(),
                root.toString()));
        command.addAll(runtime(folder, "run", "--bundle", bundle.toString(), ProcessRuntime.id(mark)));
        return new Launch(command, bundle, own(mark));
    }

    /** Of the runtime itself. */
    private static Map<String, String> own(String mark) {
        return Map.of("PATH", ProcessEngine.DEFAULT_PATH, "HOME", "/", Shim.MARK, mark);
    }

    private List<String> runtime(Path folder, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                program.orElseThrow().toString(),
                "--root",
                folder.resolve("state").toString()));
        if (isCrun()) {
            command.add("--cgroup-manager=disabled");
        }
        command.addAll(List.of(arguments));
        return command;
    }

    private Image image(String name) throws StartRefused, IOException {
        if (!name.equals(name.strip()) || name.contains(" ")) {
            throw ImageCatalog.invalid(name);
        }
        try {
            return images.open(name);
        } catch (ImageException e) {
            throw new StartRefused(ImageCatalog.REFUSED, String.valueOf(e.getMessage()));
        }
    }

    private static String text(Path root, String path) throws IOException {
        Path file = RootFolder.inside(root, path, true);
        return Files.isRegularFile(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
    }

    /** As kubernetes: a command replaces the image's entrypoint, and its arguments too. */
    private static List<String> arguments(ContainerStart start, Image image) throws StartRefused {
        List<String> all = new ArrayList<>(start.command().isEmpty() ? image.entrypoint() : start.command());
        all.addAll(start.args().isEmpty() && start.command().isEmpty() ? image.command() : start.args());
        if (all.isEmpty()) {
            throw new StartRefused(CREATE_ERROR, "no command specified");
        }
        return all;
    }

    private static Map<String, String> environment(ContainerStart start, Image image, OciUser user) {
        Map<String, String> environment = new HashMap<>();
        for (String each : image.environment()) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                environment.put(each.substring(0, equals), each.substring(equals + 1));
            }
        }
        environment.putAll(start.environment());
        environment.putIfAbsent("PATH", ProcessEngine.DEFAULT_PATH);
        environment.putIfAbsent("HOME", user.home().isEmpty() ? "/" : user.home());
        return environment;
    }

    /** Told now, and not by a container that ends at once. What a volume has is found by the runtime. */
    private static void requireProgram(
            String program, Map<String, String> environment, String begins, Image image, Map<String, Path> mounts)
            throws StartRefused, IOException {
        List<String> candidates = program.contains("/")
                ? List.of(program.startsWith("/") ? program : begins + "/" + program)
                : Stream.of(environment.getOrDefault("PATH", "").split(":"))
                        .filter(each -> !each.isEmpty())
                        .map(each -> each + "/" + program)
                        .toList();
        for (String each : candidates) {
            Path file = RootFolder.inside(image.root(), each, true);
            boolean found = Files.isRegularFile(file) && Files.isExecutable(file);
            if (found
                    || mounts.keySet().stream().anyMatch(mount -> Path.of(each).startsWith(mount))) {
                return;
            }
        }
        throw ProcessEngine.notFound(program, "");
    }

    private Map<String, Path> mounts(ContainerStart start, Path folder, OciUser user) throws IOException, StartRefused {
        Map<String, Path> mounts = new HashMap<>();
        for (String each : List.of("/etc/hosts", "/etc/resolv.conf")) {
            Path file = Path.of(each);
            if (Files.isRegularFile(file)) {
                mounts.put(each, file.toRealPath());
            }
        }
        Path volumes = folder.resolve("../../../volumes").normalize();
        for (Map.Entry<String, Path> each : start.mounts().entrySet()) {
            if (!each.getKey().startsWith("/")
                    || Path.of(each.getKey()).normalize().getNameCount() == 0) {
                throw new StartRefused(CREATE_ERROR, "the path " + each.getKey() + " is none in a container");
            }
            if (!Files.exists(each.getValue())) {
                throw new StartRefused(CREATE_ERROR, each.getValue() + ", which is to be mounted, is not there");
            }
            if (owner.isEmpty() && user.uid() != 0 && each.getValue().startsWith(volumes)) {
                open(each.getValue());
            }
            mounts.put(each.getKey(), each.getValue());
        }
        return mounts;
    }

    /** A volume is its pod's, whoever runs in it; for everybody else the folders above are closed. */
    private static void open(Path volume) throws IOException {
        try (Stream<Path> all = Files.walk(volume)) {
            for (Path each : all.filter(path -> !Files.isSymbolicLink(path)).toList()) {
                boolean mine =
                        ((Number) Files.getAttribute(each, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue() == 0;
                if (mine) {
                    Files.setPosixFilePermissions(
                            each, PosixFilePermissions.fromString(Files.isDirectory(each) ? OPEN_FOLDER : OPEN_FILE));
                }
            }
        }
    }

    // ---- what runs

    @Override
    public Launch beside(Path folder, String mark, long shim, List<String> command, boolean terminal) {
        List<String> all = new ArrayList<>(runtime(folder, "exec"));
        if (terminal) {
            all.add("--tty");
        }
        all.add(ProcessRuntime.id(mark));
        all.addAll(command);
        return new Launch(all, folder, own(mark));
    }

    @Override
    public boolean signal(Path folder, String mark, boolean kill) {
        if (program.isEmpty()) {
            return false;
        }
        String signal = kill ? "KILL" : stopSignal(folder);
        try {
            return done(runtime(folder, "kill", ProcessRuntime.id(mark), signal));
        } catch (IOException e) {
            LOG.debug("{} got no signal", mark, e);
            return false;
        }
    }

    /** The image's. It is kept with the attempt: the image may be another one by now. */
    private static String stopSignal(Path folder) {
        try {
            String name = Files.readString(folder.resolve(STOP_SIGNAL)).strip().toUpperCase(Locale.ROOT);
            return name.isEmpty() ? "TERM" : name.startsWith("SIG") ? name.substring("SIG".length()) : name;
        } catch (IOException e) {
            return "TERM";
        }
    }

    @Override
    public void ended(Path folder, String mark) {
        if (!Files.exists(folder.resolve(BUNDLE))) {
            return; // it is known already
        }
        try {
            if (program.isPresent()) {
                done(runtime(folder, "delete", "--force", ProcessRuntime.id(mark)));
            }
            RootFolder.delete(folder.resolve(BUNDLE));
        } catch (IOException e) {
            LOG.warn("what {} leaves behind cannot be deleted: {}", mark, e.getMessage());
        }
    }

    private static boolean done(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private static String said(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
