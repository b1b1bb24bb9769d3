package io.quorate.persistence.events;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.store.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * An entry of the log that had an effect, as it is stored and streamed: term, one bit for each operation that is alive (was
 * accepted and is not deleted since), the operations as they were committed, CRC-32C of all.
 *
 * @param batch as {@link OperationCodec} encodes it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StoredEntry(long index, long term, BitSet alive, byte[] batch) {

    byte[] toBytes() {
        byte[] bits = alive.toByteArray();
        byte[] body = new ByteWriter(batch.length + bits.length + 32)
                .varint(term)
                .block(bits)
                .block(batch)
                .raw(new byte[4])
                .toBytes();
        ByteBuffer.wrap(body).putInt(body.length - 4, crcOf(body));
        return body;
    }

    private static int crcOf(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body, 0, body.length - 4);
        return (int) crc.getValue();
    }

    /** @throws StorageException {@code CORRUPT} when the checksum is wrong */
    public static StoredEntry read(long index, byte[] bytes) {
        if (bytes.length < 6 || ByteBuffer.wrap(bytes).getInt(bytes.length - 4) != crcOf(bytes)) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    Path.of("backend", "events"),
                    "backend/events is corrupt: the checksum of entry " + index
                            + " is wrong. Keep a copy of the folder; then `quorate repair` seeds this node again from the"
                            + " group");
        }
        ByteReader in = new ByteReader(bytes);
        return new StoredEntry(index, in.varint(), BitSet.valueOf(in.block()), in.block());
    }

    List<Operation> operations() {
        return OperationCodec.decode(batch);
    }

    Operation operation(int position) {
        return OperationCodec.decodeAt(batch, position);
    }

    /** This entry without one operation. */
    StoredEntry without(int position) {
        BitSet fewer = (BitSet) alive.clone();
        fewer.clear(position);
        return with(fewer);
    }

    /** This entry with other operations alive. */
    StoredEntry with(BitSet others) {
        return new StoredEntry(index, term, others, batch);
    }
}
