/**
 * Upgrades of real nodes, under load: {@link io.quorate.chaos.upgrade.UpgradeTrials} rolls out one release after the other, as it should be and with
 * what can go wrong, {@link io.quorate.chaos.upgrade.PackedReleases} are those releases, and {@link io.quorate.chaos.upgrade.UpgradeLoad} writes and
 * asks meanwhile. {@link io.quorate.chaos.upgrade.Stalls} is what clients noticed of it, purely.
 *
 * <p>Drives nodes by the commands that people type. Knows nothing of how an upgrade is decided; that is {@code node.upgrade}.
 */
@NullMarked
package io.quorate.chaos.upgrade;

import org.jspecify.annotations.NullMarked;
