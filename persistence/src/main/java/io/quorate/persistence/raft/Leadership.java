package io.quorate.persistence.raft;

import io.quorate.persistence.contract.MemberId;
import java.util.Optional;

/**
 * Who leads, as one replica knows it.
 *
 * @param term Raft term
 * @param leader empty while there is an election
 * @param ready whether this replica is the leader and has applied the first entry of its term, so that it may decide
 */
public record Leadership(long term, Optional<MemberId> leader, boolean ready) {}
