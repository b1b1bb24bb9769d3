package io.quorate.control.cli;

import io.quorate.control.history.HistoryEntry;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.recovery.Restoration;
import io.quorate.persistence.backup.BackupException;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.StoreEngines;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a new cluster of one node of a backup, in an empty data folder. Others join it as ever; those of the old cluster are",
            "none of its members, and need not be there."
        },
        footer = {
            "",
            "What was deleted before the backup was taken is not in it, and so not in the past that --at restores. Where it is cut off,",
            "the same command again begins anew.",
            "",
            "Examples:",
            "  quorate restore today.quorate --data-folder /var/lib/quorate --name r1 --address 10.0.9.1",
            "  quorate restore today.quorate --at 2026-11-26T09:00:00Z   # as it was then",
            "  quorate restore today.quorate --at 4711                   # up to an offset, as `quorate history` tells it"
        })
final class RestoreCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Parameters(paramLabel = "FILE", description = "As `quorate backup` wrote it.")
    private Path file = Path.of("");

    @Option(
            names = "--at",
            paramLabel = "OFFSET|TIME",
            description = "Up to this offset, or this time. Default: all of it.")
    private String at = "";

    @Option(names = "--name", defaultValue = "n1", description = "The node's name. Default: ${DEFAULT-VALUE}.")
    private String name;

    @Option(
            names = "--address",
            defaultValue = "127.0.0.1",
            description = "The address that others reach it at. Default: ${DEFAULT-VALUE}.")
    private String address;

    @Option(
            names = "--cluster-port",
            defaultValue = "19001",
            description = "For the other nodes. Default: ${DEFAULT-VALUE}.")
    private int clusterPort;

    @Option(names = "--api-port", defaultValue = "16443", description = "HTTP for clients. Default: ${DEFAULT-VALUE}.")
    private int apiPort;

    @Option(
            names = "--join-port",
            defaultValue = "25000",
            description = "HTTP for nodes that join. Default: ${DEFAULT-VALUE}.")
    private int joinPort;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Path path = node.dataFolder();
        try (InputStream backup = new BufferedInputStream(Files.newInputStream(file));
                DataFolder folder = DataFolder.open(path)) {
            if (folder.identity().isPresent() && folder.endRestore()) {
                out.println("it was restored already. " + next(path));
                return ExitCode.OK;
            }
            Restoration.Restored restored = Restoration.restore(
                    folder,
                    StoreEngines.of("auto"),
                    backup,
                    until(),
                    new Restoration.NewNode(
                            name, address + ":" + clusterPort, address + ":" + apiPort, address + ":" + joinPort),
                    new SecureRandom().nextInt(),
                    Clock.systemUTC(),
                    progress(spec.commandLine().getErr()),
                    HaltAtFailpoint.of(name));
            out.println(restored.events() + " events up to offset " + restored.index() + ", of the cluster "
                    + restored.of().clusterId() + " as " + restored.of().node() + " had it at "
                    + HistoryEntry.time(restored.of().atMillis()) + ", are in " + path);
            out.println(next(path));
            return ExitCode.OK;
        } catch (BackupException e) {
            throw new CommandFailure(ExitCode.FAILED, file + " cannot be restored: " + e.getMessage());
        } catch (FolderException | StorageException | IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, file + " cannot be read: " + e.getMessage());
        }
    }

    private static String next(Path path) {
        return "Next: `quorate start --background --data-folder " + path + "`, and `quorate add-node` for others";
    }

    private Restoration.Until until() {
        if (at.isEmpty()) {
            return Restoration.Until.END;
        }
        return at.matches("\\d+")
                ? new Restoration.Until(Long.parseLong(at), Long.MAX_VALUE)
                : new Restoration.Until(Long.MAX_VALUE, Times.moment(at, System.currentTimeMillis()));
    }

    /** A line a second, where it takes longer than that. */
    private static LongConsumer progress(PrintWriter err) {
        long[] told = {System.nanoTime()};
        return events -> {
            long now = System.nanoTime();
            if (now - told[0] > TimeUnit.SECONDS.toNanos(1)) {
                told[0] = now;
                err.println(events + " events …");
            }
        };
    }
}
