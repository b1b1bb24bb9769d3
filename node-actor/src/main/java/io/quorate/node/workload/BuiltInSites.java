package io.quorate.node.workload;

import io.quorate.node.workload.image.Site;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/** How the programs that are built in are started: as small Java processes of this node's own Java and classes. */
final class BuiltInSites {
    /** Small is what counts: ten of them are to be nothing to a machine. */
    private static final List<String> FLAGS = List.of(
            "-Xms4m",
            "-Xmx32m",
            "-Xss256k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=8m",
            "-XX:MaxMetaspaceSize=32m",
            "-XX:CICompilerCount=1",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xshare:auto",
            "-Xlog:disable",
            "-Xlog:all=error:stderr");

    private BuiltInSites() {}

    static List<String> command(String site, String address, int port, Path root) {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of(
                "-cp",
                classes().toString(),
                Site.class.getName(),
                site,
                address,
                Integer.toString(port),
                root.toString()));
        return command;
    }

    private static Path classes() {
        try {
            return Path.of(Site.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the place of the classes is no address", e);
        }
    }

    /**
     * Sees to it that a port can be listened on, before a process is started that could only say so in its log.
     *
     * @throws StartRefused when it cannot, with what to do
     */
    static void checkPort(String address, int port) throws StartRefused {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new java.net.InetSocketAddress(InetAddress.getByName(address), port));
        } catch (BindException e) {
            boolean forbidden = String.valueOf(e.getMessage()).contains("ermission");
            throw new StartRefused(
                    "CreateContainerError",
                    forbidden
                            ? "port " + port
                                    + " may not be listened on by this node's user. Next, as root on the machine:"
                                    + " sysctl -w net.ipv4.ip_unprivileged_port_start=" + port
                                    + "; or give the container another port in its environment variable PORT"
                            : address + ":" + port + " cannot be listened on: " + e.getMessage());
        } catch (IOException e) {
            throw new StartRefused(
                    "CreateContainerError", address + ":" + port + " cannot be listened on: " + e.getMessage());
        }
    }
}
