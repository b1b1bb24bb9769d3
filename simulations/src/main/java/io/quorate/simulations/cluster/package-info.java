/**
 * Whole nodes on the machines of {@code world}: each has a role, tells its presence, follows the journal or votes, and becomes what it is told.
 * What decides and drives is production's: {@code Membership}, {@code RolePlanner}, {@code Presences}, {@code Transition}, and the shell of
 * {@code io.quorate.node.lead}. Here are the ports of that shell, and what in production is bound to actors, sockets and files, as small as it
 * can be: the shell of the membership aggregate, the journal stream, the identity on disk.
 *
 * <p>Nothing here breaks anything or judges. Look next at {@code scenario}, which does.
 */
@NullMarked
package io.quorate.simulations.cluster;

import org.jspecify.annotations.NullMarked;
