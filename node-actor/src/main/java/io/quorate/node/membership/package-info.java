/**
 * Who belongs to the cluster, and how one gets in: tokens, the join gate, and the pure rules in {@link
 * io.quorate.node.membership.Membership}.
 */
@NullMarked
package io.quorate.node.membership;

import org.jspecify.annotations.NullMarked;
