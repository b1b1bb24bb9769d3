/**
 * Has the wall clock of a node that runs jump, from outside: code is loaded into its process that adds to every look at that clock ({@link
 * io.quorate.chaos.clock.ClockJump}). So the product needs no clock that tests can turn, and what libraries read is turned as well.
 * Monotonic time, by which the node waits and measures, is left alone, as by a jump of a real clock. What is loaded knows Java's platform
 * only; when a clock jumps is decided in {@link io.quorate.chaos.nemesis}.
 */
@NullMarked
package io.quorate.chaos.clock;

import org.jspecify.annotations.NullMarked;
