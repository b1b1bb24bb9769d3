package io.quorate.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.OperationCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import scala.jdk.javaapi.CollectionConverters;

/** The laws of a plan: nothing is lost, split, reordered or larger than allowed, and no two appends could be one. */
class AppendPlanTest {
    /** Two of them are more than one operation takes. */
    private static final String LARGE = "x".repeat(Operation.MAX_OPERATION_BYTES * 2 / 3);

    private static ActorSystem system;
    private static EventForm form;

    @BeforeContainer
    static void start() {
        system = ActorSystem.create("plan", ConfigFactory.load());
        form = new EventForm((ExtendedActorSystem) system);
    }

    @AfterContainer
    static void stop() {
        system.terminate();
    }

    /** What one write is to be: its entity, its writer, and its payloads. */
    record Wish(String id, String writer, List<Object> payloads) {}

    @Provide
    Arbitrary<List<Wish>> wishes() {
        Arbitrary<Object> payload = Arbitraries.frequency(
                        net.jqwik.api.Tuple.of(20, "small"),
                        net.jqwik.api.Tuple.of(1, LARGE),
                        net.jqwik.api.Tuple.of(2, new Object()))
                .map(chosen -> chosen);
        return Combinators.combine(
                        Arbitraries.of("a", "b"),
                        Arbitraries.of("w1", "w1", "w1", "w2"),
                        payload.list().ofMinSize(1).ofMaxSize(4))
                .as(Wish::new)
                .list()
                .ofMaxSize(12);
    }

    private static List<AtomicWrite> writes(List<Wish> wishes) {
        Map<String, Long> highest = new HashMap<>();
        List<AtomicWrite> writes = new ArrayList<>();
        for (Wish wish : wishes) {
            List<PersistentRepr> events = new ArrayList<>();
            for (Object payload : wish.payloads()) {
                long sequenceNr = highest.merge(wish.id(), 1L, Long::sum);
                events.add(PersistentRepr.apply(
                        payload, sequenceNr, wish.id(), "", false, ActorRef.noSender(), wish.writer()));
            }
            writes.add(AtomicWrite.apply(CollectionConverters.asScala(events).toSeq()));
        }
        return writes;
    }

    @Property(tries = 200)
    void every_write_is_answered_and_stands_in_one_append(@ForAll("wishes") List<Wish> wishes) {
        List<AtomicWrite> writes = writes(wishes);
        AppendPlan plan = AppendPlan.of(writes, form, 7);
        assertThat(plan.rejections()).hasSameSizeAs(writes);
        for (AtomicWrite write : writes) {
            assertThat(plan.appends().stream()
                            .filter(append -> append.persistenceId().equals(write.persistenceId())
                                    && append.fromSequenceNr() <= write.lowestSequenceNr()
                                    && append.toSequenceNr() >= write.highestSequenceNr()))
                    .hasSize(1);
        }
    }

    @Property(tries = 200)
    void the_numbers_of_each_entity_stay_in_order_without_a_gap(@ForAll("wishes") List<Wish> wishes) {
        Map<String, Long> next = new HashMap<>();
        for (AppendEvents append : AppendPlan.of(writes(wishes), form, 7).appends()) {
            assertThat(append.fromSequenceNr()).isEqualTo(next.getOrDefault(append.persistenceId(), 1L));
            next.put(append.persistenceId(), append.toSequenceNr() + 1);
        }
        Map<String, Long> wanted = new HashMap<>();
        wishes.forEach(wish -> wanted.merge(wish.id(), (long) wish.payloads().size(), Long::sum));
        wanted.replaceAll((id, count) -> count + 1);
        assertThat(next).isEqualTo(wanted);
    }

    @Property(tries = 200)
    void a_write_is_rejected_exactly_when_it_cannot_be_stored(@ForAll("wishes") List<Wish> wishes) {
        AppendPlan plan = AppendPlan.of(writes(wishes), form, 7);
        for (int i = 0; i < wishes.size(); i++) {
            List<Object> payloads = wishes.get(i).payloads();
            long large = payloads.stream().filter(LARGE::equals).count();
            boolean storable = large < 2 && payloads.stream().allMatch(String.class::isInstance);
            assertThat(plan.rejections().get(i).isEmpty()).isEqualTo(storable);
        }
    }

    @Property(tries = 200)
    void no_append_is_too_large_and_no_two_neighbours_could_be_one(@ForAll("wishes") List<Wish> wishes) {
        List<AppendEvents> appends = AppendPlan.of(writes(wishes), form, 7).appends();
        for (int i = 0; i < appends.size(); i++) {
            AppendEvents append = appends.get(i);
            assertThat(OperationCodec.sizeOf(append)).isLessThanOrEqualTo(Operation.MAX_OPERATION_BYTES);
            if (i > 0) {
                AppendEvents before = appends.get(i - 1);
                assertThat(before.persistenceId().equals(append.persistenceId())
                                && before.writer().equals(append.writer())
                                && OperationCodec.sizeOf(before) + OperationCodec.sizeOf(append)
                                        < Operation.MAX_OPERATION_BYTES)
                        .isFalse();
            }
        }
    }
}
