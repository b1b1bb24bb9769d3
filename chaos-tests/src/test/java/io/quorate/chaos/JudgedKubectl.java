package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.pods.Kubectl;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.nio.file.Path;

/** The real {@code kubectl}, of which something is expected. */
final class JudgedKubectl {
    private final Kubectl kubectl;

    /** @param root where its files go */
    JudgedKubectl(Path root, NodeProcess node) throws IOException {
        this.kubectl = new Kubectl(root, node);
    }

    static boolean isThere() {
        return Kubectl.found().isPresent();
    }

    Process start(String... arguments) throws IOException {
        return kubectl.start(arguments);
    }

    /** What it prints, and that it succeeds. */
    String prints(String... arguments) throws Exception {
        Kubectl.Ended ended = run(arguments);
        assertThat(ended.exitCode()).as(ended.told()).isZero();
        return ended.said();
    }

    /** Has it create something; where it cannot know whether that was done, as the leader was lost, it asks again. */
    void creates(String... arguments) throws Exception {
        Kubectl.Ended ended = run(arguments);
        boolean created = ended.exitCode() == 0;
        while (!created) {
            assertThat(ended.told()).contains("it may be stored, or may not");
            ended = run(arguments);
            created = ended.exitCode() == 0 || ended.said().contains("AlreadyExists");
        }
    }

    /** What it prints, and that it does not succeed. */
    String fails(String... arguments) throws Exception {
        Kubectl.Ended ended = run(arguments);
        assertThat(ended.exitCode()).as(ended.told()).isNotZero();
        return ended.said();
    }

    Kubectl.Ended run(String... arguments) throws Exception {
        return kubectl.run(arguments);
    }
}
