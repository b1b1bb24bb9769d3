package io.quorate.control.cli;

import io.quorate.node.release.Channel;
import io.quorate.node.release.Channels;
import io.quorate.node.release.Release;
import io.quorate.node.release.ReleaseManifest;
import io.quorate.node.release.ReleasePacking;
import io.quorate.node.release.ReleaseVersion;
import io.quorate.node.release.Signatures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes, signs and publishes releases: {@code bin/quorate-release}. */
@Command(
        name = "quorate-release",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        subcommands = CommandLine.HelpCommand.class,
        description = "Makes, signs and publishes releases in a folder, which a web server may serve as it is.",
        footer = {
            "",
            "`quorate-release help COMMAND` tells more of one. Examples:",
            "  quorate-release keygen --out keys                   # keys/release.key signs; keys/release.pem is for the nodes",
            "  quorate-release pack /opt/quorate --version 1.23.0 --out /srv/releases",
            "  quorate-release publish /srv/releases --version 1.23.0 --channel 1.23/candidate --key keys/release.key",
            "  quorate-release close /srv/releases --channel 1.23/candidate --key keys/release.key"
        })
public final class ReleaseProgram {
    private static final String KEY_OPTION = "--key";
    private static final String CANNOT_START =
            "#!/bin/sh\n# A test build.\necho 'quorate stops: this release was built to be unable to start' >&2\nexit 1\n";

    /** Test builds. */
    enum Fault {
        NONE,
        CANNOT_START,
        UNHEALTHY
    }

    @Spec
    private CommandSpec spec;

    private ReleaseProgram() {}

