package io.quorate.persistence.plugin;

import com.typesafe.config.Config;
import io.quorate.persistence.embedded.EmbeddedJournal;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.remote.ClusterConnection;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.StoreEngines;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.apache.pekko.event.Logging;
import org.apache.pekko.event.LoggingAdapter;

/**
 * Where the plugins of an actor system find their journal. {@code quorate.source} in {@code reference.conf} says which one it is;
 * it is opened by the first plugin that asks, and closed after the last actor of the system has stopped.
 */
public final class JournalExtension implements Extension {
    private final ExtendedActorSystem system;
    private final Config config;
    private final LoggingAdapter log;
    private final CompletableFuture<Journal> journal = new CompletableFuture<>();
    private boolean chosen;

    JournalExtension(ExtendedActorSystem system) {
        this.system = system;
        this.config = system.settings().config().getConfig("quorate");
        this.log = Logging.getLogger(system, JournalExtension.class);
    }

    /** The one extension of an actor system. */
    public static JournalExtension get(ActorSystem system) {
        return Id.INSTANCE.get(system);
    }

    /**
     * Gives the plugins of this actor system their journal; it stays its owner's to close. Plugins that started before have
     * waited for it where {@code quorate.source = provided}.
     *
     * @throws IllegalStateException when the system has a journal already
     */
    public synchronized void provide(Journal provided) {
        if (chosen) {
            throw new IllegalStateException(
                    "this actor system has a journal already: provide one before the first persistent actor starts, or set"
                            + " quorate.source = provided");
        }
        chosen = true;
        journal.complete(provided);
    }

    /** The journal, as soon as there is one; fails where it cannot be opened. */
    CompletionStage<Journal> journal() {
        open();
        return journal;
    }

    private synchronized void open() {
        if (chosen) {
            return;
        }
        String source = config.getString("source");
        List<String> contactPoints = config.getStringList("contact-points");
        switch (source) {
            case "auto" -> {
                chosen = true;
                if (contactPoints.isEmpty()) {
                    openEmbedded();
                } else {
                    openRemote(contactPoints);
                }
            }
            case "provided" -> {
                // Nothing to open: whoever hosts the journal calls provide.
            }
            case "embedded" -> {
                chosen = true;
                openEmbedded();
            }
            case "remote" -> {
                chosen = true;
                openRemote(contactPoints);
            }
            default -> {
                chosen = true;
                fail("quorate.source: wants auto, embedded, remote or provided, is '" + source + "'", null);
            }
        }
    }

    private void openEmbedded() {
        Path folder = Path.of(config.getString("data-folder")).toAbsolutePath();
        try {
            EmbeddedJournal embedded = EmbeddedJournal.open(
                    folder,
                    StoreEngines.of(config.getString("journal.store-engine")),
                    (reason, cause) -> log.error(cause, "the embedded journal in {} has failed: {}", folder, reason));
            system.registerOnTermination(embedded::close);
            log.info("the journal of this actor system is embedded, in {}", folder);
            journal.complete(embedded);
        } catch (StorageException e) {
            fail(
                    e.kind() == StorageException.Kind.IN_USE
                            ? "the folder " + folder
                                    + " is in use by another process or actor system: end that one, or set"
                                    + " quorate.data-folder to a folder of this one's own"
                            : "the journal in " + folder + " cannot be opened: " + e.getMessage(),
                    e);
        } catch (RuntimeException e) {
            fail("the journal in " + folder + " cannot be opened: " + e.getMessage(), e);
        }
    }

    private void openRemote(List<String> contactPoints) {
        try {
            Journal remote = ClusterConnection.get(system).open().journal();
            log.info("the journal of this actor system is reached through {}", contactPoints);
            journal.complete(remote);
        } catch (RuntimeException e) {
            fail(
                    "the journal behind quorate.contact-points " + contactPoints + " cannot be used: " + e.getMessage(),
                    e);
        }
    }

    private void fail(String reason, @org.jspecify.annotations.Nullable Throwable cause) {
        log.error("no journal: {}", reason);
        journal.completeExceptionally(new JournalException(Kind.CLOSED, reason, cause));
    }

    /** Identifies the extension to Pekko. */
    static final class Id extends AbstractExtensionId<JournalExtension> implements ExtensionIdProvider {
        static final Id INSTANCE = new Id();

        private Id() {}

        @Override
        public JournalExtension createExtension(ExtendedActorSystem system) {
            return new JournalExtension(system);
        }

        @Override
        public Id lookup() {
            return INSTANCE;
        }
    }
}
