package io.quorate.control.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PeerSessionsTest {
    private static final Peer BILLING = new Peer("billing", PeerKind.SERVICE);
    private static final long NOW = 1_790_000_000_123L;
    private static final byte[] RANDOM = {1, 2, 3};

    private final PeerSessions sessions = new PeerSessions(key(1));

    private static byte[] key(int fill) {
        byte[] key = new byte[PeerSessions.KEY_BYTES];
        Arrays.fill(key, (byte) fill);
        return key;
    }

    @Test
    void a_session_names_who_has_proven_who_they_are_until_it_is_over() {
        byte[] session = sessions.session(BILLING, NOW, Long.MAX_VALUE);
        assertThat(sessions.peer(session, NOW)).contains(BILLING);
        long end = NOW + PeerSessions.SESSION_LIFETIME.toMillis();
        assertThat(sessions.peer(session, end)).contains(BILLING);
        assertThat(sessions.peer(session, end + 1)).isEmpty();
    }

    @Test
    void a_session_is_over_with_the_certificate() {
        byte[] session = sessions.session(BILLING, NOW, NOW + 5);
        assertThat(sessions.peer(session, NOW + 5)).contains(BILLING);
        assertThat(sessions.peer(session, NOW + 6)).isEmpty();
    }

    @Test
    void a_challenge_is_good_for_a_moment_and_for_nothing_else() {
        byte[] challenge = sessions.challenge(NOW, RANDOM);
        assertThat(sessions.isChallenge(challenge, NOW)).isTrue();
        assertThat(sessions.isChallenge(challenge, NOW + PeerSessions.CHALLENGE_LIFETIME.toMillis() + 1))
                .isFalse();
        assertThat(sessions.peer(challenge, NOW))
                .as("a challenge is no session")
                .isEmpty();
        assertThat(sessions.isChallenge(sessions.session(BILLING, NOW, Long.MAX_VALUE), NOW))
                .as("a session is no challenge")
                .isFalse();
    }

    @Test
    void what_another_process_gave_or_somebody_changed_is_worth_nothing() {
        byte[] session = sessions.session(BILLING, NOW, Long.MAX_VALUE);
        assertThat(new PeerSessions(key(2)).peer(session, NOW)).isEmpty();
        for (int i = 0; i < session.length; i++) {
            byte[] changed = session.clone();
            changed[i] ^= 1;
            assertThat(sessions.peer(changed, NOW)).as("byte %d", i).isEmpty();
        }
        for (int length = 0; length < session.length; length++) {
            assertThat(sessions.peer(Arrays.copyOf(session, length), NOW)).isEmpty();
        }
    }
}
