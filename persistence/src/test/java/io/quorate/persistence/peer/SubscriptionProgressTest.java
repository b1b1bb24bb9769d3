package io.quorate.persistence.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Page;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What a subscription promises, over replicas that are behind, die and come back while its subscriber takes its time. */
class SubscriptionProgressTest {
    private static final int REPLICAS = 3;

    /** What may happen next. */
    enum Happens {
        APPENDED,
        REPLICATED,
        TOLD,
        DEMANDED,
        ANSWERED,
        LOST,
        RESTED,
        ANOTHER_REPLICA
    }

    /** A journal with three replicas, of which one is asked. */
    private static final class World {
        final List<Offset> journal = new ArrayList<>();
        final long[] applied = new long[REPLICAS];
        final List<Offset> delivered = new ArrayList<>();
        SubscriptionProgress progress;
        long index;
        long demanded;
        int asked;

        World(Offset after) {
            progress = SubscriptionProgress.after(after);
        }

        /** Every third entry carries no event, every second one two. */
        void append() {
            index++;
            if (index % 3 != 0) {
                journal.add(new Offset(index, 0));
                if (index % 2 == 0) {
                    journal.add(new Offset(index, 1));
                }
            }
        }

        void askWhereDue() {
            if (progress.isDue()) {
                progress = progress.asked();
            }
        }

        void answer() {
            if (!progress.asking()) {
                return;
            }
            Offset after = progress.position();
            long here = applied[asked];
            List<Offset> there = journal.stream()
                    .filter(event -> event.compareTo(after) > 0 && event.index() <= here)
                    .toList();
            int max = (int) Math.min(progress.credit(), 4);
            List<Offset> page = there.subList(0, Math.min(max, there.size()));
            boolean complete = page.size() == there.size();
            Offset end = complete ? Offset.endOf(here) : page.getLast();
            assertThat(page.size()).isLessThanOrEqualTo((int) progress.credit());
            delivered.addAll(page);
            // A replica may well say that it has looked at less than was asked for.
            progress = progress.found(new Page<>(page, end, complete, here), page.size());
        }

        void happens(Happens what) {
            switch (what) {
                case APPENDED -> append();
                case REPLICATED -> applied[asked] = Math.min(index, applied[asked] + 2);
                case TOLD -> progress = progress.told(applied[asked]);
                case DEMANDED -> {
                    progress = progress.demanded(3);
                    demanded += 3;
                }
                case ANSWERED -> answer();
                case LOST -> {
                    if (progress.asking()) {
                        progress = progress.failed();
                    }
                }
                case RESTED -> progress = progress.rested();
                case ANOTHER_REPLICA -> asked = (asked + 1) % REPLICAS;
            }
            askWhereDue();
            assertThat((long) delivered.size()).as("no event without demand").isLessThanOrEqualTo(demanded);
        }
    }

    @Provide
    static Arbitrary<List<Happens>> courses() {
        return Arbitraries.of(Happens.class).list().ofMaxSize(200);
    }

    @Property
    void every_event_comes_once_and_in_order_whatever_happens_to_the_replicas(
            @ForAll("courses") List<Happens> course, @ForAll @IntRange(max = 10) int after) {
        World world = new World(after == 0 ? Offset.ZERO : new Offset(after, 0));
        course.forEach(world::happens);
        for (int replica = 0; replica < REPLICAS; replica++) {
            world.applied[replica] = world.index;
        }
        for (int i = 0; i < 200; i++) {
            world.happens(Happens.TOLD);
            world.happens(Happens.RESTED);
            world.happens(Happens.DEMANDED);
            world.happens(Happens.ANSWERED);
        }
        Offset from = after == 0 ? Offset.ZERO : new Offset(after, 0);
        assertThat(world.delivered)
                .isEqualTo(world.journal.stream()
                        .filter(event -> event.compareTo(from) > 0)
                        .toList());
        assertThat(world.progress.isDue())
                .as("one that is caught up asks nobody")
                .isFalse();
    }

    @Test
    void nothing_is_asked_without_demand_and_nothing_when_caught_up() {
        SubscriptionProgress quiet = SubscriptionProgress.after(Offset.ZERO).told(7);
        assertThat(quiet.isDue()).isFalse();
        SubscriptionProgress asking = quiet.demanded(10).asked();
        assertThat(asking.isDue()).as("one question at a time").isFalse();
        SubscriptionProgress caughtUp = asking.found(new Page<>(List.of(), Offset.endOf(7), true, 7), 0);
        assertThat(caughtUp.isDue()).isFalse();
        assertThat(caughtUp.told(8).isDue()).isTrue();
    }

    @Test
    void a_replica_that_is_behind_what_was_told_is_asked_again_after_a_pause() {
        SubscriptionProgress asked =
                SubscriptionProgress.after(Offset.ZERO).demanded(1).told(9).asked();
        SubscriptionProgress behind = asked.found(new Page<>(List.of(), Offset.endOf(5), true, 5), 0);
        assertThat(behind.resting()).isTrue();
        assertThat(behind.isDue()).isFalse();
        assertThat(behind.rested().isDue()).isTrue();
    }

    @Test
    void demand_is_bounded_however_much_is_asked_for() {
        SubscriptionProgress progress = SubscriptionProgress.after(Offset.ZERO);
        for (int i = 0; i < 5; i++) {
            progress = progress.demanded(Integer.MAX_VALUE);
        }
        assertThat(progress.credit()).isEqualTo(ControlPlane.MAX_DEMAND);
    }
}
