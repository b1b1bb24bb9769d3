package io.quorate.node.workload.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Paths as they are within a folder that is somebody's root: a link leads to where it would after chroot(2), and nothing leads out. Good only while nobody
 * else writes to the folder.
 */
public final class RootFolder {
    private static final int MAX_LINKS = 40;

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
