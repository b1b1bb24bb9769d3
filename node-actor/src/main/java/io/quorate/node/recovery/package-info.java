/**
 * What can be done with the data of a node that is down: it is read as a whole and judged ({@link
 * io.quorate.node.recovery.FolderReview}).
 *
 * <p>Nothing here runs beside a node: who opens a {@link io.quorate.node.folder.DataFolder} has it alone. No actors, no network.
 */
@NullMarked
package io.quorate.node.recovery;

import org.jspecify.annotations.NullMarked;
