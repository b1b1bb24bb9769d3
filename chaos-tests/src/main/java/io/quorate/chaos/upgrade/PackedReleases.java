package io.quorate.chaos.upgrade;

import io.quorate.chaos.process.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Releases that are one distribution under versions of their own: packed, signed, and published into a folder, as people do it. For one thread.
 */
public final class PackedReleases {
    /** Where all of them are published. */
    static final String CHANNEL = "latest/stable";

    private final Launcher program;
    private final Path distribution;
    private final Path root;
    private final Path source;
    private final Path key;

    /**
     * Makes a key to sign them with.
     *
     * @param launcher {@code bin/quorate} of a distribution
     * @param root where all of it goes
     */
    public PackedReleases(Launcher launcher, Path root) throws IOException {
        this.distribution = launcher.script().toAbsolutePath().getParent().getParent();
        this.program = new Launcher(launcher.script().resolveSibling("quorate-release"), Map.of());
        this.root = root.toAbsolutePath();
        this.source = this.root.resolve("source");
        this.key = this.root.resolve("release.key");
        Files.createDirectories(source);
        run("keygen", key.toString());
    }

    /** Where nodes fetch them from. */
    String source() {
        return source.toString();
    }

    private void run(String... arguments) {
        program.run(List.of(arguments)).succeeded();
    }

    /** Has a node trust the key. */
    void trust(Path dataFolder) throws IOException {
        Path keys = Files.createDirectories(dataFolder.resolve("release-keys"));
        Files.copy(
                key.resolveSibling(key.getFileName() + ".pub"),
                keys.resolve("bench.pem"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Packs one, and has the channel offer it. */
    void publish(String version, String... options) {
        List<String> pack = new ArrayList<>(List.of("pack", distribution.toString(), "--version", version));
        pack.addAll(List.of(options));
        Path out = root.resolve("packed-" + version);
        pack.addAll(List.of("--out", out.toString()));
        run(pack.toArray(String[]::new));
        run("publish", "--channel", CHANNEL, "--key", key.toString(), out.toString(), source.toString());
    }
}
