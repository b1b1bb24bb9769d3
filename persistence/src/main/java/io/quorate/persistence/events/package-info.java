/**
 * The state machine: {@link io.quorate.persistence.events.EventStore} applies operations to a key-value store, together with
 * the applied index in one batch, and answers queries from it. An empty one can be seeded with the files of another.
 *
 * <p>Knows of {@code contract}, {@code journal} and {@code store}; not of Raft, threads or Pekko. The key layout is described
 * at {@code Keys}.
 */
@NullMarked
package io.quorate.persistence.events;

import org.jspecify.annotations.NullMarked;
