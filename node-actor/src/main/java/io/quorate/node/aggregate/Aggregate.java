package io.quorate.node.aggregate;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.journal.StoredEvent;
import java.util.List;

/**
 * The rules of one event-sourced entity. Pure: equal arguments give equal results; time comes inside the command.
 *
 * @param <S> its state, immutable: the shell keeps a decided and a committed one side by side
 * @param <C> its commands
 * @param <E> its events
 */
public interface Aggregate<S, C, E> {

    /** Its events' persistence id; also its name on the wire. */
    String persistenceId();

    S empty();

    /** What a command comes to. A refusal is a decision without events. */
    Decision<E> decide(S state, C command);

    /** The state after an event that has happened; neither refuses nor throws. */
    S evolve(S state, E event, long sequenceNr);

    /** Whether nobody would miss anything of a state: a node that is alone may give it up, and join a cluster. */
    default boolean holdsNothing(S state) {
        return false;
    }

    /** @throws IllegalArgumentException when the bytes are no command; the message is for the sender */
    C readCommand(byte[] bytes);

    EventData write(E event);

    E read(StoredEvent event);

    /**
     * @param events what happened; empty for a refusal, a read, or a command that changes nothing
     * @param reply what the sender gets once the events are committed; the first event's sequence number is passed in
     */
    record Decision<E>(List<E> events, Reply reply) {
        public Decision {
            events = List.copyOf(events);
        }

        /** A decision without events. */
        public static <E> Decision<E> answer(byte[] reply) {
            return new Decision<>(List.of(), firstSequenceNr -> reply);
        }
    }

    /** Makes the answer once the sequence number is known. */
    @FunctionalInterface
    interface Reply {
        byte[] bytes(long firstSequenceNr);
    }
}
