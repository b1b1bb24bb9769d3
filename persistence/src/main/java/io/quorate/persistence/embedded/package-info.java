/**
 * A group of one inside any process: {@link io.quorate.persistence.embedded.EmbeddedJournal} opens a folder and is its own leader.
 *
 * <p>Wires {@code raft}, {@code events} and {@code store} together exactly as a node does, without network; no Pekko here. Its
 * user is {@code plugin}.
 */
@NullMarked
package io.quorate.persistence.embedded;

import org.jspecify.annotations.NullMarked;
