package io.quorate.node.release;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who may sign releases for this node: the public keys in the distribution's folder {@code release-keys/} and in the data folder's. Several:
 * a key takes the place of another while both are there.
 */
public record TrustedKeys(List<PublicKey> keys, Path own) {
    public static final String FOLDER = "release-keys";

    private static final int MAX_KEYS = 32;
    private static final int MAX_BYTES = 4096;

    public TrustedKeys {
        keys = List.copyOf(keys);
    }

    /**
     * Reads them anew: a key that was added counts from then on.
     *
     * @param home the distribution's
     * @throws ReleaseRefused when a file in there is no such key
     */
    public static TrustedKeys of(Optional<Path> home, Path dataFolder) {
        List<PublicKey> keys = new ArrayList<>();
        home.ifPresent(folder -> read(folder.resolve(FOLDER), keys));
        read(dataFolder.resolve(FOLDER), keys);
        return new TrustedKeys(keys, dataFolder.resolve(FOLDER));
    }

    private static void read(Path folder, List<PublicKey> keys) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".pem"))
                    .sorted()
                    .limit(MAX_KEYS)
                    .toList()) {
                if (Files.size(file) > MAX_BYTES) {
                    throw new IllegalArgumentException(file + ": it is no key");
                }
                keys.add(key(file));
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new ReleaseRefused(
                    ReleaseRefused.UNTRUSTED,
                    "a key for releases cannot be read, " + e.getMessage() + ". Mend the file, or remove it",
                    e);
        }
    }

    private static PublicKey key(Path file) throws IOException {
        try {
            return Signatures.publicKey(Files.readString(file, StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** @throws ReleaseRefused when none of them has signed it */
    void check(String name, byte[] bytes, String signature) {
        if (keys.isEmpty()) {
            throw new ReleaseRefused(
                    ReleaseRefused.UNTRUSTED,
                    "nobody is trusted to sign releases here. Add the public key of who makes them: `mkdir -p " + own
                            + " && cp KEY.pem " + own + "/`");
        }
        if (!Signatures.isSigned(bytes, signature, keys)) {
            throw new ReleaseRefused(
                    ReleaseRefused.UNTRUSTED,
                    name + " is signed by nobody who is trusted here (" + keys.size()
                            + (keys.size() == 1 ? " key" : " keys") + "). If its maker has a new key, add it to "
                            + own);
        }
    }
}
