package io.quorate.node.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PodAddressesTest {
    private static final String RANGE = "127.64.1.0/24";

    @Test
    void addresses_go_round_and_none_is_given_twice() {
        assertThat(PodAddresses.next(RANGE, Set.of(), "")).hasValue("127.64.1.1");
        assertThat(PodAddresses.next(RANGE, Set.of(), "127.64.1.1")).hasValue("127.64.1.2");
        assertThat(PodAddresses.next(RANGE, Set.of("127.64.1.1"), "127.64.1.254"))
                .hasValue("127.64.1.2");
        Set<String> used = new HashSet<>();
        String latest = "";
        for (int i = 0; i < 254; i++) {
            latest = PodAddresses.next(RANGE, used, latest).orElseThrow();
            assertThat(used.add(latest)).isTrue();
        }
        assertThat(PodAddresses.next(RANGE, used, latest)).isEmpty();
    }
}
