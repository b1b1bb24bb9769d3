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

    /** No link is cut any more. */
    void mend();

    /** Whether links can be made bad. */
    boolean degrades();

    /**
     * What one node sends to another fares like this from now on.
     *
     * @throws UnsupportedOperationException where links cannot be made bad
     */
    void degrade(int from, int to, LinkConditions conditions);

    /** No link is bad any more; one that is cut stays cut. */
    void restore();

    @Override
    void close();
}
