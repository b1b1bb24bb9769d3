package io.quorate.control.proxy;

import java.util.Optional;

/** The addresses of one node's pods, as {@code spec.podCIDR} has them (RFC 4632, section 3.1). IPv4 only. */
record PodRange(int first, int bits) {

    static Optional<PodRange> parse(String cidr) {
        String[] parts = cidr.split("/", -1);
        if (parts.length != 2 || !parts[1].matches("\\d{1,2}")) {
            return Optional.empty();
        }
        int bits = Integer.parseInt(parts[1]);
        return address(parts[0]).filter(first -> bits > 0 && bits <= 32).map(first -> new PodRange(first, bits));
    }

    boolean contains(String address) {
        return address(address).map(is -> (is ^ first) >>> (32 - bits) == 0).orElse(false);
    }

    private static Optional<Integer> address(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        int address = 0;
        for (String each : parts) {
            if (!each.matches("\\d{1,3}") || Integer.parseInt(each) > 255) {
                return Optional.empty();
            }
            address = address << 8 | Integer.parseInt(each);
        }
        return Optional.of(address);
    }
}
