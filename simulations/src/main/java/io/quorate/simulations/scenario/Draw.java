package io.quorate.simulations.scenario;

import io.quorate.simulations.scenario.Plan.Fault;
import io.quorate.simulations.schedule.Act;
import io.quorate.simulations.schedule.Disturbance;
import io.quorate.simulations.schedule.Roles;
import io.quorate.simulations.schedule.Script;
import io.quorate.simulations.world.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Draws the acts of a plan from its seed, before the run: what happens meanwhile changes none of them. */
final class Draw {
    private final RandomGenerator random;
    private final Duration duration;
    private final List<String> names;

    private Draw(long seed, Duration duration, List<String> names) {
        this.random = new Seeds(seed).of("nemesis");
        this.duration = duration;
        this.names = names;
    }

    static Script script(Plan plan) {
        int outside = plan.faults().contains(Fault.MEMBERSHIP) ? 1 : 0;
        Script quiet = new Script(
                plan.seed(), plan.nodes(), outside, plan.duration(), plan.clients(), plan.thinkTime(), List.of());
        return plan.faults().isEmpty()
                ? quiet
                : quiet.with(new Draw(plan.seed(), plan.duration(), quiet.names())
                        .acts(plan.faults().stream().sorted().toList()));
    }

    /** A cluster: how it is laid out is drawn as well, and of the acts each lasts for longer, because nodes take longer to react. */
    static Script cluster(long seed, int nodes, Duration duration) {
        RandomGenerator layout = new Seeds(seed).of("layout");
        int voters = nodes < 5 || layout.nextBoolean() ? 3 : 5;
        Roles roles = new Roles(voters, 1 + layout.nextInt(3), 1 + layout.nextInt(4));
        Script quiet = new Script(
                seed, nodes, 1 + layout.nextInt(2), duration, 2, Duration.ofMillis(100), List.of(), Optional.of(roles));
        List<Act> acts = new ArrayList<>(new Draw(seed, duration, quiet.names()).clusterActs());
        loss(new Seeds(seed).of("loss"), duration, quiet.names()).ifPresent(acts::add);
        return quiet.with(acts);
    }

    /** In one run of three the majority is lost, once, with a randomness of its own: so the other acts are what they are without it. */
    private static Optional<Act> loss(RandomGenerator random, Duration duration, List<String> names) {
        if (random.nextInt(3) > 0 || duration.isZero()) {
            return Optional.empty();
        }
        Duration at = Duration.ofMillis(random.nextLong(duration.toMillis()));
        String survivor = names.get(random.nextInt(names.size()));
        return Optional.of(
                new Act(at, new Disturbance.LoseMajority(survivor), Duration.ofMillis(5_000 + random.nextInt(25_000))));
    }

    private List<Act> clusterActs() {
        List<Act> acts = new ArrayList<>();
        Duration at = slowly();
        while (at.compareTo(duration) <= 0) {
            acts.add(clusterAct(at));
            at = at.plus(Duration.ofMillis(500 + random.nextInt(5_000)));
        }
        return acts;
    }

    private Duration slowly() {
        return Duration.ofMillis(500 + random.nextInt(9_000));
    }

    private Act clusterAct(Duration at) {
        return switch (random.nextInt(14)) {
            case 0, 1, 2 -> new Act(at, new Disturbance.Crash(any()), slowly());
            case 3 -> powerLoss(at);
            case 4 -> new Act(at, partition(), slowly());
            case 5 -> new Act(at, new Disturbance.Isolate(any()), slowly());
            case 6 -> new Act(at, new Disturbance.Isolate(Disturbance.LEADER), slowly());
            case 7 -> new Act(at, new Disturbance.Flaky(), slowly());
            case 8 -> new Act(at, disk(), slowly());
            case 9 -> new Act(at, new Disturbance.Transfer(any()), Duration.ZERO);
            case 10, 11 -> new Act(at, new Disturbance.Join(any()), Duration.ZERO);
            case 12 -> new Act(at, new Disturbance.Leave(any()), Duration.ZERO);
            default -> new Act(at, new Disturbance.Remove(any()), slowly().plus(Duration.ofSeconds(6)));
        };
    }

    private List<Act> acts(List<Fault> faults) {
        List<Act> acts = new ArrayList<>();
        Duration at = pause();
        while (at.compareTo(duration) <= 0) {
            Duration now = at;
            act(faults.get(random.nextInt(faults.size())), now).forEach(acts::add);
            at = at.plus(pause());
        }
        return acts;
    }

    private Duration pause() {
        return Duration.ofMillis(300 + random.nextInt(2_000));
    }

    private Duration aWhile() {
        return Duration.ofMillis(200 + random.nextInt(3_000));
    }

    private String any() {
        return names.get(random.nextInt(names.size()));
    }

    private Stream<Act> act(Fault fault, Duration at) {
        return switch (fault) {
            case CRASH -> Stream.of(new Act(at, new Disturbance.Crash(any()), aWhile()));
            case CRASH_ALL -> Stream.of(powerLoss(at));
            case PARTITION -> Stream.of(new Act(at, partition(), aWhile()));
            case ONE_WAY_CUT -> oneWay(at);
            case ISOLATE_LEADER -> Stream.of(new Act(at, new Disturbance.Isolate(Disturbance.LEADER), aWhile()));
            case FLAKY_NETWORK -> Stream.of(new Act(at, new Disturbance.Flaky(), aWhile()));
            case MEMBERSHIP -> Stream.of(new Act(at, new Disturbance.Membership(any()), Duration.ZERO));
            case BROKEN_DISK -> Stream.of(new Act(at, disk(), aWhile()));
            case TRANSFER_LEADERSHIP -> Stream.of(new Act(at, new Disturbance.Transfer(any()), Duration.ZERO));
            case SET_BACK -> Stream.of(new Act(at, new Disturbance.SetBack(any()), aWhile()));
            case LYING_DISKS -> lie(at);
        };
    }

    private Act powerLoss(Duration at) {
        Map<String, Duration> downFor = new TreeMap<>();
        names.forEach(name -> downFor.put(name, aWhile()));
        return new Act(at, new Disturbance.PowerLoss(downFor), Duration.ZERO);
    }

    private Disturbance partition() {
        List<String> shuffled = new ArrayList<>(names);
        Collections.shuffle(shuffled, Random.from(random));
        int cut = 1 + random.nextInt(Math.max(1, shuffled.size() - 1));
        return new Disturbance.Partition(List.of(shuffled.subList(0, cut), shuffled.subList(cut, shuffled.size())));
    }

    private Stream<Act> oneWay(Duration at) {
        String from = any();
        String to = any();
        return from.equals(to) ? Stream.of() : Stream.of(new Act(at, new Disturbance.OneWay(from, to), aWhile()));
    }

    private Disturbance disk() {
        String node = any();
        Disturbance.Damage damage = random.nextBoolean() ? Disturbance.Damage.FULL : Disturbance.Damage.IO_ERROR;
        return new Disturbance.Disk(
                node, random.nextBoolean() ? Disturbance.Store.LOG : Disturbance.Store.EVENTS, damage);
    }

    /** All disks lie from now on, and after a while the power is lost. */
    private Stream<Act> lie(Duration at) {
        Disturbance lie =
                new Disturbance.Disk(Disturbance.ALL, Disturbance.Store.BOTH, Disturbance.Damage.DROPS_FLUSHES);
        return Stream.of(new Act(at, lie, duration.minus(at)), powerLoss(at.plus(aWhile())));
    }
}
