package io.quorate.control.proxy;

/** Where clients of a service connect to on this node: the address of the service, or the node's own for a node port. */
public record Listener(String address, int port) {
    @Override
    public String toString() {
        return address + ":" + port;
    }
}
