/**
 * What makes pods of the objects run on this node: reads those that are bound to it, has the runtime of {@code io.quorate.node.workload} bring them about,
 * and writes what became of them; of {@code oci} only how folders are treated that pods fill. Decisions about a pod are {@code PodSync}'s; here are the
 * forms of the objects, what a container's environment is made of, events, logs, and what the node says of its machine. Reaches the cluster through {@link io.quorate.control.agent.ObjectLink} and nothing else.
 */
@NullMarked
package io.quorate.control.agent;

import org.jspecify.annotations.NullMarked;
