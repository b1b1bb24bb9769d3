package io.quorate.chaos.upgrade;

/** A release that no node may take. */
enum BadRelease {
    /** A byte of the archive is another one. */
    CORRUPT("corrupt", "SHA-256", 1),
    /** With a key that nobody trusts. */
    SIGNED_BY_ANOTHER("signed with another key", "sign", 1),
    /** It leaves out a minor version. */
    TOO_NEW("too new", "minor", 2),
    /** Before what runs. */
    TOO_OLD("too old", "older", -1);

    private final String words;
    private final String refusal;
    private final int minors;

    BadRelease(String words, String refusal, int minors) {
        this.words = words;
        this.refusal = refusal;
        this.minors = minors;
    }

    /** For people. */
    String words() {
        return words;
    }

    /** A word that the refusal has to have. */
    String refusal() {
        return refusal;
    }

    /** @param minor that runs */
    String version(int minor) {
        return "0." + Math.max(0, minor + minors) + ".0";
    }
}
