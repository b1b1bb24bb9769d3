package io.quorate.node.release;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which release each open channel of a source has. Pure.
 *
 * @param serial grows with each change: who has seen a later one takes no earlier one
 * @param open version by channel
 */
public record Channels(long serial, Map<Channel, ReleaseVersion> open) {
    static final String FILE = "channels.yaml";
    private static final int MOST = 1000;

    public static final Channels NONE = new Channels(0, Map.of());

    /** @param channel the one that is open: the one that was asked for, or a safer one of its track */
    public record Followed(Channel channel, ReleaseVersion version) {}

    public Channels {
        open = Map.copyOf(open);
    }

    /** What a channel has; one that is closed follows the next safer one of its track. */
    public Optional<Followed> follow(Channel channel) {
        for (int risk = channel.risk().ordinal(); risk >= 0; risk--) {
            Channel safer = new Channel(channel.track(), Channel.Risk.values()[risk]);
            ReleaseVersion version = open.get(safer);
            if (version != null) {
                return Optional.of(new Followed(safer, version));
            }
        }
        return Optional.empty();
    }

    /** With a release in a channel, and the next serial. */
    public Channels with(Channel channel, ReleaseVersion version) {
        Map<Channel, ReleaseVersion> next = new java.util.HashMap<>(open);
        next.put(channel, version);
        return new Channels(serial + 1, next);
    }

    /** Without a channel, and with the next serial. */
    public Channels without(Channel channel) {
        Map<Channel, ReleaseVersion> next = new java.util.HashMap<>(open);
        next.remove(channel);
        return new Channels(serial + 1, next);
    }

    /** Sorted, as it is written. */
    Map<String, String> words() {
        Map<String, String> words = new TreeMap<>();
        open.forEach((channel, version) -> words.put(channel.toString(), version.toString()));
        return words;
    }

    /** The file that a source has of it. */
    public byte[] bytes() {
        Map<String, Object> map = new java.util.LinkedHashMap<>();
        map.put("serial", serial);
        map.put("channels", words());
        return Yaml.bytes(map);
    }

    /** @throws IllegalArgumentException when the bytes are no such file */
    public static Channels read(byte[] bytes) {
        Yaml.Fields fields = Yaml.read(bytes);
        Map<Channel, ReleaseVersion> open = new java.util.HashMap<>();
        Map<String, String> words = fields.texts("channels");
        if (words.size() > MOST) {
            throw new IllegalArgumentException("it has " + words.size() + " channels, more than " + MOST);
        }
        words.forEach((channel, version) -> open.put(Channel.parse(channel), ReleaseVersion.parse(version)));
        return new Channels(fields.number("serial", 0, Long.MAX_VALUE), open);
    }
}
