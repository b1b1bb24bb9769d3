package io.quorate.node.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a distribution says of itself, in {@code release.yaml} in its root.
 *
 * @param version as it is written; a build that was not packed may have one that is no {@link ReleaseVersion}
 * @param lowestLevel feature level that it can work with, 1 or more
 * @param highestLevel likewise, {@code lowestLevel} or more
 * @param upgradesFrom oldest release that it may replace
 * @param built when, for people
 */
public record Release(String version, int lowestLevel, int highestLevel, ReleaseVersion upgradesFrom, String built) {
    public static final String FILE = "release.yaml";

    /** Level 1 is what releases wrote that did not know of upgrades. */
    public static final int FIRST_LEVEL = 1;

    /** What these classes can work with at most: 2 knows of upgrades. */
    public static final int HIGHEST_LEVEL = 2;

    private static final int HIGHEST_POSSIBLE = 1_000_000;
    private static final int MAX_BYTES = 16 * 1024;

    public Release {
        if (lowestLevel < FIRST_LEVEL || highestLevel < lowestLevel) {
            throw new IllegalArgumentException(
                    "feature levels want 1 or more, the lowest first, are " + lowestLevel + " and " + highestLevel);
        }
    }

    /** Whether it can work in a cluster of a feature level. */
    public boolean canDo(int level) {
        return lowestLevel <= level && level <= highestLevel;
    }

    /** What a node says that must not run with it in a cluster of a feature level. */
    public String unable(int level) {
        return "release " + version + " can do feature levels " + lowestLevel + " to " + highestLevel
                + ", and the cluster has level " + level
                + ": it would not understand the journal. Next: start a release that can;"
                + " `quorate releases` lists those that are here";
    }

    /** The release that runs in this process: the one of its distribution, or what these classes say. */
    public static Release running() {
        return ownHome().flatMap(Release::of).orElseGet(Release::ofClasses);
    }

    /** The distribution that this process is of, where its launcher has said so. */
    static Optional<Path> ownHome() {
        return Optional.of(System.getProperty("quorate.home", ""))
                .filter(home -> !home.isEmpty())
                .map(Path::of);
    }

    private static Release ofClasses() {
        String version = Release.class.getPackage().getImplementationVersion();
        return new Release(
                version == null ? "development" : version,
                FIRST_LEVEL,
                HIGHEST_LEVEL,
                ReleaseVersion.parse("0.1.0"),
                "");
    }

    /** What a distribution says of itself; empty where it says nothing that can be read. */
    public static Optional<Release> of(Path home) {
        Path file = home.resolve(FILE);
        try {
            return Files.isRegularFile(file) && Files.size(file) <= MAX_BYTES
                    ? Optional.of(read(Files.readAllBytes(file)))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** @throws IllegalArgumentException when the bytes are no such file */
    static Release read(byte[] bytes) {
        return read(Yaml.read(bytes));
    }

    static Release read(Yaml.Fields fields) {
        Yaml.Fields levels = fields.fields("feature-levels");
        return new Release(
                fields.text("version"),
                (int) levels.number("lowest", 1, HIGHEST_POSSIBLE),
                (int) levels.number("highest", 1, HIGHEST_POSSIBLE),
                atLeast(fields.text("upgrades-from", ">=0.1.0")),
                fields.text("built", ""));
    }

    private static ReleaseVersion atLeast(String text) {
        return ReleaseVersion.parse(text.startsWith(">=") ? text.substring(2).strip() : text);
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", version);
        fields.put("feature-levels", Map.of("lowest", lowestLevel, "highest", highestLevel));
        fields.put("upgrades-from", ">=" + upgradesFrom);
        fields.put("built", built);
        return fields;
    }

    /** The file that a distribution has of it. */
    public byte[] bytes() {
        return Yaml.bytes(fields());
    }
}
