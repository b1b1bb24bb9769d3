/**
 * Answers peer services: who they are ({@code PeerSessions}), what they may do ({@code PeerPermissions}), and what comes of it ({@code
 * PeerService}, start here). The messages are those of {@code io.quorate.persistence.peer}.
 *
 * <p>Knows the node, {@code command} and {@code kv}; neither HTTP nor the command line.
 */
@NullMarked
package io.quorate.control.peer;

import org.jspecify.annotations.NullMarked;
