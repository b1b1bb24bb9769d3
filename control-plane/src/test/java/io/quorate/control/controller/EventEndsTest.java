package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.CONFIG_MAP;
import static io.quorate.control.resource.ResourceTypes.EVENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.StoredObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventEndsTest {
    private final World world = new World(new EventEnds());

    private void note(String reason, String... messages) {
        StoredObject about = world.stored(CONFIG_MAP, "thing");
        PlanDraft draft = new PlanDraft(world::request);
        new EventNotes("test-controller", world.state(), draft, world.now()).normal(about, reason, List.of(messages));
        draft.plan().commands().forEach(world::ask);
        world.settle();
    }

    private void thing() {
        world.create(CONFIG_MAP, "{'metadata':{'name':'thing'}}");
    }

    @Test
    void an_event_goes_an_hour_after_it_happened_last() {
        thing();
        note("Done", "it is done");
        world.pass(3000);
        note("Done", "it is done");
        world.pass(3000);
        assertThat(world.events("thing")).containsExactly("Done: it is done (x2)");
        world.pass(600);
        assertThat(world.all(EVENT)).isEmpty();
    }

    @Test
    void an_event_says_what_it_is_about_and_who_tells_of_it() {
        thing();
        note("Done", "it is done");
        StoredObject event = world.all(EVENT).getFirst();
        assertThat(event.key().name()).matches("thing\\.[0-9a-f]{16}");
        assertThat(event.field("involvedObject.kind")).isEqualTo("ConfigMap");
        assertThat(event.field("involvedObject.uid"))
                .isEqualTo(world.stored(CONFIG_MAP, "thing").uid());
        assertThat(event.field("reason")).isEqualTo("Done");
        assertThat(event.field("type")).isEqualTo("Normal");
        assertThat(event.field("source")).isEqualTo("test-controller");
    }

    @Test
    void many_of_a_kind_become_one_and_other_kinds_are_told_still() {
        thing();
        for (int i = 0; i < 15; i++) {
            note("Done", "part " + i);
        }
        note("Else", "something");
        assertThat(world.events("thing"))
                .hasSize(12)
                .contains("Done: (combined from similar events): part 14 (x5)", "Else: something");
    }

    @Test
    void an_event_of_another_program_goes_an_hour_after_it_was_written() {
        world.ask(new ObjectCommand.Create(
                "events",
                "default",
                World.bytes(
                        "{'metadata':{'name':'e'},'involvedObject':{'kind':'Pod','name':'p','namespace':'default'},'eventTime':'2023-01-01T00:00:00.000000Z'}"),
                world.request()));
        world.settle();
        world.pass(3599);
        assertThat(world.all(EVENT)).hasSize(1);
        world.pass(1);
        assertThat(world.all(EVENT)).isEmpty();
    }
}
