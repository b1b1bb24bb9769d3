package io.quorate.node.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackupNamesTest {
    private static final long AT = 1_790_000_000_123L;

    private final BackupNames names = new BackupNames("3fa81c09", "n-1.a");

    private static BackupNames of(String cluster, String node) {
        return new BackupNames(cluster, node);
    }

    @Test
    void a_name_tells_the_cluster_the_time_the_offset_and_the_node() {
        assertThat(names.finished(AT, 4711)).isEqualTo("quorate-3fa81c09-20260921T141320Z-4711-n-1.a.quorate");
        assertThat(names.unfinished(AT)).isEqualTo("quorate-3fa81c09-20260921T141320Z-n-1.a.quorate.partial");
    }

    @Test
    void only_what_this_node_of_this_cluster_has_begun_is_abandoned() {
        String own = names.unfinished(AT);
        assertThat(names.abandoned(List.of(
                        own,
                        of("3fa81c09", "n2").unfinished(AT),
                        of("3fa81c09", "a").unfinished(AT),
                        of("77777777", "n-1.a").unfinished(AT),
                        names.finished(AT, 1),
                        own + "~",
                        "x" + own,
                        "my.partial")))
                .containsExactly(own);
    }

    @Test
    void the_ones_that_go_furthest_stay_and_the_one_just_written_does_whatever_the_clock_says() {
        String old = names.finished(AT + 1000, 10);
        String newer = names.finished(AT + 500, 20);
        String newest = names.finished(AT + 100, 30);
        List<String> all = List.of(newer, newest, old);
        assertThat(names.superfluous(all, 3, newest)).isEmpty();
        assertThat(names.superfluous(all, 2, newest)).containsExactly(old);
        assertThat(names.superfluous(all, 1, newest)).containsExactly(newer, old);
        assertThat(names.superfluous(all, 1, old))
                .as("a cluster that was recovered has less than before")
                .containsExactly(newest, newer);
    }

    @Provide
    static Arbitrary<List<String>> listings() {
        Arbitrary<BackupNames> anybody = Combinators.combine(
                        Arbitraries.of("3fa81c09", "77777777"), Arbitraries.of("n-1.a", "n2"))
                .as(BackupNamesTest::of);
        Arbitrary<Long> offsets = Arbitraries.longs().between(0, 50);
        Arbitrary<String> finished = Combinators.combine(
                        anybody, Arbitraries.longs().between(0, 100), offsets)
                .as((one, seconds, offset) -> one.finished(AT + seconds * 1000, offset));
        Arbitrary<String> unfinished = anybody.map(one -> one.unfinished(AT));
        Arbitrary<String> others = Arbitraries.of(
                "today.quorate",
                "quorate-.quorate",
                "quorate-3fa81c09-yesterday-1-n2.quorate",
                "quorate-3fa81c09-20260921T141320Z-1-n2.quorate.gz",
                "copy of quorate-3fa81c09-20260921T141320Z-1-n2.quorate",
                "quorate-3fa81c09-20260921T141320Z-99999999999999999999-n2.quorate");
        return Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(6, finished),
                        net.jqwik.api.Tuple.of(1, unfinished),
                        net.jqwik.api.Tuple.of(1, others))
                .list()
                .uniqueElements()
                .ofMaxSize(30);
    }

    @Property
    void nothing_but_the_oldest_of_this_cluster_is_too_much_and_as_many_stay_as_are_to_stay(
            @ForAll("listings") List<String> before, @ForAll @IntRange(min = 1, max = 5) int keep) {
        String justWritten = names.finished(AT, 25);
        Set<String> all = new HashSet<>(before);
        all.add(justWritten);
        List<String> deleted = names.superfluous(all, keep, justWritten);
        assertThat(deleted).doesNotHaveDuplicates().isSubsetOf(all).doesNotContain(justWritten);
        List<String> own = new ArrayList<>(all.stream()
                .filter(name -> name.matches("quorate-3fa81c09-\\d{8}T\\d{6}Z-\\d{1,18}-[^.]+(\\.a)?\\.quorate"))
                .toList());
        assertThat(own).containsAll(deleted);
        own.removeAll(deleted);
        assertThat(own).hasSize(Math.min(keep, own.size() + deleted.size()));
        own.remove(justWritten);
        assertThat(own)
                .allSatisfy(stays -> assertThat(deleted)
                        .allSatisfy(gone -> assertThat(offset(gone)).isLessThanOrEqualTo(offset(stays))));
        Set<String> left = new HashSet<>(all);
        deleted.forEach(left::remove);
        assertThat(names.superfluous(left, keep, justWritten))
                .as("once is enough")
                .isEmpty();
    }

    private static long offset(String name) {
        return Long.parseLong(name.split("-")[3]);
    }
}
