/**
 * The journal over actor messages: {@code JournalService} serves the replica of its node, {@code RemoteJournal} is a
 * {@link io.quorate.persistence.journal.Journal} on a node without a copy.
 *
 * <p>Knows Pekko and {@code journal}; not Raft and not LevelDB. Frames have a compact binary form of their own.
 */
@NullMarked
package io.quorate.persistence.remote;

import org.jspecify.annotations.NullMarked;
