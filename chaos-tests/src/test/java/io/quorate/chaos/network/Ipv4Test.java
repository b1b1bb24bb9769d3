package io.quorate.chaos.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Ipv4Test {
    /** From 198.18.77.1 to 198.18.77.200. */
    private static final byte[] PACKET =
            HexFormat.of().parseHex("4500001c00004000" + "40117a9d" + "c6124d01" + "c6124dc8" + "0035003500080000");

    @Test
    void a_packet_is_for_the_address_in_its_header() {
        assertThat(Ipv4.destination(PACKET, PACKET.length)).hasValue(Ipv4.address("198.18.77.200"));
    }

    @Test
    void what_is_too_short_or_of_another_version_is_for_nobody() {
        assertThat(Ipv4.destination(PACKET, 19)).isEmpty();
        assertThat(Ipv4.destination(PACKET, 0)).isEmpty();
        byte[] six = PACKET.clone();
        six[0] = 0x60;
        assertThat(Ipv4.destination(six, six.length)).isEmpty();
    }

    @Test
    void an_address_is_four_numbers_of_a_byte_each() {
        assertThat(Ipv4.address("1.2.3.4")).isEqualTo(0x01020304);
        assertThatThrownBy(() -> Ipv4.address("1.2.3")).hasMessageContaining("1.2.3");
        assertThatThrownBy(() -> Ipv4.address("1.2.3.256")).hasMessageContaining("256");
    }
}
