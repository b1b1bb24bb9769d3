/**
 * LevelDB behind one interface: {@link io.quorate.persistence.store.KeyValueStore}. Two engines implement it, the native one
 * and the pure-Java port; their files are interchangeable. A store can begin with the files of another node's ({@link io.quorate.persistence.store.StoreFiles}).
 *
 * <p>Bytes only: nothing here knows what it stores. This package alone imports LevelDB. Its users are {@code raft} (the log)
 * and {@code events} (what was applied).
 */
@NullMarked
package io.quorate.persistence.store;

import org.jspecify.annotations.NullMarked;
