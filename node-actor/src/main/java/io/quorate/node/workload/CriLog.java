package io.quorate.node.workload;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The log of one attempt in the form of the Container Runtime Interface: {@code TIME stdout F LINE}; of a long line all parts but the last have P. Its
 * files are at most {@value #MAX_FILES} of about {@value #MAX_BYTES} bytes. For one thread.
 */
final class CriLog implements AutoCloseable {
    static final long MAX_BYTES = 10L << 20;
    static final int MAX_FILES = 3;
    /** Longer lines are cut, as container runtimes do. */
    static final int MAX_LINE_BYTES = 16 * 1024;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

    private final Path file;
    private final long maxBytes;
    private FileChannel channel;

    CriLog(Path file, long maxBytes) throws IOException {
        this.file = file;
        this.maxBytes = maxBytes;
        this.channel = open(file);
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /** Newest first. */
    static List<Path> files(Path newest) {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < MAX_FILES; i++) {
            Path one = i == 0 ? newest : newest.resolveSibling(newest.getFileName() + "." + i);
            if (Files.exists(one)) {
                files.add(one);
            }
        }
        return files;
    }

    /**
     * Writes the whole lines in some bytes, and parts of one that is too long.
     *
     * @param all whether what is left at the end is a line, too
     * @return how many of the bytes it took
     */
    int write(String stream, byte[] bytes, int length, boolean all, Instant now) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + length / 4 + 64);
        byte[] full = (TIME.format(now) + " " + stream + " F ").getBytes(StandardCharsets.US_ASCII);
        byte[] part = (TIME.format(now) + " " + stream + " P ").getBytes(StandardCharsets.US_ASCII);
        int begin = 0;
        for (int i = 0; i < length; i++) {
            boolean ends = bytes[i] == '\n';
            if (ends || i - begin >= MAX_LINE_BYTES) {
                out.writeBytes(ends ? full : part);
                out.write(bytes, begin, i - begin);
                out.write('\n');
                begin = ends ? i + 1 : i;
            }
        }
        if (all && begin < length) {
            out.writeBytes(full);
            out.write(bytes, begin, length - begin);
            out.write('\n');
            begin = length;
        }
        append(ByteBuffer.wrap(out.toByteArray()));
        return begin;
    }

    private void append(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        if (channel.size() > maxBytes) {
            channel.close();
            for (int i = MAX_FILES - 1; i > 0; i--) {
                Path older = i == 1 ? file : file.resolveSibling(file.getFileName() + "." + (i - 1));
                if (Files.exists(older)) {
                    Files.move(
                            older,
                            file.resolveSibling(file.getFileName() + "." + i),
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
            channel = open(file);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
