package io.quorate.node.membership;

import io.quorate.node.aggregate.Aggregate;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.MembershipEvent.AccessIssued;
import io.quorate.node.contract.MembershipEvent.AccessRefused;
import io.quorate.node.contract.MembershipEvent.AccessRevoked;
import io.quorate.node.contract.MembershipEvent.AuthorityReplaced;
import io.quorate.node.contract.MembershipEvent.BackupFailed;
import io.quorate.node.contract.MembershipEvent.BackupScheduled;
import io.quorate.node.contract.MembershipEvent.BackupTaken;
import io.quorate.node.contract.MembershipEvent.BackupUnscheduled;
import io.quorate.node.contract.MembershipEvent.ClusterRecovered;
import io.quorate.node.contract.MembershipEvent.FeatureLevelRaised;
import io.quorate.node.contract.MembershipEvent.JoinCompleted;
import io.quorate.node.contract.MembershipEvent.MemberRenewed;
import io.quorate.node.contract.MembershipEvent.MovePlanned;
import io.quorate.node.contract.MembershipEvent.NodeConfigured;
import io.quorate.node.contract.MembershipEvent.NodeJoined;
import io.quorate.node.contract.MembershipEvent.NodeLeaving;
import io.quorate.node.contract.MembershipEvent.NodeMoved;
import io.quorate.node.contract.MembershipEvent.NodeRemoved;
import io.quorate.node.contract.MembershipEvent.PolicyChanged;
import io.quorate.node.contract.MembershipEvent.RecoveryAcknowledged;
import io.quorate.node.contract.MembershipEvent.ReplacementOffered;
import io.quorate.node.contract.MembershipEvent.RoleAssigned;
import io.quorate.node.contract.MembershipEvent.SurvivorReseeded;
import io.quorate.node.contract.MembershipEvent.TokenIssued;
import io.quorate.node.contract.MembershipEvent.TokenRevoked;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.MembershipMessage.Abandon;
import io.quorate.node.contract.MembershipMessage.AcknowledgeRecovery;
import io.quorate.node.contract.MembershipMessage.Assign;
import io.quorate.node.contract.MembershipMessage.Complete;
import io.quorate.node.contract.MembershipMessage.ConfigureNode;
import io.quorate.node.contract.MembershipMessage.Dismiss;
import io.quorate.node.contract.MembershipMessage.Done;
import io.quorate.node.contract.MembershipMessage.EndBackups;
import io.quorate.node.contract.MembershipMessage.Found;
import io.quorate.node.contract.MembershipMessage.Granted;
import io.quorate.node.contract.MembershipMessage.IssueAccess;
import io.quorate.node.contract.MembershipMessage.IssueToken;
import io.quorate.node.contract.MembershipMessage.Join;
import io.quorate.node.contract.MembershipMessage.Leave;
import io.quorate.node.contract.MembershipMessage.Move;
import io.quorate.node.contract.MembershipMessage.OfferReplacement;
import io.quorate.node.contract.MembershipMessage.PlanMove;
import io.quorate.node.contract.MembershipMessage.RaiseLevel;
import io.quorate.node.contract.MembershipMessage.Recover;
import io.quorate.node.contract.MembershipMessage.Refused;
import io.quorate.node.contract.MembershipMessage.Renew;
import io.quorate.node.contract.MembershipMessage.ReportAuthority;
import io.quorate.node.contract.MembershipMessage.ReportBackup;
import io.quorate.node.contract.MembershipMessage.ReportBackupFailure;
import io.quorate.node.contract.MembershipMessage.ReportRefusal;
import io.quorate.node.contract.MembershipMessage.ReportReseeded;
import io.quorate.node.contract.MembershipMessage.RevokeAccess;
import io.quorate.node.contract.MembershipMessage.RevokeToken;
import io.quorate.node.contract.MembershipMessage.ScheduleBackups;
import io.quorate.node.contract.MembershipMessage.SetPolicy;
import io.quorate.node.contract.Recorded;
import io.quorate.node.role.NodeKind;
import io.quorate.node.role.Role;
import io.quorate.node.role.RolePolicy;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.StoredEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.pcollections.HashPMap;
import org.pcollections.PSortedSet;
import org.pcollections.TreePSet;

/**
 * The rules of who belongs to the cluster. Pure. A token is spent by a join that succeeds and by nothing else. A join that was
 * granted and cut off is granted again in the same way, until its node has been heard of: from then on the token is worth nothing.
 */
