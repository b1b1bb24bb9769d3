package io.quorate.control.peer;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What services are given to show who they are: sealed with a key that only this process has (RFC 2104), so nothing is kept for any of them,
 * and nobody fills a memory by asking. Pure: time and randomness come as arguments. Any thread.
 */
final class PeerSessions {
    static final int KEY_BYTES = 32;
    static final Duration CHALLENGE_LIFETIME = Duration.ofSeconds(30);
    static final Duration SESSION_LIFETIME = Duration.ofMinutes(10);

    private static final String MAC = "HmacSHA256";
    private static final int MAC_BYTES = 32;
    private static final int CHALLENGE = 1;
    private static final int SESSION = 2;

    private final SecretKeySpec key;

    /** @param key {@value #KEY_BYTES} random bytes */
    PeerSessions(byte[] key) {
        this.key = new SecretKeySpec(key, MAC);
    }

    /** @param random that no other challenge has */
    byte[] challenge(long nowMillis, byte[] random) {
        return seal(new ByteWriter(64)
                .u8(CHALLENGE)
                .varint(nowMillis + CHALLENGE_LIFETIME.toMillis())
                .block(random)
                .toBytes());
    }

    /** Whether this process has given it, and lately. */
    boolean isChallenge(byte[] sealed, long nowMillis) {
        return opened(sealed, CHALLENGE, nowMillis).isPresent();
    }

    /** @param untilMillis that the peer's certificate is good */
    byte[] session(Peer peer, long nowMillis, long untilMillis) {
        return seal(new ByteWriter(128)
                .u8(SESSION)
                .varint(Math.min(nowMillis + SESSION_LIFETIME.toMillis(), untilMillis))
                .text(peer.name())
                .text(peer.kind().name())
                .toBytes());
    }

    /** Whose session it is; empty where it is none of this process, or over. */
    Optional<Peer> peer(byte[] sealed, long nowMillis) {
        return opened(sealed, SESSION, nowMillis).map(in -> new Peer(in.text(), PeerKind.valueOf(in.text())));
    }

    private byte[] seal(byte[] content) {
        return new ByteWriter(content.length + MAC_BYTES)
                .raw(mac(content))
                .raw(content)
                .toBytes();
    }

    private Optional<ByteReader> opened(byte[] sealed, int kind, long nowMillis) {
        if (sealed.length < MAC_BYTES) {
            return Optional.empty();
        }
        byte[] content = Arrays.copyOfRange(sealed, MAC_BYTES, sealed.length);
        if (!MessageDigest.isEqual(mac(content), Arrays.copyOf(sealed, MAC_BYTES))) {
            return Optional.empty();
        }
        ByteReader in = new ByteReader(content);
        return in.u8() == kind && in.varint() >= nowMillis ? Optional.of(in) : Optional.empty();
    }

    private byte[] mac(byte[] content) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + MAC, e);
        }
    }
}
