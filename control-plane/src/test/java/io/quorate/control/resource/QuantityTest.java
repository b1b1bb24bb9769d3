package io.quorate.control.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Amounts as people write them in pods and nodes. */
class QuantityTest {
    @ParameterizedTest
    @CsvSource({
        "100m, 100, 1",
        "1, 1000, 1",
        "1.5, 1500, 2",
        "0.0001, 1, 1",
        "1e3, 1000000, 1000",
        "2E2, 200000, 200",
        "5k, 5000000, 5000",
        "1Ki, 1024000, 1024",
        "128Mi, 134217728000, 134217728",
        "1Gi, 1073741824000, 1073741824",
        "0, 0, 0",
        "-1, -1000, -1",
        "250u, 1, 1"
    })
    void an_amount_is_read_as_kubernetes_reads_it(String text, long thousandths, long whole) {
        assertThat(Quantity.thousandths(TextNode.valueOf(text))).contains(thousandths);
        assertThat(Quantity.whole(TextNode.valueOf(text))).contains(whole);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Gi", "1 Gi", "1gi", "one", "1Kb", "1e999999999", "1e-400", "--1"})
    void what_is_no_amount_is_none(String text) {
        assertThat(Quantity.whole(TextNode.valueOf(text))).isEmpty();
    }

    @Test
    void what_no_machine_has_is_the_most_there_is() {
        assertThat(Quantity.whole(TextNode.valueOf("9999999E"))).contains(1L << 53);
    }
}
