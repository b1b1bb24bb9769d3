/**
 * A copy of the journal in one file: written from a {@link io.quorate.persistence.events.JournalCut} while the node runs, read as chunks that
 * an event store adopts as a follower does. The form, in {@link io.quorate.persistence.backup.BackupWriter}, is a contract: every one ever
 * written stays readable.
 *
 * <p>Streams of bytes and nothing else: no files, no network. Look next at {@code io.quorate.node.recovery}, which makes a cluster of it.
 */
@NullMarked
package io.quorate.persistence.backup;

import org.jspecify.annotations.NullMarked;
