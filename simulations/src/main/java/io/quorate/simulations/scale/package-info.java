/**
 * How a cluster's cost grows with its size: clusters of more and more nodes live through the same quiet and the same faults, and what their leader
 * says, hears and works is counted. Counts are virtual and the same for a seed; times of the processor and memory are measured, and come
 * from a clock that is given.
 *
 * <p>No promise is checked here: that is for {@code scenario}. Look next at {@code cluster}, which these clusters are made of.
 */
@NullMarked
package io.quorate.simulations.scale;

import org.jspecify.annotations.NullMarked;
