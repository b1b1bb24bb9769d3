package io.quorate.chaos.process;

import io.quorate.chaos.network.SystemCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A disk of its own for one data folder, which can be full: a file system in memory of limited size, mounted in the folder's place. A limit on
 * the size of files would want no root, but it is not what a full disk is: LevelDB writes into mapped memory, where a disk without space
 * ends the process by a signal. What is flushed here costs nothing, so nothing is measured of a node that has one.
 *
 * <p>The folder's content moves there and back; nothing may run there then. For one thread.
 */
public final class SmallDisk implements AutoCloseable {
    /** What a node writes in some minutes. */
    private static final long SPARE_BYTES = 192L << 20;

    private static final int BLOCK_BYTES = 4096;

    private final Path folder;
    private final Path filler;
    private boolean mounted;

    private SmallDisk(Path folder) {
        this.folder = folder;
        this.filler = folder.resolve("filler");
    }

    /** Whether this process may mount one. */
    public static boolean allowed() {
        try {
            Path folder = Files.createTempDirectory("quorate-try-");
            try (SmallDisk disk = new SmallDisk(folder)) {
                disk.mount(BLOCK_BYTES);
                return true;
            } catch (IllegalStateException e) {
                return false;
            } finally {
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Moves a folder there.
     *
     * @throws IllegalStateException with what {@code mount} says, when that is not allowed
     */
    static SmallDisk under(Path folder) {
        SmallDisk disk = new SmallDisk(folder);
        Path aside = disk.aside();
        try {
            Files.move(folder, aside);
            Files.createDirectory(folder);
            disk.mount(bytes(aside) + SPARE_BYTES);
            Folders.copyInto(aside, folder);
            Folders.delete(aside);
            return disk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path aside() {
        return folder.resolveSibling(folder.getFileName() + ".aside");
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            long sum = 0;
            for (Path each : all.toList()) {
                sum += Files.size(each);
            }
            return sum;
        }
    }

    /** Nothing more goes onto it. */
    public void fill() {
        byte[] block = new byte[BLOCK_BYTES];
        try (OutputStream out = Files.newOutputStream(filler)) {
            for (long written = 0; written <= Long.MAX_VALUE - BLOCK_BYTES; written += BLOCK_BYTES) {
                out.write(block);
            }
        } catch (IOException e) {
            // It is full.
        }
    }

    /** There is room again. */
    public void free() {
        try {
            Files.deleteIfExists(filler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Moves what is there back into a usual folder. */
    @Override
    public void close() {
        if (!mounted) {
            return;
        }
        try {
            free();
            Path aside = aside();
            Files.createDirectory(aside);
            Folders.copyInto(folder, aside);
            SystemCommand.run(List.of("umount", "--lazy", folder.toString()));
            mounted = false;
            Files.delete(folder);
            Files.move(aside, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void mount(long bytes) {
        SystemCommand.run(
                List.of("mount", "-t", "tmpfs", "-o", "mode=700,size=" + bytes, "quorate", folder.toString()));
        mounted = true;
    }
}
