package io.quorate.persistence.peer;

import io.quorate.persistence.journal.Journal;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;

/** The actor under {@link ControlPlane#KEY}: hands on what is asked, and answers. Whoever asks too much at once is refused. */
final class ControlPlaneActor extends AbstractBehavior<ControlPlane.Request> {

    /**
     * @param subscriptions at a time; 1 or more
     * @param outstanding commands and questions without an answer yet
     * @param pageEvents that one question of a subscription asks for
     */
    record Limits(int subscriptions, int outstanding, int pageEvents) {}

    private final CompletionStage<ControlPlaneAccess> access;
    private final Limits limits;
    private final AtomicInteger outstanding = new AtomicInteger();
    private @Nullable JournalNews news;
    private int subscriptions;

    private ControlPlaneActor(
            ActorContext<ControlPlane.Request> context, CompletionStage<ControlPlaneAccess> access, Limits limits) {
        super(context);
        this.access = access;
        this.limits = limits;
    }

    static Behavior<ControlPlane.Request> create(CompletionStage<ControlPlaneAccess> access, Limits limits) {
        return Behaviors.setup(context -> new ControlPlaneActor(context, access, limits));
    }

    @Override
    public Receive<ControlPlane.Request> createReceive() {
        return newReceiveBuilder()
                .onMessage(ControlPlane.GetStatus.class, this::status)
                .onMessage(ControlPlane.SendCommand.class, this::command)
                .onMessage(ControlPlane.Subscribe.class, this::subscribe)
                .onSignal(Terminated.class, ended -> {
                    subscriptions--;
                    return this;
                })
                .build();
    }

    /** Takes one of the places for what is outstanding, where one is free. */
    private boolean isAdmitted() {
        if (outstanding.incrementAndGet() <= limits.outstanding()) {
            return true;
        }
        outstanding.decrementAndGet();
        return false;
    }

    private String tooMany() {
        return limits.outstanding()
                + " requests wait for their answers already: wait for some, or raise quorate.peer.max-outstanding";
    }

    private Behavior<ControlPlane.Request> status(ControlPlane.GetStatus request) {
        ActorRef<ControlPlane.StatusReply> to = request.replyTo();
        if (!isAdmitted()) {
            to.tell(new ControlPlane.StatusUnavailable("overloaded", tooMany()));
            return this;
        }
        access.thenCompose(ControlPlaneAccess::status).whenComplete((status, failure) -> {
            outstanding.decrementAndGet();
            to.tell(failure == null ? status : unavailable(failure));
        });
        return this;
    }

    private static ControlPlane.StatusReply unavailable(Throwable failure) {
        Reason reason = Reason.of(failure);
        return new ControlPlane.StatusUnavailable(reason.kind(), reason.message());
    }

    private Behavior<ControlPlane.Request> command(ControlPlane.SendCommand request) {
        ActorRef<ControlPlane.CommandReply> to = request.replyTo();
        String id = request.id();
        if (!isAdmitted()) {
            to.tell(new ControlPlane.Refused(id, "overloaded", tooMany()));
            return this;
        }
        access.thenCompose(open -> open.command(id, request.command())).whenComplete((reply, failure) -> {
            outstanding.decrementAndGet();
            to.tell(failure == null ? reply : failed(id, failure));
        });
        return this;
    }

    private static ControlPlane.CommandReply failed(String id, Throwable failure) {
        Reason reason = Reason.of(failure);
        return reason.certain()
                ? new ControlPlane.Refused(id, reason.kind(), reason.message())
                : new ControlPlane.OutcomeUnknown(id, reason.message());
    }

    private Behavior<ControlPlane.Request> subscribe(ControlPlane.Subscribe request) {
        if (subscriptions >= limits.subscriptions()) {
            request.subscriber()
                    .tell(
                            new ControlPlane.SubscriptionEnded(
                                    "overloaded",
                                    limits.subscriptions()
                                            + " subscriptions stand already: end one, or raise quorate.peer.max-subscriptions"));
            return this;
        }
        subscriptions++;
        getContext()
                .watch(getContext()
                        .spawnAnonymous(
                                SubscriptionActor.create(access.thenApply(this::news), request, limits.pageEvents())));
        return this;
    }

    /** The same for all subscriptions to one journal; a node that joins another cluster has another one. */
    private synchronized JournalNews news(ControlPlaneAccess open) {
        Journal journal = open.journal();
        JournalNews known = news;
        if (known == null || known.journal() != journal) {
            known = new JournalNews(journal);
            news = known;
        }
        return known;
    }
}
