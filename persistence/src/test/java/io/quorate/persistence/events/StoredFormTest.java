package io.quorate.persistence.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.store.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What the event store keeps on disk: each form once written stays readable. */
class StoredFormTest {
    private static final List<Operation> OPERATIONS = List.of(
            new Operation.Barrier(),
            new Operation.AppendEvents("order|42", 1, "w", 5, List.of(EventData.of(0, "text", new byte[] {1, 2}))));

    private static StoredEntry entry() {
        BitSet alive = new BitSet();
        alive.set(1);
        return new StoredEntry(17, 4, alive, OperationCodec.encode(OPERATIONS));
    }

    private static byte[] sample(String name, byte[] today) throws IOException {
        try (InputStream in = StoredFormTest.class.getResourceAsStream("/contract/" + name + ".hex")) {
            assertThat(in)
                    .as(
                            "there is no sample: store today's form as src/test/resources/contract/%s.hex: %s",
                            name, HexFormat.of().formatHex(today))
                    .isNotNull();
            return HexFormat.of()
                    .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
        }
    }

    @Test
    void an_entry_is_read_as_it_was_stored_and_stored_as_it_was() throws IOException {
        byte[] sample = sample("stored-entry.v1", entry().toBytes());
        StoredEntry read = StoredEntry.read(17, sample);
        assertThat(read.term()).isEqualTo(4);
        assertThat(read.alive()).isEqualTo(entry().alive());
        assertThat(read.operations()).usingRecursiveComparison().isEqualTo(OPERATIONS);
        assertThat(entry().toBytes()).isEqualTo(sample);
    }

    @Test
    void places_and_heads_are_read_as_they_were_stored() throws IOException {
        Place place = new Place(17, 1, 1);
        byte[] stored = sample("place.v1", place.toBytes());
        assertThat(Place.read(stored)).isEqualTo(place);
        assertThat(place.toBytes()).isEqualTo(stored);
        Head head = new Head(128, 300);
        byte[] storedHead = sample("head.v1", head.toBytes());
        assertThat(Head.read(storedHead)).isEqualTo(head);
        assertThat(head.toBytes()).isEqualTo(storedHead);
        assertThat(Head.read(null)).isEqualTo(Head.NONE);
    }

    @Property
    void one_bit_that_flips_in_an_entry_is_found(@ForAll @IntRange(max = 1 << 16) int bit) {
        byte[] bytes = entry().toBytes();
        int at = bit % (bytes.length * 8);
        bytes[at / 8] ^= (byte) (1 << at % 8);
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> StoredEntry.read(17, bytes))
                .withMessageContaining("checksum of entry 17 is wrong")
                .withMessageContaining("Keep a copy of the folder");
    }

    /** Keys of one kind stand together in order: the longest name that is allowed keeps its length. */
    @Property
    void keys_of_one_entity_are_in_the_order_of_their_numbers(
            @ForAll @IntRange(min = 1, max = Operation.MAX_NAME_BYTES) int nameLength,
            @ForAll @IntRange(max = Integer.MAX_VALUE) int one,
            @ForAll @IntRange(max = Integer.MAX_VALUE) int other) {
        String name = "x".repeat(nameLength);
        byte[] first = Keys.append(name, Math.min(one, other));
        byte[] second = Keys.append(name, Math.max(one, other));
        assertThat(java.util.Arrays.compareUnsigned(first, second)).isLessThanOrEqualTo(0);
        assertThat(Keys.prefix(first, 8)).isEqualTo(Keys.prefix(second, 8));
        assertThat(Keys.numberAt(second, 8)).isEqualTo(Math.max(one, other));
    }
}
