package io.quorate.chaos.nemesis;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.network.LinkConditions;
import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.simulations.schedule.Act;
import io.quorate.simulations.schedule.Disturbance;
import io.quorate.simulations.schedule.Script;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Carries out a script, which simulations read as well, on processes: each act at its time, whatever else goes on. What takes a while, as a
 * start, each node does in a thread of its own; the next act does not wait for it. For one thread, once.
 */
public final class ScenarioNemesis {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int FEWEST_VOTERS = 3;

    private final LocalCluster cluster;
    private final NodeNetwork network;
    private final Nemesis hands;
    private final Path images;
    private final Consumer<List<Api>> clients;
    private final Consumer<String> told;

    private final List<ExecutorService> chores = new ArrayList<>();
    private final Set<Integer> outside = ConcurrentHashMap.newKeySet();
    private final Set<Integer> full = new HashSet<>();
    private final Set<Integer> applied = new HashSet<>();

    /** By the number of an act, who led when it came. */
    private final Map<Integer, Integer> crashedLeaders = new HashMap<>();

    private final Map<Integer, OldImage> oldImages = new HashMap<>();
    private final AtomicBoolean changing = new AtomicBoolean();

    /** While a node is set back nothing else goes wrong: the others have to find it out. */
    private final AtomicBoolean quiet = new AtomicBoolean();

    private final ConcurrentLinkedQueue<OldImage.NotRefused> broken = new ConcurrentLinkedQueue<>();
    private List<Act> acts = List.of();
    private int cuts;
    private int founders;

    /** What a node does by itself meanwhile. */
    @FunctionalInterface
    private interface Chore {
        void run() throws InterruptedException;
    }

    /**
     * @param cluster of as many nodes as the script has founders
     * @param hands that move a node onto a small disk, and wait until all are there
     * @param images a folder for copies of data folders
     * @param clients told whom clients may ask, when the nodes outside have started
     * @param told a line for each thing that is done
     */
    public ScenarioNemesis(
            LocalCluster cluster,
            NodeNetwork network,
            Nemesis hands,
            Path images,
            Consumer<List<Api>> clients,
            Consumer<String> told) {
        this.cluster = cluster;
        this.network = network;
        this.hands = hands;
        this.images = images;
        this.clients = clients;
        this.told = told;
    }

    /**
     * Does all of it, mends everything, lets in whoever is outside, and waits until the cluster is whole.
     *
     * @throws IllegalStateException when it is not in time, or a node that was set back was not refused
     */
    public void run(Script script) throws InterruptedException {
        prepare(script);
        try {
            long began = System.nanoTime();
            for (Moment moment : Moment.of(script)) {
                if (moment.at().compareTo(script.duration()) > 0) {
                    break;
                }
                sleepUntil(began, moment.at());
                carryOut(moment, System.nanoTime() - began);
            }
            sleepUntil(began, script.duration());
            mendAll();
        } finally {
            chores.forEach(ExecutorService::shutdownNow);
        }
    }

    private static void sleepUntil(long began, Duration at) throws InterruptedException {
        long left = at.toNanos() - (System.nanoTime() - began);
        if (left > 0) {
            TimeUnit.NANOSECONDS.sleep(left); // until then nothing happens
        }
    }

