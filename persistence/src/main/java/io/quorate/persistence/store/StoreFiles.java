package io.quorate.persistence.store;

import java.util.List;

/** A store as files: what another node's store can begin with. */
public interface StoreFiles {
    /** About how many bytes they have; any thread. */
    long bytes();

    /**
     * The files as they are now, while others go on writing; any thread. Waits for what is being compacted.
     *
     * @throws StorageException when that cannot be: the store is as it was, and goes on
     */
    Checkpoint checkpoint();

    /**
     * Begins to gather the files of a checkpoint of another store, beside this one. What was begun before is dropped.
     *
     * @throws StorageException {@code FULL} where there is no room for them
     */
    IncomingFiles receive(List<StoreFile> files);

    /**
     * Puts what was gathered in the place of what is here, which is lost. By the thread that writes; a reader waits, and one that has a
     * cursor has to begin again.
     *
     * @param files that are complete
     */
    void replaceBy(IncomingFiles files);
}
