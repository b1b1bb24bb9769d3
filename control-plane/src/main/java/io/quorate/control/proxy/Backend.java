package io.quorate.control.proxy;

/**
 * A pod that answers for a service.
 *
 * @param node on which it is; empty where that is not known
 */
public record Backend(String address, int port, String node) implements Comparable<Backend> {
    @Override
    public int compareTo(Backend other) {
        int order = address.compareTo(other.address);
        return order != 0 ? order : Integer.compare(port, other.port);
    }
}
