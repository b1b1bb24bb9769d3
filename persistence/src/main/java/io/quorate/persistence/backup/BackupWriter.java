package io.quorate.persistence.backup;

import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.events.JournalCut;
import io.quorate.persistence.journal.Query;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes a backup. The memory that it takes does not grow with the journal.
 *
 * <pre>
 * "QUORATE-BACKUP-1\n"
 * block header            {@link BackupHeader}
 * block chunk, deflated   varint count, then count times: varint index, entry as it is stored, length before it
 * …
 * block of length 0       the end
 * block totals            varint entries, varint events
 * 32 bytes                SHA-256 of everything before
 *
 * block: length in four bytes, CRC-32C of what follows in four bytes, the bytes
 * </pre>
 */
public final class BackupWriter {
    static final byte[] MAGIC = "QUORATE-BACKUP-1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    static final int HASH_BYTES = 32;
    private static final int CHUNK_BYTES = 256 * 1024;

    private final MessageDigest hash = hash();
    private final DataOutputStream out;
    private long entries;
    private long events;

    private BackupWriter(OutputStream out) {
        this.out = new DataOutputStream(new DigestOutputStream(new BufferedOutputStream(out, 64 * 1024), hash));
    }

    static MessageDigest hash() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Writes everything of a cut, and what is needed to know that it is whole. The stream is flushed, and stays open.
     *
     * @throws IOException when it cannot be written
     * @throws io.quorate.persistence.store.StorageException when what is to be copied is damaged, or the store was closed meanwhile
     */
    public static void write(BackupHeader header, JournalCut cut, OutputStream to) throws IOException {
        new BackupWriter(to).write(header, cut);
    }

    private void write(BackupHeader header, JournalCut cut) throws IOException {
        out.write(MAGIC);
        block(header.toBytes());
        ByteWriter chunk = new ByteWriter(CHUNK_BYTES);
        int count = 0;
        int bytes = 0;
        for (Optional<Query.Entry> next = cut.next(); next.isPresent(); next = cut.next()) {
            Query.Entry entry = next.get();
            chunk.varint(entry.index()).block(entry.bytes());
            events += JournalCut.contents(entry).events();
            entries++;
            count++;
            bytes += entry.bytes().length;
            if (bytes >= CHUNK_BYTES) {
                chunk(count, chunk);
                chunk = new ByteWriter(CHUNK_BYTES);
                count = 0;
                bytes = 0;
            }
        }
        if (count > 0) {
            chunk(count, chunk);
        }
        block(new byte[0]);
        block(new ByteWriter(20).varint(entries).varint(events).toBytes());
        out.write(hash.digest());
        out.flush();
    }

    private void chunk(int count, ByteWriter entriesOfIt) throws IOException {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            ByteArrayOutputStream packed = new ByteArrayOutputStream(CHUNK_BYTES / 2);
            try (DeflaterOutputStream deflating = new DeflaterOutputStream(packed, deflater)) {
                deflating.write(new ByteWriter(8).varint(count).toBytes());
                deflating.write(entriesOfIt.toBytes());
            }
            block(packed.toByteArray());
        } finally {
            deflater.end();
        }
    }

    private void block(byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.writeInt(crc(bytes));
        out.write(bytes);
    }

    static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
