/**
 * Who belongs to the cluster, and how one gets in: tokens, the join gate, and the pure rules in {@link
 * io.quorate.node.membership.Membership}.
 *
 * <p>Knows {@code contract}, the port of {@code aggregate} and the words of {@code role}; nothing of actors or files.
 */
@NullMarked
package io.quorate.node.membership;

import org.jspecify.annotations.NullMarked;
