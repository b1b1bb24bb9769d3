/**
 * What the services of the cluster come to on one node: where it listens for them, and which pods answer. Pure: from the objects alone, and with chance
 * as an argument. Whoever opens sockets and carries bytes asks here, and decides nothing.
 */
@NullMarked
package io.quorate.control.proxy;

import org.jspecify.annotations.NullMarked;
