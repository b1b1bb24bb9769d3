package io.quorate.chaos.nemesis;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.network.LinkConditions;
import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.chaos.process.SmallDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Commits one act after the other on a cluster of this machine, mends it, and waits until the cluster is whole: what is measured of one is
 * not of another. For one thread.
 */
public final class Nemesis implements AutoCloseable {
    /** For a cluster that is mended to be whole: nodes may have to fetch a copy. */
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final Duration AN_HOUR = Duration.ofHours(1);

    private final LocalCluster cluster;
    private final NodeNetwork network;
    private final PacedWriter writer;
    private final List<Api> apis;
    private final AtomicReference<List<Api>> targets;
    private final Path images;
    private final long beganNanos;
    private final Map<Integer, SmallDisk> disks = new HashMap<>();

    /** An act, ready to be committed. */
    private record Deed(List<Integer> victims, boolean alone, Step begin, Step end) {}

    /** One half of it. */
    @FunctionalInterface
    private interface Step {
        void take() throws IOException, InterruptedException;
    }

    /**
     * @param writer measures when the first write is acknowledged
     * @param apis of all nodes, in their order, opened by an access that outlives each of them
     * @param targets told whom an act leaves alone, for as long as it lasts
     * @param images a folder for copies of data folders
     */
    public Nemesis(
            LocalCluster cluster,
            NodeNetwork network,
            PacedWriter writer,
            List<Api> apis,
            AtomicReference<List<Api>> targets,
            Path images,
            long beganNanos) {
        this.cluster = cluster;
        this.network = network;
        this.writer = writer;
        this.apis = List.copyOf(apis);
        this.targets = targets;
        this.images = images;
        this.beganNanos = beganNanos;
    }

    /**
     * Commits an act, mends it, and waits until the cluster is whole.
     *
     * @throws IllegalStateException when it is not in time, or what had to be refused was not
     */
    public Cost commit(Act act) throws IOException, InterruptedException {
        writer.firstFromNow().await(PATIENCE);
        Deed deed = prepare(act);
        List<NodeProcess> all = cluster.nodes();
        List<String> names =
                deed.victims().stream().map(victim -> "n" + (victim + 1)).toList();
        List<Api> spared = IntStream.range(0, all.size())
                .filter(node -> !deed.victims().contains(node))
                .mapToObj(apis::get)
                .toList();
        if (!spared.isEmpty()) {
            targets.set(spared);
        }
        long began = System.nanoTime();
        deed.begin().take();
        PacedWriter.First first = writer.firstFromNow(); // what begins from here on meets what went wrong
        OptionalLong firstWrite =
                spared.isEmpty() ? OptionalLong.empty() : OptionalLong.of(millis(first.await(PATIENCE)));
        OptionalLong replaced =
                deed.alone() ? replaced(spared, names.getFirst(), began, act.lasts()) : OptionalLong.empty();
        long left = act.lasts().toNanos() - (System.nanoTime() - began);
        if (left > 0) {
            TimeUnit.NANOSECONDS.sleep(left); // so long it lasts
        }
        if (spared.isEmpty()) {
            first = writer.firstFromNow();
        }
        long mended = System.nanoTime();
        deed.end().take();
        targets.set(apis);
        if (spared.isEmpty()) {
            firstWrite = OptionalLong.of(millis(first.await(PATIENCE)));
        }
        awaitWhole(act.kind(), deed.victims());
        return new Cost(
                act.kind(),
                names,
                millis(began - beganNanos),
                millis(mended - began),
                firstWrite,
                replaced,
                millis(System.nanoTime() - mended));
    }

