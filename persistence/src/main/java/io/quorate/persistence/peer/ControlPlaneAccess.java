package io.quorate.persistence.peer;

import io.quorate.persistence.journal.Journal;
import java.util.concurrent.CompletionStage;

/**
 * What stands behind the actor under {@link ControlPlane#KEY}: the nodes of a cluster, or the node that the actor lives in. Any thread; never
 * blocks.
 */
public interface ControlPlaneAccess {

    /** Where events are read; the same object as long as offsets mean the same. */
    Journal journal();

    /** Fails with a {@link io.quorate.persistence.journal.JournalException}. */
    CompletionStage<ControlPlane.StatusReply> status();

    /** Likewise; {@code UNKNOWN} where it may be done. */
    CompletionStage<ControlPlane.CommandReply> command(String id, ControlPlane.Command command);
}
