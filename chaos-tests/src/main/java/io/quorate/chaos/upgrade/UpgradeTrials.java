package io.quorate.chaos.upgrade;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter.Write;
import io.quorate.chaos.pods.PodTrials;
import io.quorate.chaos.pods.SiteClients;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.chaos.report.Spread;
import io.quorate.chaos.report.UpgradeRound;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Upgrades of a cluster that runs pods, one after another, each under load: as they should be, with a leader that dies at each step, and with releases
 * that harm. Each leaves the cluster whole. For one thread.
 */
public final class UpgradeTrials {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** Of a whole upgrade, on a machine that does other work, too. */
    private static final Duration LONG = Duration.ofMinutes(10);

    private static final Duration NOTICED = Duration.ofMillis(100);

    /** A stall belongs to a change of the leader that is so near. */
    private static final long NEAR_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int TIMEOUT_MILLIS = 10_000;
    private static final String HEALTH_WINDOW = "5s";

    private final LocalCluster cluster;
    private final PodTrials pods;
    private final Failpoints failpoints;
    private final PackedReleases releases;
    private final Consumer<String> progress;
    private final List<Api> apis;
    private final List<UpgradeRound> rounds = new ArrayList<>();
    private final Map<String, Long> nodeMillis = new LinkedHashMap<>();
    private int minor = 1;

    /**
     * @param cluster whose nodes look for failpoints
     * @param progress told a line for each thing that was done
     */
    public UpgradeTrials(
            LocalCluster cluster,
            PodTrials pods,
            Failpoints failpoints,
            PackedReleases releases,
            Consumer<String> progress)
            throws IOException {
        this.cluster = cluster;
        this.pods = pods;
        this.failpoints = failpoints;
        this.releases = releases;
        this.progress = progress;
        this.apis = cluster.adminApis();
        for (NodeProcess node : cluster.nodes()) {
            releases.trust(node.folder());
        }
    }

    public List<UpgradeRound> rounds() {
        return List.copyOf(rounds);
    }

    /** What is done in a round. */
    @FunctionalInterface
    private interface Doing {
        /**
         * Returns when it is over.
         *
         * @param violations what was not as it has to be is added
         * @return the outcome in a word or two
         */
        String run(UpgradeLoad load, List<String> violations) throws IOException, InterruptedException;
    }

    private void round(String trial, String to, String runsAfterwards, Doing doing)
            throws IOException, InterruptedException {
        String from = running(cluster.nodes().getFirst());
        List<String> violations = new ArrayList<>();
        nodeMillis.clear();
        String prefix = "upgrade-" + rounds.size() + "-" + Long.toString(System.currentTimeMillis(), 36) + "-";
        try (UpgradeLoad load = new UpgradeLoad(apis, pods.sites(), prefix)) {
            long began = System.nanoTime();
            String outcome = doing.run(load, violations);
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            new ClusterView(apis).awaitHighlyAvailable(PATIENCE);
            load.close();
            pods.settle();
            for (NodeProcess node : cluster.nodes()) {
                if (!running(node).equals(runsAfterwards)) {
                    violations.add(node.name() + " runs " + running(node) + ", not " + runsAfterwards);
                }
            }
            violations.addAll(load.violations());
            violations.addAll(load.requests().failures());
            UpgradeRound round = judged(trial, from, to, outcome, took, load, violations);
            rounds.add(round);
            told(round);
        }
    }

    private UpgradeRound judged(
            String trial,
            String from,
            String to,
            String outcome,
            long took,
            UpgradeLoad load,
            List<String> violations) {
        List<Write> writes = load.writer().acknowledged();
        Stalls stalls = Stalls.of(writes, load.sinceNanos(), NOTICED);
        SiteClients.Tally requests = load.requests();
        return new UpgradeRound(
                trial,
                from,
                to,
                outcome,
                took,
                nodeMillis,
                new UpgradeRound.Writes(writes.size(), load.writer().givenUp()),
                load.handovers().stream()
                        .map(each -> stalls.longest(each.beforeNanos() - NEAR_NANOS, each.afterNanos() + NEAR_NANOS))
                        .toList(),
                stalls.all().stream().map(Stalls.Stall::millis).toList(),
                Spread.of(writes.stream()
                        .map(write -> TimeUnit.NANOSECONDS.toMillis(write.acknowledgedNanos() - write.beganNanos()))
                        .toList()),
                new UpgradeRound.Requests(
                        requests.answered(), requests.failures().size(), requests.refused()),
                violations);
    }

    private void told(UpgradeRound round) {
        progress.accept("  %s: %s after %.1f s; handovers %s ms; %d writes, %d given up; %d requests, %d failed"
                .formatted(
                        round.trial(),
                        round.outcome(),
                        round.millis() / 1000.0,
                        round.handovers(),
                        round.writes().acknowledged(),
                        round.writes().givenUp(),
                        round.requests().answered(),
                        round.requests().failed()));
        round.violations().forEach(each -> progress.accept("    " + each));
    }

    /** The version that a node runs. */
    private static String running(NodeProcess node) throws IOException {
        return JSON.readTree(node.send("GET", "/v1/release", "").body())
                .path("running")
                .asText();
    }

    private String next() {
        minor++;
        return "0." + minor + ".0";
    }

    private Launcher.Printed upgrade(NodeProcess through) {
        return through.quorate(
                LONG,
                "upgrade",
                "--source",
                releases.source(),
                "--channel",
                PackedReleases.CHANNEL,
                "--health-window",
                HEALTH_WINDOW,
                "--yes");
    }

    /** An upgrade as it should be. */
    public void plain() throws IOException, InterruptedException {
        String to = next();
        releases.publish(to);
        round("plain", to, to, (load, violations) -> {
            Launcher.Printed printed = upgrade(cluster.nodes().getFirst());
            if (printed.exitCode() != 0) {
                violations.add("the upgrade ended with " + printed.exitCode() + ": " + printed.text());
            }
            return "finished";
        });
    }
}
