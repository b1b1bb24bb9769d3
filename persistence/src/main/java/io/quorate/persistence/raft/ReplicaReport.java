package io.quorate.persistence.raft;

import io.quorate.persistence.contract.MemberId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A replica at one moment.
 *
 * @param role {@code leader}, {@code follower}, {@code candidate} or {@code learner}
 * @param voters of the committed membership
 * @param learners of the committed membership
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
        long commitIndex,
        long appliedIndex,
        long snapshotIndex,
        Map<MemberId, Long> matchIndex,
        Map<MemberId, Long> lastContactMillis) {}
