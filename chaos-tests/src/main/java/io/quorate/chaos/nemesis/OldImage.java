package io.quorate.chaos.nemesis;

import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A data folder as it was once. A node that is set back to it has to be refused, and is repaired then. */
record OldImage(NodeProcess node, Path image) {
    /** Who forgot what it promised takes part. */
    static final class NotRefused extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        private NotRefused(String message) {
            super(message);
        }
    }

    /** Of a node that is stopped for it, and started again. */
    static OldImage take(NodeProcess node, Path image) {
        node.stop();
        node.saveTo(image);
        node.start();
        return new OldImage(node, image);
    }

    /** By now the node has written and promised more. */
    void putBack() throws InterruptedException {
        TimeUnit.SECONDS.sleep(1); // what it has is known to the others, on their disks
        node.setBack(image);
    }

    /**
     * Starts it.
     *
     * @param all nodes of its cluster
     * @throws NotRefused when it was not refused
     */
    void start(List<NodeProcess> all) {
        Printed start = node.quorate("start", "--background");
        // Where it was replaced meanwhile it has no vote, and may come back as a spare by itself.
        if (start.exitCode() == 0 && votes(all)) {
            throw new NotRefused(node.name() + " was set back, and votes: " + start.text());
        }
        repairIfRefused(node, start);
    }

    private boolean votes(List<NodeProcess> all) {
        String name = node.name();
        return all.stream()
                .map(each -> ClusterView.status(each.api()))
                .flatMap(Optional::stream)
                .filter(status -> !status.path("name").asText().equals(name))
                .map(status -> ClusterView.role(status, name))
                .flatMap(Optional::stream)
                .anyMatch("voter"::equals);
    }

    static void repairIfRefused(NodeProcess node, Printed start) {
        if (start.exitCode() != 0) {
            node.quorate("repair").succeeded();
            node.start();
        }
    }
}
