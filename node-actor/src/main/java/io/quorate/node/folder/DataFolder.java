package io.quorate.node.folder;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The data folder of one node, locked for one process. Files are 0600, folders 0700; a file is replaced as a whole and is durable
 * when the call returns.
 */
public final class DataFolder implements AutoCloseable {
    private static final String IDENTITY = "node.yaml";
    private static final String RECOVERY = "recovery.yaml";
    private static final String RESTORING = "restoring";
    private static final String EPOCH = "epoch";
    private static final String REMOVED_FOR = "removed-for";
    private static final String NEXT_ADDRESS = "next-address";
    /** In {@link #IDENTITY}, while the backend is still another cluster's: as what it is to be kept. */
    private static final String ASIDE = "backend-aside-as";

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final Path root;
    private final FileChannel lockFile;

    private DataFolder(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Opens the folder for this process alone, creating it where it is not there.
     *
     * @throws FolderException when another process has it, or it cannot be written
     */
    public static DataFolder open(Path root) {
        try {
            createFolder(root);
            Path lockPath = root.resolve("node.lock");
            FileChannel channel = FileChannel.open(
                    lockPath, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            restrict(lockPath, "rw-------");
            FileLock lock = tryLock(channel);
            if (lock == null) {
                ByteBuffer pid = ByteBuffer.allocate(32);
                channel.read(pid, 0);
                channel.close();
                String holder = new String(pid.array(), 0, pid.position(), StandardCharsets.UTF_8).strip();
                throw new FolderException(
                        "data folder " + root + " is in use by "
                                + (holder.isEmpty() ? "another process" : "the process " + holder)
                                + ": stop that node first (`quorate stop`), or give this one a folder of its own (--data-folder)");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)), 0);
            return new DataFolder(root, channel);
        } catch (IOException e) {
            throw new FolderException(
                    "data folder " + root + " cannot be used: " + e + ". Choose another with --data-folder, or mend its"
                            + " permissions",
                    e);
        }
    }

