package io.quorate.simulations.scenario;

import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.events.EventsReview;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.simulations.invariant.Observation;
import io.quorate.simulations.invariant.Violation;
import io.quorate.simulations.schedule.Script;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** What is the same in every run of a script, whatever runs on the machines: clients, the watcher, the clock. */
abstract class Run {
    /** What the names of invariants do not say. */
    static final String RECOVERS = "TheGroupRecovers";

    private static final String RUNS = "NothingThrows";

    private static final String SOUND = "EveryCopyIsSound";

    final Script script;
    final SimulatedWorld world;
    final Watcher watcher;
    private final List<Client> clients;

    /** @param world with all its machines */
    Run(Script script, SimulatedWorld world) {
        this.script = script;
        this.world = world;
        this.watcher = new Watcher(world);
        this.clients = IntStream.rangeClosed(1, script.clients())
                .mapToObj(i -> new Client(world, this::observed, "c" + i, script.thinkTime()))
                .toList();
    }

    /** A client tells of something that happened in an epoch. */
    void observed(String epoch, Observation observation) {
        watcher.see(epoch, observation);
    }

    final void startClients() {
        clients.forEach(Client::start);
    }

    final void stopClients() {
        clients.forEach(Client::stop);
    }

    final boolean clientsAreIdle() {
        return clients.stream().allMatch(Client::isIdle);
    }

    final Result result(long faults) {
        return new Result(
                script,
                world.time().nanos(),
                world.time().steps(),
                sum(Client::acknowledged),
                sum(Client::fenced),
                sum(Client::unknown),
                sum(Client::reads),
                watcher.highestTerm(),
                faults,
                world.trace().checksum(),
                watcher.violation(),
                world.trace().lines());
    }

    private long sum(ToLongFunction<Client> figure) {
        return clients.stream().mapToLong(figure).sum();
    }

    /** Runs until the condition holds, the time has passed or a promise is broken; whether the last is so. */
    final boolean go(Duration atMost, BooleanSupplier condition) {
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

    final void broken(String promise, String what) {
        watcher.fail(new Violation(promise, what));
    }

    /** Everything is at rest: each of them has to have everything, and to be sound. */
    final void compare(List<SimulatedNode> nodes) {
        for (SimulatedNode node : nodes) {
            EventsReview.of(node.state()).problems().stream()
                    .findFirst()
                    .ifPresent(problem -> broken(SOUND, node.name() + ": " + problem));
            for (Client client : clients) {
                watcher.see(
                        node.group(),
                        new Observation.AtRest(node.name(), client.entity(), events(node.events(), client.entity())));
            }
            watcher.see(
                    node.group(),
                    new Observation.AtRest(node.name(), Client.shared(), events(node.events(), Client.shared())));
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
