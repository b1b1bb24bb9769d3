package io.quorate.persistence.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Operation.Barrier;
import io.quorate.persistence.contract.Operation.DeleteEvents;
import io.quorate.persistence.contract.Operation.DeleteSnapshots;
import io.quorate.persistence.contract.Operation.SaveSnapshot;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OperationLimitsTest {
    private static final Payload PAYLOAD = new Payload(0, "", new byte[0]);

    private static AppendEvents append(String id, String writer, String tag) {
        return new AppendEvents(id, 1, writer, 0, List.of(new EventData(PAYLOAD, List.of("a", tag), new byte[0])));
    }

    static Stream<Operation> withNamesThatAreTooLong() {
        String name = "x".repeat(513);
        return Stream.of(
                append(name, "w", "t"),
                append("a", name, "t"),
                append("a", "w", name),
                new SaveSnapshot(name, 1, 0, PAYLOAD),
                new DeleteSnapshots(name, 0, 1, 0, 1),
                new DeleteEvents(name, 1, 0));
    }

    @ParameterizedTest
    @MethodSource("withNamesThatAreTooLong")
    void a_name_of_more_than_512_bytes_is_refused_in_words(Operation operation) {
        assertThat(OperationLimits.brokenBy(operation))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("513 bytes")
                        .contains("at most 512")
                        .hasSizeLessThan(160));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ü"})
    void a_names_bytes_count_and_not_its_characters(String letter) {
        String longest = letter.repeat(letter.equals("a") ? 512 : 256);
        assertThat(OperationLimits.brokenBy(append(longest, longest, longest))).isEmpty();
        assertThat(OperationLimits.brokenBy(append(longest + "a", "w", "t"))).isPresent();
    }

    @Test
    void an_operation_of_more_than_a_mebibyte_is_refused_in_words() {
        Payload large = new Payload(0, "", new byte[Operation.MAX_OPERATION_BYTES]);
        assertThat(OperationLimits.brokenBy(new SaveSnapshot("a", 1, 0, large)))
                .hasValueSatisfying(why -> assertThat(why).contains("1048576").contains("split it or store less"));
    }

    @Test
    void a_barrier_breaks_no_limit() {
        assertThat(OperationLimits.brokenBy(new Barrier())).isEmpty();
    }
}
