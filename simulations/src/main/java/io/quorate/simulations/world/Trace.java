package io.quorate.simulations.world;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;

/**
 * What happened, one line each, for a person to read. Keeps the last lines only, and a checksum of all: two runs of one seed have
 * the same.
 */
public final class Trace {
    private static final int KEPT = 2_000;

    private final LongSupplier nanos;
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private final CRC32C checksum = new CRC32C();
    private long lines;

    Trace(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Adds a line. */
    public void note(String who, String what) {
        String line = String.format(Locale.ROOT, "%12.6f s  %-8s %s", nanos.getAsLong() / 1e9, who, what);
        checksum.update(line.getBytes(StandardCharsets.UTF_8));
        lines++;
        last.addLast(line);
        if (last.size() > KEPT) {
            last.removeFirst();
        }
    }

    /** Counts something into the checksum that no person needs to read. */
    void mix(long number) {
        for (int shift = 0; shift < 64; shift += 8) {
            checksum.update((int) (number >>> shift) & 0xff);
        }
    }

    /** Of everything noted so far. */
    public long checksum() {
        return checksum.getValue();
    }

    /** The last lines, oldest first. */
    public List<String> lines() {
        return List.copyOf(last);
    }

    /** The last lines as text. */
    public String tail(int count) {
        StringBuilder text = new StringBuilder();
        long skipped = lines - Math.min(count, last.size());
        if (skipped > 0) {
            text.append("  ... ").append(skipped).append(" lines before\n");
        }
        last.stream()
                .skip(Math.max(0, last.size() - count))
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
