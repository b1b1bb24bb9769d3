package io.quorate.persistence.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class OffsetTest {
    @Test
    void an_offset_is_read_as_it_was_written() {
        for (Offset offset : List.of(Offset.ZERO, new Offset(4711, 0), new Offset(Long.MAX_VALUE, 17))) {
            assertThat(Offset.parse(offset.toString())).isEqualTo(offset);
        }
        for (String text : List.of("", "4711", ".0", "4711.", "x.0", "4711.0.0")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Offset.parse(text))
                    .withMessageContaining("written as 4711.0");
        }
    }
}
