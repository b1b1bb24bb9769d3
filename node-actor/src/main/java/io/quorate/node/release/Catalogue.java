package io.quorate.node.release;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** What a source says, believed only where it is signed. Blocks on I/O; any thread. */
final class Catalogue {
    private static final int MAX_CHANNELS_BYTES = 256 * 1024;
    private static final int MAX_MANIFEST_BYTES = 64 * 1024;
    private static final int MAX_SIGNATURE_BYTES = 4096;

    private final ReleaseSource source;
    private final TrustedKeys keys;

    Catalogue(ReleaseSource source, TrustedKeys keys) {
        this.source = source;
        this.keys = keys;
    }

    ReleaseSource source() {
        return source;
    }

    /**
     * @param seen the latest serial that was seen of this source
     * @throws ReleaseRefused when it cannot be had, is not signed, or is from before that
     */
    Channels channels(long seen) {
        Channels channels = signed(Channels.FILE, MAX_CHANNELS_BYTES, Channels::read);
        if (channels.serial() < seen) {
            throw new ReleaseRefused(
                    ReleaseRefused.OUTDATED,
                    "the channels of " + source.words() + " have serial " + channels.serial() + ", and " + seen
                            + " was seen before: somebody set them back. Ask who keeps the source");
        }
        return channels;
    }

    /** @throws ReleaseRefused when it cannot be had, or is not signed */
    ReleaseManifest manifest(ReleaseVersion version) {
        String file = ReleaseManifest.file(version);
        ReleaseManifest manifest = signed(file, MAX_MANIFEST_BYTES, ReleaseManifest::read);
        if (!manifest.version().equals(version)) {
            throw new ReleaseRefused(
                    ReleaseRefused.WRONG_VERSION,
                    file + " of " + source.words() + " is the manifest of " + manifest.version());
        }
        return manifest;
    }

    private <T> T signed(String name, int maxBytes, Function<byte[], T> reading) {
        byte[] bytes = source.read(name, maxBytes);
        byte[] signature = keys.keys().isEmpty()
                ? new byte[0] // for what is said then, none is needed
                : source.read(name + Signatures.SUFFIX, MAX_SIGNATURE_BYTES);
        keys.check(name + " of " + source.words(), bytes, new String(signature, StandardCharsets.US_ASCII));
        try {
            return reading.apply(bytes);
        } catch (IllegalArgumentException e) {
            throw new ReleaseRefused(
                    ReleaseRefused.CORRUPT, name + " of " + source.words() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
