/**
 * The control plane for other services: {@link io.quorate.persistence.peer.ControlPlane} is the published protocol of typed actor messages,
 * {@link io.quorate.persistence.peer.ControlPlaneExtension} starts the actor that is found under its key. Start here; docs/how-to/
 * write-a-peer-service.md shows a service.
 *
 * <p>An application needs this jar and Pekko. The events of a subscription come from {@code journal}, the rest goes over {@code remote} to
 * {@code io.quorate.control.peer} on a node, as {@code PeerRequest} and {@code PeerAnswer}. No Pekko Cluster
 * (docs/decisions/0015-peer-services.md), no Raft, no LevelDB.
 */
@NullMarked
package io.quorate.persistence.peer;

import org.jspecify.annotations.NullMarked;
