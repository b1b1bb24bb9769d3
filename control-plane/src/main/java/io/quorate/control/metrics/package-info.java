/**
 * The figures of a node: in Prometheus' text form, by Kamon without its agent, and as the offset in each line of its log.
 */
@NullMarked
package io.quorate.control.metrics;

import org.jspecify.annotations.NullMarked;
