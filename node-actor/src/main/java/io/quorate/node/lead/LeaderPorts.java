package io.quorate.node.lead;

import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.folder.Identity;
import io.quorate.node.member.LeaderChannel;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.ClusterView;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.raft.RaftReplica;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a node that may lead needs of itself and of the others. Any thread. */
public interface LeaderPorts {
    /** Who this node is. */
    Identity identity();

    /** Null on a node that is not in the Raft group. */
    @Nullable
    RaftReplica replica();

    LeaderChannel.LeaderView leader();

    /** Who belongs to the cluster, as it is committed and known here. */
    MembershipState membership();

    /** How many events of membership are known here. */
    long membershipNr();

    /** Index up to which the local copy of the journal goes. */
    long appliedIndex();

    /**
     * Sends a command of membership to where it is decided.
     *
     * @param idempotent whether deciding it twice does no harm
     */
    CompletionStage<MembershipMessage> membershipCommand(Asked command, boolean idempotent);

    /** Has a node tell about itself at once: something about it was decided. */
    void nudge(MemberId node);

    /** Tells a node to start its member of the group. */
    CompletionStage<byte[]> tellToBecomeMember(MemberId node);

    /** Has the node's own address decided, where the cluster knows it elsewhere. */
    void enterOwnAddress();

    /** This node begins to lead. */
    void begins();

    /** The cluster was looked at, as it is done again and again. */
    void looked(ClusterView view);

    /** A step about a node has been taken here. */
    void reached(Failpoint point, String node);

    /** This node's release. */
    String version();

    /** Highest feature level that this node's release can do. */
    int highestLevel();

    /** When this node's certificate ends, since 1970. */
    long certificateExpiresMillis();
}
