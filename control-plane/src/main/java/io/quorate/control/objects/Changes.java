package io.quorate.control.objects;

import java.util.Collection;
import java.util.Optional;
import org.pcollections.TreePMap;

/**
 * The latest changes of all objects: what watches that are up to date, or nearly so, are answered from without reading the journal. Immutable.
 * Holds at most {@value #MAX} and about {@value #MAX_BYTES} bytes of them; most of those are the objects' own.
 */
public final class Changes {
    static final int MAX = 4096;
    static final long MAX_BYTES = 16L << 20;

    static final Changes NONE = new Changes(TreePMap.empty(), 0);

    private final TreePMap<Long, Change> byVersion;
    private final long bytes;

    private Changes(TreePMap<Long, Change> byVersion, long bytes) {
        this.byVersion = byVersion;
        this.bytes = bytes;
    }

    Changes with(Change change) {
        TreePMap<Long, Change> more = byVersion.plus(change.version(), change);
        long sum = bytes + change.now().json().length;
        while (more.size() > 1 && (more.size() > MAX || sum > MAX_BYTES)) {
            Change oldest = more.firstEntry().getValue();
            sum -= oldest.now().json().length;
            more = more.minusFirstEntry();
        }
        return new Changes(more, sum);
    }

    /** Those after a version in their order; empty where some of them are not held any more. */
    Optional<Collection<Change>> after(long version, long newest) {
        if (version >= newest) {
            return Optional.of(java.util.List.of());
        }
        boolean held = !byVersion.isEmpty() && byVersion.firstKey() <= version + 1;
        return held ? Optional.of(byVersion.tailMap(version, false).values()) : Optional.empty();
    }

    int size() {
        return byVersion.size();
    }
}