public final class Membership implements Aggregate<MembershipState, Asked, Recorded> {
    /** Its events' persistence id. */
    public static final String ID = "membership";

    /** Letters of a token's hash that name it, at least. */
    private static final int MIN_ID = 4;

    /** What a client may be. */
    private static final Set<String> ACCESS = Set.of("admin", "viewer");

    /** Bound of failure domains and weights. */
    private static final int MAX_NUMBER = 1_000_000;

    private final String clusterId;
    private final ClusterEpoch epoch;
    private final List<MemberId> founders;

    /**
     * @param clusterId told to those who join
     * @param epoch likewise, as the next
     */
    public Membership(String clusterId, ClusterEpoch epoch, List<MemberId> founders) {
        this.clusterId = clusterId;
        this.epoch = epoch;
        this.founders = List.copyOf(founders);
    }

    @Override
    public String persistenceId() {
        return ID;
    }

    @Override
    public MembershipState empty() {
        return MembershipState.EMPTY;
    }

    @Override
    public Decision<Recorded> decide(MembershipState state, Asked asked) {
        Decision<MembershipEvent> decision = decide(state, asked.message());
        decision.events().forEach(event -> FeatureLevels.check(event, state.level()));
        return new Decision<>(
                decision.events().stream()
                        .map(event -> new Recorded(event, by(state, asked, event)))
                        .toList(),
                decision.reply());
    }

    /** Who asked, or, of what follows when a join is complete, who wanted that to follow. */
    private static String by(MembershipState state, Asked asked, MembershipEvent event) {
        if (!(asked.message() instanceof Complete(var node))) {
            return asked.by();
        }
        return switch (event) {
            case RoleAssigned role -> Asked.PLANNER;
            case NodeLeaving replaced ->
                letIn(state, node).map(MembershipState.Token::by).orElse("");
            default -> asked.by();
        };
    }

    /** The token that a node was let in with. */
    private static Optional<MembershipState.Token> letIn(MembershipState state, String node) {
        return Optional.ofNullable(state.nodes().get(node))
                .map(known -> state.tokens().get(known.tokenHash()));
    }

