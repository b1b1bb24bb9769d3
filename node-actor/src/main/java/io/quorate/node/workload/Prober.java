package io.quorate.node.workload;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Looks whether containers are well. Blocks. Speaks HTTP itself: the platform's HttpURLConnection keeps the header Host to itself. */
public final class Prober {
    private static final int MAX_MESSAGE = 512;
    /** Of an answer, up to its status; and so many characters a line has. */
    private static final int MAX_LINES = 200;

    private static final int MAX_LINE = 8 * 1024;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[0-9] ([0-9]{3})\\b");
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern VALUE = Pattern.compile("[^\\x00-\\x08\\x0A-\\x1F\\x7F]*");

    private final PodRuntime runtime;

    public Prober(PodRuntime runtime) {
        this.runtime = runtime;
    }

    /** @param address the pod's */
    public Probe.Result look(String podUid, String container, String address, Probe.Check check, Duration timeout) {
        try {
            return switch (check) {
                case Probe.Check.Exec(var command) -> runtime.exec(podUid, container, command, timeout);
                case Probe.Check.Tcp(var host, var port) -> tcp(host.isEmpty() ? address : host, port, timeout);
                case Probe.Check.Http http -> http(http, http.host().isEmpty() ? address : http.host(), timeout);
            };
        } catch (IllegalArgumentException e) {
            return new Probe.Result(false, String.valueOf(e.getMessage()));
        }
    }

    private static Probe.Result tcp(String host, int port, Duration timeout) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), millis(timeout));
            return new Probe.Result(true, "");
        } catch (IOException e) {
            return new Probe.Result(false, "dial tcp " + host + ":" + port + ": " + words(e));
        }
    }

    private static Probe.Result http(Probe.Check.Http check, String host, Duration timeout) {
        String path = check.path().startsWith("/") ? check.path() : "/" + check.path();
        String scheme = check.scheme().equalsIgnoreCase("https") ? "https" : "http";
        URI uri = URI.create(scheme + "://" + host + ":" + check.port() + path);
        byte[] request = request(uri, host + ":" + check.port(), check.headers());
        try (Socket plain = new Socket(Proxy.NO_PROXY)) {
            plain.connect(new InetSocketAddress(host, check.port()), millis(timeout));
            plain.setSoTimeout(millis(timeout));
            int code;
            if (scheme.equals("https")) {
                // As kubernetes: whose certificate it is, is not what is asked.
                try (Socket secured =
                        AnyCertificate.CONTEXT.getSocketFactory().createSocket(plain, host, check.port(), true)) {
                    code = code(secured, request);
                }
            } else {
                code = code(plain, request);
            }
            return code >= 200 && code < 400
                    ? new Probe.Result(true, "")
                    : new Probe.Result(false, "HTTP probe failed with statuscode: " + code);
        } catch (IOException e) {
            return new Probe.Result(
                    false, "Get \"" + uri + "\": dial tcp " + host + ":" + check.port() + ": " + words(e));
        }
    }

    /** What the pod says takes the place of what is usual; a name may be there more than once. */
    private static byte[] request(URI uri, String authority, List<Probe.Header> headers) {
        List<Probe.Header> all = new ArrayList<>();
        for (Probe.Header usual : List.of(
                new Probe.Header("Host", authority),
                new Probe.Header("User-Agent", "kube-probe/1.33"),
                new Probe.Header("Accept", "*/*"),
                new Probe.Header("Connection", "close"))) {
            if (headers.stream().noneMatch(each -> each.name().equalsIgnoreCase(usual.name()))) {
                all.add(usual);
            }
        }
        all.addAll(headers);
        URI ascii = URI.create(uri.toASCIIString());
        StringBuilder text = new StringBuilder("GET ").append(ascii.getRawPath());
        if (ascii.getRawQuery() != null) {
            text.append('?').append(ascii.getRawQuery());
        }
        text.append(" HTTP/1.1\r\n");
        for (Probe.Header each : all) {
            if (!NAME.matcher(each.name()).matches()
                    || !VALUE.matcher(each.value()).matches()) {
                throw new IllegalArgumentException("the header " + each.name() + " has characters that no header has");
            }
            text.append(each.name()).append(": ").append(each.value()).append("\r\n");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Of the answer; what else is in it is not read. */
    private static int code(Socket socket, byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        socket.getOutputStream().flush();
        InputStream in = new BufferedInputStream(socket.getInputStream());
        boolean begins = true;
        for (int i = 0; i < MAX_LINES; i++) {
            String line = line(in);
            if (!begins) {
                begins = line.isEmpty();
                continue;
            }
            Matcher status = STATUS.matcher(line);
            if (!status.lookingAt()) {
                throw new IOException("malformed HTTP response \"" + shortened(line) + "\"");
            }
            int code = Integer.parseInt(status.group(1));
            if (code >= 200) {
                return code;
            }
            begins = false; // there is more to come
        }
        throw new IOException("malformed HTTP response: it goes on and on");
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("EOF");
            }
            if (line.length() == MAX_LINE) {
                throw new IOException("malformed HTTP response: a line is too long");
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    private static String words(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("refused")
                ? "connect: connection refused"
                : message.contains("timed out") ? "i/o timeout" : message;
    }

    private static int millis(Duration timeout) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, timeout.toMillis()));
    }

    static String shortened(String text) {
        return text.length() > MAX_MESSAGE ? text.substring(0, MAX_MESSAGE) : text;
    }

    /** Loaded by the first probe that wants it. */
    private static final class AnyCertificate implements X509TrustManager {
        static final SSLContext CONTEXT = context();

        private static SSLContext context() {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new AnyCertificate()}, null);
                return context;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has TLS", e);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
