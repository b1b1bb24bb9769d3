package io.quorate.persistence.raft;

import io.quorate.persistence.contract.MemberId;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A replica at one moment.
 *
 * @param role {@code leader}, {@code follower}, {@code candidate} or {@code learner}
 * @param voters of the committed membership
 * @param learners of the committed membership
 * @param lastLogTerm term of the entry at {@code lastLogIndex}
 * @param matchIndex on the leader: what each other member is known to have
 * @param lastContactMillis on the leader: milliseconds since each other member last answered
 */
public record ReplicaReport(
        MemberId self,
        String role,
        long term,
        Optional<MemberId> leader,
        List<MemberId> voters,
        List<MemberId> learners,
        long lastLogIndex,
        long lastLogTerm,
        long commitIndex,
        long appliedIndex,
        long snapshotIndex,
        Map<MemberId, Long> matchIndex,
        Map<MemberId, Long> lastContactMillis) {

    /** On the leader: the other voters that have answered within a time, the one that has most of the log first. */
    public List<MemberId> heirs(Duration within) {
        return voters.stream()
                .filter(voter -> !voter.equals(self))
                .filter(voter -> lastContactMillis.getOrDefault(voter, Long.MAX_VALUE) <= within.toMillis())
                .sorted(Comparator.comparing((MemberId voter) -> matchIndex.getOrDefault(voter, 0L))
                        .reversed())
                .toList();
    }

    /** On the leader: whether it and those that have answered within a time are a majority of the voters. */
    public boolean hasMajority(Duration within) {
        return 2 * (heirs(within).size() + 1) > voters.size();
    }
}
