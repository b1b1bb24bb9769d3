package io.quorate.persistence.backup;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.journal.Query;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.InflaterInputStream;

/**
 * Reads a backup that {@link BackupWriter} wrote, chunk by chunk. Only when the last {@link #next()} has answered that there is no more is it
 * known to be whole: until then what came is checked by itself, and the end may be missing. For one thread.
 */
public final class BackupReader {
    /** A chunk holds one entry of the largest size at most beyond its usual one; anything larger is damage. */
    private static final int MAX_BLOCK_BYTES = 64 << 20;

    private final MessageDigest hash = BackupWriter.hash();
    private final DigestInputStream hashed;
    private final DataInputStream in;
    private final BackupHeader header;
    private long lastIndex;
    private long entries;
    private long declaredEntries;
    private long declaredEvents;
    private boolean whole;

    /**
     * Reads the header.
     *
     * @throws BackupException when it is none
     * @throws IOException when it cannot be read
     */
    public BackupReader(InputStream from) throws IOException {
        this.hashed = new DigestInputStream(new BufferedInputStream(from, 64 * 1024), hash);
        this.in = new DataInputStream(hashed);
        byte[] magic = in.readNBytes(BackupWriter.MAGIC.length);
        if (magic.length == 0) {
            throw new BackupException("it is empty: no backup was ever written to it");
        }
        if (!Arrays.equals(magic, BackupWriter.MAGIC)) {
            throw new BackupException("it is no backup, or one of a release that this one does not know");
        }
        try {
            this.header = BackupHeader.read(block("the header"));
        } catch (IllegalArgumentException e) {
            throw new BackupException("the header is damaged: " + e.getMessage(), e);
        }
    }

    public BackupHeader header() {
        return header;
    }

    /**
     * The next entries, as an event store adopts them; empty at the end, and then the backup is known to be whole.
     *
     * @throws BackupException when it is damaged, or ends before its end
     * @throws IOException when it cannot be read
     */
    public Optional<Query.Entries> next() throws IOException {
        if (whole) {
            return Optional.empty();
        }
        byte[] packed = block("what follows index " + lastIndex);
        if (packed.length == 0) {
            end();
            return Optional.empty();
        }
        List<Query.Entry> chunk = unpack(packed);
        entries += chunk.size();
        lastIndex = chunk.getLast().index();
        return Optional.of(new Query.Entries(chunk, lastIndex, header.term(), header.index()));
    }

    /**
     * Reads what is left, and keeps nothing of it: on return it is known to be whole.
     *
     * @throws BackupException when it is damaged, or ends before its end
     * @throws IOException when it cannot be read
     */
    public void readToEnd() throws IOException {
        for (Optional<Query.Entries> next = next(); next.isPresent(); next = next()) {
            continue; // each chunk is checked as it is read
        }
    }

    private List<Query.Entry> unpack(byte[] packed) throws IOException {
        try {
            ByteReader reader =
                    new ByteReader(new InflaterInputStream(new ByteArrayInputStream(packed)).readAllBytes());
            List<Query.Entry> chunk = new ArrayList<>();
            long before = lastIndex;
            for (int left = reader.count(); left > 0; left--) {
                Query.Entry entry = new Query.Entry(reader.varint(), reader.block());
                if (entry.index() <= before || entry.index() > header.index()) {
                    throw new IllegalArgumentException("entry " + entry.index() + " follows " + before);
                }
                before = entry.index();
                chunk.add(entry);
            }
            if (chunk.isEmpty()) {
                throw new IllegalArgumentException("a chunk is empty");
            }
            return chunk;
        } catch (IllegalArgumentException | java.util.zip.ZipException | EOFException e) {
            throw new BackupException("what follows index " + lastIndex + " is damaged: " + e.getMessage(), e);
        }
    }

    private void end() throws IOException {
        ByteReader totals = new ByteReader(block("the end"));
        declaredEntries = totals.varint();
        declaredEvents = totals.varint();
        byte[] computed = hash.digest();
        hashed.on(false);
        byte[] written = in.readNBytes(BackupWriter.HASH_BYTES);
        if (declaredEntries != entries || !Arrays.equals(computed, written)) {
            throw new BackupException("it is damaged: its checksum is wrong");
        }
        if (in.read() != -1) {
            throw new BackupException("something follows its end");
        }
        whole = true;
    }

    /** How many entries it has; known at the end. */
    public long entries() {
        return declaredEntries;
    }

    /** How many events; known at the end. */
    public long events() {
        return declaredEvents;
    }

    private byte[] block(String what) throws IOException {
        try {
            int length = in.readInt();
            int crc = in.readInt();
            if (length < 0 || length > MAX_BLOCK_BYTES) {
                throw new BackupException("it is damaged in " + what);
            }
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException();
            }
            if (BackupWriter.crc(bytes) != crc) {
                throw new BackupException("it is damaged in " + what + ": the checksum is wrong");
            }
            return bytes;
        } catch (EOFException e) {
            throw new BackupException("it is cut off in " + what + ": the end is missing", e);
        }
    }
}
