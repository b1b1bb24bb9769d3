package io.quorate.chaos.load;

import io.quorate.node.access.ApiAccess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The API port of a node, and what opens it. Two are equal that are at the same place. */
public final class Api {
    private final String address;
    private final SSLContext context;

    private Api(String address, SSLContext context) {
        this.address = address;
        this.context = context;
    }

    public static Api of(ApiAccess access) {
        return new Api(access.server(), access.context());
    }

    /** Those of several nodes of one cluster, {@code host:port}. */
    public static List<Api> all(List<String> addresses, ApiAccess access) {
        SSLContext context = access.context();
        return addresses.stream().map(address -> new Api(address, context)).toList();
    }

    /** {@code host:port}. */
    public String address() {
        return address;
    }

    InetSocketAddress socketAddress() {
        return new InetSocketAddress(host(), port());
    }

    private String host() {
        return address.substring(0, address.lastIndexOf(':'));
    }

    private int port() {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** TLS over a connection that stands. */
    Socket secured(Socket connected) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(connected, host(), port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** For connections that are not blocking. */
    SSLEngine engine() {
        SSLEngine engine = context.createSSLEngine(host(), port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Api api && api.address.equals(address);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(address);
    }

    @Override
    public String toString() {
        return address;
    }
}