    private Decision<MembershipEvent> decide(MembershipState state, MembershipMessage command) {
        return switch (command) {
            case Found(var member, var api, var join) ->
                state.nodes().isEmpty()
                        ? accepted(
                                new Done(),
                                new NodeJoined(member, api, join, "", NodeKind.CONTROL_PLANE.word()),
                                new RoleAssigned(
                                        MemberId.parse(member).node(), Role.VOTER.word(), "founded the cluster"))
                        : accepted(new Done());
            case IssueToken(var hash, var expires, var uses, var kind) ->
                uses < 1
                        ? refused("bad-uses", "a token wants one use or more, not " + uses)
                        : accepted(new Done(), new TokenIssued(hash, expires, uses, kind));
            case OfferReplacement(var hash, var expires, var node) -> {
                MembershipState.Node known = state.nodes().get(node);
                yield known == null
                        ? unknownNode(state, node)
                        : known.isLeaving()
                                ? refused("leaving", node + " leaves already: " + known.leaving())
                                : accepted(new Done(), new ReplacementOffered(hash, expires, node));
            }
            case RevokeToken(var id) -> {
                List<String> found = state.tokens().keySet().stream()
                        .filter(hash -> hash.startsWith(id))
                        .toList();
                yield id.length() < MIN_ID || found.size() != 1
                        ? refused(
                                "unknown-token",
                                (found.size() > 1 ? "several tokens begin" : "no token begins") + " with '" + id
                                        + "'; `quorate tokens` lists them")
                        : accepted(new Done(), new TokenRevoked(found.getFirst()));
            }
            case IssueAccess(var hash, var name, var kind, var expires) ->
                ACCESS.contains(kind)
                        ? accepted(new Done(), new AccessIssued(hash, name, kind, expires))
                        : refused("unknown-kind", "a client is admin or viewer, not '" + kind + "'");
            case RevokeAccess(var id) -> {
                List<String> found = state.access().keySet().stream()
                        .filter(hash -> hash.startsWith(id))
                        .toList();
                yield id.length() < MIN_ID || found.size() != 1
                        ? refused(
                                "unknown-token",
                                (found.size() > 1 ? "several tokens begin" : "no token begins") + " with '" + id
                                        + "'; `quorate access` lists them")
                        : accepted(new Done(), new AccessRevoked(found.getFirst()));
            }
            case Join join -> join(state, join);
            case Complete(var node) -> complete(state, node);
            case Abandon(var node) -> {
                MembershipState.Node known = state.nodes().get(node);
                yield known == null || known.completed()
                        ? accepted(new Done())
                        : accepted(new Done(), new NodeRemoved(node, Abandon.REASON));
            }
            case Assign assign -> assign(state, assign);
            case SetPolicy set -> setPolicy(state, set);
            case ConfigureNode configure -> configure(state, configure);
            case Renew(var node, var member) -> {
                MembershipState.Node known = state.nodes().get(node);
                yield known == null || !known.member().equals(MemberId.parse(member))
                        ? accepted(new Done()) // done already
                        : accepted(new Done(), renewed(state, known));
            }
            case PlanMove plan -> planMove(state, plan);
            case Move move -> move(state, move);
            case Leave leave -> leave(state, leave);
            case Dismiss(var node) -> {
                MembershipState.Node known = state.nodes().get(node);
                if (known == null) {
                    yield accepted(new Done());
                }
                yield known.isLeaving() && known.role() == Role.SPARE
                        ? accepted(new Done(), new NodeRemoved(node, known.leaving()))
                        : refused("has-role", node + " is a " + known.role().word() + " and cannot be dismissed yet");
            }
            case ReportAuthority(var fingerprint, var reason) ->
                accepted(new Done(), new AuthorityReplaced(fingerprint, reason));
            case ReportRefusal(var node, var kind, var message, var count) ->
                accepted(new Done(), new AccessRefused(node, kind, message, count));
            case Recover recover -> recover(state, recover);
            case ReportReseeded(var node) ->
                state.recovery()
                                .filter(recovery -> recovery.reseeding().contains(node))
                                .isPresent()
                        ? accepted(new Done(), new SurvivorReseeded(node))
                        : accepted(new Done());
            case AcknowledgeRecovery ack ->
                state.recovery()
                        .map(recovery -> recovery.acknowledged()
                                ? accepted(new Done())
                                : accepted(
                                        new Done(),
                                        new RecoveryAcknowledged(
                                                recovery.epoch().toString())))
                        .orElseGet(() -> refused("no-recovery", "this cluster was never recovered"));
            case ScheduleBackups schedule -> scheduleBackups(state, schedule);
            case EndBackups end ->
                state.backups().isPresent()
                        ? accepted(new Done(), new BackupUnscheduled("asked for"))
                        : accepted(new Done());
            case ReportBackup(var nr, var node, var file, var offset, var bytes, var at) ->
                state.backups()
                                .filter(schedule -> schedule.nr() == nr)
                                .filter(schedule ->
                                        !schedule.hasLast(new BackupSchedule.Taken(node, file, offset, bytes, at)))
                                .isPresent()
                        ? accepted(new Done(), new BackupTaken(node, file, offset, bytes, at))
                        : accepted(new Done());
            case ReportBackupFailure(var nr, var node, var reason, var at) ->
                state.backups()
                                .filter(schedule -> schedule.nr() == nr)
                                .filter(schedule -> !schedule.knowsFailure(node, reason))
                                .isPresent()
                        ? accepted(new Done(), new BackupFailed(node, reason, at))
                        : accepted(new Done());
            case RaiseLevel(var level, var reason) ->
                level > state.level()
                        ? accepted(new Done(), new FeatureLevelRaised(level, reason))
                        : accepted(new Done());
            case Done d -> throw new IllegalArgumentException("an answer is no command");
            case Granted g -> throw new IllegalArgumentException("an answer is no command");
            case Refused r -> throw new IllegalArgumentException("an answer is no command");
        };
    }

