/**
 * Clients: {@link io.quorate.chaos.load.ClosedLoop} for throughput, {@link io.quorate.chaos.load.PacedWriter} for a history of
 * writes that is checked afterwards. {@link io.quorate.chaos.load.HttpConnection} is as lean as HTTP/1.1 allows: on a small
 * machine the clients share the processors with the nodes that they measure.
 */
@NullMarked
package io.quorate.chaos.load;

import org.jspecify.annotations.NullMarked;
