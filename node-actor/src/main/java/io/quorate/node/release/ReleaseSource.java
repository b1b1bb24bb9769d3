package io.quorate.node.release;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where releases come from: files by name. What it gives is worth nothing until it is verified. */
interface ReleaseSource {
    /** Opens a file; to be closed. A read that gets nothing for half a minute fails. */
    InputStream open(String name) throws IOException;

    /** A whole small file. */
    default byte[] read(String name, int maxBytes) {
        try (InputStream in = open(name)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new ReleaseRefused(
                        ReleaseRefused.TOO_LARGE, name + " of " + words() + " has more than " + maxBytes + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw new ReleaseRefused(
                    ReleaseRefused.UNAVAILABLE,
                    words() + " does not give " + name + ": " + why(e)
                            + ". Look at the source, or name another with --source",
                    e);
        }
    }

    static String why(IOException e) {
        return e instanceof java.nio.file.NoSuchFileException ? "it is not there" : String.valueOf(e.getMessage());
    }

    /** As people named it. */
    String words();

    /**
     * A folder, or an HTTP(S) address.
     *
     * @throws ReleaseRefused when it is neither
     */
    static ReleaseSource of(String where) {
        if (where.isEmpty()) {
            throw new ReleaseRefused(
                    ReleaseRefused.UNAVAILABLE,
                    "no source of releases is set: name one with --source FOLDER|URL, or as quorate.release.source in quorate.conf");
        }
        if (where.startsWith("https://") || where.startsWith("http://")) {
            try {
                return new HttpSource(URI.create(where.endsWith("/") ? where : where + "/"), where);
            } catch (IllegalArgumentException e) {
                throw new ReleaseRefused(ReleaseRefused.UNAVAILABLE, "'" + where + "' is no address", e);
            }
        }
        Path folder = Path.of(where).toAbsolutePath();
        if (!Files.isDirectory(folder)) {
            throw new ReleaseRefused(
                    ReleaseRefused.UNAVAILABLE,
                    "the source " + where
                            + " is no folder on this machine. --source wants a folder, or an address with https://");
        }
        return new FolderSource(folder, where);
    }

    /** A folder of this machine. */
    record FolderSource(Path folder, String words) implements ReleaseSource {
        @Override
        public InputStream open(String name) throws IOException {
            return Files.newInputStream(folder.resolve(name));
        }
    }
}
