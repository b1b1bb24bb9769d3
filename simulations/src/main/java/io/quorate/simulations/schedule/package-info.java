/**
 * What is done to a group, as data: acts with their times, and the file in which they can be written down. Its words name nodes and
 * faults, not how a fault is made, so that another nemesis can be driven by the same file.
 *
 * <p>{@code ClusterPlan} is a cluster as an operator thinks of building it, and its {@code Failure}s are acts by the names that people
 * have for them.
 *
 * <p>Nothing here knows the world in which a script runs. Look next at {@code scenario}, which draws scripts and runs them.
 */
@NullMarked
package io.quorate.simulations.schedule;

import org.jspecify.annotations.NullMarked;