    /**
     * The cluster goes on with what one node has. Whoever has a copy that is not that one's belongs to it as another member, or not at
     * all: what the members of the old group were, nobody of the new one may be taken for.
     */
    private static Decision<MembershipEvent> recover(MembershipState state, Recover recover) {
        if (!ClusterEpoch.parse(recover.epoch()).isNewerThan(state.epoch())) {
            return accepted(new Done()); // done already
        }
        MemberId base = MemberId.parse(recover.member());
        String reason = "the cluster was recovered with what " + base.node() + " had, as epoch " + recover.epoch();
        List<MembershipEvent> events = new ArrayList<>();
        events.add(new ClusterRecovered(
                recover.epoch(),
                recover.member(),
                recover.kept(),
                recover.lost(),
                recover.offset(),
                recover.note(),
                recover.atMillis()));
        MembershipState.Node before = state.nodes().get(base.node());
        if (before == null) {
            events.add(new NodeJoined(
                    base.toString(), recover.apiAddress(), recover.joinAddress(), "", NodeKind.CONTROL_PLANE.word()));
        } else {
            events.add(new MemberRenewed(base.node(), base.toString()));
            if (!before.member().address().equals(base.address())
                    || !before.apiAddress().equals(recover.apiAddress())
                    || !before.joinAddress().equals(recover.joinAddress())) {
                events.add(new NodeMoved(
                        base.node(),
                        before.member().address(),
                        base.address(),
                        recover.apiAddress(),
                        recover.joinAddress()));
            }
        }
        events.add(new RoleAssigned(base.node(), Role.VOTER.word(), reason));
        Set<String> lost = new TreeSet<>();
        recover.lost().forEach(member -> lost.add(MemberId.parse(member).node()));
        for (MembershipState.Node node : state.nodes().values()) {
            String name = node.member().node();
            boolean holdsCopy = node.completed() && !node.isWorker() && node.role() != Role.SPARE;
            if (name.equals(base.node())) {
                continue;
            }
            if (lost.contains(name) || holdsCopy && !recover.kept().contains(name)) {
                events.add(new NodeRemoved(name, reason + ", and without this node"));
            } else if (holdsCopy) {
                events.add(renewed(state, node));
                events.add(new RoleAssigned(name, Role.STANDBY.word(), reason));
            }
        }
        if (!recover.authority().isEmpty()) {
            events.add(new AuthorityReplaced(recover.authority(), "restored as a cluster of its own"));
            if (state.backups().isPresent()) {
                // They were those of the other cluster, which may live, and of its machines.
                events.add(new BackupUnscheduled("restored as a cluster of its own"));
            }
        }
        return new Decision<>(events, firstSequenceNr -> MembershipForm.bytes(new Done()));
    }

    private static Decision<MembershipEvent> complete(MembershipState state, String node) {
        MembershipState.Node known = state.nodes().get(node);
        if (known == null || known.completed()) {
            return accepted(new Done());
        }
        MembershipState.Node replaced = letIn(state, node)
                .map(token -> state.nodes().get(token.replaces()))
                .orElse(known);
        if (replaced != known) {
            return replacement(known, replaced);
        }
        if (known.isWorker()) {
            return accepted(new Done(), new JoinCompleted(node));
        }
        List<MembershipState.Node> others = state.controlPlane().stream()
                .filter(other -> other.completed() && !other.isLeaving())
                .toList();
        long voters =
                others.stream().filter(other -> other.role() == Role.VOTER).count();
        long standbys =
                others.stream().filter(other -> other.role() == Role.STANDBY).count();
        boolean enough = voters >= state.policy().votersOf(others.size() + 1)
                && standbys >= state.policy().standbys()
                && voters + standbys > 1; // with two nodes the second holds a copy, whatever the policy
        return enough
                ? accepted(
                        new Done(),
                        new JoinCompleted(node),
                        new RoleAssigned(
                                node, Role.SPARE.word(), voters + " voters and " + standbys + " standbys are enough"))
                : accepted(new Done(), new JoinCompleted(node));
    }

    /** It stands where the other stood; the roles follow by themselves. */
    private static Decision<MembershipEvent> replacement(MembershipState.Node node, MembershipState.Node replaced) {
        String name = node.member().node();
        String old = replaced.member().node();
        JoinCompleted completed = new JoinCompleted(name);
        NodeConfigured configured = new NodeConfigured(name, replaced.failureDomain(), replaced.weight());
        return replaced.isLeaving()
                ? accepted(new Done(), completed, configured)
                : accepted(
                        new Done(),
                        completed,
                        configured,
                        new NodeLeaving(old, "replaced by " + name + ": it never comes back"));
    }

    private static MemberRenewed renewed(MembershipState state, MembershipState.Node node) {
        MemberId old = node.member();
        return new MemberRenewed(old.node(), state.nextMember(old).toString());
    }

    private static Decision<MembershipEvent> unknownNode(MembershipState state, String node) {
        return refused(
                "unknown-node",
                "there is no node " + node + "; the cluster has "
                        + String.join(", ", state.nodes().keySet()));
    }

