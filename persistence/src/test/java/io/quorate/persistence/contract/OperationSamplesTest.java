package io.quorate.persistence.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Operation.Barrier;
import io.quorate.persistence.contract.Operation.DeleteEvents;
import io.quorate.persistence.contract.Operation.DeleteSnapshots;
import io.quorate.persistence.contract.Operation.SaveSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The stored form of every operation. A sample is never changed: a new form is a new file beside the old one, and both stay
 * readable.
 */
class OperationSamplesTest {
    private static final Map<String, Operation> SAMPLES = Map.of(
            "append-events.v1",
            new AppendEvents(
                    "order|42",
                    7,
                    "0a1b2c",
                    1_790_000_000_123L,
                    List.of(
                            new EventData(
                                    new Payload(33, "order.placed.v1", new byte[] {0, 1, (byte) 0xFF}),
                                    List.of("orders", "überfällig"),
                                    new byte[] {9, 8}),
                            EventData.of(0, "", new byte[0]))),
            "save-snapshot.v1",
            new SaveSnapshot("order|42", 300, 1_790_000_000_123L, new Payload(-5, "order", new byte[] {1, 2, 3})),
            "delete-snapshots.v1",
            new DeleteSnapshots("order|42", 0, Long.MAX_VALUE, 0, Long.MAX_VALUE),
            "delete-events.v1",
            new DeleteEvents("order|42", 128, 300),
            "barrier.v1",
            new Barrier());

    static byte[] sample(String name, byte[] today) {
        try (InputStream in = OperationSamplesTest.class.getResourceAsStream("/contract/" + name + ".hex")) {
            assertThat(in)
                    .as(
                            "there is no sample: store today's form as src/test/resources/contract/%s.hex: %s",
                            name, HexFormat.of().formatHex(today))
                    .isNotNull();
            return HexFormat.of()
                    .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sample(String name) {
        return sample(name, OperationCodec.encode(List.of(SAMPLES.get(name))));
    }

    static Stream<String> names() {
        return SAMPLES.keySet().stream().sorted();
    }

    @Test
    void every_operation_has_a_sample() {
        assertThat(SAMPLES.values()).extracting(Object::getClass).contains(Operation.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("names")
    void what_was_stored_once_is_read_for_ever(String name) {
        assertThat(OperationCodec.decode(sample(name)))
                .usingRecursiveComparison()
                .isEqualTo(List.of(SAMPLES.get(name)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void what_is_stored_today_is_the_newest_form(String name) {
        assertThat(OperationCodec.encode(List.of(SAMPLES.get(name)))).isEqualTo(sample(name));
    }

    @ParameterizedTest
    @MethodSource("names")
    void the_size_that_limits_are_held_by_is_never_too_small(String name) {
        assertThat(OperationCodec.sizeOf(SAMPLES.get(name)) + 16).isGreaterThanOrEqualTo(sample(name).length);
    }

    @Test
    void a_batch_holds_its_operations_in_order_and_each_can_be_read_alone() {
        List<Operation> operations = names().map(SAMPLES::get).toList();
        byte[] batch = sample("batch.v1", OperationCodec.encode(operations));
        assertThat(OperationCodec.decode(batch)).usingRecursiveComparison().isEqualTo(operations);
        for (int i = 0; i < operations.size(); i++) {
            assertThat(OperationCodec.decodeAt(batch, i))
                    .usingRecursiveComparison()
                    .isEqualTo(operations.get(i));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OperationCodec.decodeAt(batch, operations.size()))
                .withMessageContaining("has none at " + operations.size());
    }

    @Test
    void fields_that_a_later_version_adds_at_the_end_are_passed_over() {
        byte[] body = new ByteWriter(32)
                .text("order|42")
                .varint(128)
                .varint(300)
                .text("a field of tomorrow")
                .toBytes();
        byte[] batch = new ByteWriter(64)
                .u8(1)
                .varint(2)
                .u8(4)
                .block(body)
                .u8(5)
                .block(new byte[] {1, 2, 3})
                .toBytes();
        assertThat(OperationCodec.decode(batch)).containsExactly(new DeleteEvents("order|42", 128, 300), new Barrier());
        assertThat(OperationCodec.decodeAt(batch, 1)).isEqualTo(new Barrier());
    }

    @Test
    void a_version_and_an_operation_of_a_newer_release_are_refused_in_words() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OperationCodec.decode(new byte[] {2, 0}))
                .withMessageContaining("version 2")
                .withMessageContaining("upgrade this node");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OperationCodec.decode(new byte[] {1, 1, 99, 0}))
                .withMessageContaining("unknown kind of operation 99");
    }

    @ParameterizedTest
    @MethodSource("names")
    void bytes_that_are_cut_off_are_refused_wherever_they_end(String name) {
        byte[] whole = sample(name);
        for (int length = 0; length < whole.length; length++) {
            byte[] torn = Arrays.copyOf(whole, length);
            assertThatIllegalArgumentException().as("%d bytes", length).isThrownBy(() -> OperationCodec.decode(torn));
        }
    }

    @Property(tries = 2000)
    void bytes_that_are_damaged_are_read_or_refused_and_nothing_else(
            @ForAll @IntRange(max = 1 << 20) int at, @ForAll byte damage) {
        byte[] batch = OperationCodec.encode(names().map(SAMPLES::get).toList());
        batch[at % batch.length] ^= damage;
        try {
            OperationCodec.decode(batch);
        } catch (RuntimeException e) {
            assertThat(e).isExactlyInstanceOf(IllegalArgumentException.class);
        }
    }

    @Property
    void every_number_is_read_as_it_was_written(@ForAll long number, @ForAll String text, @ForAll byte[] block) {
        byte[] bytes = new ByteWriter(1)
                .varint(number)
                .i64(number)
                .text(text)
                .block(block)
                .toBytes();
        ByteReader in = new ByteReader(bytes);
        assertThat(in.varint()).isEqualTo(number);
        assertThat(in.i64()).isEqualTo(number);
        assertThat(in.text()).isEqualTo(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        assertThat(in.block()).isEqualTo(block);
        assertThat(in.position()).isEqualTo(bytes.length);
    }

    @Test
    void an_append_without_events_name_or_number_is_none() {
        List<EventData> one = List.of(EventData.of(0, "", new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> new AppendEvents("a", 1, "w", 0, List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new AppendEvents("a", 0, "w", 0, one));
        assertThatIllegalArgumentException().isThrownBy(() -> new AppendEvents("", 1, "w", 0, one));
    }
}
