/**
 * Releases of this node: where they come from, whether they are taken, how one takes the place of another. What decides is pure ({@link
 * io.quorate.node.release.Channel}, {@link io.quorate.node.release.ReleaseVersion}, {@link io.quorate.node.release.Suitability}); around it
 * are the source, the folder {@code versions/} and the order of the steps.
 *
 * <p>Nothing here knows actors, HTTP routes or the command line, nor the cluster but for its feature level. The other half of a switch is
 * the launcher, {@code deploy/src/main/launcher/quorate}: it counts the tries of a new release and falls back. Next: {@code
 * docs/decisions/0027-releases.md}, {@code docs/how-to/upgrade.md}.
 */
@NullMarked
package io.quorate.node.release;

import org.jspecify.annotations.NullMarked;
