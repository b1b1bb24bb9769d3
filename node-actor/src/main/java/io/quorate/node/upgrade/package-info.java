/**
 * The upgrade of a whole cluster, node after node: {@link io.quorate.node.upgrade.Upgrade} is the saga's aggregate (what was decided, who
 * wanted it, and what came of it), {@link io.quorate.node.upgrade.UpgradePlanner} says what is due, from what is known and what is
 * observed, and {@link io.quorate.node.upgrade.Preflight} what speaks against beginning.
 *
 * <p>Pure: nothing here acts. The leader's driver, {@code UpgradeExchange} in {@code io.quorate.node}, observes, asks and acts, and has
 * every step journalled before the next; what it wants of workloads goes through {@link io.quorate.node.upgrade.Workloads}. What a node
 * does about its own release is in {@link io.quorate.node.release}.
 */
@NullMarked
package io.quorate.node.upgrade;

import org.jspecify.annotations.NullMarked;
