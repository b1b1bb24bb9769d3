/**
 * The key-value store: the smallest honest use of the journal, and the benchmark's target. Pure rules in {@code KeyValues}; the
 * shell is {@code io.quorate.node.aggregate}.
 */
@NullMarked
package io.quorate.control.kv;

import org.jspecify.annotations.NullMarked;
