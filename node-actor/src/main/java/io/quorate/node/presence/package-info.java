/**
 * Who is there: each node tells the leader about itself ({@link io.quorate.node.contract.Presence}), the leader keeps when it heard
 * of whom ({@link io.quorate.node.presence.Presences}) and answers what the node is; the node then becomes that ({@link
 * io.quorate.node.presence.Transition}).
 * Where the members are stands in {@link io.quorate.node.presence.AddressBook}, who leads in {@link io.quorate.node.presence.Leads}.
 *
 * <p>Pure code only: time comes as an argument. {@code PresenceExchange} in {@code lead} sends and receives.
 */
@NullMarked
package io.quorate.node.presence;

import org.jspecify.annotations.NullMarked;
