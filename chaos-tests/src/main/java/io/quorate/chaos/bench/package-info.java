/**
 * The benchmark program, {@code bin/quorate-bench}: runs against any cluster that is up, bounded in time, and prints one line
 * for each measurement. Start at {@link io.quorate.chaos.bench.BenchCommand}.
 */
@NullMarked
package io.quorate.chaos.bench;

import org.jspecify.annotations.NullMarked;
