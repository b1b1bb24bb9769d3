package io.quorate.control.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import jdk.net.ExtendedSocketOptions;
import org.apache.pekko.io.Inet;

/** The kernel asks a silent peer from time to time whether it is there still, and ends the connection where it is not. */
final class KeepAlive extends Inet.AbstractSocketOption {
    private static final int SILENT_SECONDS = 60;
    private static final int AGAIN_SECONDS = 15;
    private static final int TIMES = 4;

    @Override
    public void afterConnect(Socket socket) {
        try {
            socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
                socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, SILENT_SECONDS);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, AGAIN_SECONDS);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, TIMES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
