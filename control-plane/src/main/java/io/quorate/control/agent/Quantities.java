package io.quorate.control.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** Amounts as kubernetes writes them: {@code 250m}, {@code 64Mi}, {@code 1e3}. Pure. */
final class Quantities {
    private static final Map<String, BigDecimal> UNITS = Map.ofEntries(
            Map.entry("n", new BigDecimal("1e-9")),
            Map.entry("u", new BigDecimal("1e-6")),
            Map.entry("m", new BigDecimal("1e-3")),
            Map.entry("k", new BigDecimal("1e3")),
            Map.entry("M", new BigDecimal("1e6")),
            Map.entry("G", new BigDecimal("1e9")),
            Map.entry("T", new BigDecimal("1e12")),
            Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
            Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
            Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
            Map.entry("Ti", BigDecimal.valueOf(1L << 40)));

    private Quantities() {}

    /** In thousandths of its unit, rounded up; 0 where it is none. */
    static long thousandths(JsonNode quantity) {
        return of(quantity).movePointRight(3).setScale(0, RoundingMode.CEILING).longValue();
    }

    /** Rounded up; 0 where it is none. */
    static long whole(JsonNode quantity) {
        return of(quantity).setScale(0, RoundingMode.CEILING).longValue();
    }

    private static BigDecimal of(JsonNode quantity) {
        String text = quantity.asText();
        int letters = text.length();
        while (letters > 0 && !Character.isDigit(text.charAt(letters - 1)) && text.charAt(letters - 1) != '.') {
            letters--;
        }
        BigDecimal unit = UNITS.getOrDefault(text.substring(letters), BigDecimal.ONE);
        try {
            return new BigDecimal(text.substring(0, letters)).multiply(unit);
        } catch (NumberFormatException e) {
            return BigDecimal.ZERO;
        }
    }
}
