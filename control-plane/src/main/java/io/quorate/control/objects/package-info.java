/**
 * The objects of the kubernetes API as one event-sourced aggregate: what may be written, what comes of it, and the state that lists and watches
 * are answered from. Pure rules; the shell is {@code io.quorate.node.aggregate}. Knows {@code resource}, {@code schema} and {@code patch}, and
 * nothing of HTTP, which is {@code kubernetes} and {@code http}.
 */
@NullMarked
package io.quorate.control.objects;

import org.jspecify.annotations.NullMarked;
