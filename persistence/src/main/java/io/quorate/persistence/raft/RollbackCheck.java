package io.quorate.persistence.raft;

import io.quorate.persistence.contract.MemberId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whom a member that has started must hear before it takes part: its disk may have been set back to an old image, and then it has
 * forgotten votes that it gave and entries that it acknowledged. What the others know of it ({@link HighWaterMarks}) tells.
 *
 * <p>It waits for all voters, and after {@link #PATIENCE} for as many as make a majority with it: with fewer there is no leader anyway,
 * so the question costs no availability, not even where all start at the same moment, because who asks answers too. A member that does
 * not know who votes, because it is new or because it was away while the group changed, asks who leads it. Used by one thread.
 *
 * <p>What nobody who answers knows is not found out: that a member acknowledged what only it and one that is gone for good ever had.
 */
final class RollbackCheck {
    /** After this silent voters are not waited for any longer; an election takes longer than that anyway. */
    static final Duration PATIENCE = Duration.ofMillis(400);

    static final Duration ASK_AGAIN = Duration.ofMillis(200);

    private final MemberId self;
    private final Set<MemberId> voters;
    private final long sinceNanos;
    private final Set<MemberId> answered = new HashSet<>();
    private @Nullable MemberId leader;

    /** @param voters as far as this member knows; empty for one that knows nothing yet */
    RollbackCheck(MemberId self, Set<MemberId> voters, long nowNanos) {
        this.self = self;
        this.voters = Set.copyOf(voters);
        this.sinceNanos = nowNanos;
    }

    /** Somebody sends what a leader sends; answers whether that is news. */
    boolean leads(MemberId member) {
        boolean news = !member.equals(leader);
        leader = member;
        return news;
    }

    void answered(MemberId member) {
        answered.add(member);
    }

    /** Who is to be asked, again; in the same order in every process, so that a simulation takes the same course. */
    Set<MemberId> silent() {
        return Stream.concat(voters.stream(), Stream.ofNullable(leader))
                .filter(member -> !member.equals(self) && !answered.contains(member))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    boolean passed(long nowNanos) {
        Predicate<MemberId> heard = member -> member.equals(self) || answered.contains(member);
        boolean byLeader = leader != null && heard.test(leader);
        if (voters.isEmpty()) {
            return byLeader;
        }
        long heardOf = voters.stream().filter(heard).count();
        return heardOf == voters.size()
                || nowNanos - sinceNanos >= PATIENCE.toNanos() && (byLeader || heardOf * 2 > voters.size());
    }
}
