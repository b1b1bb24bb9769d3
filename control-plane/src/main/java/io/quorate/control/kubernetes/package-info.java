/**
 * The kubernetes API as requests and answers, without HTTP: discovery, reads, writes, lists, tables and watches of the objects, logs of pods, and connections
 * to them ({@code PodStreams}; what is spoken on them is {@code channel}). And the shells that bring together what decides about objects with the node, each told of changes by {@code ObjectFeed}: {@code Controllers} runs {@code
 * controller} and {@code schedule} on the node that leads, {@code NodeReports} has the node objects follow the membership there; {@code AgentLink} and
 * {@code ServiceUpdates} bring the objects to {@code agent} and {@code proxy} on every node. Knows the rules in {@code objects} and the words in {@code
 * resource}, {@code table}; {@code http} brings requests to it, and carries its own to other nodes.
 */
@NullMarked
package io.quorate.control.kubernetes;

import org.jspecify.annotations.NullMarked;
