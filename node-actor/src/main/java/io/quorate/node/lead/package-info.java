/**
 * Who leads, and what a leader does about the others: {@link io.quorate.node.lead.ClusterWatch} hears of the nodes and has {@link
 * io.quorate.node.lead.RoleSteps} taken, {@link io.quorate.node.lead.PresenceExchange} tells it, {@link io.quorate.node.lead.Contacts} and
 * {@link io.quorate.node.lead.KnownLeader} find it.
 *
 * <p>The shell around decisions that are made elsewhere: {@code role} plans, {@code membership} decides, {@code presence} remembers. Time and
 * other nodes are reached through ports ({@link io.quorate.node.lead.Timer}, {@link io.quorate.node.lead.LeaderPorts}) and nothing else, so
 * that simulations run it as it is: no clock, no thread, no socket here. {@code NodeParts} in the node's root package has the production
 * ports.
 */
@NullMarked
package io.quorate.node.lead;

import org.jspecify.annotations.NullMarked;
