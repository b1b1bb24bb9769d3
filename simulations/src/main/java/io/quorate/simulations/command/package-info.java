/**
 * The command line of the simulation: many runs, one line each, and a summary. And what one planned cluster would do, for an operator. Keeps no rule of its own; look next at {@code
 * scenario}.
 */
@NullMarked
package io.quorate.simulations.command;

import org.jspecify.annotations.NullMarked;