    /**
     * The process that has a folder, if any has. Its lock tells, for the file outlives its process, and a process that has ended may be
     * listed for a while.
     *
     * @throws FolderException when the file cannot be read
     */
    public static Optional<ProcessHandle> holder(Path root) {
        Path file = root.resolve("node.lock");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock free = tryLock(channel)) {
            String pid = Files.readString(file).strip();
            return free != null || pid.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid));
        } catch (IOException | NumberFormatException e) {
            throw new FolderException(file + " cannot be read: " + e + ". Look at its permissions", e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static void createFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            restrict(folder, "rwx------");
        }
    }

    private static void restrict(Path path, String permissions) throws IOException {
        if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        }
    }

    public Path log() {
        return root.resolve("backend").resolve("log");
    }

    public Path events() {
        return root.resolve("backend").resolve("events");
    }

    /** The identity that was stored, if any. */
    public Optional<Identity> identity() {
        return readIdentity(root);
    }

    /**
     * Reads the identity of a folder that may be in use; for commands that want to know where a node is.
     *
     * @throws FolderException when the file is not readable or not an identity, with file and field
     */
    public static Optional<Identity> readIdentity(Path root) {
        Path file = root.resolve(IDENTITY);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode map = YAML.readTree(file.toFile());
            if (map == null || !map.isObject()) {
                throw new IllegalArgumentException("it is empty, or holds something else");
            }
            MemberId member = member("member", text(map, "member"));
            String next = map.path(NEXT_ADDRESS).asText("");
            if (!next.isEmpty()) {
                member(NEXT_ADDRESS, member.node() + "#" + member.incarnation() + "@" + next);
            }
            return Optional.of(new Identity(
                    text(map, "cluster"),
                    ClusterEpoch.parse(map.path(EPOCH).asText("")), // older releases did not write it
                    member,
                    text(map, "api"),
                    text(map, "join"),
                    texts(map, "founders").stream()
                            .map(founder -> member("founders", founder))
                            .toList(),
                    replica(text(map, "replica")),
                    texts(map, "contacts"),
                    next,
                    map.path(REMOVED_FOR).asText("")));
        } catch (JsonProcessingException e) {
            throw unreadable(file, noYaml(e), e);
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(file, String.valueOf(e.getMessage()), e);
        }
    }

    /** The parser's own words go over several lines and quote the file. */
    private static String noYaml(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        return at == null ? "it is no YAML" : "it is no YAML at line " + at.getLineNr();
    }

    private static FolderException unreadable(Path file, String why, Exception cause) {
        return new FolderException(
                file + " cannot be read: " + why + ". Restore it from a backup of the folder", cause);
    }

    private static JsonNode field(JsonNode map, String name) {
        JsonNode value = map.path(name);
        if (value.isMissingNode() || value.isNull()) {
            throw new IllegalArgumentException("it has no field '" + name + "'");
        }
        return value;
    }

    private static String text(JsonNode map, String name) {
        JsonNode value = field(map, name);
        if (!value.isValueNode() || value.asText().isEmpty()) {
            throw new IllegalArgumentException("field '" + name + "' wants a text");
        }
        return value.asText();
    }

    private static List<String> texts(JsonNode map, String name) {
        List<String> texts = new ArrayList<>();
        JsonNode list = field(map, name);
        for (JsonNode value : list) {
            texts.add(value.isValueNode() && !value.isNull() ? value.asText() : "");
        }
        if (!list.isArray() || texts.contains("")) {
            throw new IllegalArgumentException("field '" + name + "' wants a list of texts");
        }
        return texts;
    }

    private static MemberId member(String name, String text) {
        try {
            return MemberId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("field '" + name + "': " + e.getMessage(), e);
        }
    }

    private static Identity.Replica replica(String word) {
        for (Identity.Replica replica : Identity.Replica.values()) {
            if (replica.name().equalsIgnoreCase(word)) {
                return replica;
            }
        }
        throw new IllegalArgumentException(
                "field 'replica' wants member, follower, repaired, none, worker or removed, is '" + word + "'");
    }

    /** Stores the identity of a node that stays in its cluster, or has gone over to another wholly. */
    public void store(Identity identity) {
        store(identity, "");
    }

    /**
     * Stores the identity in another cluster: from here on this is that cluster's node. What the old one leaves to do, {@link
     * #setBackendAside} and {@link #adoptTls} do now or, where a stop cuts that off, at the next start; {@link #store(Identity)} ends it.
     *
     * @param asideAs the old cluster's backend is kept as {@code backend.<asideAs>}; not empty
     */
    public void storeMoved(Identity next, String asideAs) {
        store(next, asideAs);
    }

    private void store(Identity identity, String asideAs) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("cluster", identity.clusterId());
        map.put(EPOCH, identity.epoch().toString());
        map.put("member", identity.member().toString());
        map.put("api", identity.apiAddress());
        map.put("join", identity.joinAddress());
        map.put("founders", identity.founders().stream().map(MemberId::toString).toList());
        map.put("replica", identity.replica().name().toLowerCase(java.util.Locale.ROOT));
        map.put("contacts", identity.contacts());
        if (!identity.nextAddress().isEmpty()) {
            map.put(NEXT_ADDRESS, identity.nextAddress());
        }
        if (!identity.removedFor().isEmpty()) {
            map.put(REMOVED_FOR, identity.removedFor());
        }
        if (!asideAs.isEmpty()) {
            map.put(ASIDE, asideAs);
        }
        replace(root.resolve(IDENTITY), map);
    }

    private static Path tls(Path root) {
        return root.resolve("tls");
    }

    /** The certificates. */
    public TlsFiles tls() {
        return readTls(root);
    }

    private Path staged(String clusterId) {
        return root.resolve("tls." + clusterId);
    }

    /**
     * Puts certificates of a cluster in place for when {@link #storeMoved} makes this node part of it; {@link #adoptTls} takes them then, at
     * the latest at the next start. Until then those of its present cluster stand.
     */
    public void stageTls(String clusterId, TlsFiles files) {
        write(staged(clusterId), files);
    }

    /**
     * Takes the certificates that were staged for a cluster; others that were staged are dropped.
     *
     * @return whether there were such
     */
    public boolean adoptTls(String clusterId) {
        Path tls = tls(root);
        Path next = staged(clusterId);
        try {
            boolean staged = Files.exists(next);
            if (staged) {
                delete(tls);
                Files.move(next, tls);
                sync(root);
            }
            try (Stream<Path> all = Files.list(root)) {
                for (Path each : all.toList()) {
                    if (each.getFileName().toString().startsWith("tls.")) {
                        delete(each);
                    }
                }
            }
            return staged;
        } catch (IOException e) {
            throw new FolderException(next + " cannot be moved to " + tls + ": " + e, e);
        }
    }

    /** Replaces the certificates; the key goes first, so that a stop in between leaves no certificate without its key for good. */
    public void storeTls(TlsFiles files) {
        write(tls(root), files);
    }

    private static void write(Path folder, TlsFiles files) {
        replace(folder.resolve(TlsFiles.AUTHORITIES), bytes(files.authorities()));
        replace(folder.resolve(TlsFiles.AUTHORITY_KEYS), bytes(files.authorityKeys()));
        replace(folder.resolve(TlsFiles.NODE_KEY), bytes(files.nodeKey()));
        replace(folder.resolve(TlsFiles.NODE_CERTIFICATE), bytes(files.nodeCertificate()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads the certificates of a folder that may be in use.
     *
     * @throws FolderException when a file is missing or not readable
     */
    public static TlsFiles readTls(Path root) {
        Path tls = tls(root);
        return new TlsFiles(
                text(tls.resolve(TlsFiles.AUTHORITIES)),
                text(tls.resolve(TlsFiles.AUTHORITY_KEYS)),
                text(tls.resolve(TlsFiles.NODE_CERTIFICATE)),
                text(tls.resolve(TlsFiles.NODE_KEY)));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new FolderException(
                    file + " cannot be read: " + e
                            + ". Restore the folder tls from a backup; on a node whose cluster goes on"
                            + " without it, `quorate reset` and a new join do as well",
                    e);
        }
    }

    /** One member as {@code backend/cluster.yaml} lists it: role 0 votes, 1 stands by, 2 is a spare. */
    public record ListedMember(String address, String id, int role) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("Address", address);
            map.put("ID", id);
            map.put("Role", role);
            return map;
        }
    }

    /**
     * Reads a file in the form of {@code backend/cluster.yaml}.
     *
     * @throws FolderException when it is not readable, or not in that form, with the member and the field
     */
    public static List<ListedMember> readMembers(Path file) {
        try {
            JsonNode list = YAML.readTree(file.toFile());
            if (list == null || !list.isArray() || list.isEmpty()) {
                throw new IllegalArgumentException("it wants a list of members, each with Address, ID and Role");
            }
            List<ListedMember> members = new ArrayList<>();
            for (JsonNode each : list) {
                JsonNode role = field(each, "Role");
                if (!role.isIntegralNumber()) {
                    throw new IllegalArgumentException("field 'Role' of member " + (members.size() + 1)
                            + " wants 0, 1 or 2, is '" + role.asText() + "'");
                }
                members.add(new ListedMember(text(each, "Address"), text(each, "ID"), role.asInt()));
            }
            return members;
        } catch (JsonProcessingException e) {
            throw new FolderException(file + " cannot be read: " + noYaml(e), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new FolderException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Writes {@code backend/cluster.yaml} and {@code backend/info.yaml}: what can be read while the node is down. */
    public void storeMembers(List<ListedMember> members, ListedMember self) {
        replace(
                root.resolve("backend").resolve("cluster.yaml"),
                members.stream().map(ListedMember::toMap).toList());
        replace(root.resolve("backend").resolve("info.yaml"), self.toMap());
    }

    /**
     * Moves the backend aside where it is another cluster's than {@link #storeMoved} has stored: nothing of it is lost.
     *
     * @return where it is: {@code backend.<as it was named>}, with a number where that is taken by one from before; nothing where there is
     *     nothing to move
     */
    public Optional<Path> setBackendAside() {
        String suffix = asideAs();
        Path backend = root.resolve("backend");
        if (suffix.isEmpty() || !Files.exists(backend)) {
            return Optional.empty();
        }
        Path aside = root.resolve("backend." + suffix);
        for (int again = 2; Files.exists(aside); again++) {
            aside = root.resolve("backend." + suffix + "-" + again);
        }
        try {
            Files.move(backend, aside);
            sync(root);
            return Optional.of(aside);
        } catch (IOException e) {
            throw new FolderException(backend + " cannot be moved to " + aside + ": " + e, e);
        }
    }

    /**
     * Copies the backend: what it was before it is rewritten.
     *
     * @param as the copy is {@code backend.<as>}; one that is whole is left as it is
     * @return where it is
     */
    public Path copyBackend(String as) {
        Path backend = root.resolve("backend");
        Path copy = root.resolve("backend." + as);
        Path unfinished = root.resolve("backend." + as + ".unfinished");
        try {
            if (!Files.exists(copy)) {
                delete(unfinished);
                copy(backend, unfinished);
                Files.move(unfinished, copy);
                sync(root);
            }
            return copy;
        } catch (IOException e) {
            throw new FolderException(
                    backend + " cannot be copied to " + copy + ": " + e + ". Make room on the disk, and try again", e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        createFolder(to);
        try (Stream<Path> all = Files.list(from)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(each.getFileName());
                if (Files.isDirectory(each)) {
                    copy(each, target);
                } else {
                    Files.copy(each, target);
                    restrict(target, "rw-------");
                    sync(target);
                }
            }
        }
        sync(to);
    }

    /**
     * Marks the folder as one into which a backup is restored, and drops what an earlier one has left that was cut off.
     *
     * @throws FolderException when there is a backend that no restore has left
     */
    public void beginRestore() {
        Path mark = root.resolve(RESTORING);
        Path backend = root.resolve("backend");
        if (Files.exists(mark)) {
            delete(backend);
            delete(tls(root));
            endRecovery();
        } else if (Files.exists(backend)) {
            throw new FolderException(backend + " is there, and belongs to no node: restore into another data folder");
        }
        replace(mark, bytes("a backup is being restored here; it is not done\n"));
    }

    /**
     * Takes the mark of a restore away, if there is one: where there is a node all of it was done.
     *
     * @return whether there was one
     * @throws FolderException when it was cut off before: a part of a journal is nothing that a node could begin with
     */
    public boolean endRestore() {
        Path mark = root.resolve(RESTORING);
        if (!Files.exists(mark)) {
            return false;
        }
        if (identity().isEmpty()) {
            throw new FolderException("data folder " + root
                    + " holds a part of a backup: restoring it was cut off. Next: the same `quorate restore` again, or"
                    + " another data folder");
        }
        delete(mark);
        return true;
    }

    /** Notes, durably, what a recovery is to do here. */
    public void storeRecovery(Object plan) {
        replace(root.resolve(RECOVERY), plan);
    }

    /**
     * What a recovery is to do here, or has done while the journal does not have it yet.
     *
     * @throws FolderException when the file is not readable as that
     */
    public <T> Optional<T> recovery(Class<T> type) {
        return readRecovery(root, type);
    }

    /** Likewise, of a folder that may be in use. */
    public static <T> Optional<T> readRecovery(Path root, Class<T> type) {
        Path file = root.resolve(RECOVERY);
        try {
            return Files.exists(file) ? Optional.of(YAML.readValue(file.toFile(), type)) : Optional.empty();
        } catch (IOException e) {
            throw new FolderException(
                    file + " cannot be read: "
                            + (e instanceof JsonProcessingException damaged ? noYaml(damaged) : e.toString())
                            + ". Delete it where no recovery was begun here, or order the recovery again",
                    e);
        }
    }

    /** The journal has what a recovery did. */
    public void endRecovery() {
        delete(root.resolve(RECOVERY));
    }

    private String asideAs() {
        Path file = root.resolve(IDENTITY);
        try {
            return Files.exists(file) ? YAML.readTree(file.toFile()).path(ASIDE).asText("") : "";
        } catch (IOException e) {
            throw unreadable(file, e.toString(), e);
        }
    }

    /** Deletes the Raft log: who is not in the group has none, and one of an earlier membership must never be spoken for again. */
    public void deleteLog() {
        delete(log());
    }

    /** Deletes the copy of the journal. */
    public void deleteEvents() {
        delete(events());
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new FolderException(folder + " cannot be deleted: " + e + ". Look at its permissions", e);
        }
    }

    private static void replace(Path file, Object content) {
        try {
            replace(file, YAML.writeValueAsBytes(content));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("content that cannot be written", e);
        }
    }

    private static void replace(Path file, byte[] bytes) {
        try {
            createFolder(file.getParent());
            Path temporary = file.resolveSibling(file.getFileName() + ".new");
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                restrict(temporary, "rw-------");
                channel.write(ByteBuffer.wrap(bytes));
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sync(file.getParent());
        } catch (IOException e) {
            throw new FolderException(file + " cannot be written: " + e + ". Look at the disk", e);
        }
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        try {
            lockFile.close(); // and with it the lock
        } catch (IOException e) {
            throw new FolderException(root + " cannot be closed: " + e, e);
        }
    }
}
