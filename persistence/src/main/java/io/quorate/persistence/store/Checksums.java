package io.quorate.persistence.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** LevelDB's checksums: CRC-32C, masked, for what is summed up may hold such sums itself. */
final class Checksums {
    private Checksums() {}

    static int masked(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        int value = (int) crc.getValue();
        return ((value >>> 15) | (value << 17)) + 0xa282ead8;
    }
}
