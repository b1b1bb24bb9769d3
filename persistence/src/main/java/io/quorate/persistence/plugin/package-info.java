/**
 * Pekko Persistence on the replicated journal: journal, snapshot store and read journal, usable by any Pekko application with
 * the three lines shown in {@code reference.conf}.
 *
 * <p>Knows Pekko and {@code journal}, and starts an embedded journal of one where nothing else is configured. No Raft, no
 * LevelDB.
 */
@NullMarked
package io.quorate.persistence.plugin;

import org.jspecify.annotations.NullMarked;