    private static Decision<MembershipEvent> assign(MembershipState state, Assign assign) {
        MembershipState.Node known = state.nodes().get(assign.node());
        if (known == null) {
            return unknownNode(state, assign.node());
        }
        Optional<Role> role = Role.of(assign.role());
        if (role.isEmpty()) {
            return refused("unknown-role", "there is no role " + assign.role() + ": a node is voter, standby or spare");
        }
        if (known.role() == role.get()) {
            return accepted(new Done());
        }
        if (known.isWorker()) {
            return refused("worker", assign.node() + " is a worker: it has no role in the datastore");
        }
        RoleAssigned assigned = new RoleAssigned(assign.node(), assign.role(), assign.reason());
        // Who has left the group can come back to it under another identity only: the engine knows no return.
        return known.role() == Role.VOTER
                ? accepted(new Done(), renewed(state, known), assigned)
                : accepted(new Done(), assigned);
    }

    private static Decision<MembershipEvent> setPolicy(MembershipState state, SetPolicy set) {
        RolePolicy old = state.policy();
        RolePolicy wanted;
        try {
            wanted = new RolePolicy(
                    set.voters() == MembershipMessage.KEEP ? old.voters() : set.voters(),
                    set.standbys() == MembershipMessage.KEEP ? old.standbys() : set.standbys(),
                    set.promoteAfterMillis() == MembershipMessage.KEEP
                            ? old.promoteAfter()
                            : Duration.ofMillis(set.promoteAfterMillis()));
        } catch (IllegalArgumentException e) {
            return refused("bad-policy", String.valueOf(e.getMessage()));
        }
        return wanted.equals(old)
                ? accepted(new Done())
                : accepted(
                        new Done(),
                        new PolicyChanged(
                                wanted.voters(),
                                wanted.standbys(),
                                wanted.promoteAfter().toMillis()));
    }

    private static Decision<MembershipEvent> configure(MembershipState state, ConfigureNode configure) {
        MembershipState.Node known = state.nodes().get(configure.node());
        if (known == null) {
            return unknownNode(state, configure.node());
        }
        int domain =
                configure.failureDomain() == MembershipMessage.KEEP ? known.failureDomain() : configure.failureDomain();
        int weight = configure.weight() == MembershipMessage.KEEP ? known.weight() : configure.weight();
        if (domain < 0 || domain > MAX_NUMBER || weight < 0 || weight > MAX_NUMBER) {
            return refused("bad-number", "a failure domain and a weight want 0 to " + MAX_NUMBER);
        }
        return domain == known.failureDomain() && weight == known.weight()
                ? accepted(new Done())
                : accepted(new Done(), new NodeConfigured(configure.node(), domain, weight));
    }

    private static Decision<MembershipEvent> scheduleBackups(MembershipState state, ScheduleBackups wanted) {
        Optional<String> wrong = BackupSchedule.wrong(wanted.everyMillis(), wanted.keep(), wanted.folder());
        if (wrong.isPresent()) {
            return refused("bad-schedule", wrong.get());
        }
        MembershipState.Node named = state.nodes().get(wanted.node());
        if (!wanted.node().isEmpty() && named == null) {
            return unknownNode(state, wanted.node());
        }
        if (named != null && named.isWorker()) {
            return refused("no-copy", wanted.node() + " is a worker: it has no copy of the journal to back up");
        }
        // One that fails is tried at once where somebody says again what is wanted.
        boolean asItIs = state.backups()
                .filter(schedule -> schedule.isAs(wanted.everyMillis(), wanted.keep(), wanted.folder(), wanted.node()))
                .filter(schedule -> schedule.failures().isEmpty())
                .isPresent();
        return asItIs
                ? accepted(new Done())
                : accepted(
                        new Done(),
                        new BackupScheduled(
                                wanted.everyMillis(),
                                wanted.keep(),
                                wanted.folder(),
                                wanted.node(),
                                wanted.atMillis()));
    }

    private static Decision<MembershipEvent> planMove(MembershipState state, PlanMove plan) {
        MembershipState.Node known = state.nodes().get(plan.node());
        if (known == null) {
            return unknownNode(state, plan.node());
        }
        String address = plan.address().contains(":")
                ? plan.address()
                : plan.address() + ":" + known.member().port();
        Optional<String> holder = Addresses.holder(state, address, plan.node());
        if (holder.isPresent()) {
            return refused(Addresses.TAKEN, holder.get() + ". Choose an address that no other node has");
        }
        MemberId there = known.member().at(address); // no address throws
        String to = address.equals(known.member().address()) ? "" : there.address();
        return to.equals(known.nextAddress())
                ? accepted(new Done())
                : accepted(new Done(), new MovePlanned(plan.node(), to));
    }

