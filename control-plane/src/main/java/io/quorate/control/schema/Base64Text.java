package io.quorate.control.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** Bytes that stand in an object as text: Base64 (RFC 4648) with its padding; line ends are passed over. */
final class Base64Text {
    private static final int GROUP = 4;

    private Base64Text() {}

    /** What is wrong with the first of some values; empty for nothing. */
    static Optional<String> fault(JsonNode values) {
        return values.valueStream()
                .map(each -> fault(each.asText()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> fault(String text) {
        int inGroup = 0;
        int padding = 0;
        for (int at = 0; at < text.length(); at++) {
            char each = text.charAt(at);
            if (each == '\n' || each == '\r') {
                continue;
            }
            boolean pads = each == '=' && inGroup >= 2;
            boolean fits = pads || padding == 0 && isDigit(each);
            if (!fits) {
                return illegal(at);
            }
            padding += pads ? 1 : 0;
            inGroup = (inGroup + 1) % GROUP;
            if (padding > 0 && inGroup == 0 && at + 1 < text.stripTrailing().length()) {
                return illegal(at + 1);
            }
        }
        return inGroup == 0 ? Optional.empty() : illegal(text.length() - (padding > 0 ? 0 : inGroup));
    }

    private static boolean isDigit(char each) {
        return each >= 'A' && each <= 'Z'
                || each >= 'a' && each <= 'z'
                || each >= '0' && each <= '9'
                || each == '+'
                || each == '/';
    }

    private static Optional<String> illegal(int at) {
        return Optional.of("illegal base64 data at input byte " + at);
    }
}
