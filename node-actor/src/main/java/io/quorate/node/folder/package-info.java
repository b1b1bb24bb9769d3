/**
 * The data folder of a node: identity, lock, and the metadata that can be read while the node is down.
 *
 * <p>Files only; nothing here knows actors or Raft.
 */
@NullMarked
package io.quorate.node.folder;

import org.jspecify.annotations.NullMarked;
