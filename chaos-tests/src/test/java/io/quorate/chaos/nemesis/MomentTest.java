package io.quorate.chaos.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.simulations.schedule.ScenarioFile;
import java.util.List;
import org.junit.jupiter.api.Test;

class MomentTest {
    private static List<String> of(String... acts) {
        String file = "nodes: 3\nacts:\n- " + String.join("\n- ", acts) + "\n";
        return Moment.of(ScenarioFile.read(file)).stream()
                .map(moment -> moment.at().toMillis() + (moment.begins() ? " begins " : " ends ")
                        + moment.what().word() + " " + moment.act())
                .toList();
    }

    @Test
    void acts_begin_and_end_at_their_times_whatever_else_goes_on() {
        assertThat(of("{at: 1s, crash: n1, for: 3s}", "{at: 2s, isolate: n2, for: 1s}"))
                .containsExactly(
                        "1000 begins crash 0", "2000 begins isolate 1", "3000 ends isolate 1", "4000 ends crash 0");
    }

    @Test
    void what_is_mended_at_the_moment_of_another_act_is_mended_first() {
        assertThat(of("{at: 1s, isolate: n1, for: 1s}", "{at: 2s, isolate: n2, for: 1s}"))
                .containsSubsequence("2000 ends isolate 0", "2000 begins isolate 1");
    }

    @Test
    void power_is_lost_at_once_and_comes_back_to_each_at_its_own_time() {
        assertThat(of("{at: 1s, power-loss: {n1: 2s, n3: 500ms}}"))
                .containsExactly("1000 begins power-loss 0", "1500 ends crash 0", "3000 ends crash 0");
    }

    @Test
    void what_is_over_at_once_has_no_end() {
        assertThat(of("{at: 1s, transfer: n1}", "{at: 2s, membership: n1}"))
                .containsExactly("1000 begins transfer 0", "2000 begins membership 1");
    }
}
