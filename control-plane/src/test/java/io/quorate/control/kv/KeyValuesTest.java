package io.quorate.control.kv;

import static io.quorate.control.kv.KeyValueCommand.ABSENT;
import static io.quorate.control.kv.KeyValueCommand.ANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.control.kv.KeyValueCommand.Delete;
import io.quorate.control.kv.KeyValueCommand.Get;
import io.quorate.control.kv.KeyValueCommand.Put;
import io.quorate.control.kv.KeyValueReply.Status;
import io.quorate.node.aggregate.Aggregate.Decision;
import io.quorate.persistence.contract.Origin;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class KeyValuesTest {
    private static final byte[] BLUE = {1, 2, 3};

    private final KeyValues rules = new KeyValues();

    /** The store, command by command. */
    private final class Store {
        private KeyValueState state = rules.empty();
        private long sequenceNr;

        KeyValueReply take(KeyValueCommand command) {
            Decision<KeyValueEvent> decision = rules.decide(state, command);
            KeyValueReply reply = KeyValueReply.read(decision.reply().bytes(sequenceNr + 1));
            for (KeyValueEvent event : decision.events()) {
                state = rules.evolve(state, event, ++sequenceNr);
            }
            return reply;
        }
    }

    @Test
    void a_key_has_the_revision_of_the_event_that_wrote_it() {
        Store store = new Store();
        assertThat(store.take(new Get("a"))).isEqualTo(new KeyValueReply(Status.MISSING, 0));
        assertThat(store.take(new Put("a", BLUE, ANY))).isEqualTo(new KeyValueReply(Status.DONE, 1));
        assertThat(store.take(new Put("b", BLUE, ANY))).isEqualTo(new KeyValueReply(Status.DONE, 2));
        assertThat(store.take(new Get("a"))).isEqualTo(new KeyValueReply(Status.DONE, 1));
    }

    @Test
    void a_write_that_expects_another_revision_changes_nothing_and_learns_the_one_there_is() {
        Store store = new Store();
        assertThat(store.take(new Put("a", BLUE, 7))).isEqualTo(new KeyValueReply(Status.MISMATCH, 0));
        assertThat(store.take(new Put("a", BLUE, ABSENT))).isEqualTo(new KeyValueReply(Status.DONE, 1));
        assertThat(store.take(new Put("a", BLUE, ABSENT))).isEqualTo(new KeyValueReply(Status.MISMATCH, 1));
        assertThat(store.take(new Put("a", BLUE, 1))).isEqualTo(new KeyValueReply(Status.DONE, 2));
        assertThat(store.take(new Delete("a", 1))).isEqualTo(new KeyValueReply(Status.MISMATCH, 2));
        assertThat(store.take(new Delete("a", 2))).isEqualTo(new KeyValueReply(Status.DONE, 3));
        assertThat(store.take(new Delete("a", ANY))).isEqualTo(new KeyValueReply(Status.MISSING, 0));
        assertThat(store.take(new Put("a", BLUE, ABSENT))).isEqualTo(new KeyValueReply(Status.DONE, 4));
    }

    @Test
    void a_write_that_is_sent_again_under_its_id_is_done_once_and_gets_the_answer_that_was_lost() {
        Store store = new Store();
        Origin first = new Origin("service billing", "1");
        assertThat(store.take(new Put("a", BLUE, ABSENT, first))).isEqualTo(new KeyValueReply(Status.DONE, 1));
        assertThat(store.take(new Put("a", BLUE, ABSENT, first))).isEqualTo(new KeyValueReply(Status.DONE, 1));
        Origin second = new Origin("service billing", "2");
        assertThat(store.take(new Delete("a", 1, second))).isEqualTo(new KeyValueReply(Status.DONE, 2));
        assertThat(store.take(new Delete("a", 1, second))).isEqualTo(new KeyValueReply(Status.DONE, 2));
        assertThat(store.sequenceNr).isEqualTo(2);
    }

    @Test
    void the_same_id_of_somebody_else_and_a_write_without_one_are_other_commands() {
        Store store = new Store();
        store.take(new Put("a", BLUE, ANY, new Origin("service billing", "1")));
        assertThat(store.take(new Put("a", BLUE, ANY, new Origin("service shop", "1"))))
                .isEqualTo(new KeyValueReply(Status.DONE, 2));
        Origin nameless = new Origin("service billing", "");
        assertThat(store.take(new Put("a", BLUE, ANY, nameless)).revision()).isEqualTo(3);
        assertThat(store.take(new Put("a", BLUE, ANY, nameless)).revision()).isEqualTo(4);
    }

    @Test
    void a_command_that_was_refused_is_decided_anew_when_it_is_sent_again() {
        Store store = new Store();
        Origin origin = new Origin("service billing", "1");
        assertThat(store.take(new Put("a", BLUE, 1, origin)).status()).isEqualTo(Status.MISMATCH);
        store.take(new Put("a", BLUE, ANY));
        assertThat(store.take(new Put("a", BLUE, 1, origin))).isEqualTo(new KeyValueReply(Status.DONE, 2));
    }

    @Test
    void commands_are_remembered_in_a_bounded_number_and_the_oldest_are_forgotten() {
        Store store = new Store();
        for (int i = 0; i <= AnsweredCommands.MAX; i++) {
            store.take(new Put("a", BLUE, ANY, new Origin("service billing", "id-" + i)));
        }
        long written = store.sequenceNr;
        assertThat(store.take(new Put("a", BLUE, ANY, new Origin("service billing", "id-1"))))
                .as("the oldest that is remembered")
                .isEqualTo(new KeyValueReply(Status.DONE, 2));
        assertThat(store.take(new Put("a", BLUE, ANY, new Origin("service billing", "id-0"))))
                .as("one that is not")
                .isEqualTo(new KeyValueReply(Status.DONE, written + 1));
    }

    @Test
    void a_command_beyond_the_limits_is_refused_wherever_it_comes_from() {
        assertThat(rules.readCommand(KeyValueCommand.bytes(new Put("x".repeat(512), new byte[262_144], ANY))))
                .isInstanceOf(Put.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Put("a", new byte[262_145], ANY))
                .withMessageContaining("262144")
                .withMessageContaining("262145");
        for (String key : List.of("", "x".repeat(513), "ü".repeat(257))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Get(key))
                    .withMessageContaining("1 to 512 bytes of UTF-8");
            assertThatIllegalArgumentException().isThrownBy(() -> new Put(key, BLUE, ANY));
            assertThatIllegalArgumentException().isThrownBy(() -> new Delete(key, ANY));
        }
        byte[] foreign = new io.quorate.persistence.contract.ByteWriter(600)
                .u8(2)
                .text("x".repeat(513))
                .toBytes();
        assertThatIllegalArgumentException().isThrownBy(() -> rules.readCommand(foreign));
    }

    @Provide
    static Arbitrary<List<KeyValueCommand>> commands() {
        Arbitrary<String> keys = Arbitraries.of("a", "b", "c");
        Arbitrary<Long> expected = Arbitraries.longs().between(-1, 12);
        Arbitrary<KeyValueCommand> put =
                Combinators.combine(keys, expected).as((key, revision) -> new Put(key, BLUE, revision));
        Arbitrary<KeyValueCommand> delete = Combinators.combine(keys, expected).as(Delete::new);
        Arbitrary<KeyValueCommand> get = keys.map(Get::new);
        return Arbitraries.oneOf(put, delete, get).list().ofMaxSize(40);
    }

    /** The same rules, said in the plainest way. */
    @Property
    void every_answer_is_that_of_a_map_of_revisions(@ForAll("commands") List<KeyValueCommand> commands) {
        Store store = new Store();
        Map<String, Long> model = new HashMap<>();
        long written = 0;
        for (KeyValueCommand command : commands) {
            long now = model.getOrDefault(command.key(), 0L);
            KeyValueReply reply = store.take(command);
            switch (command) {
                case Get get ->
                    assertThat(reply).isEqualTo(new KeyValueReply(now == 0 ? Status.MISSING : Status.DONE, now));
                case Put put
                when put.expected() == ANY || put.expected() == now -> {
                    model.put(put.key(), ++written);
                    assertThat(reply).isEqualTo(new KeyValueReply(Status.DONE, written));
                }
                case Delete delete
                when delete.expected() == ANY || delete.expected() == now -> {
                    if (now == 0) {
                        assertThat(reply.status()).isEqualTo(Status.MISSING);
                    } else {
                        model.remove(delete.key());
                        written++;
                        assertThat(reply.status()).isEqualTo(Status.DONE);
                    }
                }
                default -> assertThat(reply).isEqualTo(new KeyValueReply(Status.MISMATCH, now));
            }
            assertThat(store.state.revisions()).containsExactlyInAnyOrderEntriesOf(model);
            assertThat(store.sequenceNr).isEqualTo(written);
        }
    }

    @Property
    void a_decision_is_the_same_for_equal_arguments_and_a_state_never_changes(
            @ForAll("commands") List<KeyValueCommand> commands) {
        Store store = new Store();
        for (KeyValueCommand command : commands) {
            Map<String, Long> before = Map.copyOf(store.state.revisions());
            KeyValueState state = store.state;
            assertThat(rules.decide(state, command).reply().bytes(5))
                    .isEqualTo(rules.decide(state, command).reply().bytes(5));
            store.take(command);
            assertThat(state.revisions()).isEqualTo(before);
        }
    }
}
