/**
 * Backups that are taken again and again while the cluster runs: {@link io.quorate.node.backup.BackupPlanner} says on the leader when, and
 * which node takes one; {@link io.quorate.node.backup.BackupFolder} writes it on that node, reads it back, and deletes those that are too
 * many, which {@link io.quorate.node.backup.BackupNames} knows by their names. What is wanted, and what came of it, is
 * {@link io.quorate.node.membership.BackupSchedule}.
 *
 * <p>No actors and no network: {@code BackupExchange} in the node's root package asks and answers. The planner and the names are pure.
 */
@NullMarked
package io.quorate.node.backup;

import org.jspecify.annotations.NullMarked;
