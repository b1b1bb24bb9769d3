package io.quorate.persistence.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The stored form of who asked. */
class OriginTest {
    @Test
    void who_asked_is_read_for_ever() {
        Origin origin = new Origin("service billing", "invoice-7");
        byte[] sample = OperationSamplesTest.sample("origin.v2", origin.metadata());
        assertThat(Origin.of(sample)).isEqualTo(origin);
        assertThat(origin.metadata()).as("what is stored today").isEqualTo(sample);
    }

    @Test
    void metadata_that_says_nothing_of_it_is_no_answer_and_no_error() {
        assertThat(Origin.of(new byte[0])).isEqualTo(Origin.UNKNOWN);
        assertThat(Origin.of(new byte[] {1, 0, 0})).as("the plugin's").isEqualTo(Origin.UNKNOWN);
        assertThat(Origin.UNKNOWN.metadata()).isEmpty();
    }
}
