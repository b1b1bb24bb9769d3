package io.quorate.persistence.remote;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.journal.JournalCodec;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of {@link RequestChannel}s: each goes to a handler, and the answers that are ready together go back in
 * one frame.
 */
public final class RequestGateway extends AbstractActor {
    /** Answers of one frame are cut at about this size. */
    private static final int FRAME_BYTES = 512 * 1024;

    private enum Flush {
        NOW
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Answer(ActorRef to, long id, boolean ok, byte[] body) {}

    private final Function<byte[], CompletionStage<byte[]>> handler;
    private final Predicate<byte[]> openToThePast;
    private final EpochGate epochs = EpochGate.of(getContext().getSystem());
    private final ConcurrentLinkedQueue<Answer> ready = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean flushing = new AtomicBoolean();

    private RequestGateway(Function<byte[], CompletionStage<byte[]>> handler, Predicate<byte[]> openToThePast) {
        this.handler = handler;
        this.openToThePast = openToThePast;
    }

    /** @param handler answers one request; fails with a {@link JournalException}; must not block */
    public static Props props(Function<byte[], CompletionStage<byte[]>> handler) {
        return props(handler, request -> false);
    }

    /**
     * Likewise, where some requests are answered to nodes of an older epoch, too.
     *
     * @param openToThePast which: those that tell a node that it belongs to the past
     */
    public static Props props(Function<byte[], CompletionStage<byte[]>> handler, Predicate<byte[]> openToThePast) {
        return Props.create(RequestGateway.class, () -> new RequestGateway(handler, openToThePast))
                .withDispatcher("quorate.frame-dispatcher");
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Frame.class, frame -> received(frame, getSender()))
                .matchEquals(Flush.NOW, flush -> sendReady())
                .build();
    }

    private void received(Frame frame, ActorRef client) {
        ByteReader in = new ByteReader(frame.bytes());
        Map<Long, byte[]> requests = new LinkedHashMap<>();
        for (int left = in.count(); left > 0; left--) {
            requests.put(in.varint(), in.block());
        }
        // An older release, and who is no member, does not say.
        Optional<EpochRefusal> refusal = epochs.refusal(in.hasMore() ? in.text() : "", client);
        requests.forEach((id, request) -> {
            if (refusal.isPresent() && refusal.get().refuses(openToThePast.test(request))) {
                answer(client, id, null, refusal.get().failure());
            } else {
                handle(client, id, request);
            }
        });
    }

    private void handle(ActorRef client, long id, byte[] request) {
        try {
            handler.apply(request).whenComplete((body, failure) -> answer(client, id, body, failure));
        } catch (RuntimeException e) {
            answer(client, id, null, e);
        }
    }

    private void answer(ActorRef client, long id, byte @Nullable [] body, @Nullable Throwable failure) {
        if (failure == null && body != null) {
            ready.add(new Answer(client, id, true, body));
        } else {
            ByteWriter out = new ByteWriter(64);
            JournalCodec.writeFailure(out, failureOf(failure));
            ready.add(new Answer(client, id, false, out.toBytes()));
        }
        if (flushing.compareAndSet(false, true)) {
            getSelf().tell(Flush.NOW, getSelf());
        }
    }

    private static JournalException failureOf(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return switch (cause) {
            case JournalException e -> e;
            case IllegalArgumentException e -> new JournalException(Kind.INVALID, String.valueOf(e.getMessage()));
            case null -> new JournalException(Kind.UNKNOWN, "there was no answer");
            default -> new JournalException(Kind.UNKNOWN, String.valueOf(cause));
        };
    }

    private void sendReady() {
        flushing.set(false);
        Map<ActorRef, List<Answer>> byClient = new HashMap<>();
        for (Answer answer = ready.poll(); answer != null; answer = ready.poll()) {
            byClient.computeIfAbsent(answer.to(), to -> new ArrayList<>()).add(answer);
        }
        byClient.forEach(this::sendInFrames);
    }

    private void sendInFrames(ActorRef client, List<Answer> answers) {
        int from = 0;
        int bytes = 0;
        for (int i = 0; i < answers.size(); i++) {
            bytes += answers.get(i).body().length;
            if (bytes > FRAME_BYTES) {
                send(client, answers.subList(from, i + 1));
                from = i + 1;
                bytes = 0;
            }
        }
        send(client, answers.subList(from, answers.size()));
    }

    private void send(ActorRef client, List<Answer> answers) {
        if (answers.isEmpty()) {
            return;
        }
        ByteWriter out = new ByteWriter(256).varint(answers.size());
        for (Answer answer : answers) {
            out.varint(answer.id()).u8(answer.ok() ? 0 : 1).block(answer.body());
        }
        client.tell(new Frame(out.toBytes()), getSelf());
    }
}
