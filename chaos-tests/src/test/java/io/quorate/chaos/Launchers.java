package io.quorate.chaos;

import io.quorate.chaos.process.Launcher;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** The launcher of the distribution with the classes that are under test. */
final class Launchers {
    private Launchers() {}

    static Launcher underTest() {
        return new Launcher(
                Path.of("..", "deploy", "src", "main", "launcher", "quorate")
                        .toAbsolutePath()
                        .normalize(),
                Map.of(
                        "QUORATE_JAVA_HOME",
                        System.getProperty("java.home"),
                        "QUORATE_CLASS_PATH",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
    }

    /** Addresses that no other test, and no quick start, uses at the same time. */
    static String subnet() {
        return "127.%d.%d"
                .formatted(
                        ThreadLocalRandom.current().nextInt(64, 128),
                        ThreadLocalRandom.current().nextInt(256));
    }
}
