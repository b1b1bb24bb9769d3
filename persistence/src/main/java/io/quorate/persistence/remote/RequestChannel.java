package io.quorate.persistence.remote;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.Props;
import org.jspecify.annotations.Nullable;

/**
 * Requests to a {@link RequestGateway} on another node, many in one frame: while a few frames are on their way, what comes
 * meanwhile waits and goes together. Any thread may ask. Frames are not sent again: an answer that does not come in time is
 * {@code UNKNOWN}.
 */
public final class RequestChannel implements AutoCloseable {
    /** Requests waiting or on their way; over it they are refused as overload. */
    private static final int MAX_PENDING = 16 * 1024;

    /** A frame is closed when it is larger than this; one request may be larger. */
    private static final int FRAME_BYTES = 256 * 1024;

    private static final int FRAMES_IN_FLIGHT = 3;

    private record Request(
            long id, byte[] payload, boolean idempotent, Consumer<ActorRef> sentTo, CompletableFuture<byte[]> answer) {}

    private static final class SentFrame {
        final ActorRef target;
        final AtomicInteger unanswered;
        final Cancellable timeout;

        SentFrame(ActorRef target, int requests, Cancellable timeout) {
            this.target = target;
            this.unanswered = new AtomicInteger(requests);
            this.timeout = timeout;
        }
    }

    private record Sent(Request request, SentFrame frame) {}

    private final ActorSystem system;
    private final Supplier<@Nullable ActorRef> target;
    private final Duration timeout;
    private final ActorRef inbox;
    private final EpochGate epochs;
    private final AtomicLong ids = new AtomicLong();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger framesInFlight = new AtomicInteger();
    private final ConcurrentLinkedQueue<Request> waiting = new ConcurrentLinkedQueue<>();
    private final ConcurrentHashMap<Long, Sent> sent = new ConcurrentHashMap<>();

    /**
     * @param target where the next frame goes; null while nobody is known, then requests fail at once with {@code NO_LEADER}
     * @param timeout after which a request that was sent counts as {@code UNKNOWN}
     */
    public RequestChannel(ActorSystem system, Supplier<@Nullable ActorRef> target, Duration timeout) {
        this.system = system;
        this.target = target;
        this.timeout = timeout;
        this.epochs = EpochGate.of(system);
        this.inbox = ((ExtendedActorSystem) system)
                .systemActorOf(
                        Props.create(Inbox.class, () -> new Inbox(this)).withDispatcher("quorate.frame-dispatcher"),
                        "quorate-channel-" + Long.toHexString(SERIAL.incrementAndGet()));
    }

    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private volatile boolean closed;

    private static final AtomicLong SERIAL = new AtomicLong();

    /** The actor at a path of another system; no handshake, and good for every later incarnation of that system. */
    public static ActorRef resolve(ActorSystem system, String address, String path) {
        return ((ExtendedActorSystem) system).provider().resolveActorRef("pekko://quorate@" + address + path);
    }

    /** Sends a request; the answer's bytes, or a {@link JournalException}. */
    public CompletionStage<byte[]> request(byte[] payload) {
        return request(payload, false);
    }

    /**
     * Sends a request that may be repeated without harm: when its target is given up it fails as {@code NO_LEADER}, not as
     * {@code UNKNOWN}, so that the caller asks the next one.
     */
    public CompletionStage<byte[]> request(byte[] payload, boolean idempotent) {
        return request(payload, idempotent, target -> {});
    }

    /** @param sentTo told whose answer it will be, before it is sent; not where it fails before */
    CompletionStage<byte[]> request(byte[] payload, boolean idempotent, Consumer<ActorRef> sentTo) {
        if (closed) {
            return CompletableFuture.failedFuture(
                    new JournalException(Kind.NO_LEADER, "this node is stopping, or becoming something else"));
        }
        if (pending.incrementAndGet() > MAX_PENDING) {
            done();
            return CompletableFuture.failedFuture(new JournalException(
                    Kind.OVERLOADED, MAX_PENDING + " requests are waiting already: try again later"));
        }
        Request request = new Request(ids.incrementAndGet(), payload, idempotent, sentTo, new CompletableFuture<>());
        waiting.add(request);
        sendWaiting();
        return request.answer();
    }

    private void sendWaiting() {
        while (!waiting.isEmpty()) {
            int inFlight = framesInFlight.get();
            if (inFlight >= FRAMES_IN_FLIGHT) {
                return;
            }
            if (framesInFlight.compareAndSet(inFlight, inFlight + 1)) {
                sendOneFrame();
            }
        }
    }

