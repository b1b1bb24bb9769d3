package io.quorate.chaos.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CopiesTest {
    private static final Map<Long, String> WHOLE = Map.of(1L, "a", 2L, "b", 3L, "c");

    private static List<String> differences(Map<Long, String> first, Map<Long, String> second) {
        SortedMap<String, SortedMap<Long, String>> copies = new TreeMap<>();
        copies.put("n1", new TreeMap<>(first));
        copies.put("n2", new TreeMap<>(second));
        return Copies.differences(copies);
    }

    @Test
    void copies_with_the_same_entries_do_not_differ() {
        assertThat(differences(WHOLE, WHOLE)).isEmpty();
    }

    @Test
    void an_entry_that_is_another_is_told() {
        assertThat(differences(WHOLE, Map.of(1L, "a", 2L, "x", 3L, "y")))
                .containsExactly("entry 2 is b at n1 and x at n2");
    }

    @Test
    void an_entry_that_either_lacks_is_told() {
        Map<Long, String> holed = Map.of(1L, "a", 3L, "c");
        assertThat(differences(WHOLE, holed)).containsExactly("entry 2 is b at n1 and missing at n2");
        assertThat(differences(holed, WHOLE)).containsExactly("entry 2 is missing at n1 and b at n2");
    }

    @Test
    void a_copy_without_its_end_is_told() {
        assertThat(differences(WHOLE, Map.of(1L, "a"))).containsExactly("entry 2 is b at n1 and missing at n2");
    }

    @Test
    void copies_that_are_empty_are_told() {
        assertThat(differences(Map.of(), Map.of())).containsExactly("n1: its copy is empty");
        assertThat(differences(WHOLE, Map.of())).containsExactly("entry 1 is a at n1 and missing at n2");
    }
}
