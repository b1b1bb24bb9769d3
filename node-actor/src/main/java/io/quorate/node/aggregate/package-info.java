/**
 * The shell around a pure {@link io.quorate.node.aggregate.Aggregate}: decided beside the leader, kept warm on every replica,
 * reached from every node.
 *
 * <p>Knows the journal; knows nothing of what an aggregate decides. {@code membership} here and the aggregates of the control
 * plane live in it.
 */
@NullMarked
package io.quorate.node.aggregate;

import org.jspecify.annotations.NullMarked;
