package io.quorate.persistence.plugin;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.query.PersistenceQuery;

/** An application of its own, with the plugin and nothing else configured. */
final class Application implements AutoCloseable {
    final ActorTestKit kit;

    Application(String... settings) {
        Config config = ConfigFactory.parseString("""
                pekko.persistence.journal.plugin = "quorate.journal"
                pekko.persistence.snapshot-store.plugin = "quorate.snapshot"
                pekko.loglevel = WARNING
                pekko.actor.testkit.typed { single-expect-default = 30 s, default-timeout = 30 s }
                """);
        for (String setting : settings) {
            config = ConfigFactory.parseString(setting).withFallback(config);
        }
        this.kit = ActorTestKit.create("application", config.withFallback(ConfigFactory.load()));
    }

    static Application embedded(Path folder, String... settings) {
        String[] all = java.util.Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "quorate.data-folder = \"" + folder.toAbsolutePath() + "\"";
        return new Application(all);
    }

    ActorRef<Notebook.Command> notebook(String id) {
        return kit.spawn(Notebook.of(id));
    }

    void write(ActorRef<Notebook.Command> notebook, String... words) {
        TestProbe<Done> done = kit.createTestProbe();
        for (String word : words) {
            notebook.tell(new Notebook.Write(word, done.ref()));
            done.receiveMessage();
        }
    }

    String read(ActorRef<Notebook.Command> notebook) {
        TestProbe<String> words = kit.createTestProbe();
        notebook.tell(new Notebook.Read(words.ref()));
        return words.receiveMessage();
    }

    QuorateReadJournal queries() {
        return PersistenceQuery.get(kit.system())
                .getReadJournalFor(QuorateReadJournal.class, QuorateReadJournal.IDENTIFIER);
    }

    @Override
    public void close() {
        kit.shutdownTestKit();
    }
}
