/**
 * What runs pods on one machine. {@link io.quorate.node.workload.PodSync} decides, from what is wanted, what runs and the time: pure, with the words
 * of kubernetes. {@link io.quorate.node.workload.PodRuntime} does it; {@link io.quorate.node.workload.ProcessRuntime} runs each container as
 * child processes that outlive this one (decision 0022), by an {@code Engine}: a command of the machine, or one of an image with walls around it. Knows neither the cluster nor its objects: who reads pods and writes their status is the
 * control plane's {@code agent}. The programs of the images that are built in are {@code image}; images that are brought in are {@code oci}.
 */
@NullMarked
package io.quorate.node.workload;

import org.jspecify.annotations.NullMarked;