    private static Decision<MembershipEvent> move(MembershipState state, Move move) {
        MembershipState.Node known = state.nodes().get(move.node());
        if (known == null) {
            return unknownNode(state, move.node());
        }
        Optional<String> holder = Addresses.holder(state, move.address(), move.node());
        if (holder.isPresent()) {
            return refused(
                    Addresses.TAKEN,
                    holder.get() + ". Start " + move.node()
                            + " with an address of its own machine (--address); where the"
                            + " other one has moved, too, start that first");
        }
        MemberId there = known.member().at(move.address()); // no address throws
        String api = move.apiAddress().isEmpty() ? known.apiAddress() : move.apiAddress();
        String join = move.joinAddress().isEmpty() ? known.joinAddress() : move.joinAddress();
        String from = known.member().address();
        boolean same =
                from.equals(there.address()) && api.equals(known.apiAddress()) && join.equals(known.joinAddress());
        return same
                ? accepted(new Done())
                : accepted(new Done(), new NodeMoved(move.node(), from, there.address(), api, join));
    }

    private static Decision<MembershipEvent> leave(MembershipState state, Leave leave) {
        MembershipState.Node known = state.nodes().get(leave.node());
        if (known == null) {
            return unknownNode(state, leave.node());
        }
        if (known.isLeaving()) {
            return accepted(new Done());
        }
        if (state.nodes().size() == 1) {
            return refused(
                    "alone",
                    leave.node() + " is alone: it shares its cluster with no other node. `quorate reset` empties it");
        }
        List<MembershipState.Node> staying = state.nodes().values().stream()
                .filter(node -> node != known && !node.isLeaving())
                .toList();
        if (staying.isEmpty()) {
            return refused("last-node", leave.node() + " is the last node that stays: `quorate reset` empties it");
        }
        return staying.stream().allMatch(MembershipState.Node::isWorker)
                ? refused(
                        "last-node",
                        leave.node() + " is the last control-plane node that stays, and there are workers: first"
                                + " `quorate leave` on each of them, or `quorate remove-node`")
                : accepted(new Done(), new NodeLeaving(leave.node(), leave.reason()));
    }

    private Decision<MembershipEvent> join(MembershipState state, Join join) {
        // Two nodes cannot be at one address: a join that was cut off there will not go on by itself.
        Optional<MembershipState.Node> cutOff = awaitedAt(join.address(), state);
        Optional<Refused> no = joinRefusal(state, join, cutOff);
        if (no.isPresent()) {
            return Decision.answer(MembershipForm.bytes(no.get()));
        }
        NodeKind kind = NodeKind.of(join.kind());
        Optional<MembershipState.Node> same =
                cutOff.filter(node -> node.tokenHash().equals(join.tokenHash())
                        && node.member().node().equals(join.node())
                        && node.kind() == kind);
        if (same.isPresent()) {
            return accepted(granted(state, same.get().member()));
        }
        MemberId member = state.nextMember(join.node(), join.address());
        NodeJoined joined =
                new NodeJoined(member.toString(), join.apiAddress(), join.joinAddress(), join.tokenHash(), kind.word());
        return cutOff.isPresent()
                ? accepted(
                        granted(state, member),
                        new NodeRemoved(cutOff.get().member().node(), Abandon.REASON),
                        joined)
                : accepted(granted(state, member), joined);
    }

