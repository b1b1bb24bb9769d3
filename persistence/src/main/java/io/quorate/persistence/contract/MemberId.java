package io.quorate.persistence.contract;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Identity of a member of the Raft group. A node that comes back after it was removed gets a higher incarnation: the engine
 * never sees the same identity twice.
 *
 * <p>The address is where it was when this was written, and no part of who it is: a machine gets another one, and its node votes on. So
 * members are equal by node and incarnation.
 *
 * @param node name of the node: lower-case letters, digits, {@code -} and {@code .}; at most 63 characters
 * @param incarnation 1 or more
 * @param address {@code host:port} of the node's cluster port
 */
public record MemberId(String node, int incarnation, String address) implements Comparable<MemberId> {
    private static final Pattern NODE = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");
    private static final Pattern ADDRESS = Pattern.compile("[^\\s/@]+:\\d{1,5}");

    public MemberId {
        if (!NODE.matcher(node).matches()) {
            throw new IllegalArgumentException(
                    "node name: wants 1 to 63 lower-case letters, digits, '-' and '.', is '" + node + "'");
        }
        if (incarnation < 1 || !ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException("member: wants an incarnation of 1 or more and host:port, is " + node
                    + "#" + incarnation + "@" + address);
        }
    }

    /** Reads the form that {@link #toString()} writes. */
    public static MemberId parse(String text) {
        int hash = text.indexOf('#');
        int at = text.indexOf('@', hash + 1);
        if (hash < 1 || at < 0) {
            throw new IllegalArgumentException("member: wants node#incarnation@host:port, is '" + text + "'");
        }
        return new MemberId(
                text.substring(0, hash), Integer.parseInt(text.substring(hash + 1, at)), text.substring(at + 1));
    }

    public String host() {
        return address.substring(0, address.lastIndexOf(':'));
    }

    public int port() {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** The same member elsewhere. */
    public MemberId at(String newAddress) {
        return new MemberId(node, incarnation, newAddress);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MemberId that && incarnation == that.incarnation && node.equals(that.node);
    }

    @Override
    public int hashCode() {
        return 31 * node.hashCode() + incarnation;
    }

    @Override
    public int compareTo(MemberId other) {
        int byNode = node.compareTo(other.node);
        return byNode != 0 ? byNode : Integer.compare(incarnation, other.incarnation);
    }

    /** {@code node#incarnation@host:port}. */
    @Override
    public String toString() {
        return node + "#" + incarnation + "@" + address;
    }
}
