package io.quorate.control.resource;

/**
 * A choice that is the same everywhere without anybody asking: of several candidates each gives a key another weight, and the highest is chosen (Thaler
 * and Ravishankar, 1998). Where one candidate goes, only the keys that had chosen it choose anew.
 */
public final class HighestRandomWeight {
    private HighestRandomWeight() {}

    /** The finalizer of MurmurHash3 over both: one letter more turns everything. */
    public static long of(Object key, Object candidate) {
        long hash = 31L * key.hashCode() + candidate.hashCode();
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
