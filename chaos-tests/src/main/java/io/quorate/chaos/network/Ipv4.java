package io.quorate.chaos.network;

import java.util.OptionalInt;

/** The header of an IP packet of version 4 (RFC 791, section 3.1), as far as a relay reads it. */
final class Ipv4 {
    private static final int VERSION = 4;
    private static final int SHORTEST_HEADER = 20;
    private static final int DESTINATION = 16;

    private Ipv4() {}

    /** Where a packet is to go, the address as a big-endian number; nothing where it is no packet of this version. */
    static OptionalInt destination(byte[] packet, int length) {
        if (length < SHORTEST_HEADER || packet[0] >> 4 != VERSION) {
            return OptionalInt.empty();
        }
        int address = 0;
        for (int at = DESTINATION; at < DESTINATION + Integer.BYTES; at++) {
            address = address << Byte.SIZE | Byte.toUnsignedInt(packet[at]);
        }
        return OptionalInt.of(address);
    }

    /** An address as people write it, {@code 198.18.77.1}, as a big-endian number. */
    static int address(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != Integer.BYTES) {
            throw new IllegalArgumentException("no address: " + text);
        }
        int address = 0;
        for (String part : parts) {
            int number = Integer.parseInt(part);
            if (number < 0 || number > 255) {
                throw new IllegalArgumentException("no address: " + text);
            }
            address = address << Byte.SIZE | number;
        }
        return address;
    }
}
