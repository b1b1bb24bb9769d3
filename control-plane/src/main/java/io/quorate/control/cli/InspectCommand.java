package io.quorate.control.cli;

import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {
            "Gathers what is needed to find out what is wrong with this node into one file: status, history, metrics, the end of its log,",
            "its settings, and what lies in its data folder. No keys, no tokens, and nothing that the cluster's users have stored.",
            "A node that is down has less to tell, and is asked for the rest."
        },
        footer = {"", "Examples:", "  quorate inspect", "  quorate inspect /tmp/n3.zip --data-folder /var/lib/quorate"})
final class InspectCommand implements Callable<Integer> {
    private static final String SETTINGS = "quorate.conf";
    private static final int LOG_BYTES = 2 << 20;
    private static final Duration ANSWER = Duration.ofSeconds(10);

    /** What may be a key, a token or its hash: the first letters tell one from another, and open nothing. */
    private static final Pattern LONG_HEX = Pattern.compile("\\b([0-9a-fA-F]{8})[0-9a-fA-F]{24,}\\b");

    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", Pattern.DOTALL);

    private static final Pattern SETTING =
            Pattern.compile("(?im)^(.*(?:password|secret|token|bearer|credential)[^=:\\n]*[=:]).*$");

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "Where it goes. Default: quorate-NODE-TIME.zip, here.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        Path folder = node.dataFolder();
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    folder + " is no folder: give the one that the node was started with (--data-folder)");
        }
        Path target = file(folder);
        List<String> missing = new ArrayList<>();
        try (OutputStream out = Files.newOutputStream(target);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
            fromNode(zip, missing);
            fromFolder(zip, folder, missing);
            add(zip, "system.txt", system(folder, missing));
            add(zip, "missing.txt", String.join("\n", missing) + "\n");
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILED, target + " cannot be written, and is not whole: " + e.getMessage());
        }
        spec.commandLine().getOut().println(target + " is written; look into it before you give it away");
        missing.forEach(line -> spec.commandLine().getErr().println("not in it: " + line));
        return ExitCode.OK;
    }

    private Path file(Path folder) {
        Path asked = file;
        if (asked != null) {
            return asked;
        }
        String time = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(Instant.now(Clock.systemUTC()));
        return Path.of("quorate-" + name(folder).orElse("node") + "-" + time + ".zip");
    }

    private static Optional<String> name(Path folder) {
        try {
            return DataFolder.readIdentity(folder).map(Identity::member).map(member -> member.node());
        } catch (FolderException e) {
            return Optional.empty();
        }
    }

    private void fromNode(ZipOutputStream zip, List<String> missing) throws IOException {
        fromNode(zip, missing, "status.json", client -> answer(client, "/v1/status"));
        fromNode(zip, missing, "history.json", client -> Format.JSON.write(HistoryCommand.whole(client)));
        fromNode(zip, missing, "recovery.json", client -> answer(client, "/v1/recovery"));
        fromNode(zip, missing, "metrics.txt", client -> answer(client, "/metrics"));
    }

    private void fromNode(ZipOutputStream zip, List<String> missing, String name, Function<NodeClient, String> asked)
            throws IOException {
        String content;
        try {
            content = asked.apply(node.client());
        } catch (CommandFailure e) {
            missing.add(name + ": " + e.getMessage());
            return;
        }
        add(zip, name, content);
    }

    private static String answer(NodeClient client, String path) {
        return text(client.call("GET", path, new byte[0], ANSWER));
    }

    private static void fromFolder(ZipOutputStream zip, Path folder, List<String> missing) throws IOException {
        for (String each : List.of(
                "node.yaml",
                "recovery.yaml",
                "restoring",
                SETTINGS,
                "quorate.log",
                "tls/ca.crt",
                "tls/node.crt",
                "backend/cluster.yaml",
                "backend/info.yaml")) {
            Path path = folder.resolve(each);
            if (Files.exists(path)) {
                String content;
                try {
                    content = end(path);
                } catch (IOException e) {
                    missing.add(each + ": " + e);
                    continue;
                }
                add(zip, "data-folder/" + each, each.equals(SETTINGS) ? withoutSecretSettings(content) : content);
            }
        }
        add(zip, "data-folder/files.txt", listing(folder, missing));
    }

    private static String end(Path path) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
            long length = in.length();
            byte[] bytes = new byte[(int) Math.min(length, LOG_BYTES)];
            in.seek(length - bytes.length);
            in.readFully(bytes);
            return text(bytes);
        }
    }

    /** What lies in a folder. The node goes on meanwhile: what cannot be looked at, or is gone by then, is one line of what is missing. */
    private static String listing(Path folder, List<String> missing) throws IOException {
        SortedMap<Path, String> lines = new TreeMap<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) {
                return visitFile(each, attributes);
            }

            @Override
            public FileVisitResult visitFile(Path each, BasicFileAttributes attributes) {
                try {
                    lines.put(each, line(folder, each));
                } catch (IOException e) {
                    visitFileFailed(each, e);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path each, IOException failure) {
                missing.add(each + ": " + failure);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure) {
                return failure == null ? FileVisitResult.CONTINUE : visitFileFailed(each, failure);
            }
        });
        return String.join("", lines.values());
    }

    private static String line(Path folder, Path file) throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return PosixFilePermissions.toString(attributes.permissions())
                + String.format(Locale.ROOT, " %12d  ", attributes.isDirectory() ? 0 : attributes.size())
                + attributes.lastModifiedTime()
                + "  "
                + folder.relativize(file)
                + (attributes.isSymbolicLink() ? " -> " + Files.readSymbolicLink(file) : "")
                + "\n";
    }

    private static String system(Path folder, List<String> missing) {
        return new VersionCommand.Provider().getVersion()[0] + "\n"
                + "java " + Runtime.version() + "\n"
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch") + "\n"
                + Runtime.getRuntime().availableProcessors() + " processors\n"
                + disk(folder, missing)
                + "taken at " + Instant.now(Clock.systemUTC()) + "\n";
    }

    private static String disk(Path folder, List<String> missing) {
        try {
            FileStore disk = Files.getFileStore(folder);
            return "disk of the data folder: " + disk.type() + ", " + (disk.getUsableSpace() >> 20) + " of "
                    + (disk.getTotalSpace() >> 20) + " MiB free\n";
        } catch (IOException e) {
            missing.add("the disk of the data folder: " + e);
            return "";
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void add(ZipOutputStream zip, String name, String content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(withoutSecrets(content).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }

    /** The text without what opens anything. */
    static String withoutSecrets(String text) {
        return LONG_HEX.matcher(PRIVATE_KEY.matcher(text).replaceAll("(a private key)"))
                .replaceAll("$1…");
    }

    /** Settings without the values of those whose names say that they are secret. */
    static String withoutSecretSettings(String settings) {
        return withoutSecrets(SETTING.matcher(settings).replaceAll("$1 (removed)"));
    }
}
