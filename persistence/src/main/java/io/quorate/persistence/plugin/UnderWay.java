package io.quorate.persistence.plugin;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** What was last begun for each entity: whatever has to come after it waits. Begun by one thread, ended by any. */
final class UnderWay {
    private final ConcurrentHashMap<String, CompletableFuture<?>> last = new ConcurrentHashMap<>();

    /** Completes, never fails, when what is under way for an entity has ended in whatever way. */
    CompletableFuture<?> settled(String persistenceId) {
        CompletableFuture<?> before = last.get(persistenceId);
        return before == null ? CompletableFuture.completedFuture(null) : before.handle((done, failure) -> done);
    }

    /** @param work has awaited what was under way before it */
    void begin(String persistenceId, CompletableFuture<?> work) {
        last.put(persistenceId, work);
        work.whenComplete((done, failure) -> last.remove(persistenceId, work));
    }
}
