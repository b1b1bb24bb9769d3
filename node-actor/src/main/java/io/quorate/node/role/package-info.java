/**
 * Who votes: the roles, their legal transitions, and the pure {@link io.quorate.node.role.RolePlanner}.
 *
 * <pre>
 *            assign                assign                  assign
 *  Joining ─────────▶ Spare ◀───────────────▶ Standby ◀───────────────▶ Voter ⇄ Leader
 *                       ▲                        │ silent, or too many      │
 *                       └──────── Leaving ◀──────┴──────────────────────────┘ ─▶ Removed
 * </pre>
 *
 * <p>Pure code only; {@code RoleSteps} in {@code lead} takes the steps.
 */
@NullMarked
package io.quorate.node.role;

import org.jspecify.annotations.NullMarked;
