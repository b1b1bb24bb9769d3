package io.quorate.node.release;

import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.ReleaseReport;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.fault.Failpoints;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps from one release to another, up to the restart. {@link #prepare} changes nothing that a start would see, {@link #turn} does.
 * Blocks on I/O; for one thread at a time.
 */
public final class Refresh {
    private static final Logger LOG = LoggerFactory.getLogger(Refresh.class);

    /** In an unpacked release: the digest of the archive that it came from. */
    private static final String ORIGIN = ".archive-sha256";

    /** Beside what a release takes, this is to be left on the disk for the node's own data. */
    private static final long LEFT_OVER_BYTES = 64L << 20;

    private static final long CACHE_PATIENCE_SECONDS = 600;
    private static final int MEGABYTE = 1_000_000;
    private static final long TOLD_EVERY_BYTES = 8L * MEGABYTE;

    private final ReleaseFolder folder;
    private final Release running;
    private final Optional<Path> home;
    private final Optional<Path> base;
    private final ReleaseSettings settings;
    private final Failpoints failpoints;
    private final String node;

    /**
     * @param running the release that is to be replaced
     * @param home where it is, if that is known
     * @param base the distribution that is installed beside the data folder, if that is known
     * @param node for the failpoints
     */
    public Refresh(
            ReleaseFolder folder,
            Release running,
            Optional<Path> home,
            Optional<Path> base,
            ReleaseSettings settings,
            Failpoints failpoints,
            String node) {
        this.folder = folder;
        this.running = running;
        this.home = home;
        this.base = base;
        this.settings = settings;
        this.failpoints = failpoints;
        this.node = node;
    }

    /** The same, for a node that is stopped: replaced is what the next start would run. */
    public static Refresh ofStopped(Path dataFolder, ReleaseSettings settings, Failpoints failpoints, String node) {
        ReleaseFolder folder = new ReleaseFolder(dataFolder);
        Optional<Path> own = Release.ownHome();
        Optional<Path> next = folder.current().map(folder::home);
        return new Refresh(
                folder,
                next.flatMap(Release::of).orElseGet(Release::running),
                next.or(() -> own),
                own,
                settings,
                failpoints,
                node);
    }

    public Release running() {
        return running;
    }

    public ReleaseFolder folder() {
        return folder;
    }

    private Catalogue catalogue(String source) {
        return new Catalogue(
                ReleaseSource.of(source.isEmpty() ? settings.source() : source),
                TrustedKeys.of(base.or(() -> home), folder.dataFolder()));
    }

    /** The channel that this node follows where none is named. */
    public Channel channel() {
        String remembered = folder.state().channel();
        return remembered.isEmpty() ? settings.channel() : Channel.parse(remembered);
    }

    public String source() {
        return settings.source();
    }

    /** See {@link ReleaseSwitch#offer}. */
    public ReleaseOffer offer(String source, String channel) {
        Catalogue catalogue = catalogue(source);
        String words = catalogue.source().words();
        Channels channels = catalogue.channels(folder.state().seen(words));
        ReleaseOffer offer = offer(catalogue, channels, channel);
        folder.update(state -> channels.serial() > state.seen(words) ? state.saw(words, channels.serial()) : state);
        return offer;
    }

    /** The same, for who may not change anything in the folder. */
    public ReleaseOffer look(String source) {
        Catalogue catalogue = catalogue(source);
        return offer(
                catalogue,
                catalogue.channels(folder.state().seen(catalogue.source().words())),
                "");
    }

    private ReleaseOffer offer(Catalogue catalogue, Channels channels, String channel) {
        String words = catalogue.source().words();
        Channel asked = channel.isEmpty() ? channel() : Channel.parse(channel);
        Channels.Followed followed = channels.follow(asked)
                .orElseThrow(() -> new ReleaseRefused(
                        ReleaseRefused.UNAVAILABLE,
                        words + " has nothing in " + asked + " or a safer channel of that track. It has "
                                + (channels.open().isEmpty()
                                        ? "none"
                                        : String.join(", ", channels.words().keySet()))));
        return offer(catalogue.manifest(followed.version()));
    }

    /** A version of a source, whichever channels it is in. */
    public ReleaseOffer offerOf(String source, ReleaseVersion version) {
        return offer(catalogue(source).manifest(version));
    }

    private ReleaseOffer offer(ReleaseManifest manifest) {
        List<String> against = Suitability.ofRefresh(
                        running, manifest, folder.state().clusterLevel())
                .stream()
                .map(ReleaseRefused::getMessage)
                .toList();
        Release release = manifest.release();
        return new ReleaseOffer(
                release.version(),
                manifest.sha256(),
                manifest.size(),
                release.upgradesFrom().toString(),
                release.lowestLevel(),
                release.highestLevel(),
                against);
    }

    /** From now on the node follows a channel. */
    public void follow(Channel channel) {
        folder.update(state -> state.following(channel.toString()));
    }

    /**
     * Fetches, verifies and unpacks what an order wants; of a revert, looks whether it can be.
     *
     * @param progress told in words, now and then
     * @throws ReleaseRefused when it is not to be; nothing of it is left then
     */
    public void prepare(ReleaseOrder order, Consumer<String> progress) {
        if (order.revert()) {
            checkRevert(order);
            return;
        }
        ReleaseVersion version = version(order);
        Catalogue catalogue = catalogue(order.source());
        ReleaseManifest manifest = catalogue.manifest(version);
        if (!order.sha256().isEmpty() && !order.sha256().equals(manifest.sha256())) {
            throw new ReleaseRefused(
                    ReleaseRefused.CORRUPT,
                    "the source has another archive of " + version + " than was ordered: " + manifest.sha256()
                            + " instead of " + order.sha256());
        }
        Suitability.ofRefresh(running, manifest, folder.state().clusterLevel()).stream()
                .findFirst()
                .ifPresent(refused -> {
                    throw refused;
                });
        if (!isHere(manifest)) {
            fetch(catalogue.source(), manifest, progress);
        }
        reached(Failpoint.RELEASE_UNPACKED);
        if (settings.classCache() && hasCache(home)) {
            progress.accept("making the cache of classes of " + version);
            makeCache(folder.home(version.toString()));
        }
    }

    private static ReleaseVersion version(ReleaseOrder order) {
        try {
            return ReleaseVersion.parse(order.version());
        } catch (IllegalArgumentException e) {
            throw new ReleaseRefused(ReleaseRefused.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        }
    }

    private void checkRevert(ReleaseOrder order) {
        String previous = target(order);
        Release release = (isBase(previous) ? base : Optional.of(folder.home(previous)))
                .flatMap(Release::of)
                .orElseThrow(() -> new ReleaseRefused(
                        ReleaseRefused.UNAVAILABLE,
                        "the previous release " + previous
                                + " is not here any more; `quorate releases` lists what is"));
        Suitability.ofRevert(release, folder.state().clusterLevel()).stream()
                .findFirst()
                .ifPresent(refused -> {
                    throw refused;
                });
    }

    private String target(ReleaseOrder order) {
        String previous = folder.state().before();
        if (previous.isEmpty()) {
            throw new ReleaseRefused(
                    ReleaseRefused.NOTHING_TO_DO, "there is no previous release: this node was not refreshed yet");
        }
        if (!order.version().isEmpty() && !order.version().equals(previous)) {
            throw new ReleaseRefused(
                    ReleaseRefused.UNAVAILABLE,
                    "a revert goes to the previous release, " + previous + ", and not to " + order.version());
        }
        return previous;
    }

    /** Whether a version is only in what is installed beside the data folder. */
    private boolean isBase(String version) {
        return !Files.isDirectory(folder.home(version))
                && base.flatMap(Release::of)
                        .filter(release -> release.version().equals(version))
                        .isPresent();
    }

    private boolean isHere(ReleaseManifest manifest) {
        Path origin = folder.home(manifest.version().toString()).resolve(ORIGIN);
        try {
            return Files.exists(origin) && Files.readString(origin).equals(manifest.sha256());
        } catch (IOException e) {
            return false;
        }
    }

    private void fetch(ReleaseSource source, ReleaseManifest manifest, Consumer<String> progress) {
        Path work = folder.fetching();
        try {
            long room = Files.getFileStore(work).getUsableSpace();
            long wanted = manifest.size() + manifest.unpacked() + LEFT_OVER_BYTES;
            if (room < wanted) {
                throw new ReleaseRefused(
                        ReleaseRefused.NO_ROOM,
                        "release " + manifest.version() + " wants " + wanted / MEGABYTE + " MB on the disk of "
                                + folder.dataFolder() + ", and there are " + room / MEGABYTE
                                + ". Make room, and do it again");
            }
            Path archive = work.resolve("archive");
            download(source, manifest, archive, progress);
            reached(Failpoint.RELEASE_FETCHED);
            progress.accept("unpacking " + manifest.version());
            Path unpacked = work.resolve("unpacked");
            try (InputStream in = Files.newInputStream(archive)) {
                Unpacking.unpack(in, unpacked, Math.min(manifest.unpacked(), ReleaseManifest.MAX_UNPACKED_BYTES));
            }
            checkContent(unpacked, manifest);
            Files.writeString(unpacked.resolve(ORIGIN), manifest.sha256());
            folder.remove(folder.home(manifest.version().toString()));
            folder.install(unpacked, manifest.version());
        } catch (IOException e) {
            throw new ReleaseRefused(
                    ReleaseRefused.CORRUPT,
                    "release " + manifest.version() + " of " + source.words() + " could not be taken: "
                            + e.getMessage(),
                    e);
        } finally {
            folder.remove(work);
        }
    }

    private static void download(
            ReleaseSource source, ReleaseManifest manifest, Path archive, Consumer<String> progress)
            throws IOException {
        MessageDigest digest = ReleaseManifest.digest();
        long got = 0;
        try (InputStream in = opened(source, manifest);
                OutputStream out = Files.newOutputStream(archive)) {
            byte[] buffer = new byte[256 * 1024];
            long told = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                got += read;
                if (got > manifest.size()) {
                    break;
                }
                digest.update(buffer, 0, read);
                out.write(buffer, 0, read);
                if (got - told >= TOLD_EVERY_BYTES) {
                    told = got;
                    progress.accept("fetching " + manifest.version() + ": " + got / MEGABYTE + " of "
                            + manifest.size() / MEGABYTE + " MB");
                }
            }
        }
        if (got != manifest.size()) {
            throw new ReleaseRefused(
                    ReleaseRefused.CORRUPT,
                    manifest.archive() + " of " + source.words() + " has "
                            + (got > manifest.size() ? "more than " : got + " of ") + manifest.size()
                            + " bytes: it is not the one that its manifest describes");
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(manifest.sha256())) {
            throw new ReleaseRefused(
                    ReleaseRefused.CORRUPT,
                    manifest.archive() + " of " + source.words()
                            + " is corrupt: its SHA-256 is not the one of its manifest. Have it published again");
        }
    }

    private static InputStream opened(ReleaseSource source, ReleaseManifest manifest) {
        try {
            return source.open(manifest.archive());
        } catch (IOException e) {
            throw new ReleaseRefused(
                    ReleaseRefused.UNAVAILABLE,
                    source.words() + " does not give " + manifest.archive() + ": " + ReleaseSource.why(e),
                    e);
        }
    }

    private static void checkContent(Path unpacked, ReleaseManifest manifest) {
        Release inside = Release.of(unpacked)
                .orElseThrow(() -> new ReleaseRefused(
                        ReleaseRefused.CORRUPT,
                        manifest.archive() + " holds no " + Release.FILE + ": it is no release"));
        if (!inside.version().equals(manifest.release().version())
                || inside.lowestLevel() != manifest.release().lowestLevel()
                || inside.highestLevel() != manifest.release().highestLevel()) {
            throw new ReleaseRefused(
                    ReleaseRefused.WRONG_VERSION,
                    manifest.archive() + " holds release " + inside.version() + " (feature levels "
                            + inside.lowestLevel() + " to "
                            + inside.highestLevel() + "), and its manifest says "
                            + manifest.release().version() + " ("
                            + manifest.release().lowestLevel() + " to "
                            + manifest.release().highestLevel() + ")");
        }
        if (!Files.isExecutable(unpacked.resolve("bin/quorate"))) {
            throw new ReleaseRefused(
                    ReleaseRefused.CORRUPT,
                    manifest.archive() + " holds no bin/quorate that can be run: it is no release");
        }
    }

    private static boolean hasCache(Optional<Path> home) {
        return home.map(folder -> Files.isDirectory(folder.resolve("aot"))).orElse(false);
    }

    /** Costs a minute or two of a processor; without it the release runs as well. */
    private static void makeCache(Path home) {
        try {
            Process making = new ProcessBuilder(home.resolve("bin/quorate-aot").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!making.waitFor(CACHE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                making.destroy();
            }
        } catch (IOException e) {
            LOG.info("the new release goes without a cache of classes: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Before {@link #prepare}, where no node does it: the order is the newest from here on. */
    public void begin(ReleaseOrder order) {
        folder.update(state -> state.begun(order));
    }

    /** After {@link #prepare} has refused it. */
    public void refused(ReleaseRefused refused) {
        folder.update(state -> state.undone(ReleaseReport.REFUSED, refused.kind() + ": " + refused.getMessage()));
    }

    /** Records the trial, and switches: the next start is its first try. */
    public void turn(ReleaseOrder order) {
        String to = order.revert() ? target(order) : order.version();
        String target = isBase(to) ? "" : to;
        boolean fromBase =
                home.map(at -> !real(at).startsWith(real(folder.versions()))).orElse(true);
        folder.update(state -> state.restarting(running.version()));
        folder.begin(new ReleaseFolder.Trial(
                to,
                target,
                fromBase ? "" : running.version(),
                order.id(),
                settings.trialTries(),
                settings.trialPatience().toSeconds()));
        reached(Failpoint.RELEASE_TRIAL);
        folder.switchTo(target);
        reached(Failpoint.RELEASE_SWITCHED);
    }

    /** The launcher says where a release is without the links that the data folder was reached by. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize(); // it is gone
        }
    }

    /** What a start has now is here to stay: others that are older than the settings keep go. */
    void prune() {
        ReleaseState state = folder.state();
        folder.prune(settings.keep(), List.of(running.version(), state.previous()));
    }

    private void reached(Failpoint point) {
        failpoints.reached(point, node);
    }
}
