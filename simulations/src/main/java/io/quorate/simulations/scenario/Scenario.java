package io.quorate.simulations.scenario;

import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.invariant.Invariant;
import io.quorate.simulations.invariant.Observation;
import io.quorate.simulations.invariant.Violation;
import io.quorate.simulations.schedule.Script;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** One run of a plan, from the first start to the quiet end. */
public final class Scenario {
    /** After everything is mended the group has to answer everyone and agree within this time. */
    private static final Duration RECOVERY = Duration.ofSeconds(30);

    /** What the names of invariants do not say. */
    private static final String RECOVERS = "TheGroupRecovers";

    private static final String RUNS = "NothingThrows";

    private final Script script;
    private final SimulatedWorld world;
    private final Watcher watcher;
    private final Membership membership;
    private final Nemesis nemesis;
    private final List<Client> clients;

    private Scenario(Script script, Walls walls) {
        this.script = script;
        this.world = new SimulatedWorld(script.seed(), script.nodes(), walls);
        this.watcher = new Watcher(world, Invariant.all());
        this.membership = new Membership(world, script.nodes());
        for (int i = 0; i < script.outside(); i++) {
            membership.reserve(world.addNode());
        }
        this.nemesis = new Nemesis(world, script.acts(), membership, new OldImage(world, membership, watcher::fail));
        this.clients = IntStream.rangeClosed(1, script.clients())
                .mapToObj(i -> new Client(world, watcher::see, "c" + i, script.thinkTime()))
                .toList();
    }

    /** Runs a plan; the same plan always comes to the same result. */
    public static Result run(Plan plan) {
        return run(plan.script(), plan.walls());
    }

    /** Runs a script; the same one always comes to the same result. */
    public static Result run(Script script, Walls walls) {
        return new Scenario(script, walls).run();
    }

    private Result run() {
        world.nodes().stream().filter(membership::runs).forEach(SimulatedNode::start);
        clients.forEach(Client::start);
        nemesis.start();
        if (!go(script.duration(), () -> false)) {
            rest();
        }
        return new Result(
                script,
                world.time().nanos(),
                world.time().steps(),
                sum(Client::acknowledged),
                sum(Client::fenced),
                sum(Client::unknown),
                sum(Client::reads),
                watcher.highestTerm(),
                nemesis.count(),
                world.trace().checksum(),
                watcher.violation(),
                world.trace().lines());
    }

    private long sum(ToLongFunction<Client> figure) {
        return clients.stream().mapToLong(figure).sum();
    }

    /** Runs until the condition holds, the time has passed or a promise is broken; whether the last is so. */
    private boolean go(Duration atMost, BooleanSupplier condition) {
        try {
            world.time().until(atMost, () -> {
                watcher.look();
                return watcher.violation().isPresent() || condition.getAsBoolean();
            });
        } catch (RuntimeException e) {
            // In production it ends the process.
            broken(RUNS, e.toString());
        }
        return watcher.violation().isPresent();
    }

    private void rest() {
        world.trace().note("nemesis", "mends everything");
        nemesis.stop();
        clients.forEach(Client::stop);
        if (go(RECOVERY, () -> clients.stream().allMatch(Client::isIdle) && agreed())) {
            return;
        }
        Optional<SimulatedNode> stuck = members().stream()
                .filter(node -> !node.isUp() || node.failure().isPresent())
                .findFirst();
        if (stuck.isPresent()) {
            broken(
                    RECOVERS,
                    stuck.get().name() + " does not live again: "
                            + stuck.get().failure().orElse("it is down"));
        } else if (!agreed() || !clients.stream().allMatch(Client::isIdle)) {
            broken(
                    RECOVERS,
                    "the group did not recover within " + RECOVERY.toSeconds() + " s after everything was mended: "
                            + members().stream()
                                    .map(node -> node.name() + " has applied "
                                            + node.events().appliedIndex() + (node.leads() ? " and leads" : ""))
                                    .toList());
        } else {
            compare();
        }
    }

    private void broken(String promise, String what) {
        watcher.fail(new Violation(promise, what));
    }

    private List<SimulatedNode> members() {
        return world.nodes().stream().filter(membership::runs).toList();
    }

    private boolean agreed() {
        Optional<SimulatedNode> leader = world.leader();
        return leader.isPresent()
                && members().stream()
                        .allMatch(node -> node.isUp()
                                && node.events().appliedIndex()
                                        == leader.get().events().appliedIndex());
    }

    private void compare() {
        for (SimulatedNode node : members()) {
            for (Client client : clients) {
                watcher.see(
                        new Observation.AtRest(node.name(), client.entity(), events(node.events(), client.entity())));
            }
            watcher.see(new Observation.AtRest(node.name(), Client.shared(), events(node.events(), Client.shared())));
        }
    }

    private static List<StoredEvent> events(EventStore store, String entity) {
        List<StoredEvent> events = new ArrayList<>();
        while (true) {
            long next = events.isEmpty() ? 1 : events.getLast().sequenceNr() + 1;
            Page<StoredEvent> page = store.ask(new Query.EventsByPersistenceId(entity, next, Long.MAX_VALUE, 10_000));
            events.addAll(page.items());
            if (page.items().isEmpty()) {
                return events;
            }
        }
    }
}
