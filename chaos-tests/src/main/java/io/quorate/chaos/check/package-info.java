/**
 * Judges of histories: pure functions from calls to a {@link io.quorate.chaos.check.Verdict}, each named for what it looks for. Nothing here
 * reads a file, a clock or a node, and none of them ever says OK of what it could not judge: where a bound is reached or nothing was
 * answered, the verdict is UNKNOWN. Start at {@link io.quorate.chaos.check.Checker}; where the calls come from is {@code history}.
 */
@NullMarked
package io.quorate.chaos.check;

import org.jspecify.annotations.NullMarked;
