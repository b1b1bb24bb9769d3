package io.quorate.chaos.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Each node in a network namespace of its own, all on one bridge, on which this process is as well. Wants root and {@code ip}.
 *
 * <p>A link is cut by a neighbour entry that leads nowhere: what the one sends to the other goes to a card that does not exist. So it is
 * lost as on a broken wire, in one direction, connections that stand included, and it wants no module of the kernel.
 */
public final class Namespaces implements NodeNetwork {
    /** For tests of networks (RFC 2544): nobody is there. */
    private static final String SUBNET = "198.18.77";

    private static final int SELF = 254;

    /** Locally administered, and nobody's. */
    private static final String NOWHERE = "02:00:00:00:00:01";

    private record Link(int from, int to) {}

    private final String id;
    private final int nodes;
    private final Set<Link> cut = new LinkedHashSet<>();

    private Namespaces(String id, int nodes) {
        this.id = id;
        this.nodes = nodes;
    }

    /** Whether this process may make what it takes. It is tried inside of a namespace: nothing of it touches the machine's own network. */
    public static boolean allowed() {
        String name = "quorate-try-" + ProcessHandle.current().pid();
        try {
            ip("netns", "add", name);
            ip("-n", name, "link", "add", "bridge", "type", "bridge");
            ip("-n", name, "link", "add", "one", "type", "veth", "peer", "name", "other");
            return true;
        } catch (IllegalStateException | UncheckedIOException e) {
            return false;
        } finally {
            forget("netns", "del", name);
        }
    }

    /**
     * Makes them.
     *
     * @throws IllegalStateException with what {@code ip} says, when that is not allowed
     */
    public static Namespaces create(int nodes) {
        Namespaces network =
                new Namespaces(Long.toString(ProcessHandle.current().pid(), 36), nodes);
        try {
            network.bridge();
            IntStream.rangeClosed(1, nodes).forEach(network::attach);
            return network;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    private void bridge() {
        ip("link", "add", bridgeName(), "type", "bridge");
        ip("address", "add", SUBNET + "." + SELF + "/24", "dev", bridgeName());
        ip("link", "set", bridgeName(), "up");
    }

    private void attach(int node) {
        String port = "qv" + id + "-" + node;
        ip("netns", "add", namespace(node));
        ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace(node));
        ip("link", "set", port, "master", bridgeName(), "up");
        ip("-n", namespace(node), "address", "add", address(node) + "/24", "dev", "eth0");
        ip("-n", namespace(node), "link", "set", "eth0", "up");
        ip("-n", namespace(node), "link", "set", "lo", "up");
    }

    private String bridgeName() {
        return "qb" + id;
    }

    private String namespace(int node) {
        return "quorate-" + id + "-" + node;
    }

    @Override
    public String address(int node) {
        return SUBNET + "." + node;
    }

    @Override
    public List<String> within(int node) {
        return List.of("ip", "netns", "exec", namespace(node));
    }

    @Override
    public boolean cuts() {
        return true;
    }

    @Override
    public void cut(int from, int to) {
        if (from != to && cut.add(new Link(from, to))) {
            ip(
                    "-n",
                    namespace(from),
                    "neighbour",
                    "replace",
                    address(to),
                    "lladdr",
                    NOWHERE,
                    "dev",
                    "eth0",
                    "nud",
                    "permanent");
        }
    }

    @Override
    public void mend() {
        for (Link link : cut) {
            ip("-n", namespace(link.from()), "neighbour", "delete", address(link.to()), "dev", "eth0");
        }
        cut.clear();
    }

    /** Deletes as much of it as is there. */
    @Override
    public void close() {
        for (int node = 1; node <= nodes; node++) {
            forget("netns", "del", namespace(node));
        }
        forget("link", "del", bridgeName());
    }

    private static void forget(String... arguments) {
        try {
            ip(arguments);
        } catch (IllegalStateException | UncheckedIOException e) {
            // It was not made.
        }
    }

    private static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
