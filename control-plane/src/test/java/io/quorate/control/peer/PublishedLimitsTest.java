package io.quorate.control.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.kv.KeyValueCommand;
import io.quorate.persistence.peer.ControlPlane;
import org.junit.jupiter.api.Test;

/** The protocol of peer services is published without the store of keys: the words and limits of both are compared here. */
class PublishedLimitsTest {
    @Test
    void a_service_may_send_what_the_store_of_keys_takes_and_no_more() {
        assertThat(ControlPlane.MAX_KEY_BYTES).isEqualTo(KeyValueCommand.MAX_KEY_BYTES);
        assertThat(ControlPlane.MAX_VALUE_BYTES).isEqualTo(KeyValueCommand.MAX_VALUE_BYTES);
    }

    @Test
    void any_and_absent_are_the_same_revisions_in_both() {
        assertThat(ControlPlane.ANY).isEqualTo(KeyValueCommand.ANY);
        assertThat(ControlPlane.ABSENT).isEqualTo(KeyValueCommand.ABSENT);
    }
}
