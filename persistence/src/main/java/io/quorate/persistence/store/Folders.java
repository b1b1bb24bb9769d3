package io.quorate.persistence.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Folders of files, without folders in them. */
final class Folders {
    private Folders() {}

    /** Where there is one. */
    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            for (Path each : list(folder)) {
                Files.deleteIfExists(each);
            }
            Files.deleteIfExists(folder);
        }
    }

    static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    /** On return the file, or what the folder names, is on disk. */
    static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
