package io.quorate.node.workload.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Lays one layer over those below it (the image specification's "layer changesets"): files replace files, and whiteouts take away what was there. Devices
 * and extended attributes are left out. One thread, and a folder that nobody else writes to.
 */
final class Layer {
    /** Of all layers together. */
    static final long MAX_BYTES = 16L << 30;

    static final int MAX_ENTRIES = 2_000_000;

    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int PERMISSIONS = 07777;
    /** Without root, who cannot read a file or enter a folder could not copy or delete it either. */
    private static final int OWN_FOLDER = 0700;

    private static final int OWN_FILE = 0400;

    /**
     * What may be unpacked still.
     *
     * @param keepsOwners whether files are given to whom they belong, which only root can
     */
    static final class Room {
        private long bytes = MAX_BYTES;
        private int entries = MAX_ENTRIES;
        private final boolean keepsOwners;

        Room(boolean keepsOwners) {
            this.keepsOwners = keepsOwners;
        }

        void take(long size) throws ImageException {
            bytes -= size;
            entries--;
            if (bytes < 0 || entries < 0) {
                throw new ImageException("the image is larger than " + (MAX_BYTES >> 30) + " GiB or " + MAX_ENTRIES
                        + " files: nothing of it is kept");
            }
        }
    }

    private final Path root;
    private final Room room;
    /** What this layer brings: a whiteout is about the layers below. */
    private final Set<Path> fresh = new HashSet<>();
    /** Set last: a folder may be closed to those who are to fill it. */
    private final Map<Path, Integer> folders = new LinkedHashMap<>();

    private Layer(Path root, Room room) {
        this.root = root;
        this.room = room;
    }

    static void unpack(InputStream tar, Path root, Room room) throws IOException {
        Layer layer = new Layer(root, room);
        TarArchiveInputStream entries = new TarArchiveInputStream(tar);
        for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
            layer.lay(entry, entries);
        }
        for (Map.Entry<Path, Integer> each : layer.folders.entrySet()) {
            if (layer.isFolder(each.getKey())) {
                layer.mode(each.getKey(), each.getValue());
            }
        }
    }

    /** Still: what it is in may have become a link since. */
    private boolean isFolder(Path path) throws IOException {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                && RootFolder.inside(root, root.relativize(path).toString(), false)
                        .equals(path);
    }

    private void lay(TarArchiveEntry entry, InputStream content) throws IOException {
        String name = plain(entry.getName());
        room.take(Math.max(0, entry.getSize()));
        if (name.isEmpty()) {
            folders.put(root, entry.getMode());
            return;
        }
        int slash = name.lastIndexOf('/');
        String last = name.substring(slash + 1);
        Path folder = RootFolder.inside(root, name.substring(0, Math.max(0, slash)), true);
        if (last.startsWith(WHITEOUT)) {
            whiteout(folder, last);
            return;
        }
        Files.createDirectories(folder);
        Path at = folder.resolve(last);
        boolean stays = entry.isDirectory() && Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS);
        if (!stays && Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
            RootFolder.delete(at);
        }
        fresh.add(at);
        if (entry.isDirectory()) {
            if (!stays) {
                Files.createDirectory(at);
            }
            own(at, entry);
            folders.put(at, entry.getMode() | (room.keepsOwners ? 0 : OWN_FOLDER));
        } else if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(at, Path.of(entry.getLinkName()));
            own(at, entry);
        } else if (entry.isLink()) {
            Path other = RootFolder.inside(root, plain(entry.getLinkName()), false);
            if (!Files.isRegularFile(other, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(other)) {
                throw new ImageException(
                        "the layer's " + name + " is another name of " + entry.getLinkName() + ", which is no file");
            }
            Files.createLink(at, other);
        } else if (entry.isFile()) {
            try (OutputStream out = Files.newOutputStream(at)) {
                content.transferTo(out);
            }
            own(at, entry);
            mode(at, entry.getMode() | (room.keepsOwners ? 0 : OWN_FILE));
            Files.setLastModifiedTime(at, entry.getLastModifiedTime());
        }
    }

    private static String plain(String name) throws ImageException {
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                throw new ImageException("the layer's entry " + name + " leads out of the image");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    private void whiteout(Path folder, String name) throws IOException {
        if (name.equals(OPAQUE)) {
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                empty(folder);
            }
            return;
        }
        String gone = name.substring(WHITEOUT.length());
        if (gone.isEmpty() || gone.equals(".") || gone.equals("..")) {
            throw new ImageException("the layer's whiteout " + name + " names nothing");
        }
        Path at = folder.resolve(gone);
        if (!fresh.contains(at)) {
            RootFolder.delete(at);
        }
    }

    /** Takes away what the layers below had there. */
    private void empty(Path folder) throws IOException {
        List<Path> children;
        try (Stream<Path> list = Files.list(folder)) {
            children = list.toList();
        }
        for (Path child : children) {
            if (!fresh.contains(child)) {
                RootFolder.delete(child);
            } else if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                empty(child);
            }
        }
    }

    private void own(Path path, TarArchiveEntry entry) throws IOException {
        if (room.keepsOwners) {
            Files.setAttribute(path, "unix:uid", (int) entry.getLongUserId(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", (int) entry.getLongGroupId(), LinkOption.NOFOLLOW_LINKS);
        }
    }

    private void mode(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode & PERMISSIONS);
    }
}
