package io.quorate.node.release;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;

/**
 * The settings {@code quorate.release}.
 *
 * @param source folder or URL; empty: none
 * @param keep so many releases stay, 1 or more; the one that runs and the previous one always do
 * @param trialPatience so long a new release may take until it is ready, at each try; 1 s or more
 * @param trialTries so many tries it has, 1 or more
 * @param classCache whether a new release gets the cache of classes that the old one has, before the switch
 */
public record ReleaseSettings(
        String source, Channel channel, int keep, Duration trialPatience, int trialTries, boolean classCache) {

    public ReleaseSettings {
        if (keep < 1) {
            throw new IllegalArgumentException("quorate.release.keep: wants 1 or more, is " + keep);
        }
        if (trialTries < 1 || trialTries > 100) {
            throw new IllegalArgumentException("quorate.release.trial-tries: wants 1 to 100, is " + trialTries);
        }
        if (trialPatience.compareTo(Duration.ofSeconds(1)) < 0 || trialPatience.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "quorate.release.trial-patience: wants 1 s to an hour, is " + trialPatience.toSeconds() + " s");
        }
    }

    /** @throws IllegalArgumentException naming the key that is wrong */
    public static ReleaseSettings of(Config config) {
        try {
            return new ReleaseSettings(
                    config.getString("quorate.release.source"),
                    channel(config.getString("quorate.release.channel")),
                    config.getInt("quorate.release.keep"),
                    config.getDuration("quorate.release.trial-patience"),
                    config.getInt("quorate.release.trial-tries"),
                    config.getBoolean("quorate.release.class-cache"));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static Channel channel(String text) {
        try {
            return Channel.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("quorate.release.channel: " + e.getMessage(), e);
        }
    }
}
