package io.quorate.control.kubernetes;

import java.util.concurrent.CompletionStage;

/** How one node asks another what only that one can answer. */
@FunctionalInterface
public interface OtherNodes {
    /**
     * Asks as this node, which may look at everything; who asks this one has been let in before.
     *
     * @param apiAddress {@code host:port}
     * @param path with its query, encoded
     * @return its answer, as it comes; fails where it cannot be reached
     */
    CompletionStage<ApiAnswer> get(String apiAddress, String path);
}
