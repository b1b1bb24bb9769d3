package io.quorate.persistence.remote;

import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.util.Optional;

/**
 * Why a node does not answer another one: it is of another epoch of the cluster. The rule alone, pure; {@link EpochGate} holds it for every
 * frame.
 *
 * @param theirs what the epoch of the node that asks is to the one here
 * @param message for whoever asks
 */
public record EpochRefusal(ClusterEpoch.Relation theirs, String message) {
    /**
     * What a node says to another one; empty where they are of one epoch.
     *
     * @param here of the node that is asked
     * @param asks of the node that asks
     */
    public static Optional<EpochRefusal> of(ClusterEpoch here, ClusterEpoch asks) {
        ClusterEpoch.Relation theirs = asks.to(here);
        return switch (theirs) {
            case SAME -> Optional.empty();
            case OLDER ->
                Optional.of(new EpochRefusal(
                        theirs,
                        "this node is in epoch " + here + " of the cluster, the one that asks in epoch " + asks
                                + ": the cluster was recovered without it"));
            case NEWER ->
                Optional.of(new EpochRefusal(
                        theirs, "this node is still in epoch " + here + " of the cluster, which is in " + asks));
            case CONTRADICTS ->
                Optional.of(new EpochRefusal(
                        theirs,
                        "the cluster was recovered twice, as epoch " + here + " with this node and as " + asks
                                + " with the one that asks: `quorate reset` on those that are to go"));
        };
    }

    /**
     * Whether a request is refused.
     *
     * @param openToThePast whether its answer tells a node of an older epoch that it is past
     */
    public boolean refuses(boolean openToThePast) {
        return !openToThePast || theirs != ClusterEpoch.Relation.OLDER;
    }

    /** Whether who asks shows that the node here is past. */
    public boolean isByTheNewer() {
        return theirs == ClusterEpoch.Relation.NEWER;
    }

    /** What is answered: nothing was done. */
    public JournalException failure() {
        return new JournalException(Kind.NO_LEADER, message);
    }
}
