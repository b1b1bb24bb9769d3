package io.quorate.persistence.raft;

import java.util.Map;
import java.util.TreeMap;

/** Which term each retained entry of the log is of: one item for each term, not for each entry. Used by one thread. */
final class Terms {
    private final TreeMap<Long, Integer> firstIndexes = new TreeMap<>();

    void note(long index, int term) {
        Map.Entry<Long, Integer> last = firstIndexes.floorEntry(index);
        if (last == null || last.getValue() != term) {
            firstIndexes.put(index, term);
        }
    }

    void truncateFrom(long index) {
        firstIndexes.tailMap(index, true).clear();
    }

    void forgetBefore(long index) {
        Long start = firstIndexes.floorKey(index);
        if (start != null) {
            firstIndexes.headMap(start, false).clear();
        }
    }

    /** The term of an entry; 0 for one that was never noted. */
    int of(long index) {
        Map.Entry<Long, Integer> entry = firstIndexes.floorEntry(index);
        return entry == null ? 0 : entry.getValue();
    }
}
