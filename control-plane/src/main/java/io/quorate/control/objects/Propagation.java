package io.quorate.control.objects;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a deletion means for the objects that have the deleted one as their owner; the garbage collector acts on it. */
public enum Propagation {
    /** The object goes, and they go after it. */
    BACKGROUND("Background", ""),

    /** They go first: the object is marked, and waits for those that block it. */
    FOREGROUND("Foreground", "foregroundDeletion"),

    /** They stay, without this owner. */
    ORPHAN("Orphan", "orphan");

    /** Finalizers that stand for one of these. */
    static final List<String> FINALIZERS = List.of(FOREGROUND.finalizer, ORPHAN.finalizer);

    private final String word;
    private final String finalizer;

    Propagation(String word, String finalizer) {
        this.word = word;
        this.finalizer = finalizer;
    }

    /** As clients say it; empty for what they do not say. */
    public static Optional<Propagation> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
    }

    /** What holds the object until it is done; empty for nothing. */
    public String finalizer() {
        return finalizer;
    }
}
