/**
 * What nodes store and say about themselves: the events of membership, and their serialized names.
 *
 * <p>Records only; each stored form has a sample in the test resources that must stay readable for ever.
 */
@NullMarked
package io.quorate.node.contract;

import org.jspecify.annotations.NullMarked;
