package io.quorate.simulations.bug;

import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.scenario.Plan;
import io.quorate.simulations.scenario.Scenario;
import io.quorate.simulations.world.WallsWithout;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;

/** Something that the product does wrong on purpose. */
interface Bug {
    String name();

    /** The promise that the usual run of a seed breaks; empty where it breaks none. */
    String broken(long seed, int nodes, long seconds);

    /** All of them: each wall taken away, and each mutant. */
    static Stream<Bug> all() {
        return Stream.concat(
                Arrays.stream(Walls.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .map(WithoutWall::new),
                Arrays.stream(Mutant.Method.values()).map(Mutated::of));
    }

    /** A gap of the engine that is open. */
    record WithoutWall(String wall) implements Bug {
        @Override
        public String name() {
            return "without the wall " + wall;
        }

        @Override
        public String broken(long seed, int nodes, long seconds) {
            Plan plan = Plan.usual(seed, nodes, Duration.ofSeconds(seconds));
            return Scenario.run(plan.script(), WallsWithout.of(wall)).promise().orElse("");
        }
    }

    /** A method that is wrong. */
    record Mutated(Mutant.Method method, Class<?> run) implements Bug {
        static Mutated of(Mutant.Method method) {
            try {
                return new Mutated(method, new Mutant(method).loadClass(MutantRun.class.getName()));
            } catch (ClassNotFoundException e) {
                throw new LinkageError("the mutant cannot be loaded", e);
            }
        }

        @Override
        public String name() {
            return method.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }

        @Override
        public String broken(long seed, int nodes, long seconds) {
            try {
                return (String) run.getMethod("broken", long.class, int.class, long.class, boolean.class)
                        .invoke(null, seed, nodes, seconds, method.isOfClusters());
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("the mutant cannot be run", e);
            }
        }

        /** The promise that a scenario breaks; empty where it breaks none. */
        String brokenBy(String scenario) {
            try {
                return (String) run.getMethod("brokenBy", String.class).invoke(null, scenario);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("the mutant cannot be run", e);
            }
        }
    }
}
