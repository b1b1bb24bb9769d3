package io.quorate.chaos.network;

import java.util.List;

/** The network that the nodes of a cluster on this machine are on. Nodes are numbered from 1. */
public interface NodeNetwork extends AutoCloseable {
    /** A node's address. */
    String address(int node);

    /** What a command begins with that runs where a node is; empty where that is here. */
    List<String> within(int node);

    /** Whether links can be cut. */
    boolean cuts();

    /**
     * What one node sends to another is lost from now on, without a word to the sender.
     *
     * @throws UnsupportedOperationException where links cannot be cut
     */
    void cut(int from, int to);

    /** All links are whole again. */
    void mend();

    @Override
    void close();
}
