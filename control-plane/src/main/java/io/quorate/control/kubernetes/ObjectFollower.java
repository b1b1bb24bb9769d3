package io.quorate.control.kubernetes;

import io.quorate.control.follow.Followed;
import io.quorate.control.follow.Line;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.upstream.Upstreams;
import io.quorate.node.Node;
import io.quorate.node.folder.Identity;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Framing;
import org.apache.pekko.stream.javadsl.FramingTruncation;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On a node without a copy: follows one that has one, is told what this node needs, and goes on at the next one, from where it is, when that ends. Does
 * nothing on a node with a copy. Any thread; nothing blocks.
 */
final class ObjectFollower {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectFollower.class);

    /** Path of what nodes without a copy are told; a node's name, and {@code ?after=VERSION}. */
    static final String PATH = "/v1/follow/";

    private static final Duration SILENCE = NodeFeeds.HEARTBEAT.multipliedBy(4);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);
    /** Of an object, its type and its version. */
    private static final int MAX_LINE_BYTES = 1 << 20;

    private final Node node;
    private final OtherNodes others;
    private final Upstreams upstreams;
    private final Materializer materializer;
    private final List<Runnable> observers = new CopyOnWriteArrayList<>();
    private final Followed followed = new Followed();
    private volatile @Nullable Told told;
    private String group = "";
    private int attempt;
    private Duration pause = FIRST_PAUSE;
    private @Nullable UniqueKillSwitch open;
    private @Nullable Cancellable next;
    private boolean closed;

    /** @param group of which cluster, and in which epoch */
    private record Told(String group, ObjectState state) {}

    ObjectFollower(Node node, OtherNodes others, Upstreams upstreams, Materializer materializer) {
        this.node = node;
        this.others = others;
        this.upstreams = upstreams;
        this.materializer = materializer;
    }

    void start() {
        node.onCommitted(id -> {
            if (id.equals(Node.BECAME_ANOTHER)) {
                node.system().executionContext().execute(this::begin);
            }
        });
        begin();
    }

    void onChange(Runnable observer) {
        observers.add(observer);
    }

    /** What this node was told of a cluster in an epoch; empty where that is nothing yet. */
    Optional<ObjectState> state(String ofGroup) {
        Told now = told;
        return now == null || !now.group().equals(ofGroup) ? Optional.empty() : Optional.of(now.state());
    }

    /** This node is what it is from now on. */
    private synchronized void begin() {
        Identity now = node.identity();
        boolean same = now.isWithoutCopy() && now.groupId().equals(group);
        if (same && (open != null || next != null)) {
            return;
        }
        stop();
        if (!same) {
            followed.forget();
            told = null;
        }
        group = now.isWithoutCopy() ? now.groupId() : "";
        pause = FIRST_PAUSE;
        if (!closed && !group.isEmpty()) {
            connect();
        }
    }

    private void stop() {
        attempt++;
        if (open != null) {
            open.shutdown();
            open = null;
        }
        if (next != null) {
            next.cancel();
            next = null;
        }
    }

    synchronized void close() {
        closed = true;
        stop();
    }

    private void connect() {
        int mine = ++attempt;
        next = null;
        List<String> order = upstreams.order();
        if (order.isEmpty()) {
            pause = FIRST_PAUSE; // nobody was asked: who just joined learns soon whom it may ask
            again(mine);
            return;
        }
        String api = order.getFirst();
        String self = node.identity().member().node();
        others.get(api, PATH + self + "?after=" + followed.after())
                .whenComplete((answer, failure) -> answered(mine, api, answer, failure));
    }

    private synchronized void answered(int of, String api, @Nullable ApiAnswer answer, @Nullable Throwable failure) {
        if (of != attempt) {
            if (answer instanceof ApiAnswer.Text(var lines)) {
                lines.runWith(Sink.cancelled(), materializer);
            }
            return;
        }
        if (answer instanceof ApiAnswer.Text(var lines)) {
            followed.interrupted();
            var running = lines.idleTimeout(SILENCE)
                    .via(Framing.delimiter(ByteString.fromString("\n"), MAX_LINE_BYTES, FramingTruncation.DISALLOW))
                    .viaMat(KillSwitches.single(), Keep.right())
                    .toMat(Sink.foreach(line -> take(of, api, line)), Keep.both())
                    .run(materializer);
            open = running.first();
            running.second().whenComplete((done, why) -> ended(of, api, why));
            LOG.info("this node is told of its objects by {}, after version {}", api, followed.after());
            return;
        }
        if (answer instanceof ApiAnswer.Whole(var code, var type, var body, var warnings) && code == 410) {
            followed.forget(); // what it was told stays until it is told anew
            again(of);
            return;
        }
        ended(of, api, failure == null ? new IllegalStateException("it refuses: " + answer) : failure);
    }

    private void take(int of, String api, ByteString line) {
        boolean news;
        synchronized (this) {
            if (of != attempt) {
                return;
            }
            news = followed.take(Line.read(line.toArray()));
            if (news) {
                pause = FIRST_PAUSE;
                upstreams.answered(api);
                told = new Told(group, followed.state().orElseThrow());
            }
        }
        if (news) {
            observers.forEach(Runnable::run);
        }
    }

    private synchronized void ended(int of, String api, @Nullable Throwable why) {
        if (of != attempt) {
            return;
        }
        open = null;
        LOG.info("{} tells this node nothing any more: {}", api, String.valueOf(why));
        upstreams.failed(api);
        again(of);
    }

    private void again(int of) {
        next = node.system()
                .scheduler()
                .scheduleOnce(pause, () -> connectAgain(of), node.system().executionContext());
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    private synchronized void connectAgain(int of) {
        if (of == attempt && !closed) {
            connect();
        }
    }
}
