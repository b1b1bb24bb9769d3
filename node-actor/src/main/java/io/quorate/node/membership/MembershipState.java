package io.quorate.node.membership;

import io.quorate.node.contract.ClusterReport;
import io.quorate.node.role.NodeKind;
import io.quorate.node.role.Role;
import io.quorate.node.role.RolePolicy;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.PSortedSet;
import org.pcollections.TreePSet;

/**
 * Who belongs to the cluster. Immutable; the maps share what is equal with those of the state before, so an event costs about the same however large
 * the cluster is.
 *
 * @param nodes by name
 * @param tokens by hash
 * @param incarnations the highest incarnation that each name ever had
 * @param removed by name, the highest incarnation that is a member no longer
 * @param policy who gets which role
 * @param recovery the last one; empty for a cluster that never lost its majority for good
 * @param authorityKnownTo nodes that are members no longer, and know the key that certificates are issued with
 * @param access clients that may use the API with a token, by its hash
 * @param backups those that are taken again and again; empty where none are
 * @param level of features: what the journal may have, see {@link FeatureLevels}
 */
public record MembershipState(
        Map<String, Node> nodes,
        Map<String, Token> tokens,
        Map<String, Integer> incarnations,
        Map<String, Removed> removed,
        RolePolicy policy,
        Map<String, Access> access,
        Set<String> authorityKnownTo,
        Optional<Recovery> recovery,
        Optional<BackupSchedule> backups,
        int level) {
    static final MembershipState EMPTY = new MembershipState(
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            RolePolicy.DEFAULT,
            Map.of(),
            Set.of(),
            Optional.empty(),
            Optional.empty(),
            FeatureLevels.FIRST);

    /**
     * @param tokenHash of the token that let it in
     * @param failureDomain what fails together with it
     * @param weight lighter nodes get a role first
     * @param completed heard of since it was let in; before, it holds no role and may be forgotten again
     * @param leaving why it is to hand over its role and then its membership; empty while it stays
     * @param nextAddress {@code host:port} of its cluster port from its next start on; empty where it stays where it is
     * @param kind a worker has the role of a spare, for ever
     */
    public record Node(
            MemberId member,
            String apiAddress,
            String joinAddress,
            Role role,
            String tokenHash,
            int failureDomain,
            int weight,
            boolean completed,
            String leaving,
            String nextAddress,
            NodeKind kind) {
        /** What fails together where nothing else was said. */
        static final int DEFAULT_DOMAIN = 1;

        static Node joined(MemberId member, String apiAddress, String joinAddress, String tokenHash, NodeKind kind) {
            Role role = kind == NodeKind.WORKER ? Role.SPARE : Role.STANDBY;
            return new Node(member, apiAddress, joinAddress, role, tokenHash, DEFAULT_DOMAIN, 0, false, "", "", kind);
        }

        public boolean isWorker() {
            return kind == NodeKind.WORKER;
        }

        /** Whether a role or a dismissal may have to be decided about it: about a worker that stays there is nothing. */
        public boolean isConcernedByRoles() {
            return !isWorker() || isLeaving();
        }

        /** What it is to the cluster: its role, or that it is a worker. */
        public String word() {
            return isWorker() ? kind.word() : role.word();
        }

        /** As it is listed: one that was let in and has not been heard of is nothing yet. */
        public String listed() {
            return completed ? word() : ClusterReport.JOINING;
        }

        /** Whether the cluster knows it elsewhere than it says that it is; what it does not say is empty. */
        public boolean isElsewhere(String address, String saidApiAddress, String saidJoinAddress) {
            return !member.address().equals(address)
                    || !saidApiAddress.isEmpty() && !apiAddress.equals(saidApiAddress)
                    || !saidJoinAddress.isEmpty() && !joinAddress.equals(saidJoinAddress);
        }

        public boolean isLeaving() {
            return !leaving.isEmpty();
        }

        Node with(Role newRole) {
            return new Node(
                    member,
                    apiAddress,
                    joinAddress,
                    newRole,
                    tokenHash,
                    failureDomain,
                    weight,
                    true,
                    leaving,
                    nextAddress,
                    kind);
        }

        Node with(MemberId renewed) {
            return moved(renewed, apiAddress, joinAddress, nextAddress);
        }

        Node moved(MemberId newMember, String newApiAddress, String newJoinAddress, String newNextAddress) {
            return new Node(
                    newMember,
                    newApiAddress,
                    newJoinAddress,
                    role,
                    tokenHash,
                    failureDomain,
                    weight,
                    completed,
                    leaving,
                    newNextAddress,
                    kind);
        }

        Node toMoveTo(String address) {
            return moved(member, apiAddress, joinAddress, address);
        }

        Node with(int newFailureDomain, int newWeight) {
            return new Node(
                    member,
                    apiAddress,
                    joinAddress,
                    role,
                    tokenHash,
                    newFailureDomain,
                    newWeight,
                    completed,
                    leaving,
                    nextAddress,
                    kind);
        }

        Node complete() {
            return with(role);
        }

        Node leavingFor(String reason) {
            return new Node(
                    member,
                    apiAddress,
                    joinAddress,
                    role,
                    tokenHash,
                    failureDomain,
                    weight,
                    completed,
                    reason,
                    nextAddress,
                    kind);
        }
    }

    /**
     * @param usesLeft joins that it is still good for
     * @param replaces the dead node whose place is taken with it; empty for none
     * @param by who asked for it; empty where it is not known
     * @param kind of the nodes that it lets in; empty for any
     */
    public record Token(long expiresAtMillis, int usesLeft, String replaces, String by, Optional<NodeKind> kind) {
        Token with(int newUsesLeft) {
            return new Token(expiresAtMillis, newUsesLeft, replaces, by, kind);
        }
    }

    /** @param reason why, for the node that comes back */
    public record Removed(int incarnation, String reason) {}

    /** @param kind {@code admin} or {@code viewer} */
    public record Access(String name, String kind, long expiresAtMillis) {}

    /**
     * What became of a cluster whose majority was lost.
     *
     * @param epoch of the cluster since
     * @param base name of the node whose copy it goes on with
     * @param lost members that belong to it no longer
     * @param reseeding nodes that belong to it and have not got their copy yet
     * @param offset up to which the base had the journal
     * @param by who ordered it
     * @param atMillis when, since 1970
     * @param note what was known then, and what may be missing
     * @param acknowledged whether somebody has said that this is known
     */
    public record Recovery(
            ClusterEpoch epoch,
            String base,
            List<MemberId> lost,
            Set<String> reseeding,
            long offset,
            String by,
            long atMillis,
            String note,
            boolean acknowledged) {
        public Recovery {
            lost = List.copyOf(lost);
            reseeding = Collections.unmodifiableSet(new TreeSet<>(reseeding));
        }

        Recovery reseeded(String node) {
            Set<String> left = new TreeSet<>(reseeding);
            left.remove(node);
            return new Recovery(epoch, base, lost, left, offset, by, atMillis, note, acknowledged);
        }

        Recovery acknowledge() {
            return new Recovery(epoch, base, lost, reseeding, offset, by, atMillis, note, true);
        }
    }

    public MembershipState {
        access = persistent(access);
        authorityKnownTo = persistent(authorityKnownTo);
        nodes = Nodes.of(nodes);
        tokens = persistent(tokens);
        incarnations = persistent(incarnations);
        removed = persistent(removed);
    }

    private static <V> HashPMap<String, V> persistent(Map<String, V> map) {
        return map instanceof HashPMap<String, V> same ? same : HashTreePMap.from(map);
    }

    private static PSortedSet<String> persistent(Set<String> set) {
        return set instanceof TreePSet<String> same ? same : TreePSet.from(set);
    }

    PSortedSet<String> persistentAuthorityKnownTo() {
        return persistent(authorityKnownTo);
    }

    HashPMap<String, Access> persistentAccess() {
        return persistent(access);
    }

    Nodes persistentNodes() {
        return Nodes.of(nodes);
    }

    HashPMap<String, Token> persistentTokens() {
        return persistent(tokens);
    }

    HashPMap<String, Integer> persistentIncarnations() {
        return persistent(incarnations);
    }

    HashPMap<String, Removed> persistentRemoved() {
        return persistent(removed);
    }

    /** All nodes that are no workers, by name. */
    public Collection<Node> controlPlane() {
        return persistentNodes().controlPlane();
    }

    /** Nodes that were let in and have not been heard of since, by name. */
    public Collection<Node> awaited() {
        return persistentNodes().awaited();
    }

    /** Nodes about which a role or a dismissal may have to be decided: all but the workers that stay. */
    public Stream<Node> concernedByRoles() {
        return Stream.concat(controlPlane().stream(), persistentNodes().leavingWorkers().stream());
    }

    /** How often the cluster was recovered. */
    public ClusterEpoch epoch() {
        return recovery.map(Recovery::epoch).orElse(ClusterEpoch.FIRST);
    }

    /** Whether this is known in an epoch: a leader decides nothing before the journal knows which one it is in. Nobody at all is in any. */
    public boolean isIn(ClusterEpoch epochOfNode) {
        return nodes.isEmpty() || epoch().equals(epochOfNode);
    }

    /**
     * Cluster addresses of all control-plane nodes but one: where they are, and where they are to be. One that was let in and has not been
     * heard of yet may still be its own cluster, and refuses the others.
     */
    public List<String> addressesBut(String name) {
        return persistentNodes().addressesBut(name);
    }

    /** A node as a member that no group has known yet: the engine never sees the same identity twice. */
    public MemberId nextMember(String node, String address) {
        return new MemberId(node, incarnations.getOrDefault(node, 0) + 1, address);
    }

    /** Likewise, of a node that may know of a later identity than is recorded here. */
    public MemberId nextMember(MemberId was) {
        int recorded = incarnations.getOrDefault(was.node(), 0);
        return new MemberId(was.node(), Math.max(recorded, was.incarnation()) + 1, was.address());
    }

    /** Whether a node that had this identity was removed since. */
    public boolean hasRemoved(MemberId member) {
        Removed gone = removed.get(member.node());
        return gone != null && member.incarnation() <= gone.incarnation();
    }
}
