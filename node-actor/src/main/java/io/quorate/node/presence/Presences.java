package io.quorate.node.presence;

import io.quorate.node.contract.Presence;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.ClusterView.InGroup;
import io.quorate.node.role.Role;
import io.quorate.persistence.contract.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * On the leader: when it heard what of whom, since it leads. For one thread at a time. Times are nanoseconds of one monotonic
 * clock.
 */
public final class Presences {
    /** A copy that lacks no more than this is nearly up to date: a promotion brings the rest in a moment. */
    private static final long CURRENT_WITHIN = 20_000;

    /** A node that was silent for long is worth an optional change only after it was there for this long. */
    private static final Duration SETTLING = Duration.ofSeconds(10);

    /** A node that said that it stops and is still there after this has thought better of it. */
    private static final Duration STOPPING = Duration.ofSeconds(10);

    /** One of those that have told nothing yet is named so often. */
    private static final Duration NAMED_IN_TURN = Duration.ofSeconds(5);

    private record Seen(long atNanos, long steadySinceNanos, Presence presence, long lag, long skewMillis) {}

    /**
     * What the Raft group says of its voters and learners.
     *
     * @param silentMillis by member, since it last answered the leader
     */
    public record Group(
            MemberId leader, List<MemberId> voters, List<MemberId> learners, Map<MemberId, Long> silentMillis) {}

    private final Map<String, Seen> seen = new HashMap<>();
    private final Map<MemberId, Long> awaitedSince = new HashMap<>();
    private final Map<MemberId, Long> stopping = new HashMap<>();
    private final Set<String> named = new HashSet<>();
    private long leadsSinceNanos;
    private long turnNanos;
    private String lastInTurn = "";
    private @Nullable Map<String, MembershipState.Removed> forgotten;

    /**
     * This node leads from now on, and has heard of nobody yet.
     *
     * @param silenceBefore how long nobody counts as heard of before that: an election mostly follows a silence
     */
    public void begin(long nowNanos, Duration silenceBefore) {
        seen.clear();
        awaitedSince.clear();
        stopping.clear();
        leadsSinceNanos = nowNanos - silenceBefore.toNanos();
        named.clear();
        turnNanos = nowNanos;
        forgotten = null;
    }

    /**
     * A node has told about itself.
     *
     * @param committed index up to which the leader has committed
     * @param wallMillis the leader's wall clock
     * @return whether something about it is news that may ask for a change of roles
     */
    public boolean heard(Presence presence, long committed, long nowNanos, long wallMillis, Duration gap) {
        String name = MemberId.parse(presence.member()).node();
        Seen before = seen.get(name);
        boolean gapped = before == null
                ? nowNanos - leadsSinceNanos > gap.toNanos()
                : nowNanos - before.atNanos() > gap.toNanos();
        long steady = gapped ? nowNanos : before == null ? Long.MIN_VALUE : before.steadySinceNanos();
        long lag = Math.max(0, committed - presence.applied());
        seen.put(name, new Seen(nowNanos, steady, presence, lag, presence.wallMillis() - wallMillis));
        return before == null
                || gapped
                || !before.presence().member().equals(presence.member())
                || !before.presence().replica().equals(presence.replica())
                || lacksLittle(before.presence(), before.lag()) != lacksLittle(presence, lag);
    }

    /**
     * Nodes that were let in and did not go on, by name: not heard of for this long since this leader has known that they were let in.
     */
    public List<String> overdue(MembershipState state, Duration patience, long nowNanos) {
        Set<MemberId> awaited = new LinkedHashSet<>();
        state.awaited().forEach(node -> awaited.add(node.member()));
        awaitedSince.keySet().retainAll(awaited);
        return awaited.stream()
                .filter(member ->
                        nowNanos - awaitedSince.computeIfAbsent(member, first -> nowNanos) > patience.toNanos())
                .map(MemberId::node)
                .toList();
    }

    /** A node stops in good order. It comes back as another member, or as the same one before long. */
    public void stops(MemberId member, long nowNanos) {
        stopping.put(member, nowNanos);
    }

    private boolean isStopping(MemberId member, long nowNanos) {
        Long since = stopping.get(member);
        return since != null && nowNanos - since < STOPPING.toNanos();
    }

    /** What a node last told, if anything. */
    public Optional<Presence> of(String node) {
        return Optional.ofNullable(seen.get(node)).map(Seen::presence);
    }

    /**
     * Who holds no vote, has not told this leader anything yet, and is to be told of it: it does not hear of an election by itself. Each node with
     * a copy or a place for one is named once; from then on one of all that are silent after the other. They look for the leader by themselves
     * ({@link io.quorate.node.lead.PresenceExchange}), so most that are silent are off, and whoever tries to reach a node that is off shakes hands in
     * vain, several times a second: workers by the hundred, as after a night, would take the leader's time until another one is elected.
     */
    public List<MemberId> unaware(MembershipState state, long nowNanos) {
        List<MemberId> unaware = new ArrayList<>();
        for (MembershipState.Node node : state.controlPlane()) {
            if (isSilent(node) && named.add(node.member().node())) {
                unaware.add(node.member());
            }
        }
        if (nowNanos - turnNanos >= NAMED_IN_TURN.toNanos()) {
            turnNanos = nowNanos;
            inTurn(state).filter(member -> !unaware.contains(member)).ifPresent(unaware::add);
        }
        return unaware;
    }

