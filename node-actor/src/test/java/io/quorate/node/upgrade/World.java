package io.quorate.node.upgrade;

import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.ReleaseReport;
import io.quorate.node.contract.UpgradeAsked;
import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.contract.UpgradePlan;
import io.quorate.node.contract.UpgradeRecorded;
import io.quorate.node.upgrade.NodeProgress.Standing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A cluster of names, in which orders come to something after a while; ticks are seconds. */
final class World {
    static final String OLD = "0.1.0";
    static final String NEW = "0.2.0";

    /** What a node makes of the new release. */
    enum Fate {
        GOOD,
        FALLS_BACK,
        HARMS,
        CANNOT_BE_MEASURED,
        NEVER_COMES_BACK,
        HOLDS_ITS_PODS
    }

    private static final class Machine {
        String version = OLD;
        String order = "";
        String state = ReleaseReport.IDLE;
        String target = OLD;
        long arrives;
        boolean cordoned;
        int pods = 2;
    }

    final Upgrade rules = new Upgrade();
    final Map<String, Fate> fates = new HashMap<>();
    final List<UpgradeRecorded> events = new ArrayList<>();
    private final Map<String, Machine> machines = new HashMap<>();
    private final List<String> controlPlane;
    private final Random random;
    UpgradeState state = UpgradeState.NONE;
    String leader;
    long now = 1_000_000;

    World(int controlPlane, int workers, long seed) {
        this.random = new Random(seed);
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= controlPlane; i++) {
            names.add("n" + i);
        }
        this.controlPlane = List.copyOf(names);
        for (int i = 1; i <= workers; i++) {
            names.add("w" + i);
        }
        names.forEach(name -> {
            machines.put(name, new Machine());
            fates.put(name, Fate.GOOD);
        });
        leader = "n1";
        List<UpgradePlan.Target> targets = names.stream()
                .map(name -> new UpgradePlan.Target(name, OLD, name.startsWith("w")))
                .toList();
        ask(new UpgradeMessage.Plan(
                "u1", new UpgradePlan("/srv", "0.2/stable", NEW, "", targets, 2, 2, 0, 5_000, 90_000, 60_000, 0)));
    }

    byte[] ask(UpgradeMessage message) {
        var decision = rules.decide(state, new UpgradeAsked(message, "admin ada", now));
        decision.events().forEach(event -> {
            events.add(event);
            state = rules.evolve(state, event, events.size());
        });
        return decision.reply().bytes(events.size());
    }

    String version(String node) {
        return machines.get(node).version;
    }

    boolean cordoned(String node) {
        return machines.get(node).cordoned;
    }

    /** The leader dies with its step half done, and another one goes on from what is journalled. */
    void leaderDies() {
        leader = controlPlane.get(random.nextInt(controlPlane.size()));
    }

    /** It is not heard of any more. */
    void loses(String node) {
        machines.get(node).arrives = Long.MAX_VALUE;
    }

    /** A node that never came back is here, with the release that it was to have. */
    void returns(String node) {
        Machine machine = machines.get(node);
        if (machine.arrives == Long.MAX_VALUE) {
            machine.arrives = now;
        }
    }

    Observed observed() {
        Map<String, Observed.Seen> seen = new HashMap<>();
        machines.forEach((name, machine) -> {
            boolean away = machine.arrives > now;
            Optional<NodeProgress> known = state.node(name);
            boolean harms = fates.get(name) == Fate.HARMS
                    && machine.version.equals(NEW)
                    && known.filter(node -> node.stage() == Stage.VERIFY && node.standing() == Standing.UNDER_WAY)
                            .isPresent();
            seen.put(
                    name,
                    new Observed.Seen(
                            name.equals(leader),
                            name.startsWith("n"),
                            !away,
                            0,
                            machine.version,
                            away
                                    ? Optional.empty()
                                    : Optional.of(new ReleaseReport(
                                            machine.order, machine.version, OLD, machine.state, "", 1, 2)),
                            Optional.of(new Placement(machine.cordoned, machine.cordoned, machine.pods, "")),
                            harms ? "a third of its answers are errors" : "",
                            fates.get(name) != Fate.CANNOT_BE_MEASURED || machine.version.equals(OLD)));
        });
        return new Observed(now, seen);
    }

    /** A second passes; returns what was due. */
    List<UpgradeStep> tick() {
        now += 1000;
        machines.forEach((name, machine) -> {
            if (machine.arrives != 0 && machine.arrives <= now) {
                machine.arrives = 0;
                boolean falls = fates.get(name) == Fate.FALLS_BACK && machine.target.equals(NEW);
                machine.state = falls ? ReleaseReport.FELL_BACK : ReleaseReport.DONE;
                machine.version = falls ? machine.version : machine.target;
            }
        });
        List<UpgradeStep> steps = UpgradePlanner.next(state, observed());
        steps.forEach(step -> {
            switch (step) {
                case UpgradeStep.Report(var message) -> ask(message);
                case UpgradeStep.Act(var node, var stage) -> act(node, stage);
                case UpgradeStep.Order(var node, var order) -> order(node, order);
                case UpgradeStep.Wait wait -> {}
                case UpgradeStep.FinalizeDue due -> ask(new UpgradeMessage.Finish(2));
            }
        });
        return steps;
    }

    private void act(String node, Stage stage) {
        Machine machine = machines.get(node);
        switch (stage) {
            case CORDON -> machine.cordoned = true;
            case UNCORDON -> machine.cordoned = false;
            case DRAIN -> machine.pods = fates.get(node) == Fate.HOLDS_ITS_PODS ? 1 : Math.max(0, machine.pods - 1);
            case HAND_OVER ->
                leader = controlPlane.stream()
                        .filter(other -> !other.equals(node))
                        .findFirst()
                        .orElse(leader);
            default -> throw new IllegalStateException("nothing is done at " + stage);
        }
    }

    private void order(String node, ReleaseOrder order) {
        Machine machine = machines.get(node);
        if (machine.order.equals(order.id()) || machine.arrives > now) {
            return;
        }
        machine.order = order.id();
        machine.target = order.version();
        machine.state = ReleaseReport.RESTARTING;
        boolean lost = fates.get(node) == Fate.NEVER_COMES_BACK && !order.revert();
        machine.arrives = lost ? Long.MAX_VALUE : now + 3000;
        if (node.equals(leader)) {
            leaderDies();
        }
    }
}
