/**
 * Services: on every node, whatever connects to the address of a service, or to its node port, is carried to one of the pods that are ready,
 * wherever they run. {@link io.quorate.control.proxy.ServiceTable} says purely what is to be listened on and who answers there; {@link
 * io.quorate.control.proxy.ServiceProxy} listens, {@link io.quorate.control.proxy.PodConnections} connects: to pods of this node directly, to those of others
 * by way of those, over mutual TLS ({@code http}). Knows the objects, and nothing of how pods run ({@code agent}).
 */
@NullMarked
package io.quorate.control.proxy;

import org.jspecify.annotations.NullMarked;
