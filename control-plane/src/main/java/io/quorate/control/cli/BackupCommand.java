package io.quorate.control.cli;

import io.quorate.control.history.HistoryEntry;
import io.quorate.persistence.backup.BackupException;
import io.quorate.persistence.backup.BackupHeader;
import io.quorate.persistence.backup.BackupReader;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        subcommands = {BackupCommand.VerifyBackup.class, ScheduleBackup.class},
        description = {
            "Writes everything that the cluster's journal has into one file, compressed, while the cluster goes on. Any node with a copy",
            "will do; take one that does not lead. The file is there only when it is whole, and was read back while it came."
        },
        footer = {
            "",
            "Examples:",
            "  quorate backup /mnt/backups/today.quorate",
            "  quorate backup - | ssh safe.example.org 'cat > today.quorate'",
            "  quorate backup verify today.quorate",
            "  quorate backup schedule --every 24h --keep 7 --to /mnt/backups/quorate",
            "  quorate restore today.quorate --data-folder /var/lib/quorate-restored --name r1 --address 10.0.9.1"
        })
final class BackupCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(names = "--overwrite", description = "Replaces a file that is there.")
    private boolean overwrite;

    @Parameters(paramLabel = "FILE|-", arity = "0..1", description = "Where it goes; - for standard output.")
    private String file = "";

    @Override
    public Integer call() {
        if (file.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "a backup wants a file, or - for standard output");
        }
        PrintWriter err = spec.commandLine().getErr();
        if (file.equals("-")) {
            try (InputStream in = node.client().stream("/v1/backup")) {
                err.println(words("standard output", copied(in, System.out)));
                System.out.flush();
                return ExitCode.OK;
            } catch (BackupException | IOException e) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "what went to standard output is no backup: " + e.getMessage() + ". Try again");
            }
        }
        Path target = Path.of(file).toAbsolutePath();
        if (Files.exists(target) && !overwrite) {
            throw new CommandFailure(ExitCode.FAILED, target + " is there already. Next: another name, or --overwrite");
        }
        spec.commandLine().getOut().println(words(target.toString(), toFile(target)));
        return ExitCode.OK;
    }

    private Summary toFile(Path target) {
        Path unfinished = target.resolveSibling(target.getFileName() + ".unfinished");
        try (InputStream in = node.client().stream("/v1/backup")) {
            Summary summary;
            try (FileChannel channel = FileChannel.open(
                            unfinished,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE);
                    OutputStream out = Channels.newOutputStream(channel)) {
                summary = copied(in, out);
                channel.force(true);
            }
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return summary;
        } catch (BackupException | IOException e) {
            forget(unfinished);
            throw new CommandFailure(
                    ExitCode.FAILED, "the backup was not written to " + target + ": " + e.getMessage() + ". Try again");
        }
    }

    private static void forget(Path unfinished) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            return; // it is named as what it is
        }
    }

    /** @param bytes of the file */
    private record Summary(BackupHeader header, long entries, long events, long bytes) {}

    private static String words(String where, Summary summary) {
        BackupHeader header = summary.header();
        return where + ": " + summary.events() + " events up to offset " + header.index() + " of cluster "
                + header.clusterId() + ", epoch " + header.epoch() + ", taken on " + header.node() + " at "
                + HistoryEntry.time(header.atMillis()) + "; " + summary.bytes() / 1024 + " KiB, whole";
    }

    /** Copies what is read, and reads it as a backup meanwhile. */
    private static Summary copied(InputStream in, OutputStream out) throws IOException {
        long[] bytes = new long[1];
        InputStream copying = new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                int read = in.read(into, from, length);
                if (read > 0) {
                    out.write(into, from, read);
                    bytes[0] += read;
                }
                return read;
            }
        };
        BackupReader reader = new BackupReader(copying);
        reader.readToEnd();
        return new Summary(reader.header(), reader.entries(), reader.events(), bytes[0]);
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description =
                    "Reads a backup from its first to its last byte. Ends with 0 where it is whole, with 1 where it is not.",
            footer = {
                "",
                "Examples:",
                "  quorate backup verify today.quorate",
                "  quorate backup verify today.quorate -o json"
            })
    static final class VerifyBackup implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private FormatOption format;

        @Parameters(paramLabel = "FILE", description = "As `quorate backup` wrote it.")
        private Path file = Path.of("");

        @Override
        public Integer call() {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                Summary summary = copied(in, OutputStream.nullOutputStream());
                spec.commandLine()
                        .getOut()
                        .println(
                                format.get().isForPeople()
                                        ? words(file.toString(), summary)
                                        : format.get().write(document(summary)));
                return ExitCode.OK;
            } catch (BackupException | IOException e) {
                throw new CommandFailure(ExitCode.FAILED, file + " is not whole: " + e.getMessage());
            }
        }

        private static Map<String, Object> document(Summary summary) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("whole", true);
            map.put("cluster", summary.header().clusterId());
            map.put("epoch", summary.header().epoch());
            map.put("node", summary.header().node());
            map.put("at", HistoryEntry.time(summary.header().atMillis()));
            map.put("offset", summary.header().index());
            map.put("version", summary.header().version());
            map.put("entries", summary.entries());
            map.put("events", summary.events());
            map.put("bytes", summary.bytes());
            return map;
        }
    }
}
