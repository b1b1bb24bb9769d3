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
import io.quorate.node.fault.Failpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Upgrades of a cluster that runs pods, one after another, each under load: as they should be, with a leader that dies at each step, and with releases
 * that harm. Each leaves the cluster whole. For one thread.
 */
public final class UpgradeTrials {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final Duration NOTICED = Duration.ofMillis(100);

    /** A stall belongs to a change of the leader that is so near. */
    private static final long NEAR_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final String PLANNED = "upgrade-planned";

    /** Where the leader is killed. */
    public static final List<String> STEPS = List.of(
            PLANNED,
            "upgrade-cordon",
            "upgrade-drain",
            "upgrade-hand-over",
            "upgrade-refresh",
            "upgrade-verify",
            "upgrade-uncordon",
            "upgrade-node-done");

    private final LocalCluster cluster;
    private final PodTrials pods;
    private final Rollout rollout;
    private final Failpoints failpoints;
    private final PackedReleases releases;
    private final Consumer<String> progress;
    private final List<Api> apis;
    private final List<UpgradeRound> rounds = new ArrayList<>();
    private final Map<String, Long> nodeMillis = new LinkedHashMap<>();

    /** Addresses of nodes that were killed: what was asked there at that moment has no answer, and is counted. */
    private final List<String> excused = new ArrayList<>();

    private int minor = 1;

    /** Patch number of the next release that harms. */
    private int harmful = 66;

