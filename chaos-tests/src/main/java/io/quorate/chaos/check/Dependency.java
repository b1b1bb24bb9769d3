package io.quorate.chaos.check;

import java.util.Locale;

/**
 * That one transaction comes before another (Adya, Weak Consistency, 1999, section 3.1).
 *
 * @param why in words, without the names of the two
 */
record Dependency(int from, int to, Kind kind, String why) {
    enum Kind {
        /** It appended what the other's append follows. */
        WW,
        /** The other read what it appended. */
        WR,
        /** It read the list without what the other appended: an anti-dependency. */
        RW,
        /** It was completed before the other was invoked. */
        REAL_TIME;

        String text() {
            return this == REAL_TIME ? "real time" : name().toLowerCase(Locale.ROOT);
        }
    }
}
