package io.quorate.node.workload.oci;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Makes small images, and archives of them. */
public final class ImageArchive {
    private final List<byte[]> layers = new ArrayList<>();
    private String config = "{}";
    private String name = "example/test:1";
    private boolean damaged;

    /** A layer in the making. */
    public static final class Tar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

        public Tar() {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        }

        private Tar put(TarArchiveEntry entry, byte[] content) {
            try {
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public Tar file(String path, String content) {
            return file(path, content.getBytes(UTF_8), 0644);
        }

        public Tar file(String path, byte[] content, int mode) {
            TarArchiveEntry entry = new TarArchiveEntry(path, true);
            entry.setMode(mode);
            return put(entry, content);
        }

        public Tar folder(String path) {
            return put(new TarArchiveEntry(path + "/", true), new byte[0]);
        }

        public Tar link(String path, String to) {
            TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_SYMLINK, true);
            entry.setLinkName(to);
            return put(entry, new byte[0]);
        }

        public Tar alias(String path, String of) {
            TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_LINK, true);
            entry.setLinkName(of);
            return put(entry, new byte[0]);
        }

        public byte[] bytes() {
            try {
                tar.close();
                return bytes.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public ImageArchive layer(Tar tar) {
        layers.add(tar.bytes());
        return this;
    }

    /** @param json the {@code config} of the image's configuration */
    public ImageArchive config(String json) {
        config = json;
        return this;
    }

    public ImageArchive named(String image) {
        name = image;
        return this;
    }

    /** One byte of the last layer is another one than its digest says. */
    public ImageArchive damaged() {
        damaged = true;
        return this;
    }

    public Path write(Path file) throws IOException {
        Map<String, byte[]> blobs = new LinkedHashMap<>();
        List<String> descriptors = new ArrayList<>();
        for (byte[] layer : layers) {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
                gzip.write(layer);
            }
            descriptors.add(descriptor(blobs, "application/vnd.oci.image.layer.v1.tar+gzip", packed.toByteArray(), ""));
        }
        String last = blobs.keySet().stream().reduce("", (one, other) -> other);
        String configuration = descriptor(
                blobs,
                "application/vnd.oci.image.config.v1+json",
                ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":" + config + "}").getBytes(UTF_8),
                "");
        byte[] manifest = ("{\"schemaVersion\":2,\"config\":" + configuration + ",\"layers\":["
                        + String.join(",", descriptors) + "]}")
                .getBytes(UTF_8);
        String annotations = ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" + name + "\"}";
        String index = "{\"schemaVersion\":2,\"manifests\":["
                + descriptor(blobs, "application/vnd.oci.image.manifest.v1+json", manifest, annotations) + "]}";
        if (damaged) {
            blobs.get(last)[20]++;
        }
        Tar tar = new Tar()
                .file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
                .file("index.json", index);
        blobs.forEach((digest, bytes) -> tar.file("blobs/sha256/" + digest, bytes, 0644));
        return Files.write(file, tar.bytes());
    }

    private static String descriptor(Map<String, byte[]> blobs, String type, byte[] bytes, String more) {
        try {
            String digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            blobs.put(digest, bytes);
            return "{\"mediaType\":\"" + type + "\",\"digest\":\"sha256:" + digest + "\",\"size\":" + bytes.length
                    + more + "}";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A layer with some of the machine's programs, and the libraries that they need. */
    public static Tar programs(String... names) throws IOException, InterruptedException {
        Tar tar =
                new Tar().folder("tmp").folder("etc").file("etc/passwd", "root:x:0:0::/root:\nweb:x:101:102::/srv:\n");
        TreeSet<Path> libraries = new TreeSet<>();
        for (String name : names) {
            Path program = Stream.of("/bin", "/usr/bin")
                    .map(each -> Path.of(each, name))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new IOException("this machine has no " + name));
            tar.file("bin/" + name, Files.readAllBytes(program), 0755);
            Process ldd = new ProcessBuilder("ldd", program.toString()).start();
            for (String line : new String(ldd.getInputStream().readAllBytes(), UTF_8).split("\n")) {
                Stream.of(line.strip().split("\\s+"))
                        .filter(each -> each.startsWith("/"))
                        .map(Path::of)
                        .forEach(libraries::add);
            }
            ldd.waitFor();
        }
        for (Path each : libraries.stream().collect(Collectors.toList())) {
            tar.file(each.toString().substring(1), Files.readAllBytes(each), 0755);
        }
        return tar;
    }
}
