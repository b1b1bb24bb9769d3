/**
 * The only package that imports MicroRaft. {@link io.quorate.persistence.raft.RaftReplica} is a member of the group behind a
 * port of our own; the rest adapts the engine's ports: log store, transport frames, executor, scaled time.
 *
 * <p>Each wall around a known gap of the engine is a class or a method of its own here and has a test in {@code simulations}
 * that fails when it is taken away. Look next at {@code events}, which is the state machine.
 */
@NullMarked
package io.quorate.persistence.raft;

import org.jspecify.annotations.NullMarked;