    /**
     * @param failpoints where nodes of the cluster look
     * @param byHand with a command for each step of each node, in place of one for all
     * @param progress told a line for each thing that was done
     */
    public UpgradeTrials(
            LocalCluster cluster,
            PodTrials pods,
            PackedReleases releases,
            Failpoints failpoints,
            boolean byHand,
            Consumer<String> progress)
            throws IOException {
        this.cluster = cluster;
        this.pods = pods;
        this.releases = releases;
        this.progress = progress;
        this.apis = cluster.adminApis();
        this.rollout = byHand ? new Rollout.ByHand(cluster.nodes(), apis) : new Rollout.AtOnce(cluster.nodes());
        this.failpoints = failpoints;
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
        excused.clear();
        String prefix = "upgrade-" + rounds.size() + "-" + Long.toString(System.currentTimeMillis(), 36) + "-";
        pods.spread();
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
            load.requests().failures().stream()
                    .filter(failure -> excused.stream().noneMatch(host -> failure.contains("/" + host + ":")))
                    .forEach(violations::add);
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

    /** The version that a node runs. A node that was a moment ago told to go elsewhere may not answer yet. */
    private static String running(NodeProcess node) throws IOException {
        return JSON.readTree(node.send("GET", "/v1/release", "").body())
                .path("running")
                .asText();
    }

    private String next() {
        minor++;
        return "0." + minor + ".0";
    }

    /** As it should be. */
    public void plain() throws IOException, InterruptedException {
        String to = next();
        String source = releases.publish(to);
        round("plain, " + rollout.words(), to, to, (load, violations) -> {
            nodeMillis.putAll(rollout.to(source, to, violations));
            rollout.end(violations);
            return violations.isEmpty() ? "finished" : "failed";
        });
    }

    /** The leader dies ({@code kill -9}) at each step of an upgrade, in one for each step, and is started again. Wants the upgrade at once. */
    public void killAtEachStep(List<String> steps) throws IOException, InterruptedException {
        for (Failpoint point : Failpoint.values()) {
            if (steps.contains(point.word())) {
                killAt(point);
            }
        }
    }

    private void killAt(Failpoint point) throws IOException, InterruptedException {
        String to = next();
        String source = releases.publish(to);
        NodeProcess taken = follower();
        NodeProcess about = point.word().equals(PLANNED) ? cluster.awaitLeader(PATIENCE) : taken;
        round("killed at " + point.word(), to, to, (load, violations) -> {
            violations.addAll(killed(point, about.name(), failed -> nodeMillis.putAll(rollout.to(source, to, failed))));
            rollout.end(violations);
            return violations.isEmpty() ? "finished" : "failed";
        });
    }

    /** The leader dies when nothing is rolled back any more, and the cluster's feature level is not raised yet. */
    public void killWhileFinalized() throws IOException, InterruptedException {
        String to = next();
        String source = releases.publish(to);
        Failpoint point = Failpoint.UPGRADE_FINALIZED;
        round("killed at " + point.word(), to, to, (load, violations) -> {
            nodeMillis.putAll(rollout.to(source, to, violations));
            String leader = cluster.awaitLeader(PATIENCE).name();
            violations.addAll(killed(point, leader, rollout::end));
            return violations.isEmpty() ? "finished" : "failed";
        });
    }

    /** As {@link Rollout#to} is. */
    @FunctionalInterface
    private interface Rolling {
        void to(String source, String version, List<String> violations) throws InterruptedException;
    }

    /** What somebody does meanwhile. */
    @FunctionalInterface
    private interface Meanwhile {
        void run(List<String> violations) throws InterruptedException;
    }

    /** The leader dies at a step of what is done meanwhile, and is started again; what was not as it has to be. */
    private List<String> killed(Failpoint point, String about, Meanwhile meanwhile) throws InterruptedException {
        Failpoints.Halt halt = failpoints.halt(cluster.nodes(), point, about);
        CompletableFuture<List<String>> command = CompletableFuture.supplyAsync(() -> {
            List<String> failed = new ArrayList<>();
            try {
                meanwhile.run(failed);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failed.add("interrupted");
            }
            return failed;
        });
        NodeProcess dead = halt.await(Rollout.LONG);
        progress.accept("    " + dead.name() + " is dead");
        excused.add(host(dead));
        dead.start();
        return command.join();
    }

    private static String host(NodeProcess node) {
        String address = node.api().address();
        return address.substring(0, address.lastIndexOf(':'));
    }

    /** Writes for some time under the new release, which is not final yet, and then goes back. */
    public void revertUnderWrites(Duration time) throws IOException, InterruptedException {
        String from = running(cluster.nodes().getFirst());
        String to = next();
        String source = releases.publish(to);
        String trial = "back after %d min, %s".formatted(time.toMinutes(), rollout.words());
        round(trial, to, from, (load, violations) -> {
            rollout.to(source, to, violations);
            progress.accept("  all run " + to + ", after "
                    + load.writer().acknowledged().size() + " writes");
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
            progress.accept(
                    "  going back, after " + load.writer().acknowledged().size() + " writes");
            nodeMillis.putAll(rollout.back(violations));
            return violations.isEmpty() ? "reverted" : "failed";
        });
        minor--;
    }

    // ---- releases that harm, on one node

    /** The launcher goes back by itself from a release whose processes end at once. */
    public void cannotStart() throws IOException, InterruptedException {
        String from = running(cluster.nodes().getFirst());
        String to = "0." + minor + "." + harmful++;
        String source = releases.publishFaulty("cannot-start", to);
        round("cannot start, on one node", to, from, (load, violations) -> {
            refused(follower().quorate(Rollout.LONG, Rollout.refresh(source)), from, violations);
            return "fell back";
        });
    }

    /** Starts, answers with errors, and is taken back by the upgrade itself, from the first node; the others are left alone. */
    public void unhealthy() throws IOException, InterruptedException {
        unhealthy("unhealthy, " + rollout.words(), rollout::to);
    }

    /** Likewise, with a leader that dies when the node's gate has failed and it is to go back, and one when it is back. Wants the upgrade at once. */
    public void killWhileTakenBack() throws IOException, InterruptedException {
        for (Failpoint point : List.of(Failpoint.UPGRADE_STEP_FAILED, Failpoint.UPGRADE_UNCORDON)) {
            String about = follower().name();
            unhealthy(
                    "unhealthy, killed at " + point.word(),
                    (source, to, stopped) ->
                            stopped.addAll(killed(point, about, failed -> rollout.to(source, to, failed))));
        }
    }

    private void unhealthy(String trial, Rolling rolling) throws IOException, InterruptedException {
        String from = running(cluster.nodes().getFirst());
        String to = "0." + minor + "." + harmful++;
        String source = releases.publishFaulty("unhealthy", to);
        round(trial, to, from, (load, violations) -> {
            List<String> stopped = new ArrayList<>();
            rolling.to(source, to, stopped);
            if (stopped.isEmpty()) {
                violations.add("a release that answers with errors was rolled out");
            }
            Launcher.Printed status = cluster.nodes().getLast().quorate("status");
            progress.accept("    "
                    + status.text()
                            .lines()
                            .filter(line -> line.contains("upgrade"))
                            .toList());
            if (!status.text().contains("upgrade")) {
                violations.add("status does not say why: " + status.text());
            }
            cluster.nodes().getLast().quorate("upgrade", "abort").succeeded();
            return "stopped";
        });
    }

    private NodeProcess follower() throws InterruptedException {
        Api leads = cluster.view().awaitLeader(PATIENCE);
        return cluster.nodes().stream()
                .filter(node -> !node.api().equals(leads))
                .findFirst()
                .orElseThrow();
    }

    private void refused(Launcher.Printed printed, String word, List<String> violations) {
        progress.accept("    " + printed.text().lines().reduce("", (before, line) -> line));
        if (printed.exitCode() == 0 || !printed.text().contains(word)) {
            violations.add(
                    "wants a refusal with '" + word + "', ended with " + printed.exitCode() + ": " + printed.text());
        }
    }

    /** Each is refused before anything is changed: not a file of the node's releases is another one afterwards. */
    public void badReleases() throws IOException, InterruptedException {
        String from = running(cluster.nodes().getFirst());
        NodeProcess node = follower();
        for (BadRelease bad : BadRelease.values()) {
            String to = bad.version(minor);
            String source = releases.publish(bad, to);
            round("refused: " + bad.words(), to, from, (load, violations) -> {
                Map<String, String> before = PackedReleases.state(node.folder());
                refused(node.quorate(Rollout.LONG, Rollout.refresh(source)), bad.refusal(), violations);
                Map<String, String> after = PackedReleases.state(node.folder());
                if (!after.equals(before)) {
                    violations.add("it was refused, and something is changed: " + before + " > " + after);
                }
                return "refused";
            });
        }
    }
}
