package io.quorate.chaos.network;

import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Each node in a network namespace of its own, all on one bridge, on which this process is as well. Wants root and {@code ip}.
 *
 * <p>A link is cut by a neighbour entry that leads nowhere: what the one sends to the other goes to a card that does not exist. So it is
 * lost as on a broken wire, in one direction, connections that stand included, and it wants no module of the kernel.
 *
 * <p>A link is bad by a detour: each namespace has a second device, whose other end is a {@link Relay} in this process, and a route of its
 * own leads over it to one other node, for as long as that link is to lose, to delay or to repeat. Addresses are the same, so connections
 * that stand take it as well. The kernel's own {@code netem} is not everywhere; the detour wants nothing but {@code /dev/net/tun}, and
 * where that is missing links can be cut only. What the relay costs where nothing is bad is not decided by what was measured: with 16 clients on two
 * cores 1,700 to 4,100 writes/s with all links led over it, 1,400 to 2,800 over the bridge (26 November 2026, three times each in turn, among
 * other work). So it is kept for what is bad: nobody has to ask then whether it was the relay that was slow.
 */
public final class Namespaces implements NodeNetwork {
    /** How somebody who is not root gets what it takes, where the machine lets people make namespaces of users. */
    public static final String WITHOUT_ROOT =
            "unshare --user --map-root-user --net --mount sh -c 'mount -t tmpfs tmpfs /run && exec \"$@\"' sh COMMAND";

    /** For tests of networks (RFC 2544): nobody is there. */
    private static final String SUBNET = "198.18.77";

    private static final int SELF = 254;

    /** Locally administered, and nobody's. */
    private static final String NOWHERE = "02:00:00:00:00:01";

    private static final String DETOUR = "detour";

    private record Link(int from, int to) {}

    /** How one node reaches another. */
    private enum Way {
        BRIDGE,
        RELAY,
        NONE
    }

    private final String id;
    private final int nodes;
    private final Set<Link> cut = new HashSet<>();
    private final Map<Link, LinkConditions> bad = new HashMap<>();
    private final Map<Link, Way> ways = new HashMap<>();
    private Optional<Relay> relay = Optional.empty();

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
     * @param seed of what bad links lose
     * @throws IllegalStateException with what {@code ip} says, when that is not allowed
     */
    public static Namespaces create(int nodes, long seed) {
        Namespaces network =
                new Namespaces(Long.toString(ProcessHandle.current().pid(), 36), nodes);
        try {
            network.bridge();
            IntStream.rangeClosed(1, nodes).forEach(network::attach);
            network.relay = network.detours(seed);
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

    /** The second device of each node; nothing where there are none to be had. */
    private Optional<Relay> detours(long seed) {
        Map<Integer, TunDevice> devices = new HashMap<>();
        try {
            for (int node = 1; node <= nodes; node++) {
                String device = "qr" + id + "-" + node;
                devices.put(Ipv4.address(address(node)), TunDevice.create(device));
                ip("link", "set", device, "netns", namespace(node), "name", DETOUR);
                ip("-n", namespace(node), "link", "set", DETOUR, "up");
                for (String where : List.of("all", DETOUR)) {
                    // What comes over one device may be answered over the other.
                    netns(namespace(node), "sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/" + where + "/rp_filter");
                }
            }
            return Optional.of(new Relay(devices, seed));
        } catch (IllegalStateException e) {
            devices.values().forEach(TunDevice::close);
            return Optional.empty();
        }
    }

    @Override
    public boolean cuts() {
        return true;
    }

    @Override
    public void cut(int from, int to) {
        if (from != to) {
            Link link = new Link(from, to);
            cut.add(link);
            lead(link);
        }
    }

    @Override
    public void mend() {
        List<Link> mended = List.copyOf(cut);
        cut.clear();
        mended.forEach(this::lead);
    }

    @Override
    public boolean degrades() {
        return relay.isPresent();
    }

    @Override
    public void degrade(int from, int to, LinkConditions conditions) {
        Relay carries = relay.orElseThrow(() -> new UnsupportedOperationException("there are no tun devices here"));
        if (from != to) {
            Link link = new Link(from, to);
            bad.put(link, conditions);
            carries.set(Ipv4.address(address(from)), Ipv4.address(address(to)), conditions);
            lead(link);
        }
    }

    @Override
    public void restore() {
        List<Link> restored = List.copyOf(bad.keySet());
        bad.clear();
        for (Link link : restored) {
            lead(link);
            relay.ifPresent(each -> each.clear(Ipv4.address(address(link.from())), Ipv4.address(address(link.to()))));
        }
    }

    /** Has the one reach the other, or not, as is wanted now. */
    private void lead(Link link) {
        Way next = cut.contains(link) ? Way.NONE : bad.containsKey(link) ? Way.RELAY : Way.BRIDGE;
        Way before = ways.getOrDefault(link, Way.BRIDGE);
        if (next == before) {
            return;
        }
        String to = address(link.to());
        String[] where = {"-n", namespace(link.from())};
        switch (before) {
            case NONE -> ip(where, "neighbour", "delete", to, "dev", "eth0");
            case RELAY -> ip(where, "route", "delete", to + "/32", "dev", DETOUR);
            case BRIDGE -> {}
        }
        switch (next) {
            case NONE -> ip(where, "neighbour", "replace", to, "lladdr", NOWHERE, "dev", "eth0", "nud", "permanent");
            case RELAY -> ip(where, "route", "replace", to + "/32", "dev", DETOUR, "src", address(link.from()));
            case BRIDGE -> {}
        }
        ways.put(link, next);
    }

    /** Deletes as much of it as is there. */
    @Override
    public void close() {
        for (int node = 1; node <= nodes; node++) {
            forget("netns", "del", namespace(node));
        }
        forget("link", "del", bridgeName());
        relay.ifPresent(Relay::close);
        relay = Optional.empty();
    }

    private static void forget(String... arguments) {
        try {
            ip(arguments);
        } catch (IllegalStateException | UncheckedIOException e) {
            // It was not made.
        }
    }

    private static void ip(String[] where, String... arguments) {
        run(Stream.of(Stream.of("ip"), Stream.of(where), Stream.of(arguments)));
    }

    private static void ip(String... arguments) {
        ip(new String[0], arguments);
    }

    private static void netns(String namespace, String... command) {
        run(Stream.of(Stream.of("ip", "netns", "exec", namespace), Stream.of(command)));
    }

    private static void run(Stream<Stream<String>> words) {
        SystemCommand.run(words.flatMap(each -> each).toList());
    }
}