    /** Mends what is in the way of an end: links, and disks whose content would be gone with them. */
    @Override
    public void close() {
        network.mend();
        network.restore();
        if (!disks.isEmpty()) {
            cluster.killAll();
            disks.values().forEach(SmallDisk::close);
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    /** Damage may be met long after the start: a node that stops itself then is repaired as one that did not start. */
    private void awaitWhole(Act.Kind kind, List<Integer> victims) throws InterruptedException {
        try {
            awaitWhole();
        } catch (IllegalStateException e) {
            List<NodeProcess> stopped = victims.stream()
                    .map(this::node)
                    .filter(node -> node.running().isEmpty())
                    .toList();
            if (kind != Act.Kind.CORRUPT_LOG || stopped.isEmpty()) {
                throw e;
            }
            for (NodeProcess node : stopped) {
                node.quorate("repair").succeeded();
                node.start();
            }
            awaitWhole();
        }
    }

    void awaitWhole() throws InterruptedException {
        cluster.view().awaitWhole(PATIENCE);
    }

    /** When a standby has the vote of a node that is gone, where that takes no longer than the act lasts. */
    private static OptionalLong replaced(List<Api> spared, String gone, long began, Duration lasts)
            throws InterruptedException {
        while (System.nanoTime() - began < lasts.toNanos()) {
            for (Api api : spared) {
                boolean votes = ClusterView.status(api)
                        .filter(status -> status.path("liveVoters").asInt() >= 3)
                        .flatMap(status -> ClusterView.role(status, gone))
                        .filter(role -> !role.equals("voter"))
                        .isPresent();
                if (votes) {
                    return OptionalLong.of(millis(System.nanoTime() - began));
                }
            }
            TimeUnit.MILLISECONDS.sleep(20); // asked from outside: there is no event to wait for
        }
        return OptionalLong.empty();
    }

    // ---- the acts

    private Deed prepare(Act act) throws InterruptedException {
        leaveSmallDisks();
        int leader = leader();
        int voter = pick(voters(leader), act.pick());
        return switch (act.kind()) {
            case KILL_LEADER -> kill(leader);
            case KILL_VOTER -> kill(voter);
            case KILL_ALL -> new Deed(everybody(), false, cluster::killAll, cluster::startAll);
            case STOP_LEADER ->
                new Deed(List.of(leader), false, node(leader)::askToStop, () -> {
                    node(leader).awaitEnd();
                    node(leader).start();
                });
            case PAUSE_LEADER -> pause(leader);
            case PAUSE_VOTER -> pause(voter);
            case ISOLATE_LEADER -> apart(List.of(leader));
            case ISOLATE_VOTER -> apart(List.of(voter));
            case HALVES -> apart(Sides.minority(cluster.nodes().size(), allVoters(leader), act.pick()));
            case RING -> ring(allVoters(leader));
            case DEAF_VOTER -> new Deed(List.of(voter), false, () -> cut(leader, voter), network::mend);
            case DUMB_VOTER -> new Deed(List.of(voter), false, () -> cut(voter, leader), network::mend);
            case SLOW_LINKS -> bad(List.of(), everybody(), LinkConditions.SLOW);
            case SLOW_LEADER -> bad(List.of(leader), List.of(leader), LinkConditions.SLOW);
            case LOSSY_LINKS -> bad(List.of(), everybody(), LinkConditions.LOSSY);
            case LOSSY_VOTER -> bad(List.of(voter), List.of(voter), LinkConditions.LOSSY);
            case FULL_DISK_LEADER -> fullDiskOfLeader(leader);
            case FULL_DISK_VOTER -> fullDisk(voter, true);
            case CLOCK_JUMP_LEADER -> clockJump(leader, act.pick());
            case CLOCK_JUMP_VOTER -> clockJump(voter, act.pick());
            case SET_BACK -> setBack(voter);
            case CORRUPT_LOG -> corrupt(voter, act.pick());
            case CHURN ->
                new Deed(
                        List.of(voter),
                        false,
                        () -> node(voter).quorate("leave").succeeded(),
                        () -> cluster.join(node(leader), node(voter)));
            case LOSE_DATA -> loseData(voter, leader);
        };
    }

    private int leader() throws InterruptedException {
        return apis.indexOf(new ClusterView(apis).awaitLeader(PATIENCE));
    }

    private NodeProcess node(int index) {
        return cluster.nodes().get(index);
    }

    private List<Integer> everybody() {
        return IntStream.range(0, cluster.nodes().size()).boxed().toList();
    }

    private static int pick(List<Integer> nodes, int number) {
        return nodes.get(number % nodes.size());
    }

    /** Those that vote and do not lead. */
    private List<Integer> voters(int leader) {
        JsonNode status = node(leader).status();
        return everybody().stream()
                .filter(index -> index != leader)
                .filter(index -> ClusterView.role(status, "n" + (index + 1))
                        .filter("voter"::equals)
                        .isPresent())
                .toList();
    }

    private Set<Integer> allVoters(int leader) {
        Set<Integer> all = new TreeSet<>(voters(leader));
        all.add(leader);
        return all;
    }

    private Deed kill(int victim) {
        return new Deed(List.of(victim), true, node(victim)::kill, node(victim)::start);
    }

    private Deed pause(int victim) {
        return new Deed(
                List.of(victim),
                true,
                () -> node(victim).signal("STOP"),
                () -> node(victim).signal("CONT"));
    }

    private Deed apart(List<Integer> side) {
        return new Deed(
                side,
                side.size() == 1,
                () -> everybody().stream()
                        .filter(other -> !side.contains(other))
                        .forEach(other -> side.forEach(each -> {
                            cut(each, other);
                            cut(other, each);
                        })),
                network::mend);
    }

    private Deed ring(Set<Integer> voters) {
        return new Deed(
                List.of(),
                false,
                () -> Sides.apartInRing(cluster.nodes().size(), voters)
                        .forEach((from, others) -> others.forEach(to -> cut(from, to))),
                network::mend);
    }

    private void cut(int from, int to) {
        network.cut(from + 1, to + 1);
    }

    /** @param ends of the links that are bad, each to and from everybody */
    private Deed bad(List<Integer> victims, List<Integer> ends, LinkConditions conditions) {
        return new Deed(
                victims,
                false,
                () -> ends.forEach(end -> everybody().forEach(other -> {
                    network.degrade(end + 1, other + 1, conditions);
                    network.degrade(other + 1, end + 1, conditions);
                })),
                network::restore);
    }

    /** It moves onto a small disk before, for which it has to stop. */
    private Deed fullDisk(int victim, boolean alone) throws InterruptedException {
        if (!disks.containsKey(victim)) {
            toSmallDisk(victim);
        }
        NodeProcess node = node(victim);
        SmallDisk disk = smallDisk(victim);
        return new Deed(List.of(victim), alone, disk::fill, () -> {
            if (node.running().isEmpty()) {
                node.quorate("start", "--background"); // as whoever watches over it would
            }
            disk.free();
            toUsualDisk(victim);
        });
    }

    /** Who stops to move leads no more: so one after the other moves, until one leads that has. */
    private Deed fullDiskOfLeader(int first) throws InterruptedException {
        int leader = first;
        while (!disks.containsKey(leader)) {
            toSmallDisk(leader);
            leader = leader();
        }
        return fullDisk(leader, true);
    }

    /** Where it stays until something befalls it there, or all is over. */
    void toSmallDisk(int node) throws InterruptedException {
        disks.put(node, node(node).onSmallDisk());
        awaitWhole();
        writer.firstFromNow().await(PATIENCE);
    }

    /** That a node was moved to. */
    SmallDisk smallDisk(int node) {
        return Objects.requireNonNull(disks.get(node));
    }

    private void toUsualDisk(int node) {
        node(node).kill();
        Objects.requireNonNull(disks.remove(node)).close();
        node(node).start();
    }

    /** Nodes that moved, and nothing befell them there. */
    private void leaveSmallDisks() throws InterruptedException {
        for (int node : List.copyOf(disks.keySet())) {
            toUsualDisk(node);
            awaitWhole();
        }
    }

    private Deed clockJump(int victim, int number) {
        NodeProcess node = node(victim);
        Duration offset = number % 2 == 0 ? AN_HOUR : AN_HOUR.negated();
        return new Deed(List.of(victim), false, () -> node.setClock(offset), () -> node.setClock(Duration.ZERO));
    }

    private Deed setBack(int victim) throws InterruptedException {
        OldImage old = OldImage.take(node(victim), images.resolve("n" + (victim + 1)));
        awaitWhole();
        writer.firstFromNow().await(PATIENCE);
        return new Deed(List.of(victim), false, old::putBack, () -> old.start(cluster.nodes()));
    }

    private Deed corrupt(int victim, int number) {
        NodeProcess node = node(victim);
        return new Deed(
                List.of(victim),
                true,
                () -> {
                    node.kill();
                    damage(node.folder().resolve("backend/log"), number);
                },
                () -> OldImage.repairIfRefused(node, node.quorate("start", "--background")));
    }

    /** One byte in the middle of its largest file. */
    private static void damage(Path log, int number) throws IOException {
        Map<Path, Long> sizes = new HashMap<>();
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : files.toList()) {
                sizes.put(file, Files.size(file));
            }
        }
        Path largest = sizes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElseThrow();
        try (RandomAccessFile file = new RandomAccessFile(largest.toFile(), "rw")) {
            long written = Math.max(1, file.length() / 4); // files are longer than what is in them
            long at = number % written;
            file.seek(at);
            int was = file.read();
            file.seek(at);
            file.write(was ^ 0x10);
        }
    }

    private Deed loseData(int victim, int leader) {
        NodeProcess node = node(victim);
        String name = "n" + (victim + 1);
        return new Deed(List.of(victim), true, node::loseData, () -> {
            node(leader).quorate("remove-node", name, "--force").succeeded();
            node.start("--name", name, "--address", network.address(victim + 1));
            cluster.join(node(leader), node);
        });
    }
}
