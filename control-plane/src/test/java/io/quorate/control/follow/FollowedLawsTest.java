package io.quorate.control.follow;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.Change;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
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
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** A node that is told of changes, whenever that is cut off and goes on, knows at last what it would be told anew. */
class FollowedLawsTest {
    private static final String SELF = "n1";
    private static final List<ResourceType> TOLD = List.of(
            ResourceTypes.POD,
            ResourceTypes.SERVICE,
            ResourceTypes.ENDPOINT_SLICE,
            ResourceTypes.NODE,
            ResourceTypes.NAMESPACE);
    private static final List<ResourceType> USED = List.of(ResourceTypes.CONFIG_MAP, ResourceTypes.SECRET);

    enum Verb {
        BIND,
        STATUS,
        END,
        MAP,
        SECRET,
        FORGET_MAP,
        SERVICE,
        NODE,
        MOVE_NODE,
        /** What has happened is told. */
        TELL,
        /** Likewise, and the connection breaks before it is whole. */
        CUT,
        /** The next node goes on. */
        RESUME,
        ANEW
    }

    record Act(Verb verb, int name, int other) {}

    @Provide
    Arbitrary<List<Act>> acts() {
        return Combinators.combine(
                        Arbitraries.of(Verb.class),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 2))
                .as(Act::new)
                .list()
                .ofMaxSize(60);
    }

    /** Who tells, and who is told. */
    private static final class Exchange {
        final ObjectBook book = ObjectBook.founded();
        final Followed followed = new Followed();
        Needs needs = Needs.of(SELF, book.state());
        long told;

        private static byte[] bytes(String json) {
            return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        }

        void create(ResourceType type, String json) {
            book.ask(new ObjectCommand.Create(
                    type.id(), type.namespaced() ? "default" : "", bytes(json), book.request()));
        }

        void patch(ObjectKey key, String part, String json) {
            book.ask(new ObjectCommand.Patch(key, part, PatchKind.MERGE, bytes(json), false, book.request()));
        }

        void delete(ObjectKey key) {
            book.ask(new ObjectCommand.Delete(key, new DeleteOptions(Optional.of(0L), "", ""), book.request()));
        }

        void run(Act act) {
            ObjectKey pod = ObjectKey.of(ResourceTypes.POD, "default", "p" + act.name());
            ObjectKey map = ObjectKey.of(ResourceTypes.CONFIG_MAP, "default", "m" + act.name());
            String data = "'data':{'key':'" + act.other() + "'}";
            switch (act.verb()) {
                case BIND ->
                    create(
                            ResourceTypes.POD,
                            ("{'metadata':{'name':'p%d'},'spec':{'nodeName':'n%d','volumes':[{'name':'v','configMap':{'name':'m%d'}}],"
                                            + "'containers':[{'name':'c','image':'i','envFrom':[{'secretRef':{'name':'s%d'}}]}]}}")
                                    .formatted(act.name(), 1 + act.other() / 2, act.other(), act.name()));
                case STATUS -> patch(pod, "status", "{'status':{'message':'" + act.other() + "'}}");
                case END -> delete(pod);
                case MAP -> {
                    create(ResourceTypes.CONFIG_MAP, "{'metadata':{'name':'m%d'},%s}".formatted(act.name(), data));
                    patch(map, "", "{" + data + "}");
                }
                case SECRET -> create(ResourceTypes.SECRET, "{'metadata':{'name':'s%d'}}".formatted(act.name()));
                case FORGET_MAP -> delete(map);
                case SERVICE ->
                    create(
                            ResourceTypes.SERVICE,
                            "{'metadata':{'name':'w%d'},'spec':{'ports':[{'port':80}]}}".formatted(act.name()));
                case NODE -> create(ResourceTypes.NODE, "{'metadata':{'name':'n%d'}}".formatted(act.name()));
                case MOVE_NODE ->
                    patch(
                            ObjectKey.of(ResourceTypes.NODE, "", "n" + act.name()),
                            "status",
                            "{'status':{'addresses':[{'type':'InternalIP','address':'10.0.0.%d'}]}}"
                                    .formatted(act.other()));
                case TELL -> tell(true);
                case CUT -> {
                    tell(false);
                    resume();
                }
                case RESUME -> resume();
                case ANEW -> {
                    followed.forget();
                    anew();
                }
            }
        }

        void take(ByteString lines) {
            for (String each : lines.utf8String().split("\n", -1)) {
                if (!each.isEmpty()) {
                    followed.take(Line.read(each.getBytes(StandardCharsets.UTF_8)));
                }
            }
        }

        void tell(boolean whole) {
            ObjectState state = book.state();
            for (Change each : state.changesAfter(told).orElseThrow()) {
                take(needs.told(new Telling(each), state));
            }
            told = state.version();
            if (whole) {
                take(Line.complete(told).bytes());
            }
        }

        void resume() {
            followed.interrupted();
            if (followed.after() == 0) {
                anew();
                return;
            }
            ObjectState state = book.state();
            needs = Needs.of(SELF, state);
            take(needs.since(state.changesAfter(followed.after()).orElseThrow(), state));
            told = state.version();
        }

        void anew() {
            ObjectState state = book.state();
            needs = Needs.of(SELF, state);
            take(needs.all(state));
            told = state.version();
        }
    }

    private static Map<String, Long> versions(ObjectState state, List<ResourceType> types) {
        Map<String, Long> versions = new TreeMap<>();
        for (ResourceType type : types) {
            for (StoredObject each : state.list(type, "", "")) {
                // Of other nodes a change may be none of what is told.
                boolean other = type == ResourceTypes.NODE && !each.key().name().equals(SELF);
                versions.put(each.key() + (other ? " " + each.tree().path("status") : ""), other ? 0 : each.version());
            }
        }
        return versions;
    }

    @Property(tries = 300)
    void who_is_told_of_changes_knows_what_it_would_be_told_anew(@ForAll("acts") List<Act> acts) {
        Exchange exchange = new Exchange();
        exchange.anew();
        acts.forEach(exchange::run);
        exchange.tell(true);

        Followed fresh = new Followed();
        for (String each : Needs.of(SELF, exchange.book.state())
                .all(exchange.book.state())
                .utf8String()
                .split("\n", -1)) {
            if (!each.isEmpty()) {
                fresh.take(Line.read(each.getBytes(StandardCharsets.UTF_8)));
            }
        }
        ObjectState knows = exchange.followed.state().orElseThrow();
        ObjectState wants = fresh.state().orElseThrow();
        assertThat(knows.version()).isEqualTo(wants.version());
        assertThat(versions(knows, TOLD)).isEqualTo(versions(wants, TOLD));
        assertThat(versions(knows, USED)).as("what its pods use").containsAllEntriesOf(versions(wants, USED));
    }

    @Property(tries = 300)
    void who_looks_at_changes_only_misses_none(@ForAll("acts") List<Act> acts) {
        Exchange exchange = new Exchange();
        exchange.anew();
        Map<String, Long> pods = new TreeMap<>();
        long seen = -1;
        for (Act act : acts) {
            exchange.run(act);
            if (exchange.followed.state().isEmpty()) {
                continue;
            }
            ObjectState state = exchange.followed.state().get();
            Optional<java.util.Collection<Change>> changes = seen < 0 ? Optional.empty() : state.changesAfter(seen);
            if (changes.isEmpty()) {
                pods.clear();
                pods.putAll(versions(state, List.of(ResourceTypes.POD)));
            } else {
                for (Change each : changes.get()) {
                    if (each.now().key().type().equals(ResourceTypes.POD.id())) {
                        pods.remove(each.now().key().toString());
                        if (!each.deleted()) {
                            pods.put(each.now().key().toString(), each.now().version());
                        }
                    }
                }
            }
            seen = state.version();
            assertThat(pods).isEqualTo(versions(state, List.of(ResourceTypes.POD)));
        }
    }

    @Test
    void of_other_nodes_only_where_they_are_is_told_and_only_when_that_changes() {
        Exchange exchange = new Exchange();
        exchange.create(ResourceTypes.NODE, "{'metadata':{'name':'n7','labels':{'large':'label'}}}");
        exchange.anew();
        assertThat(exchange.followed
                        .state()
                        .orElseThrow()
                        .get(ObjectKey.of(ResourceTypes.NODE, "", "n7"))
                        .orElseThrow()
                        .labels())
                .isEmpty();
        ObjectKey key = ObjectKey.of(ResourceTypes.NODE, "", "n7");
        exchange.patch(key, "", "{'metadata':{'labels':{'another':'label'}}}");
        assertThat(exchange.needs
                        .since(exchange.book.state().changesAfter(exchange.told).orElseThrow(), exchange.book.state())
                        .utf8String())
                .isEqualTo("V " + exchange.book.state().version() + "\n");
        exchange.patch(key, "status", "{'status':{'addresses':[{'type':'InternalIP','address':'10.0.0.9'}]}}");
        assertThat(exchange.needs
                        .since(exchange.book.state().changesAfter(exchange.told).orElseThrow(), exchange.book.state())
                        .utf8String())
                .contains("10.0.0.9")
                .doesNotContain("label");
    }
}
