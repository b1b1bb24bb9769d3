package io.quorate.simulations.scenario;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Operation.DeleteEvents;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.simulations.invariant.Observation;
import io.quorate.simulations.invariant.Tokens;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A user of the journal, one operation at a time: appends to an entity of its own and to one that all share, deletes of its own, asks again when an
 * answer was lost until it knows, and reads with a barrier. Follows the leader by hints, as a node does. Where its own entity is not what it
 * has made of it, which only another epoch of the cluster can bring about, it reads it and goes on from there.
 */
final class Client {
    private static final Duration TIMEOUT = Duration.ofMillis(800);
    private static final String SHARED = "shared";
    private static final int ONE_GIVEN_UP_OF = 3;

    /** Told of what happens in an epoch. */
    @FunctionalInterface
    interface Observer {
        /** @param epoch name of its Raft group */
        void see(String epoch, Observation observation);
    }

    /** What is given is from a node of an epoch. */
    private record Answered<T>(String epoch, T value) {}

    /** Takes what a read has seen. */
    private interface Reading {
        void read(String epoch, long highest);
    }

    /** Which sequence numbers of an entity a replica shows; 0 for none. */
    private record Span(long lowest, long highest) {}

    private final SimulatedWorld world;
    private final Observer observer;
    private final RandomGenerator random;
    private final String name;
    private final Duration thinkTime;
    private String target;
    private String epoch;
    private long nextOfOwn = 1;
    private int operations;
    private boolean stopped;
    private boolean idle = true;
    private long acknowledged;
    private long fenced;
    private long unknown;
    private long reads;

    Client(SimulatedWorld world, Observer observer, String name, Duration thinkTime) {
        this.world = world;
        this.observer = observer;
        this.random = world.seeds().of("client " + name);
        this.name = name;
        this.thinkTime = thinkTime;
        this.target = world.names().getFirst();
        this.epoch = world.node(target).group();
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
        if (die < 0.7 || die < 0.75 && nextOfOwn == 1) {
            appendToOwn();
        } else if (die < 0.75) {
            deleteOwn();
        } else if (die < 0.9) {
            read(random.nextBoolean() ? entity() : SHARED, (from, highest) -> start());
        } else {
            read(SHARED, (from, highest) -> appendToShared(highest + 1));
        }
    }

    private void appendToOwn() {
        int count = 1 + random.nextInt(3);
        Append append = append(entity(), nextOfOwn, count, true);
        nextOfOwn += count;
        send(append);
    }

    /** Of what it was told that it is stored, a part or all. */
    private void deleteOwn() {
        long all = nextOfOwn - 1;
        delete(new DeleteEvents(entity(), random.nextInt(4) == 0 ? all : 1 + random.nextLong(all), 0));
    }

    /** Asked for again until it is answered: twice is as once. */
    private void delete(DeleteEvents operation) {
        submit(operation).whenComplete((answer, failure) -> {
            if (failure == null && answer.value() instanceof Outcome.Applied applied) {
                observer.see(
                        answer.epoch(),
                        new Observation.Deleted(operation.persistenceId(), operation.toSequenceNr(), applied.index()));
                start();
            } else {
                follow();
                world.time().after(aMoment(), () -> delete(operation));
            }
        });
    }

    /** What it was told of its entity is given up in the epoch that has fenced it. */
    private void readOwnAgain() {
        read(entity(), (from, highest) -> {
            epoch = from;
            nextOfOwn = highest + 1;
            start();
        });
    }

    /** Whoever read last may be overtaken before it writes: then it is fenced, and that is all. */
    private void appendToShared(long from) {
        if (stopped) {
            idle = true;
            return;
        }
        Append append = append(SHARED, from, 1 + random.nextInt(2), false);
        send(append);
    }

    /** @param unsure whether it may be stored, for all that was answered so far */
    private record Append(AppendEvents operation, String token, boolean sole, boolean unsure) {
        Append sent(boolean unsureNow) {
            return new Append(operation, token, sole, unsure || unsureNow);
        }
    }

    private Append append(String entity, long from, int count, boolean sole) {
        String token = name + "-" + operations;
        List<io.quorate.persistence.contract.EventData> events =
                Tokens.events(token, count, random.nextInt(20) == 0 ? 4_000 : random.nextInt(200));
        AppendEvents operation = new AppendEvents(
                entity, from, name + "/" + operations, world.time().nanos() / 1_000_000, events);
        observer.see(epoch, new Observation.Invoked(token, entity, from, operation.toSequenceNr(), sole));
        return new Append(operation, token, sole, false);
    }

