package io.quorate.chaos.upgrade;

import io.quorate.chaos.process.Launcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Releases that are one distribution under versions of their own: packed, signed, and published into a folder, as people do it. For one thread.
 */
public final class PackedReleases {
    /** Where all of them are published. */
    static final String CHANNEL = "latest/stable";

    private static final String KEY = "release.key";

    private final Launcher program;
    private final Path distribution;
    private final Path root;

    /**
     * Makes a key to sign them with, and another that nobody is to trust.
     *
     * @param launcher {@code bin/quorate} of a distribution
     * @param root where all of it goes
     */
    public PackedReleases(Launcher launcher, Path root) {
        Path script = launcher.script().toAbsolutePath().normalize();
        this.distribution = script.getParent().getParent();
        this.program = new Launcher(script.resolveSibling("quorate-release"), launcher.environment());
        this.root = root.toAbsolutePath();
        run("keygen", "--out", keys().toString());
        run("keygen", "--out", others().toString());
    }

    private Path keys() {
        return root.resolve("keys");
    }

    private Path others() {
        return root.resolve("other-keys");
    }

    private void run(String... arguments) {
        program.run(List.of(arguments)).succeeded();
    }

    /** Has a node trust the key. */
    void trust(Path dataFolder) throws IOException {
        Path trusted = Files.createDirectories(dataFolder.resolve("release-keys"));
        Files.copy(keys().resolve("release.pem"), trusted.resolve("bench.pem"), StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Packs a release, and has the channel of the usual source offer it.
     *
     * @param options further ones of {@code quorate-release pack}
     * @return the source: where nodes fetch it from
     */
    String publish(String version, String... options) {
        return publish(root.resolve("source"), version, keys(), options);
    }

    private String publish(Path source, String version, Path signedWith, String... options) {
        List<String> pack = new ArrayList<>(
                List.of("pack", distribution.toString(), "--version", version, "--out", source.toString()));
        pack.addAll(List.of(options));
        run(pack.toArray(String[]::new));
        String key = signedWith.resolve(KEY).toString();
        run("publish", source.toString(), "--version", version, "--channel", CHANNEL, "--key", key);
        return source.toString();
    }

    /** A source of its own that offers a release which no node may take. */
    String publish(BadRelease bad, String version) throws IOException {
        Path source = root.resolve("source-" + bad.name());
        publish(source, version, bad == BadRelease.SIGNED_BY_ANOTHER ? others() : keys());
        if (bad == BadRelease.CORRUPT) {
            spoil(source);
        }
        return source.toString();
    }

    /** A byte of the archive is another one. */
    private static void spoil(Path source) throws IOException {
        try (Stream<Path> files = Files.list(source)) {
            Path archive = files.filter(file -> file.toString().endsWith(".gz"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(archive);
            bytes[bytes.length / 2] ^= 1;
            Files.write(archive, bytes);
        }
    }

    /** A source of its own that offers a release which harms whoever takes it. */
    String publishFaulty(String fault, String version) {
        return publish(root.resolve("source-" + fault), version, keys(), "--fault", fault);
    }

    /** What of a node's folder says which release it runs, and what it has of them: each file with its size; but not its notes on what was refused. */
    static Map<String, String> state(Path dataFolder) {
        Map<String, String> state = new TreeMap<>();
        try {
            Path current = dataFolder.resolve("current");
            state.put(
                    "current",
                    Files.isSymbolicLink(current)
                            ? Files.readSymbolicLink(current).toString()
                            : "none");
            Path versions = dataFolder.resolve("versions");
            if (Files.exists(versions)) {
                try (Stream<Path> all = Files.walk(versions)) {
                    for (Path each : all.filter(Files::isRegularFile).toList()) {
                        state.put(versions.relativize(each).toString(), Long.toString(Files.size(each)));
                    }
                }
            }
            state.keySet().removeIf(name -> name.startsWith("state"));
            return state;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
