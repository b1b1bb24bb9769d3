package io.quorate.node.release;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a source says of a release, beside its archive; signed as a whole.
 *
 * @param archive the file's name: letters, digits, '.', '_' and '-'
 * @param size of the archive in bytes
 * @param unpacked bytes of the archive's files
 * @param sha256 of the archive, 64 hex digits
 */
public record ReleaseManifest(Release release, String archive, long size, long unpacked, String sha256) {
    /** A release has some 70 MB; more than this is none. */
    public static final long MAX_ARCHIVE_BYTES = 1L << 30;

    public static final long MAX_UNPACKED_BYTES = 2L << 30;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    public ReleaseManifest {
        if (!NAME.matcher(archive).matches()) {
            throw new IllegalArgumentException(
                    "field 'archive' wants the name of a file beside it, is '" + archive + "'");
        }
        if (!DIGEST.matcher(sha256).matches()) {
            throw new IllegalArgumentException("field 'sha256' wants 64 hex digits, is '" + sha256 + "'");
        }
        ReleaseVersion checked = ReleaseVersion.parse(release.version());
        if (size < 1 || unpacked < 1) {
            throw new IllegalArgumentException("the sizes of " + checked + " want to be 1 or more");
        }
    }

    public ReleaseVersion version() {
        return ReleaseVersion.parse(release.version());
    }

    /** Where a source has the manifest of a version. */
    public static String file(ReleaseVersion version) {
        return "quorate-" + version + ".yaml";
    }

    /** What {@code sha256} is made with. */
    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    public byte[] bytes() {
        Map<String, Object> map = release.fields();
        map.put("archive", archive);
        map.put("size", size);
        map.put("unpacked", unpacked);
        map.put("sha256", sha256);
        return Yaml.bytes(map);
    }

    /** @throws IllegalArgumentException when the bytes are no manifest */
    public static ReleaseManifest read(byte[] bytes) {
        Yaml.Fields fields = Yaml.read(bytes);
        return new ReleaseManifest(
                Release.read(fields),
                fields.text("archive"),
                fields.number("size", 1, Long.MAX_VALUE),
                fields.number("unpacked", 1, Long.MAX_VALUE),
                fields.text("sha256"));
    }
}
