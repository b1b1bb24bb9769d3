package io.quorate.node;

import io.quorate.node.contract.ClusterReport;
import io.quorate.node.membership.BackupSchedule;
import io.quorate.node.membership.MembershipState;
import io.quorate.persistence.contract.ClusterEpoch;
import java.util.List;
import java.util.Optional;

/**
 * A node and its cluster at one moment.
 *
 * @param role {@code leader}, {@code voter}, {@code standby}, {@code spare}, or {@code removed}
 * @param leader name of the leader; empty while there is none
 * @param applied index up to which this replica has applied
 * @param cluster as the leader sees it; without one, as this node last knew it: then {@code committed} is -1
 * @param notThere why the cluster does not have this node where it is, or has it no more; empty where it has
 * @param authorityKnownTo nodes that were removed, and know the key that the cluster's certificates are issued with
 * @param epoch of the cluster that this node belongs to
 * @param recovery the last one of the cluster, as this node knows it
 * @param backups those that are scheduled, as this node knows it
 */
public record NodeStatus(
        String name,
        String clusterId,
        String role,
        String leader,
        long applied,
        ClusterReport cluster,
        String notThere,
        List<String> authorityKnownTo,
        ClusterEpoch epoch,
        Optional<MembershipState.Recovery> recovery,
        Optional<BackupSchedule> backups) {}
