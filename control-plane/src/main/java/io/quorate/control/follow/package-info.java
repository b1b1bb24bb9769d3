/**
 * How a node without a copy of the objects learns of those that it needs: what a node needs ({@link io.quorate.control.follow.Needs}), how it is told
 * ({@link io.quorate.control.follow.Line}), and what it makes of that ({@link io.quorate.control.follow.Followed}). Pure: the connections are {@code
 * kubernetes} and {@code http}. Decision 0024 says why it is so.
 */
@NullMarked
package io.quorate.control.follow;

import org.jspecify.annotations.NullMarked;
