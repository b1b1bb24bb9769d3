package io.quorate.chaos.upgrade;

import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.pods.SiteClients;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Copies;
import io.quorate.chaos.process.StatusWatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What goes on while releases are rolled out: a writer that begins a write every 10 ms through whichever node answers, clients of the web servers
 * behind a node port of each node, and somebody who looks who leads. Threads of its own.
 */
final class UpgradeLoad implements AutoCloseable {
    static final Duration PERIOD = Duration.ofMillis(10);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Between two looks; a change of the leader is known to have been in between. */
    private static final long LOOK_MILLIS = 50;

    /** A client's connections to one node: as many as writes begin while nobody leads would be more handshakes than work. */
    private static final int POOLED = 16;

    private static final int REQUESTS = 20;

    private final List<Api> apis;
    private final PacedWriter writer;
    private final SiteClients clients;
    private final Thread looks;
    private final List<Handover> handovers = new ArrayList<>();
    private final long since;
    private volatile boolean closed;

    /**
     * Somebody else leads.
     *
     * @param beforeNanos when the one before was seen to lead last, as of {@link System#nanoTime}
     * @param afterNanos when this one was first
     */
    record Handover(String from, String to, long beforeNanos, long afterNanos) {}

    /**
     * Returns when writes are acknowledged and requests are answered.
     *
     * @param apis of all nodes, opened by what outlives each of them
     * @param prefix of the writer's keys; not used before in this cluster
     */
    UpgradeLoad(List<Api> apis, List<InetSocketAddress> sites, String prefix) throws InterruptedException {
        this.apis = List.copyOf(apis);
        this.writer = new PacedWriter(prefix, () -> this.apis, PERIOD, POOLED);
        this.clients = SiteClients.balanced(sites, PAUSE);
        writer.firstFromNow().await(PATIENCE);
        clients.awaitMore(REQUESTS);
        this.since = System.nanoTime();
        this.looks = Thread.ofPlatform().name("looks who leads").start(this::look);
    }

    private void look() {
        String leader = "";
        long seen = System.nanoTime();
        try (StatusWatch watch = new StatusWatch(apis)) {
            while (!closed) {
                Optional<String> now = watch.leader();
                long at = System.nanoTime();
                if (now.isPresent()) {
                    if (!leader.isEmpty() && !now.get().equals(leader)) {
                        handedOver(new Handover(leader, now.get(), seen, at));
                    }
                    leader = now.get();
                    seen = at;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS); // asked from outside: there is no event to wait for
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private synchronized void handedOver(Handover handover) {
        handovers.add(handover);
    }

    synchronized List<Handover> handovers() {
        return List.copyOf(handovers);
    }

    /** When it was under way, as of {@link System#nanoTime}. */
    long sinceNanos() {
        return since;
    }

    PacedWriter writer() {
        return writer;
    }

    SiteClients.Tally requests() {
        return clients.tally();
    }

    /** What was acknowledged and is not there, is there twice, or was given up; and copies that are not the same. */
    List<String> violations() throws IOException, InterruptedException {
        List<String> violations = new ArrayList<>(writer.violations(apis.getFirst()));
        if (writer.givenUp() > 0) {
            violations.add(writer.givenUp() + " writes were given up");
        }
        violations.addAll(Copies.differences(Copies.taken(new ClusterView(apis), PATIENCE)));
        return violations;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            looks.interrupt();
            clients.close();
            writer.close();
        }
    }
}
