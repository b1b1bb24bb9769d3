package io.quorate.control.kubernetes;

import io.quorate.control.controller.Controller;
import io.quorate.control.controller.StandardControllers;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.schedule.ScheduleControllers;
import io.quorate.node.Node;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.Cancellable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.ExecutionContextExecutor;

/**
 * Runs the controllers on the node that leads, from the first object on. Told of each change, it has the objects looked at that the change
 * concerns; whoever begins to lead looks at all of them once. There is a timer only where an object is to be looked at again later.
 */
final class Controllers {
    private static final Logger LOG = LoggerFactory.getLogger(Controllers.class);

    /** All of them, for one leadership: some remember what they have seen. */
    static List<Controller> all() {
        return Stream.concat(StandardControllers.all().stream(), ScheduleControllers.all().stream())
                .toList();
    }

    /** Between attempts to learn what is there. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** One leadership, as far as this node has noticed. */
    private static final class Term {
        final String clusterId;
        final long number;
        final ControlLoop loop;

        /** What the state has to have before anything is looked at; negative until that is known. */
        volatile long from = -1;

        /** It could not be learnt. */
        volatile boolean failed;

        Term(String clusterId, long number, ControlLoop loop) {
            this.clusterId = clusterId;
            this.number = number;
            this.loop = loop;
        }

        boolean is(String ofCluster, long ofNumber) {
            return clusterId.equals(ofCluster) && number == ofNumber;
        }
    }

    private final Node node;
    private final ObjectFeed feed;
    private final Supplier<List<Controller>> controllers;
    private final Function<String, Request> requests;
    private final Turns turns;

    /** Null where this node does not lead. Set by turns only, which come one after another. */
    private volatile @Nullable Term term;

    // Of turns only.
    private @Nullable Cancellable timer;
    private long timerAtMillis;

    /** Whether the timer's time has come. */
    private volatile boolean rung;

    /**
     * @param controllers new ones for each leadership
     * @param requests makes one for a controller of a name
     */
    Controllers(
            Node node,
            ObjectFeed feed,
            Supplier<List<Controller>> controllers,
            Function<String, Request> requests,
            Executor executor) {
        this.node = node;
        this.feed = feed;
        this.controllers = controllers;
        this.requests = requests;
        this.turns = new Turns(executor, this::turn);
    }

    void start() {
        feed.onChange(() -> {
            if (term != null || node.leads()) {
                turns.ask();
            }
        });
    }

    private void turn() {
        try {
            if (took()) {
                turns.ask();
            }
        } catch (RuntimeException e) {
            LOG.error("the controllers met an error, and begin anew", e);
            end();
            node.system().scheduler().scheduleOnce(PAUSE, turns::ask, executionContext());
        }
    }

    /** Whether more could be done now. */
    private boolean took() {
        String clusterId = node.identity().clusterId();
        OptionalLong number = node.leadsIn();
        Optional<ObjectState> state = number.isPresent() ? feed.stateInUse(clusterId) : Optional.empty();
        if (state.isEmpty()) { // it does not lead, or there are no objects
            end();
            quiet();
            return false;
        }
        Term now = term;
        if (now == null || now.failed || !now.is(clusterId, number.getAsLong())) {
            end();
            begin(clusterId, number.getAsLong());
            return false;
        }
        if (now.from < 0 || now.from > state.get().version()) {
            return false; // it is woken when that is there
        }
        boolean more = now.loop.turn(state.get(), System.currentTimeMillis());
        OptionalLong earliest = now.loop.earliest();
        if (earliest.isEmpty()) {
            quiet();
        } else {
            at(earliest.getAsLong());
        }
        return more;
    }

    private void end() {
        Term ended = term;
        term = null;
        if (ended != null) {
            ended.loop.end();
        }
    }

    /** What others have written before is seen first: nothing is done twice because it was not known. */
    private void begin(String clusterId, long number) {
        Term begun = new Term(
                clusterId,
                number,
                new ControlLoop(
                        controllers.get(),
                        command -> feed.askAsLeader(clusterId, number, command),
                        requests,
                        turns::ask));
        term = begun;
        feed.current(clusterId).whenComplete((state, failure) -> {
            if (failure == null) {
                begun.from = state.version();
                turns.ask();
            } else {
                LOG.debug("the objects are not known yet", failure);
                node.system().scheduler().scheduleOnce(PAUSE, () -> giveUp(begun), executionContext());
            }
        });
    }

    private void giveUp(Term begun) {
        begun.failed = true;
        turns.ask();
    }

    private ExecutionContextExecutor executionContext() {
        return node.system().executionContext();
    }

    private void at(long millis) {
        if (timer != null && timerAtMillis == millis && !rung) {
            return;
        }
        quiet();
        timerAtMillis = millis;
        rung = false;
        Duration pause = Duration.ofMillis(Math.max(1, millis - System.currentTimeMillis()));
        timer = node.system().scheduler().scheduleOnce(pause, this::ring, executionContext());
    }

    private void ring() {
        rung = true;
        turns.ask();
    }

    private void quiet() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
