package io.quorate.node.release;

import java.lang.module.ModuleDescriptor;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A release's version, {@code major.minor.patch} with an optional {@code -pre-release}, in the order of semantic versioning. The order is
 * the platform's own ({@link ModuleDescriptor.Version}). Pure.
 *
 * @param text as it was written; also the name of its folder: letters, digits, '.' and '-'
 */
public record ReleaseVersion(int major, int minor, int patch, String text) implements Comparable<ReleaseVersion> {
    private static final int LONGEST = 64;
    private static final Pattern FORM = Pattern.compile(
            "(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})(?:-[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*)?");
    private static final Comparator<ReleaseVersion> ORDER =
            Comparator.comparing(version -> ModuleDescriptor.Version.parse(version.text));

    /** @throws IllegalArgumentException when it is none */
    public static ReleaseVersion parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (text.length() > LONGEST || !matcher.matches()) {
            throw new IllegalArgumentException("a version wants the form 1.23.0 or 1.23.0-rc.1, is '" + text + "'");
        }
        return new ReleaseVersion(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)),
                text);
    }

    public static boolean isVersion(String text) {
        return text.length() <= LONGEST && FORM.matcher(text).matches();
    }

    /** Without what it is before: 1.23.0 for 1.23.0-rc.1. */
    public ReleaseVersion core() {
        String plain = major + "." + minor + "." + patch;
        return new ReleaseVersion(major, minor, patch, plain);
    }

    @Override
    public int compareTo(ReleaseVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return text;
    }
}
