package io.quorate.control.kubernetes;

import io.quorate.control.controller.Controller;
import io.quorate.control.controller.Plan;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectReply;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all controllers do in one leadership: which objects they are to look at, and what they want written on its way. Turns come one at a time,
 * on any thread, and do not block.
 */
final class ControlLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ControlLoop.class);

    /** Plans whose commands are on their way, of all controllers. */
    static final int MAX_UNDER_WAY = 64;

    /** Objects that one turn looks at. */
    static final int LOOKS = 256;

    /** Commands of one plan that are on their way at once. */
    static final int MAX_AT_ONCE = 32;

    /** One controller and what it is to look at. */
    private record Line(Controller controller, WorkQueue queue, Supplier<Request> requests) {}

    private record Refusal(ObjectCommand command, String message) {}

    /**
     * What became of a plan.
     *
     * @param version that the state has to have before the object is looked at again
     */
    private record Result(
            Line line,
            ObjectKey key,
            long version,
            OptionalLong againMillis,
            Optional<Refusal> refusal,
            boolean failed) {}

    private final List<Line> lines = new ArrayList<>();
    private final Function<ObjectCommand, CompletionStage<ObjectReply>> ask;
    private final Runnable wake;
    private final ConcurrentLinkedQueue<Result> results = new ConcurrentLinkedQueue<>();
    private List<Result> early = new ArrayList<>();
    private long seen = -1;
    private int underWay;
    private int next;

    /** Whether the leadership is over, or another loop has begun in its place. */
    private volatile boolean over;

    /**
     * @param ask has a command decided in this leadership, and in no other
     * @param requests makes one for a controller of a name
     * @param wake asks for a turn; any thread
     */
    ControlLoop(
            List<Controller> controllers,
            Function<ObjectCommand, CompletionStage<ObjectReply>> ask,
            Function<String, Request> requests,
            Runnable wake) {
        this.ask = ask;
        this.wake = wake;
        for (Controller each : controllers) {
            lines.add(new Line(each, new WorkQueue(), () -> requests.apply(each.name())));
        }
    }

    /**
     * Takes in what has changed, and has the controllers look at what is waiting.
     *
     * @param state never older than at the last turn
     * @return whether more is waiting that could be looked at now
     */
    boolean turn(ObjectState state, long nowMillis) {
        follow(state);
        settle(state, nowMillis);
        for (Line line : lines) {
            line.queue().ripen(nowMillis);
        }
        int looks = 0;
        int idle = 0;
        while (looks < LOOKS && underWay < MAX_UNDER_WAY && idle < lines.size()) {
            Line line = lines.get(next++ % lines.size()); // one of each in turn: none waits for the others' many
            Optional<ObjectKey> key = line.queue().take();
            if (key.isEmpty()) {
                idle++;
            } else {
                idle = 0;
                looks++;
                look(line, key.get(), state, nowMillis);
            }
        }
        next %= lines.size();
        return underWay < MAX_UNDER_WAY
                && lines.stream().anyMatch(line -> line.queue().hasReady());
    }

    /** Takes nothing further of the plans that are on their way: who leads next makes its own, of what is written. Any thread; there are no more turns. */
    void end() {
        over = true;
    }

    /** When there is something to look at though nothing changes; empty for never. */
    OptionalLong earliest() {
        return lines.stream()
                .flatMapToLong(line -> line.queue().earliest().stream())
                .min();
    }

    private void follow(ObjectState state) {
        Optional<Collection<Change>> changes = seen < 0 ? Optional.empty() : state.changesAfter(seen);
        seen = state.version();
        if (changes.isEmpty()) {
            for (Line line : lines) {
                for (StoredObject each : state.list(line.controller().type(), "", "")) {
                    line.queue().add(each.key());
                }
            }
            return;
        }
        for (Change change : changes.get()) {
            for (Line line : lines) {
                try {
                    line.controller().concerned(change, state).forEach(line.queue()::add);
                } catch (RuntimeException e) {
                    LOG.error(
                            "{} cannot tell whom the change {} of {} concerns",
                            line.controller().name(),
                            change.version(),
                            change.now().key(),
                            e);
                }
            }
        }
    }

    private void settle(ObjectState state, long nowMillis) {
        List<Result> waiting = early;
        early = new ArrayList<>();
        for (Result result = results.poll(); result != null; result = results.poll()) {
            waiting.add(result);
        }
        for (Result result : waiting) {
            if (result.version() > state.version()) {
                early.add(result);
            } else {
                settle(result, state, nowMillis);
            }
        }
    }

    private void settle(Result result, ObjectState state, long nowMillis) {
        Line line = result.line();
        ObjectKey key = result.key();
        if (result.refusal().isPresent()) {
            Refusal refusal = result.refusal().get();
            LOG.debug("{} {}: {}", line.controller().name(), key, refusal.message());
            Plan plan = guarded(
                    line,
                    key,
                    () -> line.controller()
                            .refused(key, state, refusal.command(), refusal.message(), nowMillis, line.requests()));
            if (!plan.commands().isEmpty()) {
                send(line, key, plan, true);
                return;
            }
        }
        underWay--;
        if (result.failed()) {
            line.queue().failed(key, nowMillis);
        } else {
            line.queue().done(key, result.againMillis());
        }
    }

    private static Plan guarded(Line line, ObjectKey key, Supplier<Plan> plan) {
        try {
            return plan.get();
        } catch (RuntimeException e) {
            LOG.error("{} cannot plan for {}", line.controller().name(), key, e);
            return Plan.REST;
        }
    }

    private void look(Line line, ObjectKey key, ObjectState state, long nowMillis) {
        Plan plan;
        try {
            plan = line.controller().reconcile(key, state, nowMillis, line.requests());
        } catch (RuntimeException e) {
            // A defect costs this object its controller, and nobody else theirs.
            LOG.error("{} cannot plan for {}", line.controller().name(), key, e);
            line.queue().failed(key, nowMillis);
            return;
        }
        if (plan.commands().isEmpty()) {
            line.queue().done(key, plan.againMillis());
            return;
        }
        underWay++;
        send(line, key, plan, false);
    }

    /** @param after whether it is about a refusal, so that the object has to wait whatever becomes of it */
    private void send(Line line, ObjectKey key, Plan plan, boolean after) {
        new Sending(line, key, plan, after).next(1);
    }

    /** The commands of one plan on their way. */
    private final class Sending {
        private final Line line;
        private final ObjectKey key;
        private final Plan plan;
        private final boolean after;
        private int at;
        private long version;

        Sending(Line line, ObjectKey key, Plan plan, boolean after) {
            this.line = line;
            this.key = key;
            this.plan = plan;
            this.after = after;
        }

        /** @param most how many may be on their way at once */
        void next(int most) {
            if (over) {
                return;
            }
            List<ObjectCommand> commands = plan.commands();
            if (at == commands.size()) {
                end(Optional.empty(), after);
                return;
            }
            List<ObjectCommand> group = new ArrayList<>(List.of(commands.get(at++)));
            while (at < commands.size() && group.size() < most && areAlike(group.getFirst(), commands.get(at))) {
                group.add(commands.get(at++));
            }
            List<CompletableFuture<ObjectReply>> asked = new ArrayList<>();
            for (ObjectCommand each : group) {
                asked.add(asked(each));
            }
            CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).whenComplete((done, failure) -> {
                if (failure != null) {
                    LOG.debug("{} {}: {}", line.controller().name(), key, failure.getMessage());
                    end(Optional.empty(), true);
                    return;
                }
                Optional<Refusal> refusal = refusal(group, asked);
                if (refusal.isPresent()) {
                    end(after ? Optional.empty() : refusal, true);
                    return;
                }
                boolean several = areAlike(group.getFirst(), group.getFirst());
                next(several ? Math.min(most * 2, MAX_AT_ONCE) : most);
            });
        }

        private CompletableFuture<ObjectReply> asked(ObjectCommand command) {
            try {
                return ask.apply(command).toCompletableFuture();
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private Optional<Refusal> refusal(List<ObjectCommand> group, List<CompletableFuture<ObjectReply>> asked) {
            Optional<Refusal> first = Optional.empty();
            for (int i = 0; i < group.size(); i++) {
                ObjectReply reply = asked.get(i).join();
                version = Math.max(version, reply.version());
                if (first.isEmpty() && reply.isRefused() && !isForPeople(group.get(i))) {
                    first = Optional.of(new Refusal(
                            group.get(i),
                            Json.readObject(reply.body()).path("message").asText()));
                }
            }
            return first;
        }

        private void end(Optional<Refusal> refusal, boolean failed) {
            results.add(new Result(line, key, version, plan.againMillis(), refusal, failed));
            wake.run();
        }
    }

    /** Whether one may be decided though the other is refused. */
    private static boolean areAlike(ObjectCommand one, ObjectCommand other) {
        return one instanceof ObjectCommand.Create && other instanceof ObjectCommand.Create
                || one instanceof ObjectCommand.Delete && other instanceof ObjectCommand.Delete;
    }

    private static boolean isForPeople(ObjectCommand command) {
        String events = ResourceTypes.EVENT.id();
        return command instanceof ObjectCommand.Create create && create.type().equals(events)
                || command instanceof ObjectCommand.Patch patch
                        && patch.key().type().equals(events);
    }
}
