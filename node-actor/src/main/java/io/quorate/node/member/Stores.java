package io.quorate.node.member;

import io.quorate.node.folder.DataFolder;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngine;

/** The two stores of a node, open. */
public record Stores(KeyValueStore log, KeyValueStore eventsStore, EventStore events) implements AutoCloseable {

    /** @throws io.quorate.persistence.store.StorageException when one is in use, corrupt or not readable; none stays open */
    public static Stores open(DataFolder folder, StoreEngine engine) {
        KeyValueStore log = engine.open(folder.log());
        try {
            KeyValueStore events = engine.open(folder.events());
            try {
                return new Stores(log, events, EventStore.open(events));
            } catch (RuntimeException e) {
                events.close();
                throw e;
            }
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            eventsStore.close();
        } finally {
            log.close();
        }
    }
}
