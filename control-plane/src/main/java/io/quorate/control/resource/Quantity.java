package io.quorate.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Amounts as kubernetes writes them: {@code 100m}, {@code 1.5}, {@code 1Gi}, {@code 2e3}, {@code 5k}. Amounts are kept in thousandths, rounded up, as
 * kubernetes does for processors.
 */
public final class Quantity {
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);

    /** Larger than any machine, and small enough that a thousand of them are still a number. */
    private static final BigDecimal LARGEST = BigDecimal.valueOf(1L << 53);

    private static final Map<String, BigDecimal> FACTORS = Map.ofEntries(
            Map.entry("n", BigDecimal.ONE.movePointLeft(9)),
            Map.entry("u", BigDecimal.ONE.movePointLeft(6)),
            Map.entry("m", BigDecimal.ONE.movePointLeft(3)),
            Map.entry("", BigDecimal.ONE),
            Map.entry("k", BigDecimal.ONE.movePointRight(3)),
            Map.entry("M", BigDecimal.ONE.movePointRight(6)),
            Map.entry("G", BigDecimal.ONE.movePointRight(9)),
            Map.entry("T", BigDecimal.ONE.movePointRight(12)),
            Map.entry("P", BigDecimal.ONE.movePointRight(15)),
            Map.entry("E", BigDecimal.ONE.movePointRight(18)),
            Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
            Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
            Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
            Map.entry("Ti", BigDecimal.valueOf(1L << 40)),
            Map.entry("Pi", BigDecimal.valueOf(1L << 50)),
            Map.entry("Ei", BigDecimal.valueOf(1L << 60)));

    private Quantity() {}

    /** Thousandths; empty where it is no amount. What is too large for a number is the largest there is. */
    public static Optional<Long> thousandths(JsonNode value) {
        return amount(value.asText()).map(amount -> whole(amount.multiply(THOUSAND)));
    }

    /** Whole ones, rounded up; empty where it is no amount. */
    public static Optional<Long> whole(JsonNode value) {
        return amount(value.asText()).map(Quantity::whole);
    }

    private static long whole(BigDecimal amount) {
        return amount.min(LARGEST).setScale(0, RoundingMode.CEILING).longValue();
    }

    private static Optional<BigDecimal> amount(String text) {
        int end = text.length();
        while (end > 0 && Character.isLetter(text.charAt(end - 1))) {
            end--;
        }
        String suffix = text.substring(end);
        @Nullable BigDecimal factor = FACTORS.get(suffix);
        if (factor == null || text.length() > 64) {
            return Optional.empty();
        }
        String number = text.substring(0, end);
        int exponent = Math.max(number.indexOf('e'), number.indexOf('E'));
        try {
            if (exponent >= 0 && Math.abs(Integer.parseInt(number.substring(exponent + 1))) > 30) {
                return Optional.empty(); // would be written out in full
            }
            return Optional.of(new BigDecimal(number).multiply(factor));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
