package io.quorate.node.member;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.io.Tcp;
import org.apache.pekko.io.TcpMessage;
import org.jspecify.annotations.Nullable;
import scala.util.control.NoStackTrace;

/**
 * Knows at once when the leader's process ends: holds a connection to its cluster port, on which nothing is ever said. A process that
 * ends, however it does, has its connections closed by its machine; where the machine then refuses the next one as well, nobody
 * listens there any more. That is as good as certain, and costs nothing while all is well. It says nothing of a machine without power or a network
 * that is cut: those are what heartbeats are for (decision 0029).
 *
 * <p>Any thread.
 */
public final class Lifeline implements AutoCloseable {
    /** One to a machine that says nothing is given up after it; who leads is known by heartbeats before that. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** Until a connection that could not be made is tried again. */
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    /** So often in a row a connection is made again at once: whoever accepts it and hangs up, a proxy say, would be asked for ever. */
    private static final int AT_ONCE = 3;

    private static final AtomicLong SERIAL = new AtomicLong();

    private final ActorSystem system;
    private final ActorRef tcp;
    private final Supplier<@Nullable String> leader;
    private final Consumer<String> gone;
    private final Duration tryAgain;
    private @Nullable String held;
    private @Nullable ActorRef line;
    private boolean closed;

    /**
     * @param leader {@code host:port} of the leader's cluster port; null while there is nobody to hold on to
     * @param gone told the address at which nobody is any more; once for each time that it is held
     */
    public Lifeline(ActorSystem system, Supplier<@Nullable String> leader, Consumer<String> gone) {
        this(system, Tcp.get(system).manager(), leader, gone, TRY_AGAIN);
    }

    /**
     * @param tcp who makes connections
     * @param tryAgain see {@link #TRY_AGAIN}
     */
    Lifeline(
            ActorSystem system,
            ActorRef tcp,
            Supplier<@Nullable String> leader,
            Consumer<String> gone,
            Duration tryAgain) {
        this.system = system;
        this.tcp = tcp;
        this.leader = leader;
        this.gone = gone;
        this.tryAgain = tryAgain;
    }

    /**
     * Looks who leads, holds on to it from now on, and to nobody else. Looked here and not by who calls: of two calls that meet the
     * later one would hold on to what the earlier one had seen.
     */
    public synchronized void follow() {
        String address = leader.get();
        if (closed || Objects.equals(address, held)) {
            return;
        }
        letGo();
        held = address;
        if (address != null) {
            int colon = address.lastIndexOf(':');
            InetSocketAddress target = InetSocketAddress.createUnresolved(
                    address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
            line = ((ExtendedActorSystem) system)
                    .systemActorOf(
                            Props.create(Line.class, () -> new Line(tcp, target, () -> gone.accept(address), tryAgain))
                                    .withDispatcher("quorate.frame-dispatcher"),
                            "quorate-lifeline-" + Long.toHexString(SERIAL.incrementAndGet()));
        }
    }

    private void letGo() {
        if (line != null) {
            system.stop(line);
            line = null;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        letGo();
    }

    /** One connection after the other to one address; the connection ends with it. */
    private static final class Line extends AbstractActor {
        private enum TryAgain {
            NOW
        }

        private final ActorRef tcp;
        private final InetSocketAddress target;
        private final Runnable gone;
        private final Duration tryAgain;
        private @Nullable ActorRef connection;
        private boolean stood;
        private int madeAtOnce;
        private long madeAtNanos;

        Line(ActorRef tcp, InetSocketAddress target, Runnable gone, Duration tryAgain) {
            this.tcp = tcp;
            this.target = target;
            this.gone = gone;
            this.tryAgain = tryAgain;
        }

        @Override
        public void preStart() {
            connect();
        }

        @Override
        public void postStop() {
            if (connection != null) {
                // A farewell: without it the other side would be told of an error.
                connection.tell(TcpMessage.close(), ActorRef.noSender());
            }
        }

        private void connect() {
            tcp.tell(TcpMessage.connect(target, null, List.of(), CONNECT_TIMEOUT, false), getSelf());
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(Tcp.Connected.class, connected -> {
                        stood = true;
                        madeAtNanos = System.nanoTime();
                        connection = getSender();
                        connection.tell(TcpMessage.register(getSelf()), getSelf());
                    })
                    .match(Tcp.ConnectionClosed.class, closed -> closed())
                    .match(Tcp.CommandFailed.class, this::notConnected)
                    .match(TryAgain.class, now -> connect())
                    .build();
        }

        private void closed() {
            connection = null;
            if (System.nanoTime() - madeAtNanos >= tryAgain.toNanos()) {
                madeAtOnce = 0;
            }
            connectAtOnce();
        }

        private void connectAtOnce() {
            madeAtOnce++;
            if (madeAtOnce <= AT_ONCE) {
                connect();
            } else {
                connectLater();
            }
        }

        private void notConnected(Tcp.CommandFailed failed) {
            Throwable cause = failed.cause().getOrElse(() -> null);
            if (stood && isCutOff(cause)) {
                connectAtOnce();
                return;
            }
            if (stood && isRefused(cause)) { // where none has stood the address may be wrong, or not open yet
                stood = false;
                gone.run();
            }
            connectLater();
        }

        /** By the machine; where it says nothing in time, which is no sign, the exception is Pekko's own and has no stack trace. */
        private static boolean isRefused(@Nullable Throwable cause) {
            return cause instanceof ConnectException && !(cause instanceof NoStackTrace);
        }

        /**
         * While it was made. A process that ends closes one socket after the other: the connection first, it may be, and a moment later the
         * one that listens, with whoever has come to it in between. The next one is refused. That the network has no way there comes as the
         * same exception, and is asked for in vain {@link #AT_ONCE} times.
         */
        private static boolean isCutOff(@Nullable Throwable cause) {
            return cause instanceof SocketException && !(cause instanceof ConnectException);
        }

        private void connectLater() {
            getContext()
                    .getSystem()
                    .scheduler()
                    .scheduleOnce(
                            tryAgain, getSelf(), TryAgain.NOW, getContext().getDispatcher(), getSelf());
        }
    }
}
