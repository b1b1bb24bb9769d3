package io.quorate.node.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.io.Tcp;
import org.apache.pekko.io.TcpOutgoingConnection;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.Option;

class LifelineTest {
    private static final int PATIENCE_SECONDS = 20;

    private final ActorSystem system = ActorSystem.create("lifeline");
    private final BlockingQueue<String> gone = new LinkedBlockingQueue<>();
    private final AtomicReference<String> leader = new AtomicReference<>();
    private final ActorRef network = Tcp.get(system).manager();
    private final Lifeline lifeline = new Lifeline(system, network, leader::get, gone::add, Duration.ofMillis(200));

    /** Somebody who listens, and says nothing. */
    private static final class Listener implements AutoCloseable {
        private final ServerSocket server;

        Listener() throws IOException {
            this(0);
        }

        Listener(int port) throws IOException {
            server = new ServerSocket(port, 8, InetAddress.getLoopbackAddress());
            server.setSoTimeout(PATIENCE_SECONDS * 1000);
        }

        String address() {
            return server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
        }

        Socket accept() throws IOException {
            return server.accept();
        }

        /** As a process does: nobody listens any more, and its connection is closed. */
        void ends(Socket line) throws IOException {
            close();
            line.close();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @AfterEach
    void stop() {
        lifeline.close();
        TestKit.shutdownActorSystem(system);
    }

    private void follow(String address) {
        leader.set(address);
        lifeline.follow();
    }

    /** Of this one first, and of no other yet. */
    private void assertToldOf(Listener listener) throws InterruptedException {
        assertThat(gone.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(listener.address());
        assertThat(gone).isEmpty();
    }

    /** In good order, or not where it is let go of while it is made. */
    private static boolean isLetGo(Socket line) throws IOException {
        try {
            return line.getInputStream().read() == -1;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void a_process_that_ends_is_told_of() throws Exception {
        try (Listener listener = new Listener()) {
            follow(listener.address());
            Socket line = listener.accept();
            listener.ends(line);

            assertToldOf(listener);
        }
    }

    @Test
    void a_connection_that_ends_alone_is_made_again_and_nobody_is_gone() throws Exception {
        try (Listener listener = new Listener()) {
            follow(listener.address());
            listener.accept().close();
            Socket second = listener.accept();

            listener.ends(second);

            assertToldOf(listener);
        }
    }

    @Test
    void who_is_held_no_longer_may_go() throws Exception {
        try (Listener former = new Listener();
                Listener listener = new Listener()) {
            follow(former.address());
            Socket line = former.accept();
            follow(listener.address());
            assertThat(isLetGo(line)).isTrue();
            former.close();
            Socket held = listener.accept();
            listener.ends(held);

            assertToldOf(listener);
        }
    }

    @Test
    void where_nobody_has_listened_yet_nobody_is_gone_and_it_is_tried_again() throws Exception {
        int port;
        try (Listener closed = new Listener()) {
            port = closed.server.getLocalPort();
        }
        follow(InetAddress.getLoopbackAddress().getHostAddress() + ":" + port);
        try (Listener listener = new Listener(port)) {
            Socket line = listener.accept();
            assertThat(gone).isEmpty();
            listener.ends(line);

            assertToldOf(listener);
        }
    }

    @Test
    void who_accepts_and_hangs_up_is_left_alone_for_a_while() throws Exception {
        Duration tryAgain = Duration.ofSeconds(1);
        try (Listener proxy = new Listener();
                Lifeline patient = new Lifeline(system, network, proxy::address, gone::add, tryAgain)) {
            patient.follow();
            for (int times = 1; times <= 4; times++) { // the first, and three at once
                proxy.accept().close();
            }
            long hungUp = System.nanoTime();
            proxy.accept().close();

            assertThat(Duration.ofNanos(System.nanoTime() - hungUp)).isGreaterThan(tryAgain.dividedBy(2));
            assertThat(gone).isEmpty();
        }
    }

    /** A machine whose answers are the test's. */
    private final class Machine implements AutoCloseable {
        private final TestKit tcp = new TestKit(system);
        private final Lifeline line;

        Machine(Duration tryAgain) {
            line = new Lifeline(system, tcp.getRef(), () -> "127.0.0.1:1", gone::add, tryAgain);
        }

        Tcp.Connect isAsked() {
            return tcp.expectMsgClass(Duration.ofSeconds(PATIENCE_SECONDS), Tcp.Connect.class);
        }

        void accepts() {
            isAsked();
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
            tcp.reply(new Tcp.Connected(address, address));
            tcp.expectMsgClass(Duration.ofSeconds(PATIENCE_SECONDS), Tcp.Register.class);
        }

        void answers(IOException failure) {
            tcp.reply(new Tcp.CommandFailed(isAsked()).withCause(failure));
        }

        @Override
        public void close() {
            line.close();
        }
    }

    /** It closes one socket after the other: of 80 such connections four were accepted still, and cut off 2 to 29 ms later. */
    @Test
    void a_process_that_cuts_off_the_next_connection_while_it_ends_is_asked_again_at_once() throws Exception {
        try (Machine machine = new Machine(Duration.ofMinutes(1))) {
            machine.line.follow();
            machine.accepts();
            machine.tcp.reply(Tcp.PeerClosed$.MODULE$);
            machine.answers(new SocketException("Connection reset by peer"));
            assertThat(gone).isEmpty();
            machine.answers(new ConnectException("Connection refused"));

            assertThat(gone.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("127.0.0.1:1");
        }
    }

    @Test
    void a_machine_that_says_nothing_has_not_refused() {
        try (Machine machine = new Machine(Duration.ofMillis(200))) {
            machine.line.follow();
            machine.accepts();
            machine.tcp.reply(Tcp.PeerClosed$.MODULE$);
            machine.answers(TcpOutgoingConnection.connectTimeoutExpired(Option.empty()));
            machine.isAsked();

            assertThat(gone).isEmpty();
        }
    }
}
