package io.quorate.node.workload.image;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A web server: {@code microbot} shows the name of its container, {@code nginx} the files of a folder, and a page of its own where there are none. Says
 * each request on its output, in the common form. Told to end, it answers what was asked before.
 */
public final class Site {
    private static final int THREADS = 4;
    private static final int LAST_ANSWERS_SECONDS = 10;
    private static final String HTML = "text/html; charset=utf-8";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);

    private static final Map<String, String> TYPES = Map.of(
            "html", HTML,
            "htm", HTML,
            "css", "text/css",
            "js", "text/javascript",
            "json", "application/json",
            "txt", "text/plain; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "jpg", "image/jpeg",
            "xml", "text/xml");

    private static final String MICROBOT = """
            <!DOCTYPE html>
            <html>
              <style type="text/css">
                .centered
                  {
                  text-align:center;
                  margin-top:0px;
                  margin-bottom:0px;
                  padding:0px;
                  }
              </style>
              <body>
                <p class="centered"><img src="microbot.png" alt="microbot"/></p>
                <p class="centered">Container hostname: %s</p>
              </body>
            </html>
            """;

    private static final String WELCOME = """
            <!DOCTYPE html>
            <html>
            <head><title>Welcome to nginx!</title></head>
            <body>
            <h1>Welcome to nginx!</h1>
            <p>This page is served by %s, in the place of nginx: a web server that is built into Quorate. Files in
            usr/share/nginx/html of the container are served instead of it.</p>
            </body>
            </html>
            """;

    private final boolean files;
    private final Path root;
    private final String name;
    private volatile boolean ends;
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);

    private Site(String site, Path root, String name) {
        this.files = site.equals("nginx");
        this.root = root;
        this.name = name;
    }

    /** @param arguments which site, address, port, and the folder of its files */
    public static void main(String[] arguments) throws IOException {
        String name = System.getenv().getOrDefault("HOSTNAME", "");
        Site site = new Site(arguments[0], Path.of(arguments[3]), name);
        HttpServer server = HttpServer.create(new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2])), 0);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        server.setExecutor(threads);
        server.createContext("/", site::answer);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> site.end(server)));
        server.start();
        site.say(arguments[0] + " listens on " + arguments[1] + ":" + arguments[2]);
    }

    /** Who has asked already is answered, and knows that it is not to ask here again. */
    private void end(HttpServer server) {
        ends = true;
        server.stop(LAST_ANSWERS_SECONDS);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (ends) {
                exchange.getResponseHeaders().set("Connection", "close");
            }
            String method = exchange.getRequestMethod();
            int code;
            if (!method.equals("GET") && !method.equals("HEAD")) {
                code = send(exchange, 405, HTML, page("405 Not Allowed"));
            } else if (files) {
                code = file(exchange, exchange.getRequestURI().getPath());
            } else {
                code = send(exchange, 200, HTML, MICROBOT.formatted(name));
            }
            say(exchange.getRemoteAddress().getAddress().getHostAddress() + " - - ["
                    + ZonedDateTime.now(ZoneOffset.UTC).format(TIME) + "] \"" + method + " "
                    + exchange.getRequestURI().toASCIIString() + " HTTP/1.1\" " + code);
        }
    }

    private int file(HttpExchange exchange, String path) throws IOException {
        Path wanted = root.resolve(path.substring(1)).normalize();
        if (!wanted.startsWith(root)) {
            return send(exchange, 404, HTML, page("404 Not Found"));
        }
        Path file = Files.isDirectory(wanted) ? wanted.resolve("index.html") : wanted;
        if (Files.isRegularFile(file)) {
            String ending = file.toString().substring(file.toString().lastIndexOf('.') + 1);
            exchange.getResponseHeaders().set("Content-Type", TYPES.getOrDefault(ending, "application/octet-stream"));
            long size = exchange.getRequestMethod().equals("HEAD") ? 0 : Files.size(file);
            exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
            if (size > 0) {
                Files.copy(file, exchange.getResponseBody());
            }
            return 200;
        }
        return path.equals("/")
                ? send(exchange, 200, HTML, WELCOME.formatted(name))
                : send(exchange, 404, HTML, page("404 Not Found"));
    }

    private static String page(String title) {
        return "<html>\n<head><title>" + title + "</title></head>\n<body><center><h1>" + title
                + "</h1></center></body>\n</html>\n";
    }

    private static int send(HttpExchange exchange, int code, String type, String page) throws IOException {
        byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(code, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
        return code;
    }

    private synchronized void say(String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
