package io.quorate.node.release;

import io.quorate.node.contract.ReleaseReport;
import io.quorate.node.folder.FolderException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The releases in a data folder: {@code versions/VERSION/}, {@code current}, and what is remembered of them. Each change is atomic and
 * durable when the call returns. The launcher reads and writes {@code trial}, {@code falling} and {@code fell-back}, in lines of a key and a
 * value; {@code docs/data-folder.md} says what each is.
 */
public final class ReleaseFolder {
    private static final String STATE = "state.yaml";
    private static final String TRIAL = "trial";
    private static final String FELL_BACK = "fell-back";
    private static final String STOPPED = "stopped";
    /** For the one that was installed beside the data folder. */
    private static final String BASE = "-";

    private static final String OURS_ALONE = "rw-------";
    private static final int MAX_BYTES = 1024 * 1024;

    private final Path data;
    private final Path versions;

    public ReleaseFolder(Path dataFolder) {
        this.data = dataFolder.toAbsolutePath().normalize();
        this.versions = data.resolve("versions");
    }

    /** Where the releases are. */
    Path versions() {
        return versions;
    }

    Path dataFolder() {
        return data;
    }

    public Path home(String version) {
        return versions.resolve(version);
    }

    /** The release that a start goes to; empty: the one that is installed beside the data folder. */
    public Optional<String> current() {
        try {
            return Optional.of(Files.readSymbolicLink(data.resolve("current"))
                    .getFileName()
                    .toString());
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** What is unpacked here; the newest first. */
    public List<ReleaseVersion> installed() {
        if (!Files.isDirectory(versions)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(versions)) {
            return all.filter(Files::isDirectory)
                    .map(each -> each.getFileName().toString())
                    .filter(ReleaseVersion::isVersion)
                    .map(ReleaseVersion::parse)
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (IOException e) {
            throw broken(versions, e);
        }
    }

    /** @throws FolderException when it cannot be read */
    public ReleaseState state() {
        Path file = versions.resolve(STATE);
        try {
            return Files.exists(file) ? ReleaseState.read(bounded(file)) : ReleaseState.NONE;
        } catch (IOException | IllegalArgumentException e) {
            throw new FolderException(
                    file + " cannot be read: " + e.getMessage()
                            + ". Remove it: what it remembers is no data of the cluster",
                    e);
        }
    }

    /** Changes what is remembered; says how it is then. */
    synchronized ReleaseState update(UnaryOperator<ReleaseState> change) {
        ReleaseState before = state();
        ReleaseState after = change.apply(before);
        if (!after.equals(before)) {
            write(STATE, after.bytes());
        }
        return after;
    }

    /**
     * A release that was switched to and is not confirmed.
     *
     * @param target where {@code current} leads then; empty: nowhere, for it is what is installed beside the data folder
     * @param previous what to fall back to; empty: likewise
     * @param order that it comes from
     * @param limit so many tries it has
     * @param patienceSeconds so long one may take until it is ready
     */
    record Trial(String version, String target, String previous, String order, int limit, long patienceSeconds) {}

    void begin(Trial trial) {
        delete(FELL_BACK);
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("version", trial.version());
        lines.put("target", trial.target().isEmpty() ? BASE : trial.target());
        lines.put("previous", trial.previous().isEmpty() ? BASE : trial.previous());
        lines.put("order", trial.order());
        lines.put("limit", Integer.toString(trial.limit()));
        lines.put("patience", Long.toString(trial.patienceSeconds()));
        lines.put("tries", "0");
        StringBuilder text = new StringBuilder();
        lines.forEach((key, value) -> text.append(key).append(' ').append(value).append('\n'));
        write(TRIAL, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The version under trial, if one is. */
    public Optional<String> underTrial() {
        return Optional.ofNullable(lines(TRIAL).get("version"));
    }

    /** Whether this was in time: the launcher gives a trial up by taking the file away. */
    boolean confirm() {
        try {
            Files.delete(versions.resolve(TRIAL));
            sync(versions);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw broken(versions.resolve(TRIAL), e);
        }
    }

    /** Whether the launcher is about to go back: this process is going to be ended. */
    boolean isFalling() {
        return Files.exists(versions.resolve("falling"));
    }

    /** Why the launcher has fallen back from what an order wanted, if it has. */
    Optional<String> fellBack(String order) {
        Map<String, String> lines = lines(FELL_BACK);
        return order.equals(lines.get("order"))
                ? Optional.of(lines.getOrDefault("reason", "it said nothing"))
                : Optional.empty();
    }

    /** What came of the newest order, in words. */
    public String outcome(ReleaseState state) {
        String reason = state.state().equals(ReleaseReport.RESTARTING)
                ? fellBack(state.order().id()).orElse("")
                : "";
        if (!reason.isEmpty()) {
            return ReleaseReport.FELL_BACK + ", " + reason;
        }
        return state.detail().isEmpty() ? state.state() : state.state() + ", " + state.detail();
    }

    /** A node under trial is stopped in good order: the launcher is not to start it again. */
    public void stopped() {
        if (underTrial().isPresent()) {
            write(STOPPED, new byte[0]);
        }
    }

    private Map<String, String> lines(String name) {
        Path file = versions.resolve(name);
        Map<String, String> lines = new LinkedHashMap<>();
        try {
            if (Files.exists(file)) {
                for (String line : new String(bounded(file), StandardCharsets.UTF_8).split("\n", -1)) {
                    int space = line.indexOf(' ');
                    if (space > 0) {
                        lines.put(line.substring(0, space), line.substring(space + 1));
                    }
                }
            }
            return lines;
        } catch (NoSuchFileException e) {
            return Map.of(); // the launcher took it away just now
        } catch (IOException e) {
            throw broken(file, e);
        }
    }

    /**
     * From the next start on this release runs.
     *
     * @param version empty: the one that is installed beside the data folder
     */
    void switchTo(String version) {
        Path current = data.resolve("current");
        try {
            if (version.isEmpty()) {
                Files.deleteIfExists(current);
            } else {
                Path next = data.resolve("current.next");
                Files.deleteIfExists(next);
                Files.createSymbolicLink(next, Path.of("versions", version));
                Files.move(next, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            sync(data);
        } catch (IOException e) {
            throw broken(current, e);
        }
    }

    /** An empty folder to fetch into; what an earlier fetch left is removed. */
    Path fetching() {
        Path folder = versions.resolve(".fetching");
        remove(folder);
        try {
            makeVersions();
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return folder;
        } catch (IOException e) {
            throw broken(folder, e);
        }
    }

    /** Puts an unpacked release in its place, as a whole. */
    void install(Path unpacked, ReleaseVersion version) {
        Path home = home(version.toString());
        try {
            Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
            sync(versions);
        } catch (IOException e) {
            throw broken(home, e);
        }
    }

    /** Removes the oldest releases beyond a number, but never one of these. */
    void prune(int keep, List<String> needed) {
        List<ReleaseVersion> installed = installed();
        for (ReleaseVersion each : installed.subList(Math.min(keep, installed.size()), installed.size())) {
            if (!needed.contains(each.toString()) && !current().equals(Optional.of(each.toString()))) {
                remove(home(each.toString()));
            }
        }
    }

    /** Removes a folder; one that is not whole any more is never taken for a release, for its name goes first. */
    void remove(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Path doomed = folder.resolveSibling(".removed-" + folder.getFileName());
            if (!folder.getFileName().toString().startsWith(".")) {
                remove(doomed);
                Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
            } else {
                doomed = folder;
            }
            try (Stream<Path> all = Files.walk(doomed)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        } catch (IOException e) {
            throw broken(folder, e);
        }
    }

    private void makeVersions() throws IOException {
        if (!Files.isDirectory(versions)) {
            Files.createDirectory(
                    versions, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            sync(data);
        }
    }

    private void delete(String name) {
        try {
            Files.deleteIfExists(versions.resolve(name));
        } catch (IOException e) {
            throw broken(versions.resolve(name), e);
        }
    }

    private void write(String name, byte[] bytes) {
        Path file = versions.resolve(name);
        Path next = versions.resolve(name + ".next");
        try {
            makeVersions();
            Files.deleteIfExists(next);
            try (FileChannel channel = FileChannel.open(
                    next,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OURS_ALONE)))) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            sync(versions);
        } catch (IOException e) {
            throw broken(file, e);
        }
    }

    private static byte[] bounded(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("it has more than " + MAX_BYTES + " bytes");
        }
        return Files.readAllBytes(file);
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static FolderException broken(Path file, IOException e) {
        return new FolderException(
                file + " cannot be changed: " + e + ". Look at the disk and at the folder's permissions", e);
    }
}
