package io.quorate.simulations.report;

import io.quorate.node.role.Role;
import io.quorate.simulations.report.Recording.End;
import io.quorate.simulations.report.Recording.LeaderChange;
import io.quorate.simulations.report.Recording.QuorumChange;
import io.quorate.simulations.report.Recording.RoleChange;
import io.quorate.simulations.report.Recording.UpChange;
import io.quorate.simulations.report.Recording.Write;
import io.quorate.simulations.schedule.Disturbance;
import io.quorate.simulations.schedule.Failure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one run came to.
 *
 * @param availability share of the writes, begun evenly over the time, that were acknowledged within a second; those that were lost together
 *     with the node on which somebody waited for them do not count
 * @param elections how often another leader, or the same one anew, began to lead, with how long nobody led before; nanoseconds
 * @param promotions standbys that became voters
 * @param stalls times without any acknowledgement, longer by a quarter of a second than writes are apart
 * @param quorumLosses times in which no majority of the voters was up and connected
 * @param undisturbed how long writes took while nothing was failing or had failed within the last fifteen seconds
 */
public record Figures(
        long seed,
        int writes,
        int acknowledged,
        double availability,
        List<Election> elections,
        List<Promotion> promotions,
        List<Stall> stalls,
        List<QuorumLoss> quorumLosses,
        Spread undisturbed) {
    private static final long SECOND = 1_000_000_000L;
    private static final long STALL = SECOND / 4;
    /** From a promotion to the loss of the vote that it replaces: longer only where something fails meanwhile. */
    private static final long ONE_STEP = 10 * SECOND;

    private static final Duration AFTERMATH = Duration.ofSeconds(15);

    /** Somebody begins to lead. */
    public record Election(long at, String leader, long nobodyFor) {}

    /**
     * A standby begins to vote.
     *
     * @param instead whose vote was taken within the next ten seconds; empty: nobody's, there were too few voters
     * @param after since that one was away, nanoseconds; empty where it was not away
     */
    public record Promotion(long at, String node, Optional<String> instead, OptionalLong after) {}

    /** Nothing is acknowledged from one time to another. */
    public record Stall(long from, long until) {
        public long took() {
            return until - from;
        }
    }

    /**
     * No majority of the voters is up and connected.
     *
     * @param failures what was failing when it began
     */
    public record QuorumLoss(long from, long until, List<String> voters, List<String> away, List<Failure> failures) {
        public long took() {
            return until - from;
        }
    }

    /** What a recording shows. */
    public static Figures of(Recording recording) {
        List<Write> counted = recording.writes().stream()
                .filter(write -> write.end() != End.LOST_WITH_ITS_NODE)
                .toList();
        long soon = counted.stream().filter(Figures::isInTime).count();
        return new Figures(
                recording.seed(),
                recording.writes().size(),
                (int) recording.writes().stream().filter(Write::acknowledged).count(),
                counted.isEmpty() ? 0 : (double) soon / counted.size(),
                elections(recording.leaders()),
                promotions(recording),
                stalls(recording),
                quorumLosses(recording),
                Spread.of(recording.writes().stream()
                        .filter(write -> write.acknowledged() && isCalm(recording, write))
                        .map(Write::took)
                        .toList()));
    }

    /** Whether a write was acknowledged within a second. */
    static boolean isInTime(Write write) {
        return write.acknowledged() && write.took() <= SECOND;
    }

    /** How long nobody led before each election. */
    public Spread withoutLeader() {
        return Spread.of(elections.stream().map(Election::nobodyFor).toList());
    }

    public long longestStall() {
        return stalls.stream().mapToLong(Stall::took).max().orElse(0);
    }

    public long stalledInAll() {
        return stalls.stream().mapToLong(Stall::took).sum();
    }

    public long withoutQuorumInAll() {
        return quorumLosses.stream().mapToLong(QuorumLoss::took).sum();
    }

    private static boolean isCalm(Recording recording, Write write) {
        Duration began = Duration.ofNanos(write.began());
        Duration ended = Duration.ofNanos(write.ended());
        return recording.failures().stream()
                .allMatch(failure -> ended.compareTo(failure.at()) < 0
                        || began.compareTo(failure.until().plus(AFTERMATH)) >= 0);
    }

    private static List<Election> elections(List<LeaderChange> leaders) {
        List<Election> elections = new ArrayList<>();
        long nobodySince = -1;
        long term = leaders.isEmpty() ? 0 : leaders.getFirst().term();
        for (LeaderChange change : leaders) {
            if (change.leader().isEmpty()) {
                nobodySince = change.at();
            } else if (change.term() > term) {
                elections.add(new Election(
                        change.at(), change.leader().get(), nobodySince < 0 ? 0 : change.at() - nobodySince));
                term = change.term();
                nobodySince = -1;
            } else {
                nobodySince = -1; // it was cut off for a moment only
            }
        }
        return elections;
    }

    /** Each vote that is lost is that of the oldest promotion to which none was counted yet, for a vote is given before another is taken. */
    private static List<Promotion> promotions(Recording recording) {
        List<Promotion> promotions = new ArrayList<>();
        ArrayDeque<Integer> open = new ArrayDeque<>();
        Set<String> voters = new HashSet<>();
        for (RoleChange change : recording.roles()) {
            if (change.role().filter(role -> role == Role.VOTER).isPresent()) {
                if (voters.add(change.node()) && change.at() > 0) {
                    open.add(promotions.size());
                    promotions.add(new Promotion(change.at(), change.node(), Optional.empty(), OptionalLong.empty()));
                }
            } else if (voters.remove(change.node())) {
                while (!open.isEmpty()
                        && change.at() - promotions.get(open.peek()).at() > ONE_STEP) {
                    open.remove();
                }
                if (!open.isEmpty()) {
                    int index = open.remove();
                    Promotion promotion = promotions.get(index);
                    promotions.set(
                            index,
                            new Promotion(
                                    promotion.at(),
                                    promotion.node(),
                                    Optional.of(change.node()),
                                    away(recording, change.node(), promotion.at())));
                }
            }
        }
        return promotions;
    }

    /** Whom a failure befell: who led, where it was to befall that one. */
    static Set<String> nodes(Recording recording, Failure failure) {
        Set<String> nodes = new TreeSet<>(failure.nodes());
        if (nodes.remove(Disturbance.LEADER)) {
            recording.leaders().stream()
                    .filter(change -> change.leader().isPresent()
                            && change.at() <= failure.at().toNanos())
                    .reduce((earlier, later) -> later)
                    .flatMap(LeaderChange::leader)
                    .ifPresent(nodes::add);
        }
        return nodes;
    }

    private static OptionalLong away(Recording recording, String node, long at) {
        Optional<UpChange> last = recording.ups().stream()
                .filter(change -> change.node().equals(node) && change.at() <= at)
                .reduce((earlier, later) -> later);
        if (last.isPresent() && !last.get().up()) {
            return OptionalLong.of(at - last.get().at());
        }
        return recording.failures().stream()
                .filter(failure -> failure.isOn(Duration.ofNanos(at))
                        && nodes(recording, failure).contains(node))
                .mapToLong(failure -> at - failure.at().toNanos())
                .findFirst();
    }

    private static List<Stall> stalls(Recording recording) {
        long least = STALL + SECOND / recording.plan().writesPerSecond();
        List<Stall> stalls = new ArrayList<>();
        long last = 0;
        List<Long> acknowledgements = new ArrayList<>(recording.writes().stream()
                .filter(Write::acknowledged)
                .map(Write::ended)
                .sorted()
                .toList());
        acknowledgements.add(recording.length().toNanos());
        for (long next : acknowledgements) {
            if (next - last >= least) {
                stalls.add(new Stall(last, next));
            }
            last = next;
        }
        return stalls;
    }

    private static List<QuorumLoss> quorumLosses(Recording recording) {
        List<QuorumLoss> losses = new ArrayList<>();
        List<QuorumChange> changes = recording.quorum();
        for (int i = 0; i < changes.size(); i++) {
            QuorumChange change = changes.get(i);
            if (!change.there()) {
                int next = i + 1;
                while (next < changes.size() && !changes.get(next).there()) {
                    next++;
                }
                long until = next < changes.size()
                        ? changes.get(next).at()
                        : recording.length().toNanos();
                Duration begin = Duration.ofNanos(change.at());
                losses.add(new QuorumLoss(
                        change.at(),
                        until,
                        change.voters(),
                        change.away(),
                        recording.failures().stream()
                                .filter(failure ->
                                        failure.at().compareTo(begin) <= 0 && begin.compareTo(failure.until()) <= 0)
                                .toList()));
                i = next - 1;
            }
        }
        return losses;
    }
}
