package io.quorate.control.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.quorate.control.http.HttpServer;
import io.quorate.control.kv.KeyValues;
import io.quorate.control.metrics.NodeMetrics;
import io.quorate.control.objects.ApiObjects;
import io.quorate.control.peer.PeerService;
import io.quorate.node.LocalAddresses;
import io.quorate.node.Node;
import io.quorate.node.NodeException;
import io.quorate.node.NodeSettings;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.release.Switching;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.store.StorageException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description =
                "Starts a node. The first start founds a cluster of one; `quorate join` makes it part of another.",
        footer = {
            "",
            "Examples:",
            "  quorate start --name n1 --address 192.168.1.11              # in the foreground",
            "  quorate start --background --name n1 --address 192.168.1.11 # returns when the node is ready",
            "  quorate start --background --address 192.168.7.11           # the machine has another address now",
            "  quorate start --address 192.168.7.12 --contact 192.168.7.11 # and so have most of the others"
        })
final class StartCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(names = "--name", description = "The node's name. Default: the host's name, or the name it has already.")
    private @Nullable String name;

    @Option(
            names = "--address",
            description = "The address that others reach it at. Default: 127.0.0.1, or what it has already.")
    private @Nullable String address;

    @Option(
            names = "--contact",
            paramLabel = "ADDRESS[:PORT]",
            split = ",",
            description =
                    "Where another node is now. Only where so many have moved that those that this one knows lead nowhere.")
    private List<String> contacts = List.of();

    @Option(names = "--cluster-port", description = "For the other nodes. Default: 19001.")
    private @Nullable Integer clusterPort;

    @Option(names = "--api-port", description = "HTTP for clients. Default: 16443.")
    private @Nullable Integer apiPort;

    @Option(names = "--join-port", description = "HTTP for nodes that join. Default: 25000.")
    private @Nullable Integer joinPort;

    @Option(
            names = "--background",
            description = "Returns when the node is ready; the log goes to DIR/quorate.log. (Done by the launcher.)")
    private boolean background;

    /** So long the others have to say that its disk was set back, before a start counts as one. */
    private static final Duration VERDICT = Duration.ofSeconds(3);

    @Override
    public Integer call() throws InterruptedException {
        if (background) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--background is done by the launcher: run bin/quorate of the distribution");
        }
        Path folder = node.dataFolder();
        NodeSettings settings = settings(folder);
        System.setProperty("quorate.node", settings.name());
        CountDownLatch stopped = new CountDownLatch(1);
        AtomicBoolean becomesAnother = new AtomicBoolean();
        Failpoints failpoints = HaltAtFailpoint.of(settings.name());
        try {
            NodeMetrics metrics = NodeMetrics.start();
            Switching releases = ReleaseProcess.switching(folder, settings.name(), failpoints, () -> {
                becomesAnother.set(true);
                stopped.countDown();
            });
            Node running = Node.start(
                    settings,
                    cluster -> List.of(new KeyValues(), new ApiObjects()),
                    metrics,
                    StartCommand::failStop,
                    failpoints,
                    releases);
            HttpServer http;
            try {
                PeerService.start(running);
                http = HttpServer.start(running, settings.address(), settings.apiPort(), settings.joinPort(), metrics);
            } catch (RuntimeException e) {
                running.close();
                throw e;
            }
            // Not a shutdown hook: the transport has one of its own, which runs beside and would cut the heir off in
            // the middle of
            // a handover.
            for (String signal : List.of("TERM", "INT")) {
                Signal.handle(new Signal(signal), received -> stopped.countDown());
            }
            running.awaitTakesPart(VERDICT);
            spec.commandLine()
                    .getOut()
                    .println("quorate is running: " + settings.name() + " at https://" + settings.address() + ":"
                            + settings.apiPort() + ", data in " + folder);
            ReleaseProcess.whenReady(running::ready, stopped, releases::ready);
            stopped.await();
            if (!becomesAnother.get()) {
                releases.stopped();
            }
            running.handOver();
            http.close();
            running.close();
            if (becomesAnother.get()) {
                failpoints.reached(Failpoint.RELEASE_STOPPED, settings.name());
                return ReleaseProcess.become(
                        spec.commandLine().getParseResult().originalArgs(),
                        spec.commandLine().getErr());
            }
            return ExitCode.OK;
        } catch (NodeException | FolderException | StorageException | IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    /** What a data folder's file says, and what holds without it. */
    static Config settingsOf(Path folder) {
        Path file = folder.resolve("quorate.conf");
        Config config = ConfigFactory.load();
        if (!Files.exists(file)) {
            return config;
        }
        try {
            return ConfigFactory.parseFile(file.toFile()).withFallback(config).resolve();
        } catch (com.typesafe.config.ConfigException e) {
            throw new CommandFailure(ExitCode.FAILED, file + " cannot be read: " + e.getMessage());
        }
    }

    private NodeSettings settings(Path folder) {
        Config config = settingsOf(folder);
        try {
            Config known =
                    DataFolder.readIdentity(folder).map(StartCommand::known).orElse(ConfigFactory.empty());
            config = known.withFallback(config);
            config = with(config, "quorate.node.name", name);
            config = with(config, "quorate.node.address", address);
            config = with(config, "quorate.node.cluster-port", clusterPort);
            config = with(config, "quorate.node.api-port", apiPort);
            config = with(config, "quorate.node.join-port", joinPort);
            if (!contacts.isEmpty()) {
                int port = config.getInt("quorate.node.cluster-port");
                config = with(
                        config,
                        "quorate.node.contacts",
                        contacts.stream()
                                .map(contact -> contact.contains(":") ? contact : contact + ":" + port)
                                .toList());
            }
            return NodeSettings.of(config, folder, hostName());
        } catch (FolderException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, e.getMessage());
        }
    }

    /** What the node is already. A planned address is taken by the first start at which the machine has it. */
    private static Config known(Identity identity) {
        MemberId member = identity.member();
        String next = identity.nextAddress();
        MemberId at = !next.isEmpty() && LocalAddresses.has(member.at(next).host()) ? member.at(next) : member;
        return ConfigFactory.empty()
                .withValue("quorate.node.name", ConfigValueFactory.fromAnyRef(at.node()))
                .withValue("quorate.node.address", ConfigValueFactory.fromAnyRef(at.host()))
                .withValue("quorate.node.cluster-port", ConfigValueFactory.fromAnyRef(at.port()))
                .withValue("quorate.node.api-port", port(identity.apiAddress()))
                .withValue("quorate.node.join-port", port(identity.joinAddress()));
    }

    private static com.typesafe.config.ConfigValue port(String address) {
        return ConfigValueFactory.fromAnyRef(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    }

    private static Config with(Config config, String path, @Nullable Object value) {
        return value == null ? config : config.withValue(path, ConfigValueFactory.fromAnyRef(value));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        } catch (UnknownHostException e) {
            return "node";
        }
    }

    /** The replica cannot be trusted any more: the process ends at once, and says why. */
    private static void failStop(String reason, Throwable cause) {
        System.err.println("quorate stops: " + reason);
        org.slf4j.LoggerFactory.getLogger(StartCommand.class).error("fail-stop: {}", reason, cause);
        // Not exit: a shutdown hook would hand over and flush what must not be trusted.
        Thread.ofPlatform().name("quorate-fail-stop").start(() -> {
            try {
                TimeUnit.MILLISECONDS.sleep(100); // for the log to be written
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(ExitCode.FAIL_STOP);
        });
    }
}
