package io.quorate.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.raft.RaftTiming;
import java.nio.file.Path;

/**
 * What a node is told at its start; the keys are in {@code reference.conf}.
 *
 * @param address host that other nodes reach this one at
 * @param clusterPort 1 to 65535, or 0 for any free one (tests)
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
        int readThreads) {

    public NodeSettings {
        // The name's form is the member's: said once, there.
        MemberId checked = new MemberId(name, 1, address + ":" + clusterPort);
        if (checked.host().isEmpty()) {
            throw new IllegalArgumentException("quorate.node.address: is empty");
        }
        for (int port : new int[] {clusterPort, apiPort, joinPort}) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("a port wants 0 to 65535, is " + port);
            }
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
            Config node = config.getConfig("quorate.node");
            Config raft = config.getConfig("quorate.raft");
            String name = node.getString("name");
            return new NodeSettings(
                    dataFolder,
                    name.isEmpty() ? hostName : name,
                    node.getString("address"),
                    node.getInt("cluster-port"),
                    node.getInt("api-port"),
                    node.getInt("join-port"),
                    new RaftTiming(
                            raft.getDuration("heartbeat-period"),
                            raft.getDuration("heartbeat-timeout"),
                            raft.getDuration("election-timeout")),
                    config.getString("quorate.journal.store-engine"),
                    config.getInt("quorate.read-threads"));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** {@code host:port} of the cluster port. */
    public String clusterAddress() {
        return address + ":" + clusterPort;
    }
}
