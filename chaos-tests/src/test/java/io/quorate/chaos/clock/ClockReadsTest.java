package io.quorate.chaos.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClockReadsTest {
    private static final long A_YEAR = 365 * 86_400_000L;

    /** What is turned. */
    static final class Clocks implements LongSupplier {
        @Override
        public long getAsLong() {
            return System.currentTimeMillis();
        }
    }

    static byte[] bytes(Class<?> type) throws IOException {
        try (InputStream in = type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    @AfterEach
    void right() {
        WallClockOffset.set(0);
    }

    @Test
    void a_class_that_was_turned_sees_a_clock_that_is_wrong_and_others_do_not() throws Exception {
        LongSupplier turned = (LongSupplier) MethodHandles.lookup()
                .defineHiddenClass(ClockReads.turned(bytes(Clocks.class)), true)
                .lookupClass()
                .getDeclaredConstructor()
                .newInstance();
        WallClockOffset.set(A_YEAR);
        long before = new Clocks().getAsLong();
        assertThat(turned.getAsLong()).isGreaterThanOrEqualTo(before + A_YEAR);
        WallClockOffset.set(-A_YEAR);
        assertThat(turned.getAsLong()).isLessThan(before);
    }

    @Test
    void who_looks_at_no_clock_is_told_from_who_does() throws IOException {
        assertThat(ClockReads.mayBeIn(bytes(Clocks.class))).isTrue();
        assertThat(ClockReads.mayBeIn(bytes(WallClockOffset.class))).isFalse();
    }
}
