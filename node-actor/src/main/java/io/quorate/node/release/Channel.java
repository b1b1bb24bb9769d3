package io.quorate.node.release;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a node follows: {@code track/risk}, as {@code 1.23/candidate}. Pure.
 *
 * @param track a line of releases: letters, digits, '.' and '-'
 */
public record Channel(String track, Risk risk) {
    private static final Pattern TRACK = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9.-]{0,30}[A-Za-z0-9])?");
    private static final String LATEST = "latest";
    private static final String RISKS = "stable, candidate, beta or edge";

    /** How well tried a release is; the safest first. */
    public enum Risk {
        STABLE,
        CANDIDATE,
        BETA,
        EDGE;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Channel {
        if (!TRACK.matcher(track).matches()) {
            throw new IllegalArgumentException(
                    "a channel wants TRACK/RISK with a track as latest or 1.23, has '" + track + "'");
        }
    }

    /**
     * Reads a channel; {@code 1.23} is {@code 1.23/stable}, {@code edge} is {@code latest/edge}, nothing is {@code latest/stable}.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static Channel parse(String text) {
        if (text.isEmpty()) {
            return new Channel(LATEST, Risk.STABLE);
        }
        int slash = text.indexOf('/');
        if (slash >= 0) {
            return new Channel(text.substring(0, slash), risk(text.substring(slash + 1)));
        }
        for (Risk risk : Risk.values()) {
            if (risk.word().equals(text)) {
                return new Channel(LATEST, risk);
            }
        }
        return new Channel(text, Risk.STABLE);
    }

    private static Risk risk(String word) {
        for (Risk risk : Risk.values()) {
            if (risk.word().equals(word)) {
                return risk;
            }
        }
        throw new IllegalArgumentException("a channel's risk is " + RISKS + ", is '" + word + "'");
    }

    @Override
    public String toString() {
        return track + "/" + risk.word();
    }
}
