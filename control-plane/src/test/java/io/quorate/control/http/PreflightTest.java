package io.quorate.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PreflightTest {
    private static final long GIB = 1L << 30;

    @Test
    void everything_that_a_machine_lacks_is_told_at_once() {
        Path folder = Path.of("data");
        assertThat(Preflight.findings(folder, GIB, GIB)).isEmpty();
        assertThat(Preflight.findings(folder, GIB / 8, GIB / 4))
                .containsExactly(
                        "the disk of data has 128 MiB left, 512 are wanted",
                        "the machine has 256 MiB of memory, 512 are wanted");
    }
}