    private CompletionStage<Answered<Outcome>> submit(Operation operation) {
        return world.call(
                name,
                target,
                node -> {
                    String here = node.group();
                    return node.submit(operation).thenApply(outcome -> new Answered<>(here, outcome));
                },
                TIMEOUT);
    }

    private void send(Append append) {
        submit(append.operation()).whenComplete((answer, failure) -> {
            if (failure != null) {
                retry(append, failure);
            } else {
                done(append, answer.epoch(), answer.value());
            }
        });
    }

    private Duration aMoment() {
        return Duration.ofMillis(5 + random.nextInt(40));
    }

    private void done(Append append, String from, Outcome outcome) {
        switch (outcome) {
            case Outcome.Applied applied -> {
                acknowledged++;
                if (append.sole()) {
                    epoch = from;
                }
                observer.see(from, new Observation.Acknowledged(append.token(), applied.index(), applied.ordinal()));
                start();
            }
            case Outcome.Fenced refused -> {
                fenced++;
                observer.see(from, new Observation.Refused(append.token(), true));
                if (append.sole()) {
                    readOwnAgain();
                } else {
                    start();
                }
            }
        }
    }

    private void retry(Append append, Throwable failure) {
        JournalException reason = reason(failure);
        if (!reason.certainlyNotStored()) {
            unknown++;
        } else if (reason.kind() == JournalException.Kind.INVALID) {
            throw new IllegalStateException("a client's append is not valid", reason);
        }
        follow();
        Append sent = append.sent(!reason.certainlyNotStored());
        if (!sent.unsure() && random.nextInt(ONE_GIVEN_UP_OF) == 0) {
            giveUp(sent);
        } else {
            world.time().after(aMoment(), () -> send(sent));
        }
    }

    /** What is certainly not stored may be forgotten: it is never stored later, and its sequence numbers are free. */
    private void giveUp(Append append) {
        observer.see(epoch, new Observation.Refused(append.token(), false));
        if (append.sole()) {
            nextOfOwn = append.operation().fromSequenceNr();
        }
        start();
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
    private void read(String entity, Reading then) {
        String read = name + "-read-" + operations;
        observer.see(epoch, new Observation.ReadBegan(read, entity));
        barrier(read, entity, then);
    }

    private void barrier(String read, String entity, Reading then) {
        world.call(
                        name,
                        target,
                        node -> {
                            String here = node.group();
                            return node.barrier().thenApply(index -> new Answered<>(here, index));
                        },
                        TIMEOUT)
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        ask(read, entity, answer, then);
                    } else {
                        again(read, entity, then);
                    }
                });
    }

    private void again(String read, String entity, Reading then) {
        follow();
        world.time().after(aMoment(), () -> barrier(read, entity, then));
    }

    /** An index means something to a replica of the same epoch only. */
    private void ask(String read, String entity, Answered<Long> barrier, Reading then) {
        List<String> names = world.names();
        // Most of them may be gone for good, and not who has just answered.
        String replica = random.nextBoolean() ? target : names.get(random.nextInt(names.size()));
        world.call(
                        name,
                        replica,
                        node -> node.group().equals(barrier.epoch())
                                ? node.awaitApplied(barrier.value(), TIMEOUT)
                                        .thenApply(applied -> span(node, barrier.epoch(), entity))
                                : CompletableFuture.<@Nullable Span>completedFuture(null),
                        TIMEOUT)
                .whenComplete((span, failure) -> {
                    if (failure == null && span != null) {
                        reads++;
                        observer.see(
                                barrier.epoch(),
                                new Observation.ReadEnded(read, entity, span.highest(), span.lowest()));
                        then.read(barrier.epoch(), span.highest());
                    } else {
                        again(read, entity, then);
                    }
                });
    }

    /** Fails where the copy is not whole: another may be asked, or this one again. */
    private static @Nullable Span span(SimulatedNode node, String epoch, String entity) {
        if (!node.holdsCopy() || !node.group().equals(epoch)) {
            return null;
        }
        Page<StoredEvent> first = node.events().askWhole(new Query.EventsByPersistenceId(entity, 1, Long.MAX_VALUE, 1));
        long highest = node.events().askWhole(new Query.HighestSequenceNr(entity));
        return new Span(first.items().isEmpty() ? 0 : first.items().getFirst().sequenceNr(), highest);
    }
}
