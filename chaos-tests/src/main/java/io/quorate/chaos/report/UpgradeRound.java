package io.quorate.chaos.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One upgrade of a cluster under load, and what clients noticed.
 *
 * @param trial what was done
 * @param from version that ran before
 * @param to version that was to run
 * @param outcome in a word or two
 * @param millis from the command on until it was over
 * @param nodes how long each of them took, in milliseconds, in the order in which they were taken
 * @param handovers the longest time without an acknowledged write around each change of the leader, in milliseconds
 * @param stalls as long, wherever they were, in the order in which they were; short ones are left out
 * @param waits how long writes took that were begun
 * @param violations what was not as it has to be, one line each
 */
public record UpgradeRound(
        String trial,
        String from,
        String to,
        String outcome,
        long millis,
        Map<String, Long> nodes,
        Writes writes,
        List<Long> handovers,
        List<Long> stalls,
        Spread waits,
        Requests requests,
        List<String> violations) {

    /**
     * @param givenUp without an acknowledgement after 30 s
     */
    public record Writes(long acknowledged, int givenUp) {}

    /**
     * Of the service, by way of a load balancer.
     *
     * @param refused connections, in place of which another node was asked for one
     */
    public record Requests(long answered, long failed, long refused) {}

    public UpgradeRound {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes)); // in their order
        handovers = List.copyOf(handovers);
        stalls = List.copyOf(stalls);
        violations = List.copyOf(violations);
    }
}
