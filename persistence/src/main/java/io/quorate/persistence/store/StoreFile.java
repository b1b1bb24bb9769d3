package io.quorate.persistence.store;

import java.util.regex.Pattern;

/**
 * A file of a store, as one node tells another of it.
 *
 * @param name as LevelDB gives them
 * @param bytes its length
 */
public record StoreFile(String name, long bytes) {
    static final String CURRENT = "CURRENT";

    private static final Pattern TABLE = Pattern.compile("\\d+\\.(sst|ldb)");
    private static final Pattern LOG = Pattern.compile("\\d+\\.log");
    private static final Pattern MANIFEST = Pattern.compile("MANIFEST-\\d+");

    /** @throws IllegalArgumentException where it is no file of a store: it may come from another node, and becomes a path here */
    public StoreFile {
        if (!isTable(name) && !isLog(name) && !isManifest(name) && !name.equals(CURRENT)) {
            throw new IllegalArgumentException("'" + name + "' is no file of a store");
        }
        if (bytes < 0) {
            throw new IllegalArgumentException(name + " has no length of " + bytes);
        }
    }

    static boolean isTable(String name) {
        return TABLE.matcher(name).matches();
    }

    static boolean isLog(String name) {
        return LOG.matcher(name).matches();
    }

    static boolean isManifest(String name) {
        return MANIFEST.matcher(name).matches();
    }
}
