package io.quorate.chaos.bench;

import static io.quorate.chaos.bench.WrittenCluster.millisBetween;
import static io.quorate.chaos.bench.WrittenCluster.millisSince;

import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.chaos.process.StatusWatch;
import io.quorate.chaos.report.Measure;
import io.quorate.chaos.report.Round;
import io.quorate.chaos.report.Round.Moment;
import io.quorate.chaos.report.Trial;
import io.quorate.chaos.report.WriteCounts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Carries out rounds of trials on a cluster that is whole, and leaves it whole. For one thread. */
final class PromiseRounds {
    private static final String NO_WRITE = "no write is acknowledged without a quorum";
    private static final String NO_READ = "no read is answered without a quorum";
    private static final String SPREAD = "the voters are spread over the failure domains";

    /** Without a quorum, once everybody knows: so long nothing may be acknowledged either. */
    private static final long HOLD_MILLIS = 2_000;

    /** What of the time before a fault a round shows, in milliseconds. */
    private static final long BEFORE = 2_000;

    private final LocalCluster local;
    private final NodeNetwork network;
    private final WrittenCluster cluster;
    private final long startedNanos;
    private final Map<String, List<String>> verdicts = new LinkedHashMap<>();
    private int generation;

    /** @param startedNanos when the run began, as of {@link System#nanoTime} */
    PromiseRounds(LocalCluster local, NodeNetwork network, WrittenCluster cluster, long startedNanos) {
        this.local = local;
        this.network = network;
        this.cluster = cluster;
        this.startedNanos = startedNanos;
    }

    /** What was checked in the rounds, and the lines of what did not hold. */
    Map<String, List<String>> verdicts() {
        return verdicts;
    }

    /**
     * Carries out one, and waits until the cluster is whole.
     *
     * @param number from 1 on, of its trial: it tells whom it befalls
     * @throws IllegalStateException when the cluster does not come back in time
     */
    Round run(Trial trial, int number) throws IOException, InterruptedException {
        return switch (trial) {
            case KILL_MAJORITY -> majority(trial, number, Fault.KILLED, "started again");
            case PAUSE_MAJORITY -> majority(trial, number, Fault.PAUSED, "go on");
            case KILL_LEADER -> leader(trial, number, Fault.KILLED);
            case PAUSE_LEADER -> leader(trial, number, Fault.PAUSED);
            case ISOLATE_LEADER -> leader(trial, number, Fault.isolated(network, cluster.nodes()));
            case RECOVER -> lost(trial, number, MajorityLoss.Way.RECOVER, Measure.RECOVER);
            case RECONFIGURE -> lost(trial, number, MajorityLoss.Way.BY_HAND, Measure.BY_HAND);
            case KILL_VOTER -> voter(trial, number);
        };
    }

    private Round majority(Trial trial, int number, Fault fault, String back) throws IOException, InterruptedException {
        cluster.awaitWrite();
        NodeProcess leader = cluster.leader();
        List<NodeProcess> victims = victims(MajorityLoss.voters(cluster, leader), leader, number);
        List<String> names = victims.stream().map(NodeProcess::name).toList();
        String known = cluster.writer().acknowledged().getFirst().key();
        cluster.spare(victims);
        List<Api> survivors = cluster.apis(cluster.without(victims));
        long detected;
        long began;
        long fell;
        List<String> answered;
        try (StatusWatch watch = new StatusWatch(survivors)) {
            watch.open();
            began = System.nanoTime();
            victims.parallelStream().forEach(fault.begin());
            fell = System.nanoTime();
            try (QuorumlessReads reads = new QuorumlessReads(survivors, known)) {
                watch.awaitLeaderless(cluster.patience());
                detected = millisSince(began);
                TimeUnit.MILLISECONDS.sleep(HOLD_MILLIS); // so long it lasts
                answered = reads.end();
            }
        }
        long mended = System.nanoTime();
        PacedWriter.First first = cluster.writer().firstFromNow();
        victims.parallelStream().forEach(fault.end());
        long written = first.awaitMoment(cluster.patience());
        cluster.view().awaitWhole(cluster.patience());
        cluster.spareNobody();
        long whole = System.nanoTime();
        check(NO_READ, answered);
        check(
                NO_WRITE,
                cluster.writer().acknowledged().stream()
                        .filter(write -> write.beganNanos() - fell >= 0 && write.acknowledgedNanos() - mended < 0)
                        .map(write ->
                                write.key() + " was acknowledged " + millisBetween(fell, write.acknowledgedNanos())
                                        + " ms after " + String.join(", ", names) + " were " + fault.done())
                        .toList());
        return round(
                trial,
                number,
                names,
                began,
                Map.of(
                        Measure.DETECTED, detected,
                        Measure.WRITTEN_WHEN_BACK, millisBetween(mended, written),
                        Measure.WHOLE_WHEN_BACK, millisBetween(mended, whole)),
                List.of(
                        new Moment(String.join(", ", names) + " " + fault.done(), 0),
                        new Moment("every survivor says that nobody leads", detected),
                        new Moment(back, millisBetween(began, mended)),
                        new Moment("a write is acknowledged", millisBetween(began, written)),
                        new Moment("whole", millisBetween(began, whole))));
    }

