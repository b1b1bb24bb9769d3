/**
 * The figures of a node, in Prometheus' text form, by Kamon without its agent.
 */
@NullMarked
package io.quorate.control.metrics;

import org.jspecify.annotations.NullMarked;
