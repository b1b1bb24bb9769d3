package io.quorate.chaos.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class MajorityLossTest {
    private static final String LISTING = """
            # who belongs to the cluster
            - Address: 10.0.0.1:19001
              ID: n1#1@10.0.0.1:19001
              Role: 0
            - Address: 10.0.0.2:19001
              ID: n2-1#4@10.0.0.2:19001
              Role: 0
            - Address: 10.0.0.3:19001
              ID: n3#1@10.0.0.3:19001
              Role: 1
            """;

    @Test
    void the_lost_are_taken_out_of_a_listing_and_all_else_stays() {
        assertThat(MajorityLoss.without(LISTING, Set.of("n2-1", "n3")::contains))
                .isEqualTo("""
                # who belongs to the cluster
                - Address: 10.0.0.1:19001
                  ID: n1#1@10.0.0.1:19001
                  Role: 0
                """);
        assertThat(MajorityLoss.without(LISTING, Set.of("n2")::contains)).isEqualTo(LISTING);
    }
}
