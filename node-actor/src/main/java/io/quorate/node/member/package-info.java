/**
 * A node's part in the replicated journal: {@link io.quorate.node.member.RaftMember} for a voter, {@link
 * io.quorate.node.member.JournalFollower} for a standby (an empty one begins with {@code Seeding}), and {@link io.quorate.node.member.NodeJournal} over both. {@link io.quorate.node.member.Lifeline}
 * knows when the leader's process ends.
 *
 * <p>Threads, sockets and stores meet here; decisions do not live here. What happens inside a member is in {@code
 * io.quorate.persistence.raft}.
 */
@NullMarked
package io.quorate.node.member;

import org.jspecify.annotations.NullMarked;
