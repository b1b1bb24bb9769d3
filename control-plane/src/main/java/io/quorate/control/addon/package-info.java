/**
 * Add-ons: what a cluster is given by one word. A repository is a folder with an {@code addons.yaml} that names them, and the manifests of their objects;
 * {@code core} comes with this release. Which are enabled is written in one object of the cluster ({@link io.quorate.control.addon.EnabledAddon}). The
 * command line applies and deletes the objects ({@code cli}), through the API as any client. Knows {@code objects} and {@code resource}.
 */
@NullMarked
package io.quorate.control.addon;

import org.jspecify.annotations.NullMarked;
