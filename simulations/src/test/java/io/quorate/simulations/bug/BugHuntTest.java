package io.quorate.simulations.bug;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whether the simulation finds what it is there to find: deliberate bugs, hunted with the usual runs of seeds 1, 2, 3 and so on. Which seed
 * finds which is in docs/proof.md; what random runs hardly find {@code WallsTest} shows with a scenario of its own.
 */
class BugHuntTest {
    private static final String SEEDS = "quorate.bugs.seeds";
    private static final int SECONDS = 30;

    private record Find(long seed, String promise) {}

    private static int nodes(long seed) {
        return 3 + (int) (seed % 3);
    }

    private static Optional<Find> hunt(Bug bug, int seeds) {
        return IntStream.rangeClosed(1, seeds)
                .mapToObj(seed -> new Find(seed, bug.broken(seed, nodes(seed), SECONDS)))
                .filter(find -> !find.promise().isEmpty())
                .findFirst();
    }

    private static String row(Bug bug, Optional<Find> find, int seeds) {
        return "| " + bug.name() + " | "
                + find.map(found -> found.seed() + " (" + nodes(found.seed()) + " nodes) | `" + found.promise() + "` |")
                        .orElse("none of " + seeds + " | `WallsTest` |");
    }

    /** What ten runs find; which bugs these are is in the table. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "without the wall snapshotHold",
                "log is not flushed",
                "from sequence nr is not looked at",
                "deleted events are kept",
                "reads do not wait",
                "steps are not recorded",
                "votes are not taken"
            })
    void a_bug_that_few_runs_find_is_found(String name) {
        Bug bug = Bug.all().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
        assertThat(hunt(bug, 10)).isPresent();
    }

    /** The whole table, in the order of {@link Bug#all}, into a file in {@code target}; takes its time. */
    @Test
    @EnabledIfSystemProperty(named = SEEDS, matches = "\\d+")
    void every_bug_is_hunted_and_told() throws IOException {
        int seeds = Integer.getInteger(SEEDS);
        Map<Bug, CompletableFuture<Optional<Find>>> finds = new LinkedHashMap<>();
        try (ExecutorService pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            Bug.all().forEach(bug -> finds.put(bug, CompletableFuture.supplyAsync(() -> hunt(bug, seeds), pool)));
            Path table = Path.of("target", "bugs.md");
            Files.deleteIfExists(table);
            for (Map.Entry<Bug, CompletableFuture<Optional<Find>>> each : finds.entrySet()) {
                String row = row(each.getKey(), each.getValue().join(), seeds) + "\n";
                Files.writeString(table, row, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        }
        assertThat(finds.values()).filteredOn(find -> find.join().isPresent()).isNotEmpty();
    }
}
