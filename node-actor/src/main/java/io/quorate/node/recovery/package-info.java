/**
 * What can be done with the data of a node that is down. It is read as a whole and judged ({@link
 * io.quorate.node.recovery.FolderReview}); a cluster whose majority is lost goes on with it ({@link io.quorate.node.recovery.Assessment} who
 * with, {@link io.quorate.node.recovery.RecoverySurvey} asked of the members, {@link io.quorate.node.recovery.Reconfiguration} the same by hand,
 * {@link io.quorate.node.recovery.Survivor} what the node with the copy decides, {@link io.quorate.node.recovery.Recovery} how); a backup becomes a
 * cluster ({@link io.quorate.node.recovery.Restoration}); a damaged node gives up what it has ({@link io.quorate.node.recovery.Repair}). See {@code docs/how/a-majority-is-lost.md}.
 *
 * <p>Who opens a {@link io.quorate.node.folder.DataFolder} here has it alone, and nothing of its node runs. No actors, no network: the survey has
 * ports for that, so that simulations run it as it is.
 */
@NullMarked
package io.quorate.node.recovery;

import org.jspecify.annotations.NullMarked;
