package io.quorate.node.workload;

import java.util.Optional;

/**
 * One run of a container, from its start to its end.
 *
 * @param number 0 for the first; also how often the container was restarted
 * @param image as it was wanted
 * @param backOffMillis how long the next one is to wait after the end of this one
 * @param exit empty while it runs
 */
public record Attempt(int number, String image, long startedMillis, long backOffMillis, Optional<Exit> exit) {
    public boolean runs() {
        return exit.isEmpty();
    }
}
