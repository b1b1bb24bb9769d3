package io.quorate.simulations.report;

import java.util.Locale;

/** Times and shares as a person reads them. */
final class Words {
    private static final double NANOS = 1e9;

    private Words() {}

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / NANOS);
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, nanos < 10_000_000 ? "%.1f ms" : "%.0f ms", nanos / 1e6);
    }

    /** A moment of a run. */
    static String at(long nanos) {
        return seconds(nanos);
    }

    /** Rounded down: what is not all is not shown as 100 %. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", Math.floor(share * 10_000) / 100);
    }

    static String count(long count, String one) {
        return count + " " + one + (count == 1 ? "" : "s");
    }
}
