package io.quorate.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.List;

/** The addresses of this machine. */
public final class LocalAddresses {
    private LocalAddresses() {}

    /**
     * Whether a socket of this machine can have an address.
     *
     * @param host name or address
     */
    public static boolean has(String host) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Those that other machines may reach it at, for people. */
    static String words() {
        List<String> all = all();
        return all.isEmpty() ? "no other than that of its loopback" : String.join(", ", all);
    }

    private static List<String> all() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .map(InetAddress::getHostAddress)
                    .sorted()
                    .toList();
        } catch (SocketException e) {
            return List.of();
        }
    }
}
