package io.quorate.node.contract;

/**
 * A leader wants a backup of a node, as it is scheduled. The same order again asks what came of it.
 *
 * @param schedule number of the event that the schedule comes from
 * @param atMillis when it was first asked for, by the leader's clock, since 1970
 * @param folder where it is to go, on that node
 * @param keep how many of this cluster's may be there then
 */
public record BackupOrder(long schedule, long atMillis, String folder, int keep) {}
