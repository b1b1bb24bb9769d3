/**
 * The benchmark program, {@code bin/quorate-bench}: runs against any cluster that is up, bounded in time, and prints one line
 * for each measurement, or a verdict on what clients were told. How clients ask and who judges stands in {@code load}, {@code workload} and
 * {@code check}, not here. Start at {@link io.quorate.chaos.bench.BenchCommand}.
 */
@NullMarked
package io.quorate.chaos.bench;

import org.jspecify.annotations.NullMarked;
