package io.quorate.control.proxy;

import io.quorate.control.objects.ObjectKey;

/**
 * One port of a service, as clients reach it.
 *
 * @param portName empty where the service has one port without a name
 * @param address the service's; empty for each address of the node (a node port)
 */
public record Frontend(ObjectKey service, String portName, String address, int port) {}
