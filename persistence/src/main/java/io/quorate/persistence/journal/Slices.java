package io.quorate.persistence.journal;

/** The fixed number of slices over which entities are spread, as Pekko Persistence defines them. */
public final class Slices {
    /** Slices are numbered 0 to 1023. */
    public static final int COUNT = 1024;

    private Slices() {}

    /** The slice of an entity: the same function as {@code org.apache.pekko.persistence.Persistence#sliceForPersistenceId}. */
    public static int of(String persistenceId) {
        return Math.abs(persistenceId.hashCode() % COUNT);
    }
}
