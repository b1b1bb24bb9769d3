/**
 * What goes wrong with a cluster of real processes, when, and what it cost: the acts ({@link io.quorate.chaos.nemesis.Act}), drawn from a seed
 * ({@link io.quorate.chaos.nemesis.Acts}), and who commits and mends them ({@link io.quorate.chaos.nemesis.Nemesis}); or a script that
 * simulations read as well ({@link io.quorate.chaos.nemesis.ScenarioNemesis}). Nothing here judges what
 * the cluster answered meanwhile; who writes and who judges is chosen by the command, in {@link io.quorate.chaos.bench}.
 */
@NullMarked
package io.quorate.chaos.nemesis;

import org.jspecify.annotations.NullMarked;