    /** A node whose disk is to be full has to be on a small one before: it stops for that. */
    private void prepare(Script script) throws InterruptedException {
        acts = script.acts();
        founders = script.nodes();
        Set<Integer> small = new HashSet<>();
        script.acts().forEach(act -> {
            if (act.what() instanceof Disturbance.Disk disk) {
                small.addAll(nodes(disk.node(), founders));
            }
        });
        for (int node : small) {
            hands.toSmallDisk(node);
        }
        List<Api> inside = cluster.apis();
        for (int node = founders; node < script.names().size(); node++) {
            cluster.startAnother();
            outside.add(node);
        }
        clients.accept(inside);
        for (int node = 0; node < script.names().size(); node++) {
            chores.add(Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("chores-n" + (node + 1)).factory()));
        }
    }

    private static List<Integer> nodes(String name, int count) {
        return name.equals(Disturbance.ALL) ? IntStream.range(0, count).boxed().toList() : List.of(index(name));
    }

    private static int index(String name) {
        return Integer.parseInt(name.substring(1)) - 1;
    }

    private static String name(int node) {
        return "n" + (node + 1);
    }

    private NodeProcess node(int index) {
        return cluster.nodes().get(index);
    }

    private List<Integer> everybody() {
        return IntStream.range(0, cluster.nodes().size()).boxed().toList();
    }

    private ClusterView inside() {
        return ClusterView.of(everybody().stream()
                .filter(each -> !outside.contains(each))
                .map(this::node)
                .toList());
    }

    private Optional<Integer> leader() {
        return inside().leader().map(api -> cluster.apis().indexOf(api)).filter(index -> index >= 0);
    }

    private void carryOut(Moment moment, long nanos) {
        if (!moment.begins()) {
            if (applied.contains(moment.act())) {
                end(moment);
            }
            return;
        }
        if (quiet.get()) {
            tell(nanos, moment, "not done: a node is being set back");
            return;
        }
        boolean does = begin(moment);
        if (does) {
            applied.add(moment.act());
        }
        tell(nanos, moment, does ? "" : "does not apply");
    }

    private void tell(long nanos, Moment moment, String how) {
        told.accept("%7.1f s  %s%s".formatted(nanos / 1e9, acts.get(moment.act()), how.isEmpty() ? "" : ": " + how));
    }

    /** @return whether it applied */
    private boolean begin(Moment moment) {
        return switch (moment.what()) {
            case Disturbance.Crash(String name) -> {
                Optional<Integer> victim = one(name);
                victim.ifPresent(each -> crashedLeaders.put(moment.act(), each));
                yield victim.isPresent() && crash(List.of(victim.get()));
            }
            case Disturbance.PowerLoss(Map<String, Duration> downFor) ->
                crash(downFor.keySet().stream().map(ScenarioNemesis::index).toList());
            case Disturbance.Partition(List<List<String>> sides) -> {
                for (List<String> side : sides) {
                    List<String> others = sides.stream()
                            .filter(other -> !other.equals(side))
                            .flatMap(List::stream)
                            .toList();
                    side.forEach(from -> others.forEach(to -> cut(index(from), index(to))));
                }
                cuts++;
                yield true;
            }
            case Disturbance.OneWay(String from, String to) -> {
                cut(index(from), index(to));
                cuts++;
                yield true;
            }
            case Disturbance.Isolate(String name) -> {
                Optional<Integer> alone = one(name);
                alone.ifPresent(this::isolate);
                yield alone.isPresent();
            }
            case Disturbance.Flaky() -> {
                everybody()
                        .forEach(from ->
                                everybody().forEach(to -> network.degrade(from + 1, to + 1, LinkConditions.FLAKY)));
                yield true;
            }
            case Disturbance.Disk(String name, var store, var damage) -> {
                nodes(name, founders).forEach(each -> {
                    full.add(each);
                    hands.smallDisk(each).fill();
                });
                yield true;
            }
            case Disturbance.Transfer(String heir) -> transfer(index(heir));
            case Disturbance.Membership(String name) -> changeMembership(index(name));
            case Disturbance.SetBack(String name) -> takeImage(moment.act(), index(name));
            case Disturbance.Join join -> throw notFeasible(join);
            case Disturbance.Leave leave -> throw notFeasible(leave);
            case Disturbance.Remove remove -> throw notFeasible(remove);
            case Disturbance.LoseMajority lose -> throw notFeasible(lose);
        };
    }

    private static IllegalArgumentException notFeasible(Disturbance what) {
        return new IllegalArgumentException(what.word() + " is not feasible");
    }

    /** A node by its name, or whoever leads. */
    private Optional<Integer> one(String name) {
        return name.equals(Disturbance.LEADER) ? leader() : Optional.of(index(name));
    }

    private void end(Moment moment) {
        switch (moment.what()) {
            case Disturbance.Crash(String name) -> {
                // Of a power loss each node has an end of its own, by its name.
                int victim = name.equals(Disturbance.LEADER)
                        ? Objects.requireNonNull(crashedLeaders.get(moment.act()))
                        : index(name);
                chore(victim, () -> startIfDown(victim));
            }
            case Disturbance.Partition partition -> mendLinks();
            case Disturbance.OneWay oneWay -> mendLinks();
            case Disturbance.Isolate isolate -> mendLinks();
            case Disturbance.Flaky flaky -> network.restore();
            case Disturbance.Disk(String name, var store, var damage) ->
                nodes(name, founders).forEach(each -> {
                    full.remove(each);
                    hands.smallDisk(each).free();
                    chore(each, () -> startIfDown(each));
                });
            case Disturbance.SetBack(String name) -> putBack(moment.act(), index(name));
            case Disturbance.PowerLoss loss -> {}
            case Disturbance.Transfer transfer -> {}
            case Disturbance.Membership membership -> {}
            case Disturbance.Join join -> throw notFeasible(join);
            case Disturbance.Leave leave -> throw notFeasible(leave);
            case Disturbance.Remove remove -> throw notFeasible(remove);
            case Disturbance.LoseMajority lose -> throw notFeasible(lose);
        }
    }

    private boolean crash(List<Integer> victims) {
        List<NodeProcess> up = victims.stream()
                .map(this::node)
                .filter(each -> each.running().isPresent())
                .toList();
        up.parallelStream().forEach(NodeProcess::kill);
        return !up.isEmpty();
    }

    private void cut(int from, int to) {
        network.cut(from + 1, to + 1);
    }

    private void isolate(int alone) {
        everybody().forEach(other -> {
            cut(alone, other);
            cut(other, alone);
        });
        cuts++;
    }

    private void mendLinks() {
        network.mend();
        cuts = 0;
    }

    /** No command hands over to a node of choice: who leads stops in good order, and hands over to whom it likes. */
    private boolean transfer(int heir) {
        Optional<Integer> leader = leader().filter(each -> each != heir);
        leader.ifPresent(each -> chore(each, () -> {
            node(each).stop();
            node(each).awaitEnd();
            node(each).start();
        }));
        return leader.isPresent();
    }

    /** As in a simulation: where the group is as small as it was at first somebody joins, else the node leaves. */
    private boolean changeMembership(int node) {
        boolean larger = cluster.nodes().size() - outside.size() > founders;
        Optional<Integer> joins = outside.stream().sorted().findFirst();
        boolean applies = larger ? !outside.contains(node) : joins.isPresent();
        if (!applies || !changing.compareAndSet(false, true)) {
            return false;
        }
        int who = larger ? node : joins.orElseThrow();
        chore(who, () -> {
            try {
                if (larger) {
                    node(who).quorate("leave").succeeded();
                    outside.add(who);
                } else {
                    join(who);
                }
            } finally {
                changing.set(false);
            }
        });
        return true;
    }

    private void join(int node) throws InterruptedException {
        int member = cluster.apis().indexOf(inside().awaitLeader(PATIENCE));
        cluster.join(node(member), node(node));
        outside.remove(node);
    }

    /** Only where the group survives it: not who leads, three voters or more, and all others there and within reach. */
    private boolean takeImage(int act, int victim) {
        boolean calm = cuts == 0 && full.isEmpty() && !changing.get() && !outside.contains(victim);
        boolean up = everybody().stream().allMatch(each -> node(each).running().isPresent());
        Optional<JsonNode> status = calm && up
                ? leader().filter(leader -> leader != victim)
                        .flatMap(leader -> ClusterView.status(node(leader).api()))
                : Optional.empty();
        if (status.filter(seen -> seen.path("liveVoters").asInt() >= FEWEST_VOTERS)
                .isEmpty()) {
            return false;
        }
        quiet.set(true);
        chore(victim, () -> oldImages.put(act, OldImage.take(node(victim), images.resolve(name(victim)))));
        return true;
    }

    private void putBack(int act, int victim) {
        chore(victim, () -> {
            try {
                OldImage old = oldImages.get(act);
                if (old != null) {
                    old.putBack();
                    old.start(cluster.nodes());
                }
            } finally {
                quiet.set(false);
            }
        });
    }

    private void startIfDown(int node) {
        if (node(node).running().isEmpty()) {
            node(node).start();
        }
    }

    /** What fails because the next thing befell the node is done again at the end; but for what must not be. */
    private void chore(int node, Chore chore) {
        chores.get(node).execute(() -> {
            try {
                chore.run();
            } catch (OldImage.NotRefused e) {
                broken.add(e);
            } catch (IllegalStateException e) {
                tell(node, String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                tell(node, e.toString()); // nobody else looks at what becomes of a chore
            }
        });
    }

    private void tell(int node, String what) {
        told.accept("           " + name(node) + ": " + what.lines().findFirst().orElse(""));
    }

    private void mendAll() throws InterruptedException {
        mendLinks();
        network.restore();
        full.forEach(each -> hands.smallDisk(each).free());
        for (ExecutorService each : chores) {
            each.shutdown();
        }
        for (ExecutorService each : chores) {
            if (!each.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("what was begun does not end");
            }
        }
        if (!broken.isEmpty()) {
            throw broken.remove();
        }
        everybody().forEach(this::startIfDown);
        for (int each : List.copyOf(outside)) {
            join(each);
        }
        hands.awaitWhole();
    }
}
