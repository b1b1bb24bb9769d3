package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;

/** A number, or a part of one in percent. */
final class Share {
    private Share() {}

    static int roundedUp(JsonNode share, int whole) {
        return isPercent(share) ? (int) Math.ceilDiv((long) percent(share) * whole, 100) : share.asInt();
    }

    static int roundedDown(JsonNode share, int whole) {
        return isPercent(share) ? (int) ((long) percent(share) * whole / 100) : share.asInt();
    }

    static boolean isPercent(JsonNode share) {
        return share.asText().endsWith("%");
    }

    private static int percent(JsonNode share) {
        String text = share.asText();
        try {
            return Integer.parseInt(text.substring(0, text.length() - 1));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
