package io.quorate.chaos.network;

import java.util.List;

/**
 * Loopback addresses: works for everybody, and cuts nothing.
 *
 * @param subnet first three numbers of the addresses, as {@code 127.0.77}: node {@code i} is at {@code 127.0.77.i}
 */
public record Loopback(String subnet) implements NodeNetwork {
    @Override
    public String address(int node) {
        return subnet + "." + node;
    }

    @Override
    public List<String> within(int node) {
        return List.of();
    }

    @Override
    public boolean cuts() {
        return false;
    }

    @Override
    public void cut(int from, int to) {
        throw new UnsupportedOperationException("links between loopback addresses cannot be cut");
    }

    @Override
    public void mend() {}

    @Override
    public boolean degrades() {
        return false;
    }

    @Override
    public void degrade(int from, int to, LinkConditions conditions) {
        throw new UnsupportedOperationException("links between loopback addresses cannot be made bad");
    }

    @Override
    public void restore() {}

    @Override
    public void close() {}
}
