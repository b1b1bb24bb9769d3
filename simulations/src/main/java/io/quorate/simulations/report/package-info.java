/**
 * From what was observed of a planned cluster to what somebody wants to know of it: figures, advice, and the three forms in which they are
 * shown. Pure functions over records.
 *
 * <p>Nothing here runs a cluster. Look next at {@code scenario}, which observes one, and at {@code schedule}, where the plan is.
 */
@NullMarked
package io.quorate.simulations.report;

import org.jspecify.annotations.NullMarked;
