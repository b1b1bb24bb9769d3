package io.quorate.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.raft.RaftTiming;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a node is told at its start; the keys are in {@code reference.conf}.
 *
 * @param address host that other nodes reach this one at
 * @param clusterPort 1 to 65535, or 0 for any free one (tests)
 * @param certificateLifetime of the certificates that this node issues; one minute or more
 * @param contacts {@code host:port} of other nodes' cluster ports, beside those that this node knows
 * @param alsoNamed further host names and addresses that clients call this node by
 * @param workloads how its pods are run
 * @param refreshInterval how often a node without a copy writes down where the API of the others is; zero for never
 */
public record NodeSettings(
        Path dataFolder,
        String name,
        String address,
        int clusterPort,
        int apiPort,
        int joinPort,
        RaftTiming timing,
        String storeEngine,
        int readThreads,
        Duration certificateLifetime,
        List<String> alsoNamed,
        List<String> contacts,
        Workloads workloads,
        Duration refreshInterval) {

    /**
     * How a node runs pods.
     *
     * @param walls whether containers are made of images, with walls around them
     * @param images the folder of these images
     */
    public record Workloads(boolean walls, Path images) {
        /** Where the images are unpacked, which is this node's own business. */
        public static Path unpacked(Path dataFolder) {
            return dataFolder.resolve("images/unpacked");
        }
    }

    private static final Duration SHORTEST_LIFETIME = Duration.ofMinutes(1);

    public NodeSettings {
        // The forms of name and address are the member's: said once, there.
        try {
            MemberId checked = new MemberId(name, 1, "127.0.0.1:1");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("quorate.node.name: " + e.getMessage(), e);
        }
        checkPort("cluster-port", clusterPort);
        checkPort("api-port", apiPort);
        checkPort("join-port", joinPort);
        try {
            MemberId checked = new MemberId(name, 1, address + ":" + clusterPort);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "quorate.node.address: wants a host's name or address, "
                            + (address.isEmpty() ? "is empty" : "is '" + address + "'"),
                    e);
        }
        if (readThreads < 1) {
            throw new IllegalArgumentException("quorate.read-threads: wants 1 or more, is " + readThreads);
        }
        if (certificateLifetime.compareTo(SHORTEST_LIFETIME) < 0) {
            throw new IllegalArgumentException("quorate.tls.certificate-lifetime: wants a minute or more, is "
                    + certificateLifetime.toSeconds() + " s");
        }
        if (refreshInterval.isNegative()) {
            throw new IllegalArgumentException("quorate.api-server-proxy.refresh-interval: wants 0 (never) or more, is "
                    + refreshInterval.toSeconds() + " s");
        }
        alsoNamed = List.copyOf(alsoNamed);
        contacts = List.copyOf(contacts);
        for (String contact : contacts) {
            try {
                MemberId checked = new MemberId(name, 1, contact);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "quorate.node.contacts: wants host:port of other nodes' cluster ports, has '" + contact + "'",
                        e);
            }
        }
    }

    private static void checkPort(String key, int port) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("quorate.node." + key + ": wants 0 to 65535, is " + port);
        }
    }

    /**
     * Reads the settings of a node.
     *
     * @param hostName used where no name is set
     * @throws IllegalArgumentException naming the key that is wrong
     */
    public static NodeSettings of(Config config, Path dataFolder, String hostName) {
        try {
            // By the whole path: it is what the failure names.
            String name = config.getString("quorate.node.name");
            return new NodeSettings(
                    dataFolder,
                    name.isEmpty() ? hostName : name,
                    config.getString("quorate.node.address"),
                    config.getInt("quorate.node.cluster-port"),
                    config.getInt("quorate.node.api-port"),
                    config.getInt("quorate.node.join-port"),
                    new RaftTiming(
                            config.getDuration("quorate.raft.heartbeat-period"),
                            config.getDuration("quorate.raft.heartbeat-timeout"),
                            config.getDuration("quorate.raft.election-timeout")),
                    config.getString("quorate.journal.store-engine"),
                    config.getInt("quorate.read-threads"),
                    config.getDuration("quorate.tls.certificate-lifetime"),
                    config.getStringList("quorate.tls.also-named"),
                    config.getStringList("quorate.node.contacts"),
                    workloads(config, dataFolder),
                    config.getDuration("quorate.api-server-proxy.refresh-interval"));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * What of the settings says how pods are run.
     *
     * @throws IllegalArgumentException naming the key that is wrong
     */
    public static Workloads workloads(Config config, Path dataFolder) {
        String runtime = config.getString("quorate.workload.runtime");
        if (!runtime.equals("process") && !runtime.equals("oci")) {
            throw new IllegalArgumentException("quorate.workload.runtime: wants process or oci, is '" + runtime + "'");
        }
        String images = config.getString("quorate.workload.images");
        return new Workloads(runtime.equals("oci"), dataFolder.resolve(images.isEmpty() ? "images" : images));
    }

    /** {@code host:port} of the cluster port. */
    public String clusterAddress() {
        return address + ":" + clusterPort;
    }
}