    /** A majority of the voters: with the leader in every other round, and the others in turn. */
    private static List<NodeProcess> victims(List<NodeProcess> voters, NodeProcess leader, int number) {
        List<NodeProcess> others =
                new ArrayList<>(voters.stream().filter(node -> node != leader).toList());
        Collections.rotate(others, number / 2);
        if (number % 2 == 1) {
            others.addFirst(leader);
        }
        return List.copyOf(others.subList(0, voters.size() / 2 + 1));
    }

    private Round leader(Trial trial, int number, Fault fault) throws IOException, InterruptedException {
        cluster.awaitWrite();
        NodeProcess leader = cluster.leader();
        List<StatusWatch> watches = cluster.apis(cluster.without(List.of(leader))).stream()
                .map(api -> new StatusWatch(List.of(api)))
                .toList();
        try {
            watches.forEach(StatusWatch::open);
            LeaderKill.Fallen fallen = LeaderKill.fell(cluster, leader, fault);
            long elected = millisBetween(fallen.beganNanos(), elected(watches));
            long written = fallen.written(cluster.patience());
            long mended = millisSince(fallen.beganNanos());
            fault.end().accept(leader);
            cluster.view().awaitWhole(cluster.patience());
            cluster.spareNobody();
            return round(
                    trial,
                    number,
                    List.of(fallen.name()),
                    fallen.beganNanos(),
                    Map.of(Measure.ELECTED, elected, Measure.WRITTEN, written),
                    List.of(
                            new Moment(fallen.name() + " " + fault.done(), 0),
                            new Moment("another leads", elected),
                            new Moment("a write is acknowledged", written),
                            new Moment("mended", mended),
                            new Moment("whole", millisSince(fallen.beganNanos()))));
        } finally {
            watches.forEach(StatusWatch::close);
        }
    }

    /** When the first of them said that it leads. All are asked at once: whoever answers late keeps nobody waiting. */
    private long elected(List<StatusWatch> watches) throws InterruptedException {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Long>> looks = new ArrayList<>();
            for (StatusWatch watch : watches) {
                looks.add(() -> {
                    watch.awaitLeader(cluster.patience());
                    return System.nanoTime();
                });
            }
            return executor.invokeAny(looks);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e);
        }
    }

    private Round lost(Trial trial, int number, MajorityLoss.Way way, Measure command)
            throws IOException, InterruptedException {
        MajorityLoss.Result result = new MajorityLoss(local, cluster).run(way, ++generation);
        Map<Measure, Long> millis = new EnumMap<>(Measure.class);
        millis.put(Measure.DETECTED, result.detected());
        millis.put(command, result.command());
        millis.put(Measure.WRITTEN_AGAIN, result.written());
        millis.put(Measure.WHOLE_AGAIN, result.whole());
        List<Moment> moments = new ArrayList<>(List.of(
                new Moment(String.join(", ", result.lost()) + " lost for good", 0),
                new Moment("every survivor says that nobody leads", result.detected()),
                new Moment("first command", result.ordered()),
                new Moment("a write is acknowledged", result.ordered() + result.written())));
        result.available().ifPresent(available -> {
            millis.put(Measure.AVAILABLE_AGAIN, available);
            moments.add(new Moment("highly available", result.ordered() + available));
        });
        moments.add(new Moment("new nodes are there", result.ordered() + result.whole()));
        return round(trial, number, result.lost(), result.beganNanos(), millis, moments);
    }

    private Round voter(Trial trial, int number) throws InterruptedException {
        cluster.awaitWrite();
        List<String> violations = new ArrayList<>();
        VoterKill kills = new VoterKill(cluster.nodes(), cluster.patience());
        kills.divide();
        VoterKill.Replaced replaced = kills.kill(number - 1, violations);
        check(SPREAD, violations);
        long began = replaced.beganNanos();
        long back = millisSince(began);
        long written = cluster.writer().acknowledged().stream()
                .filter(write -> write.beganNanos() - replaced.fellNanos() >= 0)
                .mapToLong(write -> millisBetween(began, write.acknowledgedNanos()))
                .min()
                .orElseThrow(() -> new IllegalStateException("no write was acknowledged since the kill"));
        replaced.victim().start();
        cluster.view().awaitWhole(cluster.patience());
        return round(
                trial,
                number,
                List.of(replaced.name()),
                began,
                Map.of(Measure.WRITTEN, written, Measure.PROMOTED, replaced.millis()),
                List.of(
                        new Moment(replaced.name() + " killed" + (replaced.led() ? ", which led" : ""), 0),
                        new Moment("a write is acknowledged", written),
                        new Moment(String.join(", ", replaced.by()) + " votes in its place", replaced.millis()),
                        new Moment("started again", back),
                        new Moment("whole", millisSince(began))));
    }

    private void check(String what, List<String> lines) {
        verdicts.computeIfAbsent(what, each -> new ArrayList<>()).addAll(lines);
    }

    private Round round(
            Trial trial,
            int number,
            List<String> victims,
            long began,
            Map<Measure, Long> millis,
            List<Moment> moments) {
        List<Long> acknowledged = cluster.writer().acknowledged().stream()
                .map(write -> Math.floorDiv(write.acknowledgedNanos() - began, 1_000_000L))
                .toList();
        return new Round(
                trial,
                number,
                victims,
                millisBetween(startedNanos, began),
                millis,
                moments,
                WriteCounts.of(acknowledged, -BEFORE, millisSince(began)));
    }
}
