package io.quorate.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entities of an application without a cluster. */
class EmbeddedApplicationTest {
    @TempDir
    Path folder;

    @Test
    void an_entity_recovers_what_it_has_persisted() {
        try (Application application = Application.embedded(folder)) {
            ActorRef<Notebook.Command> first = application.notebook("a");
            application.write(first, "one", "two", "three");
            application.kit.stop(first);
            assertThat(application.read(application.notebook("a"))).isEqualTo("one two three");
            assertThat(application.read(application.notebook("b"))).isEmpty();
        }
    }

    @Test
    void a_restart_keeps_events_and_snapshots() {
        try (Application application = Application.embedded(folder)) {
            application.write(application.notebook("a"), "one", "snap", "two");
        }
        try (Application application = Application.embedded(folder)) {
            ActorRef<Notebook.Command> again = application.notebook("a");
            assertThat(application.read(again)).isEqualTo("one snap two");
            application.write(again, "three");
        }
        try (Application application = Application.embedded(folder)) {
            assertThat(application.read(application.notebook("a"))).isEqualTo("one snap two three");
        }
    }

    @Test
    void an_event_that_cannot_be_serialized_is_rejected_and_the_entity_lives_on() {
        try (Application application = Application.embedded(folder)) {
            ActorRef<Notebook.Command> first = application.notebook("a");
            application.write(first, "one");
            TestProbe<Done> done = application.kit.createTestProbe();
            first.tell(new Notebook.Write(new Object(), done.ref()));
            done.expectTerminated(first);
            ActorRef<Notebook.Command> second = application.notebook("a");
            application.write(second, "two");
            application.kit.stop(second);
            assertThat(application.read(application.notebook("a"))).isEqualTo("one two");
        }
    }

    @Test
    void a_stale_writer_is_fenced_and_stops() {
        try (Application application = Application.embedded(folder)) {
            ActorRef<Notebook.Command> stale = application.notebook("a");
            application.write(stale, "one");
            ActorRef<Notebook.Command> fresh = application.notebook("a");
            application.write(fresh, "two");
            TestProbe<Done> done = application.kit.createTestProbe();
            stale.tell(new Notebook.Write("lost", done.ref()));
            done.expectTerminated(stale);
            application.write(fresh, "three");
            assertThat(application.read(application.notebook("a"))).isEqualTo("one two three");
        }
    }

    @Test
    void two_applications_do_not_share_a_folder() {
        try (Application one = Application.embedded(folder);
                Application other = Application.embedded(folder)) {
            one.write(one.notebook("a"), "one");
            TestProbe<Done> probe = other.kit.createTestProbe();
            probe.expectTerminated(other.notebook("a"));
        }
    }
}
