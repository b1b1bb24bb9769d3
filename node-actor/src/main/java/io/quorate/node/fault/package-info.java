/**
 * Where a test may end a node, or a command on its folder: the named steps of a join, of a leave, of a recovery, of a restore and of a
 * repair ({@link io.quorate.node.fault.Failpoint}), each before the next thing that lasts, and who is told when one is reached ({@link
 * io.quorate.node.fault.Failpoints}).
 *
 * <p>Names only: what happens at a point is decided by the shell, and in production nothing does. {@code JoinFaultsTest}, {@code
 * RecoverFaultsTest}, {@code RestoreFaultsTest} and {@code RepairFaultsTest} in {@code chaos-tests} end real processes at each of them.
 */
@NullMarked
package io.quorate.node.fault;

import org.jspecify.annotations.NullMarked;
