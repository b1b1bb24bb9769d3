/**
 * How a client gets to the API of a cluster: where it is, whom to trust, what to show. From a node's data folder, or from a file in the
 * form that {@code kubectl} reads. For the command line, the benchmarks and the tests; no actors here.
 */
@NullMarked
package io.quorate.node.access;

import org.jspecify.annotations.NullMarked;
