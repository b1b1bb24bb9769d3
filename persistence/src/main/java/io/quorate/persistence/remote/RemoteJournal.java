package io.quorate.persistence.remote;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.OperationLimits;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalCodec;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.Query;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * The journal on a node without a copy: everything goes to one of the contact points, and to the next one when that does not
 * answer. Submits are safe to repeat (the same writer and numbers are stored once), so a lost answer is asked for again before
 * it is reported as unknown.
 *
 * <p>A barrier and what is asked after it may be answered by different nodes: each question says how far the highest barrier went, and
 * a node that has applied less makes a barrier of its own first. One of an earlier release does not look at that: behind such nodes a read
 * is strong only where the one that has answered the barrier answers it.
 */
public final class RemoteJournal implements Journal, AutoCloseable {
    private static final String SERVICE = "/user/journal";

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** How long a request is tried in all; below the 10 s of Pekko Persistence's circuit breaker. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    /** A replica that lives answers a follower sooner, news or none; after this the follower goes to the next one. */
    private static final Duration NEWS_TIMEOUT = JournalService.LONGEST_WAIT.plusSeconds(2);

    private final ActorSystem system;
    private final ContactPoints contacts;
    private final RemoteService service;
    private final RequestChannel news;

    /** To where the last checkpoint was taken. */
    private final RequestChannel parts;

    /** Highest index that a barrier has returned. */
    private final AtomicLong highestBarrier = new AtomicLong();

    private volatile @Nullable ActorRef source;
    private volatile boolean closed;

    /** @param contactPoints {@code host:port} of the cluster ports of some nodes; one or more */
    public RemoteJournal(ActorSystem system, List<String> contactPoints) {
        this(system, new ContactPoints(contactPoints));
    }

    /** @param contactPoints likewise, looked at again for every request: nodes move */
    public RemoteJournal(ActorSystem system, Supplier<List<String>> contactPoints) {
        this(system, new ContactPoints(contactPoints));
    }

    RemoteJournal(ActorSystem system, ContactPoints contacts) {
        this.system = system;
        this.contacts = contacts;
        this.service = new RemoteService(system, contacts, SERVICE, TIMEOUT);
        this.news = new RequestChannel(system, service::target, NEWS_TIMEOUT);
        this.parts = new RequestChannel(system, () -> source, TIMEOUT);
        contacts.onChange(this::passedOver);
    }

    @Override
    public CompletionStage<Outcome> submit(Operation operation) {
        Optional<String> broken = OperationLimits.brokenBy(operation);
        if (broken.isPresent()) {
            return CompletableFuture.failedFuture(new JournalException(Kind.INVALID, broken.get()));
        }
        return call(submitRequest(operation)).thenApply(body -> JournalCodec.readOutcome(new ByteReader(body)));
    }

    /** The request for an operation, as {@link JournalService} reads it. */
    public static byte[] submitRequest(Operation operation) {
        byte[] batch = OperationCodec.encode(List.of(operation));
        return new ByteWriter(batch.length + 8)
                .u8(JournalService.SUBMIT)
                .block(batch)
                .toBytes();
    }

    @Override
    public CompletionStage<Long> barrier() {
        return call(barrierRequest()).thenApply(body -> {
            long index = new ByteReader(body).varint();
            highestBarrier.accumulateAndGet(index, Math::max);
            return index;
        });
    }

    @Override
    public <A> CompletionStage<A> ask(Query<A> query) {
        return ask(query, 0);
    }

    @Override
    public <A> CompletionStage<A> ask(Query<A> query, long barrier) {
        byte[] request = askRequest(query, Math.max(barrier, highestBarrier.get()));
        CompletionStage<byte[]> body = switch (query) {
            // Who is asked may change meanwhile: a checkpoint is where it was taken.
            case Query.TakeCheckpoint take -> service.call(request, PATIENCE, target -> source = target);
            case Query.CheckpointPart part -> parts.request(request);
            case Query.DropCheckpoint drop -> parts.request(request);
            default -> call(request);
        };
        return body.thenApply(bytes -> JournalCodec.readAnswer(new ByteReader(bytes), query));
    }

    /** The request for a barrier, as {@link JournalService} reads it. */
    public static byte[] barrierRequest() {
        return new byte[] {JournalService.BARRIER};
    }

    /** The request for a query, as {@link JournalService} reads it. */
    public static byte[] askRequest(Query<?> query) {
        return askRequest(query, 0);
    }

    /** @param barrier index that a barrier has returned to whoever asks; 0 where there was none */
    static byte[] askRequest(Query<?> query, long barrier) {
        ByteWriter out = new ByteWriter(64).u8(JournalService.ASK);
        JournalCodec.writeQuery(out, query);
        if (barrier > 0) {
            out.varint(barrier); // an earlier release does not read on
        }
        return out.toBytes();
    }

    /** The request that is answered once more than an index is applied, or with what is applied after a few seconds. */
    public static byte[] awaitMoreRequest(long after) {
        return new ByteWriter(16).u8(JournalService.AWAIT_MORE).varint(after).toBytes();
    }

    private CompletionStage<byte[]> call(byte[] request) {
        return service.call(request, PATIENCE);
    }

    @Override
    public Subscription onApplied(LongConsumer listener) {
        return JournalNews.begin(contacts, new NewsWire(), listener);
    }

    private final class NewsWire implements JournalNews.Wire {
        @Override
        public CompletionStage<Long> awaitMore(long after) {
            return answered(news.request(awaitMoreRequest(after)));
        }

        @Override
        public CompletionStage<Long> awaitMoreAt(String address, long after) {
            ActorRef target = RequestChannel.resolve(system, address, SERVICE);
            RequestChannel channel = new RequestChannel(system, () -> target, NEWS_TIMEOUT);
            return answered(channel.request(awaitMoreRequest(after))).whenComplete((index, failure) -> channel.close());
        }

        private CompletionStage<Long> answered(CompletionStage<byte[]> body) {
            return body.thenApply(bytes -> new ByteReader(bytes).varint());
        }

        @Override
        public void later(Duration pause, Runnable task) {
            if (!closed) {
                system.scheduler().scheduleOnce(pause, task, system.dispatcher());
            }
        }
    }

    private void passedOver() {
        ActorRef next = service.target();
        news.giveUpUnless(target -> target.equals(next));
    }

    /** Some contact points may be elsewhere now: what waits where none is any more is asked again. */
    public void moved() {
        service.moved();
        parts.giveUpUnless(service::mayAnswer);
        news.giveUpUnless(service::mayAnswer);
    }

    @Override
    public void close() {
        closed = true;
        service.close();
        news.close();
        parts.close();
    }
}
