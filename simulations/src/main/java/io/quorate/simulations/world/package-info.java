/**
 * The world that replicas live in while they are simulated: virtual time, a seeded network, disks that forget what was not flushed,
 * and the nodes themselves, which run the production {@code RaftReplica} and {@code EventStore}.
 *
 * <p>Nothing here may read a clock, start a thread or use randomness that does not come from the seed. Look next at {@code
 * scenario}, which lets clients and a nemesis loose in it, and at {@code invariant}, which judges.
 */
@NullMarked
package io.quorate.simulations.world;

import org.jspecify.annotations.NullMarked;
