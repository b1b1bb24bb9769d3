package io.quorate.chaos.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyRotationTest {
    @Test
    void all_keys_that_were_used_are_listed_and_no_use_goes_beyond_those_of_its_time() {
        KeyRotation keys = new KeyRotation("k-", 2, 10);
        Random random = new Random(1);
        Set<String> used = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            String key = keys.next(random);
            used.add(key);
            assertThat(Integer.parseInt(key.substring(2)) / 2).isEqualTo(i / 20);
        }
        assertThat(used).hasSize(10);
        assertThat(keys.all()).containsAll(used);
        assertThat(keys.current()).containsExactly("k-10", "k-11");
    }
}
