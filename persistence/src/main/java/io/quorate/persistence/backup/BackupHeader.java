package io.quorate.persistence.backup;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;

/**
 * What a backup is of.
 *
 * @param clusterId of the cluster, as {@code epoch}
 * @param node name of the node whose copy was read
 * @param atMillis when, by that node's clock, since 1970
 * @param index up to which everything is in it
 * @param term of that index
 * @param version release of that node
 */
public record BackupHeader(
        String clusterId, String epoch, String node, long atMillis, long index, long term, String version) {
    byte[] toBytes() {
        return new ByteWriter(256)
                .text(clusterId)
                .text(epoch)
                .text(node)
                .varint(atMillis)
                .varint(index)
                .varint(term)
                .text(version)
                .toBytes();
    }

    /** What a later release has added at the end is passed over. */
    static BackupHeader read(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        return new BackupHeader(in.text(), in.text(), in.text(), in.varint(), in.varint(), in.varint(), in.text());
    }
}
