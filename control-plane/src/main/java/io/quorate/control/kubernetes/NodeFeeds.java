package io.quorate.control.kubernetes;

import io.quorate.control.follow.Line;
import io.quorate.control.follow.Needs;
import io.quorate.control.follow.Telling;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Refused;
import io.quorate.node.Node;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Tells nodes without a copy what they need, from this node's copy: each change is looked at once, however many are told, and goes to those that it
 * concerns. Any thread; nothing blocks.
 */
final class NodeFeeds {
    /** So often everybody hears up to which version nothing concerns it, and that the connection stands. */
    static final Duration HEARTBEAT = Duration.ofSeconds(2);

    private final Node node;
    private final ObjectFeed copy;
    private final Turns looks;
    private final ConcurrentLinkedQueue<Begin> begins = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean beatDue = new AtomicBoolean();

    // Of looks only, which come one after another.
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private String group = "";
    private ObjectState known = ServiceUpdates.NOTHING;
    private boolean beating;

    private record Begin(
            String clusterId, String node, long after, CompletableFuture<Source<ByteString, NotUsed>> answer) {}

    /** One node that is told. */
    private static final class Session {
        final Needs needs;
        final Outbox box = new Outbox();
        boolean open = true;

        Session(Needs needs) {
            this.needs = needs;
        }

        void tell(ByteString lines) {
            open &= box.add(lines);
        }
    }

    NodeFeeds(Node node, ObjectFeed copy, Executor executor) {
        this.node = node;
        this.copy = copy;
        this.looks = new Turns(executor, this::look);
    }

    void start() {
        copy.onChange(looks::ask);
    }

    /**
     * What a node needs, and then each change of that, for as long as it takes.
     *
     * @param after version up to which it knows everything that it needs; 0 for nothing
     * @return its lines; fails with {@code Expired} where what came since is not known here any more: it is told anew, then
     */
    CompletionStage<Source<ByteString, NotUsed>> follow(String clusterId, String name, long after) {
        ObjectState here = copy.state(clusterId);
        // What is told anew is not older than what anybody has seen.
        CompletionStage<ObjectState> current = after > 0 && here.version() >= after
                ? CompletableFuture.completedFuture(here)
                : copy.current(clusterId);
        return current.thenCompose(state -> {
            Begin begin = new Begin(clusterId, name, after, new CompletableFuture<>());
            begins.add(begin);
            looks.ask();
            return begin.answer();
        });
    }

    private void look() {
        String clusterId = node.identity().clusterId();
        String now = node.identity().groupId();
        Optional<ObjectState> state = copy.stateHere(clusterId);
        if (!now.equals(group) || state.isEmpty()) {
            endAll();
            group = now;
            known = state.orElse(ServiceUpdates.NOTHING);
        }
        state.ifPresent(this::advance);
        for (Begin each = begins.poll(); each != null; each = begins.poll()) {
            if (state.isEmpty() || !each.clusterId().equals(clusterId)) {
                each.answer()
                        .completeExceptionally(new Refused(Failure.unavailable("this node holds no copy any more")));
            } else {
                begin(each, state.get());
            }
        }
        if (beatDue.getAndSet(false)) {
            beating = false;
            beat();
        }
        if (!beating && !sessions.isEmpty()) {
            beating = true;
            node.system()
                    .scheduler()
                    .scheduleOnce(HEARTBEAT, this::due, node.system().executionContext());
        }
    }

    private void due() {
        beatDue.set(true);
        looks.ask();
    }

    private void beat() {
        ByteString complete = Line.complete(known.version()).bytes();
        sessions.values().forEach(each -> each.tell(complete));
        sessions.values().removeIf(each -> !each.open);
    }

    private void endAll() {
        sessions.values().forEach(each -> each.box.end());
        sessions.clear();
    }

    private void begin(Begin asked, ObjectState state) {
        Optional<Collection<Change>> missed =
                asked.after() > state.version() ? Optional.empty() : state.changesAfter(asked.after());
        if (asked.after() > 0 && missed.isEmpty()) {
            asked.answer().completeExceptionally(new Refused(Watch.tooOld(asked.after(), state.version())));
            return;
        }
        Needs needs = Needs.of(asked.node(), state);
        Session session = new Session(needs);
        session.tell(asked.after() > 0 ? needs.since(missed.orElseThrow(), state) : needs.all(state));
        Session before = sessions.put(asked.node(), session);
        if (before != null) {
            before.box.end(); // it has lost that connection, and knows it
        }
        asked.answer().complete(session.box.source());
    }

    private void advance(ObjectState state) {
        if (state.version() <= known.version()) {
            return;
        }
        Optional<Collection<Change>> changes = state.changesAfter(known.version());
        known = state;
        if (sessions.isEmpty()) {
            return;
        }
        if (changes.isEmpty()) {
            endAll(); // they go on from where they are, or anew
            return;
        }
        Set<Session> touched = new HashSet<>();
        for (Change each : changes.get()) {
            Telling telling = new Telling(each);
            for (Session session : concerned(telling)) {
                ByteString told = session.needs.told(telling, state);
                if (!told.isEmpty()) {
                    session.tell(told);
                    touched.add(session);
                }
            }
        }
        ByteString complete = Line.complete(state.version()).bytes();
        touched.forEach(each -> each.tell(complete));
    }

    private Collection<Session> concerned(Telling telling) {
        return switch (telling.reach()) {
            case NOBODY -> List.of();
            case NODES ->
                telling.nodes().stream()
                        .flatMap(each -> Optional.ofNullable(sessions.get(each)).stream())
                        .toList();
            case USERS, EVERYBODY -> sessions.values();
        };
    }
}
