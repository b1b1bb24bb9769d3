package io.quorate.control.kubernetes;

import io.quorate.control.objects.ObjectState;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The objects as this node has them: all of them in its copy, or those that it needs, told by another node. Any thread; nothing blocks. */
interface ObjectSource {
    /** Empty where this node is in another cluster now, or has none yet. Never older than what was seen before. */
    Optional<ObjectState> stateHere(String clusterId);

    /** With everything that was acknowledged anywhere before this call. */
    CompletionStage<ObjectState> current(String clusterId);

    /** Calls back whenever {@link #stateHere} may be another, or this node is in another cluster; and once now. The observer must return at once. */
    void onChange(Runnable observer);
}
