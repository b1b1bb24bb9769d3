package io.quorate.control.agent;

import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectReply;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The cluster's objects, as the agent of a node reaches them. Any thread; nothing blocks. */
public interface ObjectLink {
    /** The cluster that this node belongs to; empty where it was removed from the last one. */
    Optional<String> clusterId();

    /** The objects as this node has them, or those that it needs; empty where it knows none, or is in another cluster now. */
    Optional<ObjectState> state(String clusterId);

    /** The same with all that was acknowledged anywhere before the call. */
    CompletionStage<ObjectState> current(String clusterId);

    CompletionStage<ObjectReply> ask(String clusterId, ObjectCommand command);

    /** For one command. */
    Request request();

    /** Calls back whenever {@link #state} may be another, and once now. The observer must return at once. */
    void onChange(Runnable observer);
}
