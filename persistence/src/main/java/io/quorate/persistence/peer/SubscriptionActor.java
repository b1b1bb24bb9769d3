package io.quorate.persistence.peer;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Origin;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.Slices;
import io.quorate.persistence.journal.StoredEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/** One subscription: reads the journal as fast as its subscriber asks, and ends with it. What is due when is said by its progress. */
final class SubscriptionActor extends AbstractBehavior<SubscriptionActor.Input> {
    /** Long enough not to hammer a replica that is behind, short enough for nobody to notice. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    /** Membership's events say themselves who asked. */
    private static final String MEMBERSHIP = "membership";

    sealed interface Input {}

    private record Opened(
            @Nullable JournalNews news, @Nullable Throwable failure) implements Input {}

    private record FromSubscriber(ControlPlane.SubscriptionRequest request) implements Input {}

    private record Answered(
            @Nullable Page<StoredEvent> page, @Nullable Throwable failure) implements Input {}

    private enum Told implements Input {
        NEWS
    }

    private enum Rested implements Input {
        NOW
    }

    private enum Gone implements Input {
        SUBSCRIBER
    }

    private final Journal journal;
    private final ControlPlane.Subscribe subscribe;
    private final int pageEvents;
    private final TimerScheduler<Input> timers;
    private final Journal.Subscription news;
    private final AtomicLong newest = new AtomicLong(-1);
    private final AtomicBoolean telling = new AtomicBoolean();
    private SubscriptionProgress progress;

    private SubscriptionActor(
            ActorContext<Input> context,
            TimerScheduler<Input> timers,
            JournalNews news,
            ControlPlane.Subscribe subscribe,
            int pageEvents) {
        super(context);
        this.timers = timers;
        this.journal = news.journal();
        this.subscribe = subscribe;
        this.pageEvents = pageEvents;
        this.progress = SubscriptionProgress.after(subscribe.after());
        this.news = news.listen(index -> {
            newest.accumulateAndGet(index, Math::max);
            if (telling.compareAndSet(false, true)) { // never more than one such message waits
                context.getSelf().tell(Told.NEWS);
            }
        });
        subscribe
                .subscriber()
                .tell(new ControlPlane.Subscribed(
                        context.messageAdapter(ControlPlane.SubscriptionRequest.class, FromSubscriber::new)));
    }

    /**
     * @param news of the journal, once it is open
     * @param pageEvents that one question asks for at most
     */
    static Behavior<Input> create(CompletionStage<JournalNews> news, ControlPlane.Subscribe subscribe, int pageEvents) {
        return Behaviors.setup(context -> {
            context.watchWith(subscribe.subscriber(), Gone.SUBSCRIBER);
            context.pipeToSelf(news, Opened::new);
            return Behaviors.receive(Input.class)
                    .onMessage(Opened.class, opened -> opened(opened, subscribe, pageEvents))
                    .onMessageEquals(Gone.SUBSCRIBER, Behaviors::stopped)
                    .build();
        });
    }

    private static Behavior<Input> opened(Opened opened, ControlPlane.Subscribe subscribe, int pageEvents) {
        JournalNews news = opened.news();
        if (news == null) {
            Reason reason = Reason.of(opened.failure() == null ? new IllegalStateException() : opened.failure());
            subscribe.subscriber().tell(new ControlPlane.SubscriptionEnded("unavailable", reason.message()));
            return Behaviors.stopped();
        }
        return Behaviors.withTimers(timers ->
                Behaviors.setup(context -> new SubscriptionActor(context, timers, news, subscribe, pageEvents)));
    }

    @Override
    public Receive<Input> createReceive() {
        return newReceiveBuilder()
                .onMessage(FromSubscriber.class, message -> requested(message.request()))
                .onMessage(Answered.class, this::answered)
                .onMessageEquals(Told.NEWS, this::told)
                .onMessageEquals(Rested.NOW, () -> go(progress.rested()))
                .onMessageEquals(Gone.SUBSCRIBER, Behaviors::stopped)
                .onSignal(PostStop.class, stop -> {
                    news.close();
                    return this;
                })
                .build();
    }

    private Behavior<Input> requested(ControlPlane.SubscriptionRequest request) {
        return switch (request) {
            case ControlPlane.Demand(var events) -> go(progress.demanded(events));
            case ControlPlane.Unsubscribe unsubscribe -> Behaviors.stopped();
        };
    }

    private Behavior<Input> told() {
        telling.set(false);
        return go(progress.told(newest.get()));
    }

    private Behavior<Input> go(SubscriptionProgress next) {
        progress = next;
        if (progress.isDue()) {
            progress = progress.asked();
            int max = (int) Math.min(progress.credit(), pageEvents);
            getContext()
                    .pipeToSelf(journal.ask(new Query.EventsAfter(progress.position(), filter(), max)), Answered::new);
        }
        return this;
    }

    private Query.Filter filter() {
        return switch (subscribe.filter()) {
            case ControlPlane.AllEvents all -> new Query.Filter.All();
            case ControlPlane.Tagged(var tag) -> new Query.Filter.Tagged(tag);
            case ControlPlane.InSlices(var type, var min, var max) -> new Query.Filter.InSlices(type, min, max);
            case ControlPlane.OfEntity(var id) -> new Query.Filter.InSlices("", Slices.of(id), Slices.of(id));
        };
    }

    private boolean isWanted(StoredEvent event) {
        return !(subscribe.filter() instanceof ControlPlane.OfEntity(var id))
                || event.persistenceId().equals(id);
    }

    private Behavior<Input> answered(Answered answered) {
        Page<StoredEvent> page = answered.page();
        if (answered.failure() != null || page == null) {
            return failed(
                    JournalException.of(answered.failure() == null ? new IllegalStateException() : answered.failure()));
        }
        List<StoredEvent> wanted = page.items().stream().filter(this::isWanted).toList();
        wanted.forEach(event -> subscribe.subscriber().tell(new ControlPlane.EventDelivered(event(event))));
        return rest(progress.found(page, wanted.size()));
    }

    private Behavior<Input> failed(JournalException reason) {
        if (reason.kind() == JournalException.Kind.INVALID) {
            subscribe
                    .subscriber()
                    .tell(new ControlPlane.SubscriptionEnded("invalid", String.valueOf(reason.getMessage())));
            return Behaviors.stopped();
        }
        return rest(progress.failed());
    }

    private Behavior<Input> rest(SubscriptionProgress next) {
        if (next.resting()) {
            timers.startSingleTimer(Rested.NOW, PAUSE);
        }
        return go(next);
    }

    private static ControlPlane.Event event(StoredEvent stored) {
        EventData data = stored.event();
        Origin origin = Origin.of(data.metadata());
        String by = origin.by().isEmpty()
                        && data.payload().serializerId() == 0
                        && data.payload().manifest().equals(MEMBERSHIP)
                ? PeerForm.by(data.payload().bytes())
                : origin.by();
        return new ControlPlane.Event(
                stored.offset(),
                stored.persistenceId(),
                stored.sequenceNr(),
                stored.timestampMillis(),
                by,
                origin.commandId(),
                data.payload().manifest(),
                data.payload().serializerId(),
                data.payload().bytes(),
                data.tags());
    }
}
