/**
 * Pods under faults: {@link io.quorate.chaos.pods.PodTrials} does to a cluster what people and fate do to one that runs pods,
 * {@link io.quorate.chaos.pods.SiteClients} ask a service all the time meanwhile, {@link io.quorate.chaos.pods.ObjectWatch} follows what becomes of
 * the objects, and {@link io.quorate.chaos.pods.PodJudge} judges it, purely. {@link io.quorate.chaos.pods.PodWorkload} runs beside
 * other workloads.
 */
@NullMarked
package io.quorate.chaos.pods;

import org.jspecify.annotations.NullMarked;
