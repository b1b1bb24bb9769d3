/**
 * What a replicated journal promises: the port {@link io.quorate.persistence.journal.Journal}, the queries it answers, and
 * the failures it knows. Start here.
 *
 * <p>No implementation lives here. {@code raft} replicates, {@code events} applies and answers queries on a replica,
 * {@code remote} reaches a replica over the network, {@code plugin} offers the journal to Pekko Persistence.
 */
@NullMarked
package io.quorate.persistence.journal;

import org.jspecify.annotations.NullMarked;
