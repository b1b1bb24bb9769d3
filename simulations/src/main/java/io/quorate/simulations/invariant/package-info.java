/**
 * What must hold in every run, one small class for each promise. An invariant sees {@link io.quorate.simulations.invariant.Observation}s
 * in the order in which they happened and throws a {@link io.quorate.simulations.invariant.Violation} at the first that breaks it.
 *
 * <p>Pure: no invariant knows the world, so a broken history can be written down by hand in its test. Look next at {@code scenario},
 * which observes.
 */
@NullMarked
package io.quorate.simulations.invariant;

import org.jspecify.annotations.NullMarked;
