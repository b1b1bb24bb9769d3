package io.quorate.persistence.events;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What each flush leaves beside its changes until the next sync: which flush came before it, and how the heads that it changed
 * were at the last sync. With it a start can tell that a flush is lost, and go back.
 *
 * @param previousIndex the applied index before this flush
 * @param heads of the entities that it touched, as of the last sync; {@link Head#NONE} where there was none
 */
record FlushRecord(long previousIndex, Map<String, Head> heads) {
    byte[] toBytes() {
        ByteWriter out =
                new ByteWriter(16 + 48 * heads.size()).varint(previousIndex).varint(heads.size());
        heads.forEach((id, head) -> out.text(id).varint(head.deletedTo()).varint(head.highest()));
        return out.toBytes();
    }

    static FlushRecord read(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        long previous = in.varint();
        int count = in.count();
        Map<String, Head> heads = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            heads.put(in.text(), new Head(in.varint(), in.varint()));
        }
        return new FlushRecord(previous, heads);
    }
}