    /** @param cutOff what was let in from the same address and has not been heard of since */
    private static Optional<Refused> joinRefusal(
            MembershipState state, Join join, Optional<MembershipState.Node> cutOff) {
        MembershipState.Token token = state.tokens().get(join.tokenHash());
        if (token == null) {
            return Optional.of(new Refused(
                    "unknown-token",
                    "the token is not known here: it was mistyped, or issued by another cluster. Run `quorate add-node` on a"
                            + " member for a new one"));
        }
        NodeKind kind = NodeKind.of(join.kind());
        if (token.kind().filter(wanted -> wanted != kind).isPresent()) {
            return Optional.of(new Refused(
                    "wrong-kind",
                    kind == NodeKind.WORKER
                            ? "the token is for a control-plane node: run the same line without --worker"
                            : "the token lets in workers only: run the same line with --worker"));
        }
        boolean begunWithIt =
                cutOff.filter(node -> node.tokenHash().equals(join.tokenHash())).isPresent();
        MembershipState.Node namesake = state.nodes().get(join.node());
        if (begunWithIt && cutOff.filter(node -> node.equals(namesake)).isPresent()) {
            return Optional.empty(); // a token that has expired since lets it go on
        }
        if (token.usesLeft() < 1 && !begunWithIt) {
            return Optional.of(
                    new Refused(
                            "used-token",
                            "the token has been used already: a node joined with it. Run `quorate add-node` on a member for a new one"));
        }
        if (token.expiresAtMillis() < join.nowMillis()) {
            return Optional.of(new Refused(
                    "expired-token",
                    "the token expired " + (join.nowMillis() - token.expiresAtMillis()) / 1000
                            + " s ago. Run `quorate add-node` on a member for a new one"));
        }
        if (namesake != null && cutOff.filter(namesake::equals).isEmpty()) {
            boolean member = namesake.completed();
            return Optional.of(new Refused(
                    "name-taken",
                    "a node named " + join.node() + (member ? " is a member already, at " : " joins just now, from ")
                            + namesake.member().address()
                            + ". Start this one with another --name; or, where that node is gone for good,"
                            + " first run `quorate remove-node " + join.node() + (member ? " --force" : "")
                            + "` on a member"));
        }
        return cutOff.isPresent()
                ? Optional.empty()
                : Addresses.holder(state, join.address(), join.node())
                        .map(holder ->
                                new Refused(Addresses.TAKEN, holder + ". Start this node with another --address"));
    }

    private static Optional<MembershipState.Node> awaitedAt(String address, MembershipState state) {
        return state.awaited().stream()
                .filter(node -> node.member().address().equals(address))
                .findFirst();
    }

    private Granted granted(MembershipState state, MemberId member) {
        return new Granted(
                member.toString(),
                clusterId,
                founders.stream().map(MemberId::toString).toList(),
                state.addressesBut(member.node()),
                epoch.toString());
    }

