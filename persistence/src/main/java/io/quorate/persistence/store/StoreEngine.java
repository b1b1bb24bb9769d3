package io.quorate.persistence.store;

import java.nio.file.Path;

/** Opens stores. The engine is chosen once for each node, by platform or by setting. */
public interface StoreEngine {
    /**
     * Opens or creates the store in a folder; one process at a time.
     *
     * @throws StorageException {@code IN_USE}, {@code CORRUPT} or {@code IO}, with a message for the operator
     */
    KeyValueStore open(Path folder);

    /** {@code native} or {@code java}. */
    String name();
}
