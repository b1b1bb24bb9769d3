/**
 * The data folder of a node: identity, lock, and the metadata that can be read while the node is down; and
 * {@link io.quorate.node.folder.WriteBehind}, for those who learn what belongs there and must not wait for a disk.
 *
 * <p>Files only; nothing here knows actors or Raft.
 */
@NullMarked
package io.quorate.node.folder;

import org.jspecify.annotations.NullMarked;
