package io.quorate.node.aggregate;

import io.quorate.node.member.LeaderChannel;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.StoredEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;

/**
 * One aggregate on one node: its state as this replica knows it, and the way to where it is decided.
 *
 * @param <S> its state
 */
public final class HostedAggregate<S> implements AutoCloseable {
    private final String name;
    private final ActorRef actor;
    private final LeaderChannel.LeaderView leader;
    private final LeaderChannel channel;
    private final Predicate<S> nothing;
    private volatile S state;
    private volatile boolean leads;

    private HostedAggregate(
            String name,
            S empty,
            Predicate<S> nothing,
            ActorRef actor,
            LeaderChannel.LeaderView leader,
            LeaderChannel channel) {
        this.name = name;
        this.nothing = nothing;
        this.state = empty;
        this.actor = actor;
        this.leader = leader;
        this.channel = channel;
    }

    /**
     * Starts the aggregate's shell.
     *
     * @param spawn starts an actor under a name, for this node
     * @param serve answers other nodes under a name
     * @param leaderJournal the local replica as the leader
     * @param onState told of each committed state, on a thread of the shell; must return soon
     */
    public static <S, C, E> HostedAggregate<S> start(
            Aggregate<S, C, E> rules,
            ActorSystem system,
            Spawn spawn,
            Serve serve,
            LeaderChannel.LeaderView leader,
            Journal leaderJournal,
            LongSupplier wallMillis,
            Supplier<String> newWriter,
            Consumer<Committed<S>> onState) {
        String name = rules.persistenceId();
        @SuppressWarnings("unchecked") // assigned below, before the actor can have anything to tell
        HostedAggregate<S>[] holder = new HostedAggregate[1];
        CompletableFuture<Void> built = new CompletableFuture<>();
        Props props = AggregateActor.props(rules, leaderJournal, wallMillis, newWriter, (s, sequenceNr, leading) -> {
            built.join();
            holder[0].state = s;
            onState.accept(new Committed<>(s, sequenceNr, leading));
        });
        ActorRef actor = spawn.actor(name + "-shell", props);
        LeaderChannel channel = new LeaderChannel(system, leader, "/user/" + name, command -> ask(actor, command));
        holder[0] = new HostedAggregate<>(name, rules.empty(), rules::holdsNothing, actor, leader, channel);
        built.complete(null);
        serve.requests(name, holder[0]::commandHere);
        return holder[0];
    }

    /** Starts an actor. */
    @FunctionalInterface
    public interface Spawn {
        ActorRef actor(String name, Props props);
    }

    /** Answers other nodes' requests to a name. */
    @FunctionalInterface
    public interface Serve {
        void requests(String name, Function<byte[], CompletionStage<byte[]>> service);
    }

    /** @param leading whether this node decides */
    public record Committed<S>(S state, long sequenceNr, boolean leading) {}

    private static CompletionStage<byte[]> ask(ActorRef actor, byte[] command) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        actor.tell(new AggregateActor.Command(command, answer), ActorRef.noSender());
        return answer;
    }

    public String name() {
        return name;
    }

    /** As committed and known here; on a follower a moment old. */
    public S state() {
        return state;
    }

    /** Whether nobody would miss anything of that. */
    public boolean holdsNothing() {
        return nothing.test(state);
    }

    /**
     * Sends a command to where it is decided.
     *
     * @param idempotent whether deciding it twice does no harm
     */
    public CompletionStage<byte[]> command(byte[] command, boolean idempotent) {
        return channel.request(command, idempotent);
    }

    /** Has a command decided by this node; where it does not lead, or does not any more, that fails, and no other is asked. */
    public CompletionStage<byte[]> commandHere(byte[] command) {
        return leader.isHere()
                ? ask(actor, command)
                : CompletableFuture.failedFuture(
                        new JournalException(JournalException.Kind.NO_LEADER, "this node does not lead"));
    }

    /** The local replica has stored events of this aggregate; the thread that applies calls this. */
    public void stored(List<StoredEvent> events) {
        if (!leads) { // who decides knows them already
            actor.tell(new AggregateActor.Stored(events), ActorRef.noSender());
        }
    }

    /** Brings the state up to what the local replica holds. */
    public void follow() {
        actor.tell(AggregateActor.Follow.NOW, ActorRef.noSender());
    }

    /** This node has begun or ceased to lead. */
    public void leading(boolean leads) {
        this.leads = leads;
        actor.tell(new AggregateActor.Leading(leads), ActorRef.noSender());
    }

    /** Takes no more commands, they fail as certainly not decided; completes when those that were sent have their answers. */
    public CompletionStage<Void> drain() {
        return channel.drain();
    }

    @Override
    public void close() {
        channel.close();
    }
}