    public static void main(String[] arguments) {
        CommandLine line = commandLine();
        if (arguments.length == 0) {
            line.usage(System.err);
            System.exit(ExitCode.USAGE);
        }
        System.exit(line.execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new ReleaseProgram())
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(
                        Fault.class,
                        word -> Fault.valueOf(
                                word.toUpperCase(java.util.Locale.ROOT).replace('-', '_')))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr()
                            .println(failure instanceof IOException ? failure.toString() : failure.getMessage());
                    return ExitCode.FAILED;
                });
    }

    private void say(String words) {
        spec.commandLine().getOut().println(words);
    }

    private static PrivateKey key(Path file) throws IOException {
        try {
            return Signatures.privateKey(Files.readString(file, StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + ": " + e.getMessage() + ". `quorate-release keygen` makes one", e);
        }
    }

    @Command(name = "keygen", description = "Makes a key that signs releases.")
    int keygen(@Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where to.") Path out)
            throws IOException {
        Files.createDirectories(out);
        KeyPair pair = Signatures.generate();
        Path secret = out.resolve("release.key");
        try (var channel = Files.newByteChannel(
                secret,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(StandardCharsets.US_ASCII.encode(Signatures.pem(pair.getPrivate())));
        }
        Path shown = out.resolve("release.pem");
        Files.writeString(shown, Signatures.pem(pair.getPublic()));
        say(secret + " signs: keep it away from the nodes. " + shown + " is for release-keys/ of the nodes");
        return ExitCode.OK;
    }

    @Command(name = "pack", description = "Packs an unpacked distribution as a release of some version.")
    int pack(
            @Parameters(paramLabel = "DISTRIBUTION", description = "The folder with bin and lib.") Path distribution,
            @Option(names = "--version", required = true, paramLabel = "V", description = "As 1.23.0.") String version,
            @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "The source.") Path out,
            @Option(
                            names = "--levels",
                            defaultValue = "",
                            paramLabel = "LOW..HIGH",
                            description = "Feature levels. Default: the distribution's.")
                    String levels,
            @Option(
                            names = "--upgrades-from",
                            defaultValue = "0.1.0",
                            paramLabel = "V",
                            description = "Oldest release that it may replace.")
                    String from,
            @Option(
                            names = "--set-java-opts",
                            defaultValue = "",
                            paramLabel = "FLAGS",
                            description = "Further flags for the JVM of its nodes.")
                    String flags,
            @Option(
                            names = "--fault",
                            defaultValue = "none",
                            description =
                                    "For tests: cannot-start, or unhealthy (becomes ready, and answers with errors).")
                    Fault fault,
            @Option(names = KEY_OPTION, paramLabel = "FILE", description = "Signs it, too.") Path key)
            throws IOException {
        Release here = Release.of(distribution).orElseGet(Release::running);
        int low = here.lowestLevel();
        int high = here.highestLevel();
        if (!levels.isEmpty()) {
            if (!levels.matches("\\d{1,6}\\.\\.\\d{1,6}")) {
                throw new IllegalArgumentException("--levels wants LOW..HIGH, as 1..2, is '" + levels + "'");
            }
            low = Integer.parseInt(levels.substring(0, levels.indexOf('.')));
            high = Integer.parseInt(levels.substring(levels.lastIndexOf('.') + 1));
        }
        Map<String, byte[]> instead = new LinkedHashMap<>();
        String all = fault == Fault.UNHEALTHY ? (flags + " -Dquorate.fault=unhealthy").strip() : flags;
        if (!all.isEmpty()) {
            instead.put("java-opts", (all + "\n").getBytes(StandardCharsets.UTF_8));
        }
        if (fault == Fault.CANNOT_START) {
            instead.put("bin/quorate", CANNOT_START.getBytes(StandardCharsets.UTF_8));
        }
        ReleasePacking packing = new ReleasePacking(out);
        ReleaseManifest manifest = packing.pack(
                distribution,
                new Release(
                        version,
                        low,
                        high,
                        ReleaseVersion.parse(from),
                        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()),
                instead);
        if (key != null) {
            packing.sign(manifest.version(), key(key));
        }
        say(out.resolve(manifest.archive()) + ", " + manifest.size() + " bytes, SHA-256 " + manifest.sha256());
        return ExitCode.OK;
    }

    @Command(name = "sign", description = "Signs the manifest of a release.")
    int sign(
            @Parameters(paramLabel = "FOLDER", description = "The source.") Path source,
            @Option(names = "--version", required = true, paramLabel = "V", description = "Which.") String version,
            @Option(names = KEY_OPTION, required = true, paramLabel = "FILE", description = "Of keygen.") Path key)
            throws IOException {
        new ReleasePacking(source).sign(ReleaseVersion.parse(version), key(key));
        say("release " + version + " is signed");
        return ExitCode.OK;
    }

    @Command(name = "publish", description = "Signs a release, and puts it into channels.")
    int publish(
            @Parameters(paramLabel = "FOLDER", description = "The source.") Path source,
            @Option(names = "--version", required = true, paramLabel = "V", description = "Which.") String version,
            @Option(
                            names = "--channel",
                            required = true,
                            paramLabel = "TRACK/RISK",
                            split = ",",
                            description = "Into which.")
                    java.util.List<String> names,
            @Option(names = KEY_OPTION, required = true, paramLabel = "FILE", description = "Of keygen.") Path key)
            throws IOException {
        ReleasePacking packing = new ReleasePacking(source);
        ReleaseVersion release = ReleaseVersion.parse(version);
        packing.sign(release, key(key));
        Channels channels = packing.channels();
        for (String name : names) {
            channels = channels.with(Channel.parse(name), release);
        }
        packing.store(channels, key(key));
        say("release " + version + " is in " + String.join(", ", names));
        return ExitCode.OK;
    }

    @Command(name = "close", description = "Closes a channel: who follows it gets what the next safer one has.")
    int close(
            @Parameters(paramLabel = "FOLDER", description = "The source.") Path source,
            @Option(names = "--channel", required = true, paramLabel = "TRACK/RISK", description = "Which.")
                    String name,
            @Option(names = KEY_OPTION, required = true, paramLabel = "FILE", description = "Of keygen.") Path key)
            throws IOException {
        ReleasePacking packing = new ReleasePacking(source);
        packing.store(packing.channels().without(Channel.parse(name)), key(key));
        say(name + " is closed");
        return ExitCode.OK;
    }
}
