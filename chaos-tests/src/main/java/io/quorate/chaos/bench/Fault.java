package io.quorate.chaos.bench;

import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.process.NodeProcess;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What befalls a node.
 *
 * @param done what it is afterwards, for people
 * @param begin returns when it has befallen it
 * @param end mends it; returns when that is done
 */
record Fault(String done, Consumer<NodeProcess> begin, Consumer<NodeProcess> end) {
    /** {@code kill -9}, and a start. */
    static final Fault KILLED = new Fault("killed", NodeProcess::kill, Fault::startAgain);

    /** Asked to stop in good order, and started again. It stops while others go on. */
    static final Fault STOPPED = new Fault("stopped", NodeProcess::askToStop, Fault::startAgain);

    /** {@code SIGSTOP}, and {@code SIGCONT}. */
    static final Fault PAUSED = new Fault("paused", node -> node.signal("STOP"), node -> node.signal("CONT"));

    /** It reaches nobody, and nobody reaches it. */
    static Fault isolated(NodeNetwork network, List<NodeProcess> nodes) {
        return new Fault(
                "isolated",
                victim -> {
                    int index = nodes.indexOf(victim) + 1;
                    IntStream.rangeClosed(1, nodes.size())
                            .filter(other -> other != index)
                            .forEach(other -> {
                                network.cut(index, other);
                                network.cut(other, index);
                            });
                },
                victim -> network.mend());
    }

    private static void startAgain(NodeProcess node) {
        node.awaitEnd();
        node.start();
    }
}
