package io.quorate.control.proxy;

/**
 * A pod that answers for a service.
 *
 * @param node where it runs; only there its address means anything
 */
public record Backend(String address, int port, String node) {}
