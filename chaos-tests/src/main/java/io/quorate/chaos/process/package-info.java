/**
 * Real nodes as processes: {@link io.quorate.chaos.process.NodeProcess} starts, kills, pauses and stops one through the
 * distribution's launcher, and {@link io.quorate.chaos.process.ClusterView} reads what nodes say of themselves over HTTP.
 * {@link io.quorate.chaos.process.ContainerProcesses} are what runs for their pods, whatever they say.
 *
 * <p>Ends only processes that run with the data folder it was given. Knows nothing of the load that runs meanwhile; that is
 * {@code load}.
 */
@NullMarked
package io.quorate.chaos.process;

import org.jspecify.annotations.NullMarked;
