/**
 * What a run of chaos is told as: a document for programs (JSON) and a page for people (HTML, without scripts), from one record of it
 * ({@link io.quorate.chaos.report.ChaosReport}). Nothing here measures or judges; that was done when it comes here.
 */
@NullMarked
package io.quorate.chaos.report;

import org.jspecify.annotations.NullMarked;
