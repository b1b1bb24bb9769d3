/**
 * Where the nodes of a cluster on this machine are on the network, and who of them reaches whom: on loopback addresses, or each in a network
 * namespace of its own, where links can be cut, or lose, delay and repeat what is sent over them ({@link
 * io.quorate.chaos.network.LinkConditions}). Nothing here knows what a node is; processes are in {@link io.quorate.chaos.process}, and what
 * is cut when is decided in {@link io.quorate.chaos.nemesis}.
 */
@NullMarked
package io.quorate.chaos.network;

import org.jspecify.annotations.NullMarked;
