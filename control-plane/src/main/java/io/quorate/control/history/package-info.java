/**
 * What happened to the cluster, when and why, in words, from the journal. Pure; {@code io.quorate.control.http} serves it.
 */
@NullMarked
package io.quorate.control.history;

import org.jspecify.annotations.NullMarked;
