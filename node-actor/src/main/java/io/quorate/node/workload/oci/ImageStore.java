package io.quorate.node.workload.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Images of a folder in the image layout, and where they are unpacked. Several processes may use one folder: what is new becomes visible as a whole. Any
 * thread; blocks while it reads, the longer the larger the image.
 */
public final class ImageStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern BLOB = Pattern.compile("blobs/sha256/[0-9a-f]{64}");
    private static final String INDEX = "index.json";
    private static final String LAYOUT = "oci-layout";
    private static final String REF_NAME = "org.opencontainers.image.ref.name";
    /** What docker and containerd call the whole name, where the other is only its tag. */
    private static final String IMAGE_NAME = "io.containerd.image.name";

    private static final long MAX_DOCUMENT_BYTES = 4L << 20;
    private static final int MAX_LAYERS = 128;
    private static final int MAX_DEPTH = 3;
    private static final String OPEN_FOLDER = "rwxr-xr-x";

    private final Path folder;
    private final Path unpacked;

    /**
     * @param folder of the layout; need not be there yet
     * @param unpacked where images are unpacked, each once
     */
    public ImageStore(Path folder, Path unpacked) {
        this.folder = folder;
        this.unpacked = unpacked;
    }

    /** One image of the folder. */
    public record Listed(String name, String digest, long bytes) {}

    public Path folder() {
        return folder;
    }

    // ---- what is there

    /** All images that have a name. */
    public List<Listed> list() throws IOException {
        List<Listed> all = new ArrayList<>();
        for (JsonNode each : index().path("manifests")) {
            String name = name(each);
            if (!name.isEmpty()) {
                long bytes = 0;
                for (JsonNode layer : manifest(each).path("layers")) {
                    bytes += layer.path("size").asLong();
                }
                all.add(new Listed(name, each.path("digest").asText(), bytes));
            }
        }
        return all;
    }

    /** Whether an image is there, by any of its names. */
    public boolean has(String image) {
        try {
            return find(image).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<JsonNode> find(String image) throws IOException {
        String wanted = fullName(image);
        for (JsonNode each : index().path("manifests")) {
            boolean named = !name(each).isEmpty() && fullName(name(each)).equals(wanted);
            if (named || wanted.endsWith("@" + each.path("digest").asText())) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private static String name(JsonNode descriptor) {
        JsonNode annotations = descriptor.path("annotations");
        return annotations.path(IMAGE_NAME).asText(annotations.path(REF_NAME).asText());
    }

    /** With the registry, the library's folder and the tag that stand for nothing said. */
    static String fullName(String image) {
        String name = image;
        int first = name.indexOf('/');
        String registry = first < 0 ? "" : name.substring(0, first);
        if (!registry.contains(".") && !registry.contains(":") && !registry.equals("localhost")) {
            name = "docker.io/" + (first < 0 ? "library/" : "") + name;
        }
        boolean tagged = name.contains("@") || name.lastIndexOf(':') > name.lastIndexOf('/');
        return tagged ? name : name + ":latest";
    }

    private JsonNode index() throws IOException {
        Path file = folder.resolve(INDEX);
        return Files.exists(file) ? document(file) : JSON.createObjectNode();
    }

    private static JsonNode document(Path file) throws IOException {
        if (Files.size(file) > MAX_DOCUMENT_BYTES) {
            throw new ImageException(file + " is larger than " + (MAX_DOCUMENT_BYTES >> 20) + " MiB");
        }
        return JSON.readTree(Files.readAllBytes(file));
    }

    private static Path blob(Path layout, String digest) throws ImageException {
        if (!DIGEST.matcher(digest).matches()) {
            throw new ImageException("'" + digest + "' is no SHA-256 digest, which all of an image is to have");
        }
        return layout.resolve("blobs/sha256").resolve(digest.substring(digest.indexOf(':') + 1));
    }

    private static JsonNode checked(Path layout, String digest) throws IOException {
        Path file = blob(layout, digest);
        if (!Files.exists(file)) {
            throw new ImageException(
                    digest + " is not in " + layout + ", though the image names it: bring it in again");
        }
        if (Files.size(file) > MAX_DOCUMENT_BYTES) {
            throw new ImageException(file + " is larger than " + (MAX_DOCUMENT_BYTES >> 20) + " MiB");
        }
        byte[] bytes = Files.readAllBytes(file);
        require(digest, sha256().digest(bytes), file);
        return JSON.readTree(bytes);
    }

    private static void require(String digest, byte[] is, Path file) throws ImageException {
        if (!digest.equals("sha256:" + HexFormat.of().formatHex(is))) {
            throw new ImageException(file + " is damaged: its digest is another one than its name. Next: delete it, and"
                    + " bring the image in again");
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The manifest for this machine, of one image or of an index of several. */
    private JsonNode manifest(JsonNode descriptor) throws IOException {
        return manifest(folder, descriptor, MAX_DEPTH);
    }

    private static JsonNode manifest(Path layout, JsonNode descriptor, int depth) throws IOException {
        JsonNode found = checked(layout, descriptor.path("digest").asText());
        if (!found.has("manifests")) {
            return found;
        }
        String machine = architecture();
        for (JsonNode each : found.path("manifests")) {
            JsonNode platform = each.path("platform");
            boolean fits = platform.isMissingNode()
                    || platform.path("os").asText("linux").equals("linux")
                            && platform.path("architecture").asText(machine).equals(machine);
            if (fits && depth > 0) {
                return manifest(layout, each, depth - 1);
            }
        }
        throw new ImageException("the image has nothing for linux/" + machine);
    }

    private static String architecture() {
        String name = System.getProperty("os.arch", "");
        return name.equals("x86_64") ? "amd64" : name.equals("aarch64") ? "arm64" : name;
    }

    // ---- unpacking

    /**
     * An image, unpacked; what is unpacked already is used as it is.
     *
     * @throws ImageException where it is not there, or is not as it has to be
     */
    public Image open(String image) throws IOException {
        JsonNode descriptor = find(image)
                .orElseThrow(() -> new ImageException("image \"" + image + "\" is not in " + folder
                        + ", and nothing is pulled. Next, on this node: `quorate image import FILE.tar`"));
        String digest = descriptor.path("digest").asText();
        JsonNode manifest = manifest(descriptor);
        JsonNode config =
                checked(folder, manifest.path("config").path("digest").asText()).path("config");
        return new Image(
                digest,
                texts(config.path("Entrypoint")),
                texts(config.path("Cmd")),
                texts(config.path("Env")),
                config.path("WorkingDir").asText(""),
                config.path("User").asText(""),
                config.path("StopSignal").asText(""),
                root(digest, manifest));
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private synchronized Path root(String digest, JsonNode manifest) throws IOException {
        Path done = unpacked.resolve(digest.substring(digest.indexOf(':') + 1));
        if (Files.isDirectory(done)) {
            return done;
        }
        JsonNode layers = manifest.path("layers");
        if (layers.size() > MAX_LAYERS) {
            throw new ImageException("the image has more than " + MAX_LAYERS + " layers");
        }
        made(unpacked);
        Path next = Files.createTempDirectory(unpacked, "new-");
        try {
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString(OPEN_FOLDER));
            Layer.Room room = new Layer.Room(isRoot());
            for (JsonNode layer : layers) {
                unpack(layer, next, room);
            }
            Files.move(next, done, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            RootFolder.delete(next); // another process was faster
        } catch (ImageException e) {
            RootFolder.delete(next);
            throw e;
        } catch (IOException | RuntimeException e) {
            RootFolder.delete(next);
            throw new ImageException("the image cannot be unpacked: " + e.getMessage());
        }
        return done;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static void made(Path path) throws IOException {
        Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private void unpack(JsonNode layer, Path root, Layer.Room room) throws IOException {
        String digest = layer.path("digest").asText();
        String type = layer.path("mediaType").asText();
        Path file = blob(folder, digest);
        if (!Files.exists(file)) {
            throw new ImageException(
                    digest + " is not in " + folder + ", though the image names it: bring it in again");
        }
        if (type.contains("zstd") || !type.contains("tar")) {
            throw new ImageException("the layer " + digest + " is of the form " + type
                    + ", which is not read here: make the image with layers of tar or tar+gzip");
        }
        MessageDigest sum = sha256();
        try (InputStream raw = new DigestInputStream(new BufferedInputStream(Files.newInputStream(file)), sum)) {
            InputStream tar = type.endsWith("gzip") ? new GZIPInputStream(raw) : raw;
            Layer.unpack(tar, root, room);
            tar.transferTo(OutputStream.nullOutputStream()); // what is behind the archive's end is of the digest, too
            raw.transferTo(OutputStream.nullOutputStream());
        }
        require(digest, sum.digest(), file);
    }

    // ---- bringing in

    /**
     * Brings in all images of an archive (tar, or tar and gzip) that is an image layout, as {@code docker save}, {@code podman save --format
     * oci-archive} and {@code skopeo copy … oci-archive:} write it. They are unpacked at once: what cannot be run is refused now.
     *
     * @param as the name of the image, where the archive has one; empty for its own
     * @return the names
     */
    public List<String> bringIn(Path archive, String as) throws IOException {
        made(folder);
        try (FileChannel file =
                        FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            Path next = Files.createTempDirectory(folder, ".new-");
            try {
                extract(archive, next);
                return take(next, archive, as);
            } finally {
                RootFolder.delete(next);
            }
        }
    }

    private static void extract(Path archive, Path to) throws IOException {
        long left = Layer.MAX_BYTES;
        Files.createDirectories(to.resolve("blobs/sha256"));
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(archive));
                TarArchiveInputStream entries = new TarArchiveInputStream(plain(raw))) {
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                String name = entry.getName().startsWith("./") ? entry.getName().substring(2) : entry.getName();
                boolean blob = BLOB.matcher(name).matches();
                if (!entry.isFile() || !blob && !name.equals(INDEX)) {
                    continue;
                }
                left -= entry.getSize();
                if (left < 0 || !blob && entry.getSize() > MAX_DOCUMENT_BYTES) {
                    throw new ImageException(archive + " is larger than " + (Layer.MAX_BYTES >> 30) + " GiB");
                }
                MessageDigest sum = sha256();
                Path file = to.resolve(name);
                try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), sum)) {
                    entries.transferTo(out);
                }
                if (blob) {
                    require("sha256:" + file.getFileName(), sum.digest(), file.getFileName());
                }
            }
        }
        if (!Files.exists(to.resolve(INDEX))) {
            throw new ImageException(archive + " is no image layout: it has no " + INDEX
                    + ". Next: `skopeo copy docker-archive:" + archive.getFileName() + " oci-archive:FILE.tar`, or"
                    + " `docker save` of Docker 25 or later");
        }
    }

    private static InputStream plain(InputStream raw) throws IOException {
        raw.mark(2);
        boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
        raw.reset();
        return gzip ? new GZIPInputStream(raw) : raw;
    }

    private List<String> take(Path layout, Path archive, String as) throws IOException {
        List<JsonNode> manifests = new ArrayList<>();
        document(layout.resolve(INDEX)).path("manifests").forEach(manifests::add);
        if (manifests.isEmpty() || !as.isEmpty() && manifests.size() > 1) {
            throw new ImageException(archive + " holds " + manifests.size() + " images: "
                    + (manifests.isEmpty() ? "nothing is brought in" : "a name can be given to one alone"));
        }
        List<String> names = new ArrayList<>();
        for (JsonNode each : manifests) {
            String name = as.isEmpty() ? name(each) : as;
            if (name.isEmpty() || as.isEmpty() && !name.contains("/") && !name.contains(":")) {
                throw new ImageException(archive + " does not say what its image is called"
                        + (name.isEmpty() ? "" : ", but for its tag '" + name + "'") + ": give it a name, --name");
            }
            ((ObjectNode) each).putObject("annotations").put(REF_NAME, name);
            manifest(layout, each, MAX_DEPTH);
            names.add(name);
        }
        made(folder.resolve("blobs/sha256"));
        try (Stream<Path> blobs = Files.list(layout.resolve("blobs/sha256"))) {
            for (Path blob : blobs.toList()) {
                Files.move(
                        blob,
                        folder.resolve("blobs/sha256")
                                .resolve(blob.getFileName().toString()),
                        StandardCopyOption.ATOMIC_MOVE);
            }
        }
        // Before its name is known: what does not unpack is not there.
        for (JsonNode each : manifests) {
            root(each.path("digest").asText(), manifest(each));
        }
        ArrayNode known = JSON.createArrayNode();
        for (JsonNode each : index().path("manifests")) {
            if (names.stream().noneMatch(name -> fullName(name).equals(fullName(name(each))))) {
                known.add(each);
            }
        }
        manifests.forEach(known::add);
        ObjectNode index = JSON.createObjectNode().put("schemaVersion", 2);
        index.set("manifests", known);
        write(folder.resolve(LAYOUT), JSON.createObjectNode().put("imageLayoutVersion", "1.0.0"));
        write(folder.resolve(INDEX), index);
        return names;
    }

    private static void write(Path file, JsonNode content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.write(next, JSON.writeValueAsBytes(content));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