    private void sendOneFrame() {
        ActorRef to = target.get();
        List<Request> requests = new ArrayList<>();
        int bytes = 0;
        while (bytes < FRAME_BYTES) {
            Request next = waiting.poll();
            if (next == null) {
                break;
            }
            requests.add(next);
            bytes += next.payload().length + 12;
        }
        if (requests.isEmpty()) {
            framesInFlight.decrementAndGet();
            return;
        }
        if (to == null) {
            refuse(requests, "no node is known that could answer");
            return;
        }
        // Not the requests: what is answered would be kept until the timeout, and its answer with it.
        long[] ids = requests.stream().mapToLong(Request::id).toArray();
        Cancellable timeoutOfAll;
        try {
            timeoutOfAll = system.scheduler().scheduleOnce(timeout, () -> timedOut(ids), system.dispatcher());
        } catch (IllegalStateException ended) {
            refuse(requests, "this node is stopping");
            return;
        }
        SentFrame frame = new SentFrame(to, ids.length, timeoutOfAll);
        ByteWriter out = new ByteWriter(bytes + 16).varint(requests.size());
        for (Request request : requests) {
            request.sentTo().accept(to);
            sent.put(request.id(), new Sent(request, frame));
            out.varint(request.id()).block(request.payload());
        }
        String epoch = epochs.mark();
        if (!epoch.isEmpty()) {
            out.text(epoch);
        }
        to.tell(new Frame(out.toBytes()), inbox);
    }

    private void refuse(List<Request> requests, String reason) {
        framesInFlight.decrementAndGet();
        requests.forEach(request -> fail(request, new JournalException(Kind.NO_LEADER, reason)));
    }

    private void timedOut(long[] ids) {
        for (long id : ids) {
            if (sent.containsKey(id)) {
                giveUp(
                        id,
                        new JournalException(
                                Kind.UNKNOWN,
                                "no answer within " + timeout.toMillis() + " ms; the operation may be stored"));
            }
        }
    }

    /** Gives up what is on its way to a leader that is known not to answer any more. */
    public void giveUpAllBut(@Nullable ActorRef leader) {
        giveUpUnless(target -> target.equals(leader), "the leader");
    }

    /** Likewise, where any node may have been asked, and more than one may still answer. */
    void giveUpUnless(Predicate<ActorRef> stillGood) {
        giveUpUnless(stillGood, "the node that was asked");
    }

    private void giveUpUnless(Predicate<ActorRef> stillGood, String asked) {
        String lost = asked + " was lost before it answered";
        sent.forEach((id, s) -> {
            if (!stillGood.test(s.frame().target)) {
                giveUp(
                        id,
                        s.request().idempotent()
                                ? new JournalException(Kind.NO_LEADER, lost)
                                : new JournalException(Kind.UNKNOWN, lost + "; the operation may be stored"));
            }
        });
    }

    private void giveUp(long id, JournalException reason) {
        Sent was = sent.remove(id);
        if (was != null) {
            answered(was.frame());
            fail(was.request(), reason);
        }
    }

    private void fail(Request request, JournalException reason) {
        done();
        request.answer().completeExceptionally(reason);
    }

    private void done() {
        if (pending.decrementAndGet() == 0 && closed) {
            idle.complete(null);
        }
    }

    /** Takes no more requests: they fail as certainly not done. Completes when every one that was taken has its answer. */
    public CompletionStage<Void> drain() {
        closed = true;
        if (pending.get() == 0) {
            idle.complete(null);
        }
        return idle;
    }

    private void answered(SentFrame frame) {
        if (frame.unanswered.decrementAndGet() == 0) {
            frame.timeout.cancel(); // or two threads are woken for it, frame by frame, to find nothing to do
            framesInFlight.decrementAndGet();
            sendWaiting();
        }
    }

    private void received(Frame frame) {
        ByteReader in = new ByteReader(frame.bytes());
        int count = in.count();
        for (int i = 0; i < count; i++) {
            long id = in.varint();
            boolean ok = in.u8() == 0;
            byte[] body = in.block();
            Sent was = sent.remove(id);
            if (was == null) {
                continue; // answered too late: it was given up
            }
            if (ok) {
                done();
                was.request().answer().complete(body);
            } else {
                fail(was.request(), io.quorate.persistence.journal.JournalCodec.readFailure(new ByteReader(body)));
            }
            answered(was.frame());
        }
    }

    /** Fails what is on its way. */
    @Override
    public void close() {
        closed = true;
        inbox.tell(PoisonPill.getInstance(), ActorRef.noSender());
        JournalException closed =
                new JournalException(Kind.CLOSED, "this node is stopping; the operation may be stored");
        sent.keySet().forEach(id -> giveUp(id, closed));
        for (Request request = waiting.poll(); request != null; request = waiting.poll()) {
            fail(request, new JournalException(Kind.NO_LEADER, "this node is stopping"));
        }
    }

    private static final class Inbox extends AbstractActor {
        private final RequestChannel channel;

        Inbox(RequestChannel channel) {
            this.channel = channel;
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder().match(Frame.class, channel::received).build();
        }
    }
}
