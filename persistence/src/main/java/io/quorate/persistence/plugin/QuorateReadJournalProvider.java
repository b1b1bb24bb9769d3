package io.quorate.persistence.plugin;

import com.typesafe.config.Config;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.query.ReadJournalProvider;

/** Makes the read journals of an actor system; named in {@code reference.conf}. */
public final class QuorateReadJournalProvider implements ReadJournalProvider {
    private final QuorateReadJournal javaJournal;
    private final QuorateScalaReadJournal scalaJournal;

    /** Called by Pekko with the section {@code quorate.query}. */
    public QuorateReadJournalProvider(ExtendedActorSystem system, Config config) {
        JournalQueries queries = new JournalQueries(system, config);
        Persistence persistence = Persistence.lookup().get(system);
        this.javaJournal = new QuorateReadJournal(queries, persistence);
        this.scalaJournal = new QuorateScalaReadJournal(queries, persistence);
    }

    @Override
    public QuorateScalaReadJournal scaladslReadJournal() {
        return scalaJournal;
    }

    @Override
    public QuorateReadJournal javadslReadJournal() {
        return javaJournal;
    }
}
