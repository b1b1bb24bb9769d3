package io.quorate.node.workload.oci;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Folders that are somebody else's to fill. A path in one that is their root is as it is for them: a link leads to where it would after chroot(2), and
 * nothing leads out. Good only while nobody else writes to the folder.
 */
public final class RootFolder {
    private static final int MAX_LINKS = 40;
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");

    private RootFolder() {}

    /**
     * @param path from the root on, with or without a slash before it
     * @param follow whether a link at its very end is followed, too
     * @return where it is; may not be there
     */
    public static Path inside(Path root, String path, boolean follow) throws IOException {
        Deque<String> rest = new ArrayDeque<>(parts(path));
        Path at = root;
        int links = 0;
        try {
            while (!rest.isEmpty()) {
                String part = rest.removeFirst();
                if (part.equals("..")) {
                    at = at.equals(root) ? root : parent(at);
                    continue;
                }
                Path next = at.resolve(part);
                if (!Files.isSymbolicLink(next) || rest.isEmpty() && !follow) {
                    at = next;
                    continue;
                }
                if (++links > MAX_LINKS) {
                    throw new ImageException(path + " goes round in links");
                }
                String target = Files.readSymbolicLink(next).toString();
                if (target.startsWith("/")) {
                    at = root;
                }
                List<String> more = parts(target);
                for (int i = more.size() - 1; i >= 0; i--) {
                    rest.addFirst(more.get(i));
                }
            }
        } catch (InvalidPathException e) {
            throw new ImageException(path + " is no path");
        }
        return at;
    }

    /**
     * A part of a volume, for one who is to see no more of the machine than that: unlike {@link #inside} a link is followed as this machine does, and
     * refused where it leads out. A folder that is not there is made, with the permissions of the one that it is in. Not good against somebody who
     * puts a link there after this has looked.
     *
     * @return where it is, without links below the volume
     * @throws IOException where it is none, with words for people
     */
    public static Path part(Path volume, String path) throws IOException {
        try {
            Path real = volume.toRealPath();
            Path at = real;
            for (Path name : Path.of(path).normalize()) {
                Path next = at.resolve(name);
                if (!Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectories(
                            next, PosixFilePermissions.asFileAttribute(Files.getPosixFilePermissions(at)));
                }
                at = next.toRealPath();
                if (!at.startsWith(real)) {
                    throw new IOException(path + " leads out of its volume");
                }
            }
            return volume.resolve(real.relativize(at));
        } catch (InvalidPathException e) {
            throw new IOException(path + " is no path", e);
        } catch (NoSuchFileException e) {
            throw new IOException(e.getMessage() + " is not there", e);
        }
    }

    /**
     * Deletes a file, or a folder with all that is in it. A link is deleted, and not what it leads to; a folder that is closed to its owner is opened for
     * that.
     *
     * @throws IOException where something stays
     */
    public static void delete(Path path) throws IOException {
        List<Path> all = new ArrayList<>(List.of(path));
        try {
            for (int i = 0; i < all.size(); i++) {
                Path each = all.get(i);
                if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                    open(each);
                    try (Stream<Path> children = Files.list(each)) {
                        children.forEach(all::add);
                    }
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path each : all.reversed()) {
            Files.deleteIfExists(each);
        }
    }

    private static void open(Path folder) throws IOException {
        if (Files.isReadable(folder) && Files.isWritable(folder) && Files.isExecutable(folder)) {
            return;
        }
        Set<PosixFilePermission> open = Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
        open.addAll(OWNER);
        try {
            Files.setPosixFilePermissions(folder, open);
        } catch (FileSystemException e) {
            // It is somebody else's: an empty one can be deleted even so, and for another it is told which file stays.
        }
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/"))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }
}