    private boolean isSilent(MembershipState.Node node) {
        return node.role() != Role.VOTER && !seen.containsKey(node.member().node());
    }

    private Optional<MemberId> inTurn(MembershipState state) {
        List<MemberId> silent = state.nodes().values().stream()
                .filter(this::isSilent)
                .map(MembershipState.Node::member)
                .sorted(Comparator.comparing(MemberId::node))
                .toList();
        Optional<MemberId> next = silent.stream()
                .filter(member -> member.node().compareTo(lastInTurn) > 0)
                .findFirst()
                .or(() -> silent.stream().findFirst());
        next.ifPresent(member -> lastInTurn = member.node());
        return next;
    }

    /** How far a node's wall clock was ahead of the leader's, in milliseconds; 0 where it is not known. */
    public long skewMillis(String node) {
        Seen told = seen.get(node);
        return told == null ? 0 : told.skewMillis();
    }

    /** Entries that a node's copy lacked when it last told; -1 where it has none or it is not known. */
    public long lag(String node) {
        Seen told = seen.get(node);
        return told == null || !told.presence().holdsCopy() ? -1 : told.lag();
    }

    /** How long a node was not heard of. */
    public Duration silent(MembershipState.Node node, Group group, long nowNanos) {
        String name = node.member().node();
        if (node.member().equals(group.leader())) {
            return Duration.ZERO;
        }
        long sinceBegin = nowNanos - leadsSinceNanos;
        Long raft = group.silentMillis().get(node.member());
        if (raft != null && group.voters().contains(node.member())) {
            // A voter that talks but does not answer the log is as good as dead: what it tells does not count. What
            // the engine counts from its own begin is no contact.
            return Duration.ofMillis(Math.max(0, raft));
        }
        Seen told = seen.get(name);
        return Duration.ofNanos(told == null ? sinceBegin : nowNanos - told.atNanos());
    }

    /** The view of all nodes whose join is complete. */
    public ClusterView view(MembershipState state, Group group, long nowNanos) {
        return view(state.nodes().values().stream(), group, nowNanos);
    }

    /** The view that role changes are planned from: likewise, without the workers that stay. They hold no role and count for none. */
    public ClusterView viewForRoles(MembershipState state, Group group, long nowNanos) {
        return view(state.concernedByRoles(), group, nowNanos);
    }

    private ClusterView view(Stream<MembershipState.Node> of, Group group, long nowNanos) {
        List<ClusterView.NodeView> nodes = new ArrayList<>();
        for (MembershipState.Node node :
                of.filter(MembershipState.Node::completed).toList()) {
            MemberId member = node.member();
            Seen told = seen.get(member.node());
            boolean leads = member.equals(group.leader());
            nodes.add(new ClusterView.NodeView(
                    member.node(),
                    node.role(),
                    inGroup(member, group, told),
                    leads,
                    silent(node, group, nowNanos),
                    leads
                            || told != null
                                    && (told.steadySinceNanos() == Long.MIN_VALUE
                                            || nowNanos - told.steadySinceNanos() >= SETTLING.toNanos()),
                    leads || isCurrent(node, told),
                    node.failureDomain(),
                    node.weight(),
                    node.isLeaving(),
                    isStopping(member, nowNanos),
                    node.isWorker(),
                    told != null
                            && told.presence().hasLostItsLog()
                            && MemberId.parse(told.presence().member()).equals(member)));
        }
        return new ClusterView(nodes);
    }

    private static InGroup inGroup(MemberId member, Group group, @Nullable Seen told) {
        if (group.voters().contains(member)) {
            return InGroup.VOTER;
        }
        if (group.learners().contains(member)) {
            return InGroup.LEARNER;
        }
        return told != null
                        && told.presence().inGroup()
                        && told.presence().member().equals(member.toString())
                ? InGroup.TOLD
                : InGroup.OUTSIDE;
    }

    private static boolean isCurrent(MembershipState.Node node, @Nullable Seen told) {
        if (told == null) {
            return node.role() == Role.VOTER;
        }
        return told.presence().holdsCopy()
                && MemberId.parse(told.presence().member()).equals(node.member())
                && lacksLittle(told.presence(), told.lag());
    }

    /** One that holds nothing lacks everything, however little that is: it is about to get a copy, and a promotion would break that off. */
    private static boolean lacksLittle(Presence presence, long lag) {
        return presence.applied() > 0 && lag <= CURRENT_WITHIN;
    }

    /** Forgets whoever is no member any more. */
    public void keep(MembershipState state) {
        if (forgotten == state.removed()) {
            return; // nobody has left since
        }
        forgotten = state.removed();
        seen.keySet().removeIf(name -> !state.nodes().containsKey(name));
        stopping.keySet().removeIf(member -> !state.nodes().containsKey(member.node()));
    }
}
