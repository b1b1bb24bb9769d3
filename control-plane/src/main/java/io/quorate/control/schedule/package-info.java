/**
 * Where pods go, and what becomes of those whose node is away. {@code Scheduler} binds pods, {@code NodeLifecycle} marks nodes with taints, {@code
 * StrandedPods} ends pods that their node's taints drive away; each is a {@link io.quorate.control.controller.Controller}. The choice itself is
 * {@code Placing}, upon a {@code ClusterView}. The choice is pure; the
 * controllers remember what they have read and decided, for one leadership and no longer. Knows {@code controller}, {@code objects} and {@code resource}.
 */
@NullMarked
package io.quorate.control.schedule;

import org.jspecify.annotations.NullMarked;
