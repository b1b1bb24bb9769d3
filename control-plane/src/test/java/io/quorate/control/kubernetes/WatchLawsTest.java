package io.quorate.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectEvent;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.FieldSelector;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whoever lists, and watches from the list's version, has what a later list has; whoever reads the journal has the state. */
class WatchLawsTest {
    enum Verb {
        CREATE,
        LABEL,
        CHANGE,
        DELETE
    }

    /** One of few names, so that they meet. */
    record Act(Verb verb, int name, int label) {}

    @Provide
    Arbitrary<List<Act>> acts() {
        return Combinators.combine(
                        Arbitraries.of(Verb.class),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, 1))
                .as(Act::new)
                .list()
                .ofMaxSize(40);
    }

    private static void run(ObjectBook book, Act act) {
        ObjectKey key = ObjectKey.of(ResourceTypes.CONFIG_MAP, "default", "m" + act.name());
        String labels =
                "\"metadata\":{\"name\":\"m" + act.name() + "\",\"labels\":{\"chosen\":\"" + act.label() + "\"}}";
        book.ask(
                switch (act.verb()) {
                    case CREATE ->
                        new ObjectCommand.Create(key.type(), "default", bytes("{" + labels + "}"), book.request());
                    case LABEL ->
                        new ObjectCommand.Patch(
                                key, "", PatchKind.MERGE, bytes("{" + labels + "}"), false, book.request());
                    case CHANGE ->
                        new ObjectCommand.Patch(
                                key,
                                "",
                                PatchKind.MERGE,
                                bytes("{\"data\":{\"a\":\"" + act.label() + "\"}}"),
                                false,
                                book.request());
                    case DELETE -> new ObjectCommand.Delete(key, DeleteOptions.DEFAULT, book.request());
                });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> list(ObjectState state, Selection selection) {
        Map<String, String> view = new TreeMap<>();
        for (StoredObject each : state.list(selection.type(), selection.namespace(), "")) {
            if (selection.has(each)) {
                view.put(each.key().name(), new String(each.json(), StandardCharsets.UTF_8));
            }
        }
        return view;
    }

    private static void take(Map<String, String> view, String event) {
        JsonNode read = Json.read(bytes(event));
        String name = read.at("/object/metadata/name").asText();
        switch (read.path("type").asText()) {
            case "ADDED" ->
                assertThat(view.put(name, read.path("object").toString()))
                        .as(event)
                        .isNull();
            case "MODIFIED" ->
                assertThat(view.put(name, read.path("object").toString()))
                        .as(event)
                        .isNotNull();
            case "DELETED" -> assertThat(view.remove(name)).as(event).isNotNull();
            default -> throw new AssertionError(event);
        }
    }

    @Property(tries = 200)
    void a_list_and_the_watch_from_its_version_are_a_later_list(
            @ForAll("acts") List<Act> before, @ForAll("acts") List<Act> after) {
        ObjectBook book = ObjectBook.founded();
        before.forEach(act -> run(book, act));
        ObjectState then = book.state();
        after.forEach(act -> run(book, act));
        ObjectState now = book.state();
        for (String labels : List.of("", "chosen=1", "chosen!=1", "!chosen")) {
            Selection selection =
                    new Selection(ResourceTypes.CONFIG_MAP, "default", LabelSelector.parse(labels), FieldSelector.ALL);
            Map<String, String> view = list(then, selection);
            WatchEvents events = new WatchEvents(selection, Optional.empty());
            for (Change change : now.changesAfter(then.version()).orElseThrow()) {
                String event = events.change(change, 0).utf8String();
                if (!event.isEmpty()) {
                    take(view, event);
                }
            }
            assertThat(view).isEqualTo(list(now, selection));
        }
    }

    @Property(tries = 100)
    void what_is_read_from_the_journal_is_the_state(@ForAll("acts") List<Act> acts) {
        ObjectBook book = ObjectBook.founded();
        acts.forEach(act -> run(book, act));
        ObjectState read = book.rules().empty();
        long sequenceNr = 0;
        for (ObjectEvent event : book.events()) {
            sequenceNr++;
            assertThat(event.object().version()).isEqualTo(sequenceNr);
            StoredEvent stored = new StoredEvent(
                    new Offset(sequenceNr, 0),
                    "objects",
                    sequenceNr,
                    "w",
                    0,
                    book.rules().write(event));
            read = book.rules().evolve(read, book.rules().read(stored), sequenceNr);
        }
        Selection all = new Selection(ResourceTypes.CONFIG_MAP, "", LabelSelector.ALL, FieldSelector.ALL);
        assertThat(list(read, all)).isEqualTo(list(book.state(), all));
        assertThat(read.version()).isEqualTo(book.state().version());
    }
}
