package io.quorate.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Whole folders, with all that is in them. */
final class Folders {
    private Folders() {}

    /** Does nothing where it is not there. */
    static void delete(Path root) {
        if (Files.exists(root)) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** @param to not there yet */
    static void copy(Path from, Path to) {
        try {
            Files.createDirectory(to);
            copyInto(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param to there, and empty */
    static void copyInto(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.filter(path -> !path.equals(from)).toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }
}
