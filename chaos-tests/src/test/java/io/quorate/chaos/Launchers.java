package io.quorate.chaos;

import io.quorate.chaos.process.Launcher;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** The launcher of the distribution with the classes that are under test. */
final class Launchers {
    /**
     * Nodes of tests live for a minute or two, three and more of them on the cores of one machine: what the optimizing compiler would do for them
     * takes longer than it saves, half of all that a start costs.
     */
    static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

    private static final Launcher UNDER_TEST = quick(new Launcher(
            Path.of("..", "deploy", "src", "main", "launcher", "quorate")
                    .toAbsolutePath()
                    .normalize(),
            Map.of("QUORATE_JAVA_HOME", System.getProperty("java.home"), "QUORATE_CLASS_PATH", product())));

    private Launchers() {}

    static Launcher underTest() {
        return UNDER_TEST;
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Without the tests' own classes, where those of the product are in jars. */
    private static String product() {
        List<String> jars = Stream.of(classPath().split(File.pathSeparator))
                .filter(each -> each.endsWith(".jar"))
                .toList();
        boolean packaged = jars.stream().anyMatch(jar -> jar.contains("quorate-control-plane"));
        return packaged ? String.join(File.pathSeparator, jars) : classPath();
    }

    /**
     * As a distribution with caches does (`quorate-aot`): nodes and the command line start with what a training run has loaded and compiled.
     * They are made once a build, and only of jars.
     */
    private static Launcher quick(Launcher launcher) {
        String classPath = launcher.environment().getOrDefault("QUORATE_CLASS_PATH", "");
        if (classPath.equals(classPath())) {
            return with(launcher, SHORT_LIVED, "");
        }
        Path nodes = Path.of("target", "node.aot").toAbsolutePath();
        Path tools = Path.of("target", "tool.aot").toAbsolutePath();
        try {
            if (!isNewerThan(tools, classPath)) {
                TrainingRun.run(
                        launcher,
                        with(launcher, SHORT_LIVED + " -XX:AOTCacheOutput=" + nodes, ""),
                        with(launcher, "", "-XX:AOTCacheOutput=" + tools),
                        subnet());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (IllegalStateException e) {
            // What does not work in it has a test of its own, which says so better.
            System.err.println("the tests' nodes start without caches, for the training run failed: " + e.getMessage());
            return with(launcher, SHORT_LIVED, "");
        }
        return with(launcher, SHORT_LIVED + " -XX:AOTCache=" + nodes, "-XX:AOTCache=" + tools);
    }

    private static boolean isNewerThan(Path archive, String classPath) throws IOException {
        if (!Files.exists(archive)) {
            return false;
        }
        for (String jar : classPath.split(File.pathSeparator)) {
            if (Files.getLastModifiedTime(Path.of(jar)).compareTo(Files.getLastModifiedTime(archive)) > 0) {
                return false;
            }
        }
        return true;
    }

    private static Launcher with(Launcher launcher, String nodes, String tools) {
        Map<String, String> environment = new HashMap<>(launcher.environment());
        environment.put("QUORATE_JAVA_OPTS", nodes);
        environment.put("QUORATE_TOOL_OPTS", tools);
        return new Launcher(launcher.script(), environment);
    }

    /** Addresses that no other test, no quick start and no pod uses at the same time. */
    static String subnet() {
        return "127.%d.%d"
                .formatted(
                        ThreadLocalRandom.current().nextInt(65, 128),
                        ThreadLocalRandom.current().nextInt(256));
    }
}
