/**
 * What a run is told as: a document for programs (JSON) and a page for people (HTML, without scripts), from one record of it: of chaos
 * ({@link io.quorate.chaos.report.ChaosReport}), or of rounds in which promises were measured
 * ({@link io.quorate.chaos.report.PromisesReport}, with their budgets in {@link io.quorate.chaos.report.Trial}). Nothing here measures or
 * judges; that was done when it comes here.
 */
@NullMarked
package io.quorate.chaos.report;

import org.jspecify.annotations.NullMarked;
