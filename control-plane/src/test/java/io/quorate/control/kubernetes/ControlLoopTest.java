package io.quorate.control.kubernetes;

import static io.quorate.control.resource.ResourceTypes.CONFIG_MAP;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.controller.Controller;
import io.quorate.control.controller.Plan;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectReply;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.resource.ResourceType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ControlLoopTest {
    private static final long NOW = 1_700_000_000_000L;

    /** A command on its way, which a test answers. */
    private record Sent(ObjectCommand command, CompletableFuture<ObjectReply> answer) {
        void accept(ObjectBook book) {
            ObjectBook.Answer done = book.ask(command);
            answer.complete(new ObjectReply(
                    done.code(), new byte[0], List.of(), false, book.state().version()));
        }

        void refuse() {
            answer.complete(
                    new ObjectReply(409, "{\"message\":\"no\"}".getBytes(StandardCharsets.UTF_8), List.of(), false, 0));
        }
    }

    /** Plans what a test says, and keeps what it was asked. */
    private static class Told implements Controller {
        final List<String> looks = new ArrayList<>();
        final List<String> refusals = new ArrayList<>();
        Plan plan = Plan.REST;

        @Override
        public String name() {
            return "told";
        }

        @Override
        public ResourceType type() {
            return CONFIG_MAP;
        }

        @Override
        public Collection<ObjectKey> concerned(Change change, ObjectState state) {
            return change.now().key().type().equals(CONFIG_MAP.id())
                    ? List.of(change.now().key())
                    : List.of();
        }

        @Override
        public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
            looks.add(key.name());
            return plan;
        }

        @Override
        public Plan refused(
                ObjectKey key,
                ObjectState state,
                ObjectCommand command,
                String message,
                long nowMillis,
                Supplier<Request> requests) {
            refusals.add(message);
            return Plan.REST;
        }
    }

    private final ObjectBook book = ObjectBook.founded();
    private final Told told = new Told();
    private final List<Sent> sent = new ArrayList<>();
    private int woken;
    private final ControlLoop loop =
            new ControlLoop(List.of(told), this::ask, manager -> book.request(), () -> woken++);

    private CompletionStage<ObjectReply> ask(ObjectCommand command) {
        Sent one = new Sent(command, new CompletableFuture<>());
        sent.add(one);
        return one.answer();
    }

    private List<Sent> taken() {
        List<Sent> all = List.copyOf(sent);
        sent.clear();
        return all;
    }

    private ObjectCommand create(String name) {
        return new ObjectCommand.Create(
                "configmaps",
                "default",
                ("{\"metadata\":{\"name\":\"" + name + "\"}}").getBytes(StandardCharsets.UTF_8),
                book.request());
    }

    private static Plan plan(ObjectCommand... commands) {
        return Plan.of(List.of(commands));
    }

    @Test
    void who_begins_looks_at_everything_and_then_at_what_changes() {
        book.ask(create("a"));
        book.ask(create("b"));
        loop.turn(book.state(), NOW);
        assertThat(told.looks).containsExactly("a", "b");
        loop.turn(book.state(), NOW);
        assertThat(told.looks).hasSize(2);
        book.ask(create("c"));
        loop.turn(book.state(), NOW);
        assertThat(told.looks).containsExactly("a", "b", "c");
    }

    @Test
    void who_is_too_far_behind_looks_at_everything_again() {
        book.ask(create("a"));
        loop.turn(book.state(), NOW);
        book.ask(create("b"));
        for (int i = 0; i < 5000; i++) {
            book.ask(new ObjectCommand.Update(
                    ObjectKey.of(CONFIG_MAP, "default", "b"),
                    "",
                    ("{\"metadata\":{\"name\":\"b\"},\"data\":{\"a\":\"" + i + "\"}}").getBytes(StandardCharsets.UTF_8),
                    book.request()));
        }
        loop.turn(book.state(), NOW);
        assertThat(told.looks).containsExactly("a", "a", "b");
    }

    @Test
    void an_object_is_looked_at_again_when_the_state_has_what_was_written_about_it_and_not_before() {
        book.ask(create("a"));
        told.plan = plan(create("made"));
        ObjectState before = book.state();
        loop.turn(before, NOW);
        told.plan = Plan.REST;
        taken().getFirst().accept(book);
        assertThat(woken).isEqualTo(1);
        loop.turn(before, NOW);
        loop.turn(before, NOW + 100_000);
        assertThat(told.looks).containsExactly("a");
        loop.turn(book.state(), NOW);
        assertThat(told.looks).containsExactly("a", "made");
    }

    @Test
    void creations_go_out_several_at_once_more_and_more_and_stop_where_one_is_refused() {
        book.ask(create("a"));
        told.plan = plan(IntStream.range(0, 20).mapToObj(i -> create("n" + i)).toArray(ObjectCommand[]::new));
        loop.turn(book.state(), NOW);
        told.plan = Plan.REST;
        List<Sent> first = taken();
        assertThat(first).hasSize(1);
        first.forEach(each -> each.accept(book));
        List<Sent> second = taken();
        assertThat(second).hasSize(2);
        second.forEach(each -> each.accept(book));
        List<Sent> third = taken();
        assertThat(third).hasSize(4);
        third.getFirst().refuse();
        third.subList(1, 4).forEach(each -> each.accept(book));
        assertThat(taken()).isEmpty();
        loop.turn(book.state(), NOW);
        assertThat(told.refusals).containsExactly("no");
    }

    @Test
    void nothing_further_of_a_plan_is_done_when_its_leadership_is_over() {
        book.ask(create("a"));
        told.plan = plan(IntStream.range(0, 20).mapToObj(i -> create("n" + i)).toArray(ObjectCommand[]::new));
        loop.turn(book.state(), NOW);
        List<Sent> first = taken();
        assertThat(first).hasSize(1);
        loop.end();
        first.forEach(each -> each.accept(book));
        assertThat(taken()).isEmpty();
    }

    @Test
    void what_is_no_creation_goes_out_one_after_another() {
        book.ask(create("a"));
        ObjectKey key = ObjectKey.of(CONFIG_MAP, "default", "a");
        told.plan = plan(
                new ObjectCommand.Update(
                        key,
                        "",
                        "{\"metadata\":{\"name\":\"a\"},\"data\":{\"a\":\"1\"}}".getBytes(StandardCharsets.UTF_8),
                        book.request()),
                new ObjectCommand.Update(
                        key,
                        "",
                        "{\"metadata\":{\"name\":\"a\"},\"data\":{\"a\":\"2\"}}".getBytes(StandardCharsets.UTF_8),
                        book.request()));
        loop.turn(book.state(), NOW);
        Sent first = taken().getFirst();
        assertThat(sent).isEmpty();
        first.accept(book);
        assertThat(taken()).hasSize(1);
    }

    @Test
    void an_object_whose_plan_was_refused_or_lost_waits_before_it_is_looked_at_again() {
        book.ask(create("a"));
        told.plan = plan(create("made"));
        loop.turn(book.state(), NOW);
        taken().getFirst().refuse();
        loop.turn(book.state(), NOW);
        assertThat(told.looks).hasSize(1);
        assertThat(loop.earliest()).hasValue(NOW + WorkQueue.FIRST_BACK_OFF_MILLIS);
        loop.turn(book.state(), NOW + WorkQueue.FIRST_BACK_OFF_MILLIS);
        assertThat(told.looks).hasSize(2);
        taken().getFirst().answer().completeExceptionally(new IllegalStateException("lost"));
        loop.turn(book.state(), NOW + 100);
        assertThat(loop.earliest()).hasValue(NOW + 100 + 2 * WorkQueue.FIRST_BACK_OFF_MILLIS);
    }

    @Test
    void an_event_that_is_refused_does_no_harm() {
        book.ask(create("a"));
        told.plan = plan(new ObjectCommand.Create("events", "default", new byte[0], book.request()), create("made"));
        loop.turn(book.state(), NOW);
        told.plan = Plan.REST;
        taken().getFirst().refuse();
        assertThat(taken()).hasSize(1);
    }

    @Test
    void time_makes_it_look_again_where_a_plan_says_so() {
        book.ask(create("a"));
        told.plan = new Plan(List.of(), OptionalLong.of(NOW + 5000));
        loop.turn(book.state(), NOW);
        assertThat(loop.earliest()).hasValue(NOW + 5000);
        loop.turn(book.state(), NOW + 4999);
        assertThat(told.looks).hasSize(1);
        loop.turn(book.state(), NOW + 5000);
        assertThat(told.looks).hasSize(2);
    }

    @Test
    void a_turn_looks_at_a_bounded_number_of_objects_and_has_a_bounded_number_of_plans_on_their_way() {
        for (int i = 0; i < 2 * ControlLoop.LOOKS; i++) {
            book.ask(create("a" + i));
        }
        assertThat(loop.turn(book.state(), NOW)).as("more is waiting").isTrue();
        assertThat(told.looks).hasSize(ControlLoop.LOOKS);
        told.plan = plan(create("made"));
        assertThat(loop.turn(book.state(), NOW)).as("more has to wait").isFalse();
        assertThat(sent).hasSize(ControlLoop.MAX_UNDER_WAY);
    }

    @Test
    void a_controller_with_much_to_do_leaves_room_for_the_others() {
        Told other = new Told();
        ControlLoop both = new ControlLoop(List.of(told, other), this::ask, manager -> book.request(), () -> woken++);
        for (int i = 0; i < 2 * ControlLoop.LOOKS; i++) {
            book.ask(create("a" + i));
        }
        both.turn(book.state(), NOW);
        assertThat(told.looks).hasSize(ControlLoop.LOOKS / 2);
        assertThat(other.looks).hasSize(ControlLoop.LOOKS / 2);
    }

    @Test
    void a_controller_that_throws_costs_nobody_else_anything() {
        Controller broken = new Told() {
            @Override
            public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
                throw new IllegalStateException("a defect");
            }
        };
        ControlLoop both = new ControlLoop(List.of(broken, told), this::ask, manager -> book.request(), () -> woken++);
        book.ask(create("a"));
        both.turn(book.state(), NOW);
        assertThat(told.looks).containsExactly("a");
        assertThat(both.earliest()).isPresent();
    }
}
