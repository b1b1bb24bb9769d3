package io.quorate.simulations.scenario;

import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Query;
import io.quorate.simulations.invariant.Observation;
import io.quorate.simulations.invariant.Tokens;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A user of the journal, one operation at a time: appends to an entity of its own and to one that all share, asks again when an
 * answer was lost until it knows, and reads with a barrier. Follows the leader by hints, as a node does.
 */
final class Client {
    private static final Duration TIMEOUT = Duration.ofMillis(800);
    private static final String SHARED = "shared";

    private final SimulatedWorld world;
    private final Consumer<Observation> observer;
    private final RandomGenerator random;
    private final String name;
    private final Duration thinkTime;
    private String target;
    private long nextOfOwn = 1;
    private int operations;
    private boolean stopped;
    private boolean idle = true;
    private long acknowledged;
    private long fenced;
    private long unknown;
    private long reads;

    Client(SimulatedWorld world, Consumer<Observation> observer, String name, Duration thinkTime) {
        this.world = world;
        this.observer = observer;
        this.random = world.seeds().of("client " + name);
        this.name = name;
        this.thinkTime = thinkTime;
        this.target = world.names().getFirst();
    }

    long acknowledged() {
        return acknowledged;
    }

    long fenced() {
        return fenced;
    }

    long unknown() {
        return unknown;
    }

    long reads() {
        return reads;
    }

    String entity() {
        return "entity-" + name;
    }

    static String shared() {
        return SHARED;
    }

    /** Begins nothing new; what is under way is finished. */
    void stop() {
        stopped = true;
    }

    boolean isIdle() {
        return idle;
    }

    void start() {
        idle = true;
        if (stopped) {
            return;
        }
        long pause = (long) (-Math.log(1 - random.nextDouble()) * thinkTime.toNanos());
        world.time().after(pause, () -> {
            if (!stopped) {
                idle = false;
                act();
            }
        });
    }

    private void act() {
        operations++;
        double die = random.nextDouble();
        if (die < 0.75) {
            appendToOwn();
        } else if (die < 0.9) {
            read(random.nextBoolean() ? entity() : SHARED, highest -> start());
        } else {
            read(SHARED, highest -> appendToShared(highest + 1));
        }
    }

    private void appendToOwn() {
        int count = 1 + random.nextInt(3);
        Append append = append(entity(), nextOfOwn, count, true);
        nextOfOwn += count;
        send(append, append.outcome());
    }

    /** Whoever read last may be overtaken before it writes: then it is fenced, and that is all. */
    private void appendToShared(long from) {
        if (stopped) {
            idle = true;
            return;
        }
        Append append = append(SHARED, from, 1 + random.nextInt(2), false);
        send(append, append.outcome());
    }

    private record Append(AppendEvents operation, String token, Runnable outcome) {}

    private Append append(String entity, long from, int count, boolean sole) {
        String token = name + "-" + operations;
        List<io.quorate.persistence.contract.EventData> events =
                Tokens.events(token, count, random.nextInt(20) == 0 ? 4_000 : random.nextInt(200));
        AppendEvents operation = new AppendEvents(
                entity, from, name + "/" + operations, world.time().nanos() / 1_000_000, events);
        observer.accept(new Observation.Invoked(token, entity, from, operation.toSequenceNr(), sole));
        return new Append(operation, token, this::start);
    }

    private void send(Append append, Runnable then) {
        world.call(name, target, node -> node.submit(append.operation()), TIMEOUT)
                .whenComplete((outcome, failure) -> {
                    if (failure != null) {
                        retry(append, then, failure);
                    } else {
                        done(append, outcome);
                        then.run();
                    }
                });
    }

    private void done(Append append, Outcome outcome) {
        switch (outcome) {
            case Outcome.Applied applied -> {
                acknowledged++;
                observer.accept(new Observation.Acknowledged(append.token(), applied.index(), applied.ordinal()));
            }
            case Outcome.Fenced refused -> {
                fenced++;
                observer.accept(new Observation.Refused(append.token(), true));
            }
        }
    }

    private void retry(Append append, Runnable then, Throwable failure) {
        JournalException reason = reason(failure);
        if (!reason.certainlyNotStored()) {
            unknown++;
        } else if (reason.kind() == JournalException.Kind.INVALID) {
            throw new IllegalStateException("a client's append is not valid", reason);
        }
        follow();
        world.time().after(Duration.ofMillis(5 + random.nextInt(40)), () -> send(append, then));
    }

    private static JournalException reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof JournalException reason
                ? reason
                : new JournalException(JournalException.Kind.UNKNOWN, String.valueOf(cause), cause);
    }

    /** Asks the next node that it can think of who leads; a node that is down is passed over. */
    private void follow() {
        List<String> names = world.names();
        String next = names.get(random.nextInt(names.size()));
        SimulatedNode node = world.node(next);
        Optional<String> hint = world.network().reaches(name, next) ? node.knownLeader() : Optional.empty();
        target = hint.filter(names::contains).orElse(next);
    }

    /** A strong read: a barrier at the leader, then a replica that has applied it. */
    private void read(String entity, Consumer<Long> then) {
        String read = name + "-read-" + operations;
        observer.accept(new Observation.ReadBegan(read, entity));
        barrier(read, entity, then);
    }

    private void barrier(String read, String entity, Consumer<Long> then) {
        world.call(name, target, SimulatedNode::barrier, TIMEOUT).whenComplete((index, failure) -> {
            if (failure == null) {
                ask(read, entity, index, then);
            } else {
                again(read, entity, then);
            }
        });
    }

    private void again(String read, String entity, Consumer<Long> then) {
        follow();
        world.time().after(Duration.ofMillis(5 + random.nextInt(40)), () -> barrier(read, entity, then));
    }

    private void ask(String read, String entity, long index, Consumer<Long> then) {
        List<String> names = world.names();
        String replica = names.get(random.nextInt(names.size()));
        world.call(
                        name,
                        replica,
                        node -> node.awaitApplied(index, TIMEOUT).thenApply(applied -> highest(node, entity)),
                        TIMEOUT)
                .whenComplete((highest, failure) -> {
                    if (failure == null && highest != null) {
                        reads++;
                        observer.accept(new Observation.ReadEnded(read, entity, highest));
                        then.accept(highest);
                    } else {
                        again(read, entity, then);
                    }
                });
    }

    private static @Nullable Long highest(SimulatedNode node, String entity) {
        return node.holdsCopy() ? node.events().ask(new Query.HighestSequenceNr(entity)) : null;
    }
}
