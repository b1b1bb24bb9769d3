package io.quorate.simulations.schedule;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.NoSuchElementException;

/**
 * How long a message takes, one way: anything from the least to the most, each as likely.
 *
 * @param least not negative
 * @param most not less, and a second at most: over slower links nobody runs a cluster
 */
public record Latency(Duration least, Duration most) {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    public Latency {
        if (least.isNegative() || most.compareTo(least) < 0 || most.compareTo(LIMIT) > 0) {
            throw new IllegalArgumentException("a latency wants the lesser time first and a second at most");
        }
    }

    /**
     * Reads {@code 5ms} or {@code 2ms..10ms}.
     *
     * @throws BadScenario that says what is wanted
     */
    public static Latency read(String name, String text) {
        int dots = text.indexOf("..");
        String least = dots < 0 ? text : text.substring(0, dots);
        String most = dots < 0 ? text : text.substring(dots + 2);
        try {
            return new Latency(
                    Times.read(least.strip()).orElseThrow(),
                    Times.read(most.strip()).orElseThrow());
        } catch (IllegalArgumentException | NoSuchElementException e) {
            throw new BadScenario(
                    name
                            + " wants a time like 5ms, or two of them like 2ms..10ms, the lesser first and 1s at most, is '"
                            + text + "'",
                    e);
        }
    }

    @Override
    public String toString() {
        return least.equals(most) ? millis(least) : millis(least) + " to " + millis(most);
    }

    private static String millis(Duration time) {
        return BigDecimal.valueOf(time.toNanos(), 6).stripTrailingZeros().toPlainString() + " ms";
    }
}
