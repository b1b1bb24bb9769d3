/**
 * The cluster over actor messages: {@code JournalService} serves the replica of its node, {@code RemoteJournal} is a
 * {@link io.quorate.persistence.journal.Journal} on a node without a copy, {@code RemoteService} any other service of the nodes. {@code
 * ClusterConnection} is an application's way to them.
 *
 * <p>Knows Pekko, {@code journal} and {@code tls}; not Raft and not LevelDB. Frames have a compact binary form of their own.
 */
@NullMarked
package io.quorate.persistence.remote;

import org.jspecify.annotations.NullMarked;
