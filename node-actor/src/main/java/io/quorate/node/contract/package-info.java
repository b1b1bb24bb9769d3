/**
 * What nodes store and say about themselves: the events of membership, and their serialized names.
 *
 * <p>Each command and each event carries who asked for it, {@code by}: {@code admin ada}, {@code node n1} (a command on that machine, with
 * its certificate), {@code service billing} (a peer service), {@code token 3f9c0a11} (of a node that joins), {@code planner} (the leader by
 * itself). What older releases wrote does not tell.
 *
 * <p>Records only; each stored form has a sample in the test resources that must stay readable for ever.
 */
@NullMarked
package io.quorate.node.contract;

import org.jspecify.annotations.NullMarked;
