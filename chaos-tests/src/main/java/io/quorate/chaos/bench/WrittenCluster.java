package io.quorate.chaos.bench;

import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The nodes of a cluster on this machine, and a writer that goes through those that nothing befalls. For one thread. */
final class WrittenCluster implements AutoCloseable {
    private final List<NodeProcess> nodes;
    private final List<Api> apis;
    private final Duration patience;
    private final AtomicReference<List<Api>> targets;
    private final PacedWriter writer;

    /**
     * @param apis one of each node, in the same order
     * @param patience for each single step
     * @param prefix of the writer's keys; not used before in this cluster
     * @param connections to each node, opened ahead: as many as writes begin while nobody leads
     */
    WrittenCluster(
            List<NodeProcess> nodes,
            List<Api> apis,
            Duration patience,
            String prefix,
            Duration writePeriod,
            int connections) {
        this.nodes = List.copyOf(nodes);
        this.apis = List.copyOf(apis);
        this.patience = patience;
        this.targets = new AtomicReference<>(this.apis);
        this.writer = new PacedWriter(prefix, targets::get, writePeriod, connections);
    }

    List<NodeProcess> nodes() {
        return nodes;
    }

    PacedWriter writer() {
        return writer;
    }

    Duration patience() {
        return patience;
    }

    ClusterView view() {
        return new ClusterView(apis);
    }

    List<Api> apis(Collection<NodeProcess> of) {
        return of.stream().map(node -> apis.get(nodes.indexOf(node))).toList();
    }

    List<NodeProcess> without(Collection<NodeProcess> some) {
        return nodes.stream().filter(node -> !some.contains(node)).toList();
    }

    /** Waits until somebody leads, and tells who. */
    NodeProcess leader() throws InterruptedException {
        return nodes.get(apis.indexOf(view().awaitLeader(patience)));
    }

    /** Waits for a write that begins now. */
    void awaitWrite() throws InterruptedException {
        writer.firstFromNow().await(patience);
    }

    /** Waits until so many more writes are acknowledged: a writer that is at work, and nodes that have got used to it. */
    void awaitWrites(int count) throws InterruptedException {
        writer.awaitMore(count, patience);
    }

    /** Has the writer go through all others from now on. */
    void spare(Collection<NodeProcess> some) throws IOException {
        targets.set(apis(without(some)));
        writer.pool();
    }

    void spareNobody() {
        targets.set(apis);
    }

    /** Stops writing. */
    @Override
    public void close() {
        writer.close();
    }

    static long millisBetween(long fromNanos, long toNanos) {
        return TimeUnit.NANOSECONDS.toMillis(toNanos - fromNanos);
    }

    static long millisSince(long nanos) {
        return millisBetween(nanos, System.nanoTime());
    }
}
