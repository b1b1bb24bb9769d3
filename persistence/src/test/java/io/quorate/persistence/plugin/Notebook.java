package io.quorate.persistence.plugin;

import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/**
 * An entity as an application would write it: remembers words. {@code red} words are tagged, {@code snap} makes a snapshot, a
 * word that is not text cannot be stored.
 */
final class Notebook extends EventSourcedBehavior<Notebook.Command, Object, String> {
    sealed interface Command {}

    record Write(Object word, ActorRef<Done> done) implements Command {}

    record Read(ActorRef<String> words) implements Command {}

    private Notebook(String id) {
        super(PersistenceId.ofUniqueId(id));
    }

    static Behavior<Command> of(String id) {
        return new Notebook(id);
    }

    @Override
    public String emptyState() {
        return "";
    }

    @Override
    public CommandHandler<Command, Object, String> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(
                        Write.class, write -> Effect().persist(write.word()).thenReply(write.done(), s -> Done.done()))
                .onCommand(Read.class, (state, read) -> Effect().reply(read.words(), state))
                .build();
    }

    @Override
    public EventHandler<String, Object> eventHandler() {
        return (state, event) -> state.isEmpty() ? event.toString() : state + " " + event;
    }

    @Override
    public Set<String> tagsFor(Object event) {
        return event.toString().startsWith("red") ? Set.of("red") : Set.of();
    }

    @Override
    public boolean shouldSnapshot(String state, Object event, long sequenceNr) {
        return event.equals("snap");
    }
}
