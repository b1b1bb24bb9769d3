package io.quorate.chaos.report;

import java.util.Locale;

/** What of a trial is measured, in milliseconds. */
public enum Measure {
    DETECTED("until every survivor says that nobody leads, and is not ready"),
    WRITTEN_WHEN_BACK("from when the majority is back until a write is acknowledged"),
    WHOLE_WHEN_BACK("from when the majority is back until the cluster is whole"),
    ELECTED("until another says that it leads"),
    WRITTEN("until a write is acknowledged"),
    PROMOTED("until a standby votes in its place"),
    RECOVER("the command `quorate recover --yes`"),
    BY_HAND("`quorate stop`, `reconfigure FILE`, `start`"),
    WRITTEN_AGAIN("from the first command until a write is acknowledged"),
    AVAILABLE_AGAIN("from the first command until the survivors are highly available"),
    WHOLE_AGAIN("from the first command until new nodes are in the places of the lost");

    private final String text;

    Measure(String text) {
        this.text = text;
    }

    /** As it is written for people. */
    public String text() {
        return text;
    }

    /** As it is written for programs: {@code written-again}. */
    public String word() {
        return Words.of(this);
    }

    /** Names of constants as words. */
    static final class Words {
        private Words() {}

        static String of(Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
