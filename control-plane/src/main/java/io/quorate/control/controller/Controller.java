package io.quorate.control.controller;

import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.resource.ResourceType;
import java.util.Collection;
import java.util.function.Supplier;

/**
 * Brings what is nearer to what an object asks for (level-triggered: what it does depends on the state alone, and never on the change that made it
 * look, so that one that begins anew, on the next leader, goes on where the last one was). It may remember what it has read or decided, and is made anew
 * for each leadership; what it comes to must not need that. Without a clock, chance or I/O of its own, and called on one thread at a time.
 */
public interface Controller {
    /** As it is named in events and logs, for example {@code replicaset-controller}. */
    String name();

    /** What it looks at: all objects of this type when it begins, and each again when it is said to concern it. */
    ResourceType type();

    /**
     * Which of its objects a change may matter to; more than it does is harmless.
     *
     * @param state after the change, or later
     */
    Collection<ObjectKey> concerned(Change change, ObjectState state);

    /**
     * What is to be written about one of its objects now. When nothing is, the object is at rest. Whoever calls sees to it that the state has
     * all that was written by the last plan for the same object.
     *
     * @param key of an object that may be gone
     * @param nowMillis since 1970
     * @param requests one for each command: its identity for a new object, and what makes a name unique
     */
    Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests);

    /**
     * What else is to be written because a command of a plan was refused; the object is looked at again after a while.
     *
     * @param message of whoever refused it
     */
    default Plan refused(
            ObjectKey key,
            ObjectState state,
            ObjectCommand command,
            String message,
            long nowMillis,
            Supplier<Request> requests) {
        return Plan.REST;
    }
}
