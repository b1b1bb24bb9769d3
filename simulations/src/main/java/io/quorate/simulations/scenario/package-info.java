/**
 * Runs: clients that append and read in virtual time, a nemesis that breaks things, a watcher that shows the invariants what
 * happened, and a quiet end at which everything has to be there. A plan and its seed determine a script, and a script determines a
 * run wholly.
 *
 * <p>A {@code PlannedRun} is another kind: nothing is judged there, and what happens is recorded for {@code report}.
 *
 * <p>No rule about what is right lives here: those are in {@code invariant}. Look next at {@code command}, which runs many.
 */
@NullMarked
package io.quorate.simulations.scenario;

import org.jspecify.annotations.NullMarked;