    @Override
    public MembershipState evolve(MembershipState state, Recorded recorded, long sequenceNr) {
        Nodes nodes = state.persistentNodes();
        HashPMap<String, MembershipState.Token> tokens = state.persistentTokens();
        HashPMap<String, Integer> incarnations = state.persistentIncarnations();
        HashPMap<String, MembershipState.Removed> removed = state.persistentRemoved();
        HashPMap<String, MembershipState.Access> access = state.persistentAccess();
        PSortedSet<String> authorityKnownTo = state.persistentAuthorityKnownTo();
        RolePolicy policy = state.policy();
        Optional<MembershipState.Recovery> recovery = state.recovery();
        Optional<BackupSchedule> backups = state.backups();
        int level = state.level();
        switch (recorded.event()) {
            case TokenIssued(var hash, var expires, var uses, var kind) -> {
                Optional<NodeKind> only =
                        Optional.of(kind).filter(word -> !word.isEmpty()).map(NodeKind::of);
                tokens = tokens.plus(hash, new MembershipState.Token(expires, uses, "", recorded.by(), only));
            }
            case ReplacementOffered(var hash, var expires, var node) -> {
                Optional<NodeKind> same = Optional.ofNullable(nodes.get(node)).map(MembershipState.Node::kind);
                tokens = tokens.plus(hash, new MembershipState.Token(expires, 1, node, recorded.by(), same));
            }
            case TokenRevoked(var hash) -> tokens = tokens.minus(hash);
            case NodeJoined(var text, var api, var join, var hash, var kind) -> {
                MemberId member = MemberId.parse(text);
                nodes = nodes.with(
                        member.node(), MembershipState.Node.joined(member, api, join, hash, NodeKind.of(kind)));
                incarnations = highest(incarnations, member.node(), member.incarnation());
                tokens = used(tokens, hash, 1);
            }
            case JoinCompleted(var node) -> nodes = nodes.change(node, known -> known.complete());
            case RoleAssigned(var node, var role, var reason) ->
                nodes = nodes.change(node, known -> known.with(Role.of(role).orElse(known.role())));
            case PolicyChanged(var voters, var standbys, var promoteAfterMillis) ->
                policy = new RolePolicy(voters, standbys, Duration.ofMillis(promoteAfterMillis));
            case NodeConfigured(var node, var domain, var weight) ->
                nodes = nodes.change(node, known -> known.with(domain, weight));
            case MemberRenewed(var node, var text) -> {
                MemberId member = MemberId.parse(text);
                nodes = nodes.change(node, known -> known.with(member));
                incarnations = highest(incarnations, node, member.incarnation());
            }
            case MovePlanned(var node, var to) -> nodes = nodes.change(node, known -> known.toMoveTo(to));
            case NodeMoved(var node, var from, var to, var api, var join) ->
                nodes = nodes.change(
                        node,
                        known -> known.moved(
                                known.member().at(to), api, join, from.equals(to) ? known.nextAddress() : ""));
            case NodeLeaving(var node, var reason) -> nodes = nodes.change(node, known -> known.leavingFor(reason));
            case AccessRefused refused -> {} // for the record
            case AuthorityReplaced replaced -> authorityKnownTo = TreePSet.empty();
            case AccessIssued(var hash, var name, var kind, var expires) ->
                access = access.plus(hash, new MembershipState.Access(name, kind, expires));
            case AccessRevoked(var hash) -> access = access.minus(hash);
            case ClusterRecovered(var epochNow, var member, var kept, var lost, var offset, var note, var at) ->
                recovery = Optional.of(new MembershipState.Recovery(
                        ClusterEpoch.parse(epochNow),
                        MemberId.parse(member).node(),
                        lost.stream().map(MemberId::parse).toList(),
                        Set.copyOf(kept),
                        offset,
                        recorded.by(),
                        at,
                        note,
                        false));
            case SurvivorReseeded(var node) -> recovery = recovery.map(known -> known.reseeded(node));
            case RecoveryAcknowledged acknowledged -> recovery = recovery.map(MembershipState.Recovery::acknowledge);
            case BackupScheduled(var every, var keep, var folder, var node, var at) ->
                backups = Optional.of(
                        BackupSchedule.after(backups, sequenceNr, Duration.ofMillis(every), keep, folder, node, at));
            case BackupUnscheduled unscheduled -> backups = Optional.empty();
            case BackupTaken(var node, var file, var offset, var bytes, var at) ->
                backups =
                        backups.map(known -> known.succeeded(new BackupSchedule.Taken(node, file, offset, bytes, at)));
            case BackupFailed(var node, var reason, var at) ->
                backups = backups.map(known -> known.failed(node, new BackupSchedule.Failure(reason, at)));
            case FeatureLevelRaised(var raised, var reason) -> level = Math.max(level, raised);
            case NodeRemoved(var node, var reason) -> {
                MembershipState.Node gone = nodes.get(node);
                nodes = nodes.without(node);
                if (gone != null && !gone.completed()) {
                    // A token is spent by a join that succeeded, and by nothing else.
                    tokens = used(tokens, gone.tokenHash(), -1);
                }
                authorityKnownTo = authorityKnownTo.plus(node);
                recovery = recovery.map(known -> known.reseeded(node)); // nobody waits for what it has
                removed = removed.plus(node, new MembershipState.Removed(incarnations.getOrDefault(node, 0), reason));
            }
        }
        return new MembershipState(
                nodes, tokens, incarnations, removed, policy, access, authorityKnownTo, recovery, backups, level);
    }

    private static HashPMap<String, Integer> highest(HashPMap<String, Integer> known, String node, int incarnation) {
        return incarnation > known.getOrDefault(node, 0) ? known.plus(node, incarnation) : known;
    }

    /** @param uses of a token; less than none give back as many */
    private static HashPMap<String, MembershipState.Token> used(
            HashPMap<String, MembershipState.Token> tokens, String hash, int uses) {
        MembershipState.Token token = tokens.get(hash);
        return token == null ? tokens : tokens.plus(hash, token.with(token.usesLeft() - uses));
    }

    @Override
    public Asked readCommand(byte[] bytes) {
        return MembershipForm.readCommand(bytes);
    }

    @Override
    public EventData write(Recorded event) {
        return MembershipForm.write(event);
    }

    @Override
    public Recorded read(StoredEvent event) {
        return MembershipForm.readEvent(event.event().payload().bytes());
    }

    private static Decision<MembershipEvent> accepted(MembershipMessage answer, MembershipEvent... events) {
        return new Decision<>(List.of(events), firstSequenceNr -> MembershipForm.bytes(answer));
    }

    private static Decision<MembershipEvent> refused(String kind, String message) {
        return Decision.answer(MembershipForm.bytes(new Refused(kind, message)));
    }
}
