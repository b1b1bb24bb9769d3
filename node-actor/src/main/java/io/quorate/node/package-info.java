/**
 * One node: {@link io.quorate.node.Node} starts it, holds its parts and stops them in order. Start here.
 *
 * <p>{@code folder} is what it keeps on disk, {@code member} its part in the replicated journal, {@code membership} who belongs to
 * the cluster, {@code role} who votes, {@code presence} who is there,
 * {@code lead} what a leader does about all of that, {@code aggregate} the shell of everything that is decided beside the leader. No HTTP and
 * no command line here.
 */
@NullMarked
package io.quorate.node;

import org.jspecify.annotations.NullMarked;
