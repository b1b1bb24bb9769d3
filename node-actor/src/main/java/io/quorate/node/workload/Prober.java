package io.quorate.node.workload;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Looks whether containers are well. Blocks. */
public final class Prober {
    private static final int MAX_MESSAGE = 512;

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
        try {
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
            try {
                if (connection instanceof HttpsURLConnection secured) {
                    // As kubernetes: whose certificate it is, is not what is asked.
                    secured.setSSLSocketFactory(AnyCertificate.CONTEXT.getSocketFactory());
                    secured.setHostnameVerifier((name, session) -> true);
                }
                connection.setConnectTimeout(millis(timeout));
                connection.setReadTimeout(millis(timeout));
                connection.setInstanceFollowRedirects(false);
                connection.setUseCaches(false);
                connection.setRequestProperty("User-Agent", "kube-probe/1.33");
                connection.setRequestProperty("Connection", "close");
                check.headers().forEach(each -> connection.setRequestProperty(each.name(), each.value()));
                int code = connection.getResponseCode();
                return code >= 200 && code < 400
                        ? new Probe.Result(true, "")
                        : new Probe.Result(false, "HTTP probe failed with statuscode: " + code);
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return new Probe.Result(
                    false, "Get \"" + uri + "\": dial tcp " + host + ":" + check.port() + ": " + words(e));
        }
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
