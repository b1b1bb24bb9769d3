package io.quorate.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.ObjectKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WorkQueueLawsTest {
    private final WorkQueue queue = new WorkQueue();

    private static ObjectKey key(int number) {
        return new ObjectKey("pods", "default", "p" + number);
    }

    /** What happens to a queue, drawn: additions, looks that begin, end, fail, or want to look again, and time. */
    @Property
    void each_key_is_looked_at_after_it_was_added_and_never_twice_at_once(
            @ForAll @Size(max = 200) List<@IntRange(max = 59) Integer> steps) {
        WorkQueue drawn = new WorkQueue();
        Set<ObjectKey> underWay = new HashSet<>();
        Set<ObjectKey> owed = new HashSet<>();
        long now = 0;
        for (int step : steps) {
            ObjectKey key = key(step % 5);
            switch (step / 10) {
                case 0, 1 -> {
                    drawn.add(key);
                    owed.add(key);
                }
                case 2 -> {
                    Optional<ObjectKey> taken = drawn.take();
                    taken.ifPresent(each -> {
                        assertThat(underWay.add(each))
                                .as("it is under way already")
                                .isTrue();
                        owed.remove(each);
                    });
                }
                case 3 -> {
                    if (underWay.remove(key)) {
                        drawn.done(key, step % 2 == 0 ? OptionalLong.empty() : OptionalLong.of(now + 100));
                    }
                }
                case 4 -> {
                    if (underWay.remove(key)) {
                        drawn.failed(key, now);
                        owed.add(key);
                    }
                }
                default -> {
                    now += 1000;
                    drawn.ripen(now);
                }
            }
        }
        underWay.forEach(each -> drawn.done(each, OptionalLong.empty()));
        drawn.ripen(now + WorkQueue.MAX_BACK_OFF_MILLIS);
        for (Optional<ObjectKey> each = drawn.take(); each.isPresent(); each = drawn.take()) {
            owed.remove(each.get());
            drawn.done(each.get(), OptionalLong.empty());
            drawn.ripen(now + WorkQueue.MAX_BACK_OFF_MILLIS);
        }
        assertThat(owed).isEmpty();
        assertThat(drawn.earliest()).isEmpty();
    }

    @Test
    void one_that_is_added_again_and_again_is_looked_at_once() {
        queue.add(key(1));
        queue.add(key(2));
        queue.add(key(1));
        assertThat(queue.take()).contains(key(1));
        assertThat(queue.take()).contains(key(2));
        assertThat(queue.take()).isEmpty();
    }

    @Test
    void one_that_is_added_while_it_is_under_way_is_looked_at_afterwards() {
        queue.add(key(1));
        queue.take();
        queue.add(key(1));
        assertThat(queue.take()).isEmpty();
        queue.done(key(1), OptionalLong.empty());
        assertThat(queue.take()).contains(key(1));
    }

    @Test
    void one_that_fails_waits_twice_as_long_each_time_up_to_a_bound() {
        long now = 0;
        long expected = WorkQueue.FIRST_BACK_OFF_MILLIS;
        queue.add(key(1));
        for (int i = 0; i < 40; i++) {
            assertThat(queue.take()).contains(key(1));
            queue.failed(key(1), now);
            assertThat(queue.earliest()).hasValue(now + expected);
            queue.ripen(now + expected - 1);
            assertThat(queue.hasReady()).isFalse();
            now += expected;
            queue.ripen(now);
            expected = Math.min(WorkQueue.MAX_BACK_OFF_MILLIS, expected * 2);
        }
        queue.take();
        queue.done(key(1), OptionalLong.empty());
        queue.add(key(1));
        queue.take();
        queue.failed(key(1), now);
        assertThat(queue.earliest()).as("it begins anew").hasValue(now + WorkQueue.FIRST_BACK_OFF_MILLIS);
    }

    @Test
    void the_earlier_of_two_times_counts_and_a_look_takes_it_away() {
        queue.add(key(1));
        queue.take();
        queue.done(key(1), OptionalLong.of(500));
        queue.add(key(1));
        assertThat(queue.take()).contains(key(1));
        assertThat(queue.earliest()).isEmpty();
        queue.done(key(1), OptionalLong.of(300));
        assertThat(queue.earliest()).hasValue(300);
    }
}
