package io.quorate.control.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SplicedWatchTest {
    private static String event(String type, String name, long version) {
        return "{\"type\":\"%s\",\"object\":{\"metadata\":{\"name\":\"%s\",\"resourceVersion\":\"%d\"}}}\n"
                .formatted(type, name, version);
    }

    private static String take(SplicedWatch watch, String text) {
        return new String(watch.take(text.getBytes(UTF_8)), UTF_8);
    }

    @Test
    void a_watch_goes_on_after_the_last_event_that_its_client_saw_whole() {
        SplicedWatch watch = new SplicedWatch("10", false);
        String first = event("ADDED", "a", 11);
        assertThat(take(watch, first + event("MODIFIED", "a", 12).substring(0, 30)))
                .isEqualTo(first);
        watch.interrupted();
        assertThat(watch.canGoOn()).isTrue();
        assertThat(watch.version()).isEqualTo("11");
        String again = event("MODIFIED", "a", 12);
        assertThat(take(watch, again)).isEqualTo(again);
    }

    @Test
    void bookmarks_move_it_on_and_are_shown_to_who_wants_them() {
        SplicedWatch watch = new SplicedWatch("10", false);
        assertThat(take(watch, event("BOOKMARK", "", 40))).isEqualTo(" ");
        assertThat(watch.version()).isEqualTo("40");
        String shown = event("BOOKMARK", "", 40);
        assertThat(take(new SplicedWatch("10", true), shown)).isEqualTo(shown);
    }

    @Test
    void while_what_is_there_is_told_nobody_else_can_go_on() {
        SplicedWatch watch = new SplicedWatch("", false);
        assertThat(watch.canGoOn()).as("nothing has come yet").isTrue();
        take(watch, event("ADDED", "a", 30));
        assertThat(watch.canGoOn()).as("there may be an older one").isFalse();
        take(watch, event("ADDED", "b", 20) + event("BOOKMARK", "", 33));
        assertThat(watch.canGoOn()).isTrue();
        assertThat(watch.version()).isEqualTo("33");
        take(watch, event("DELETED", "a", 34));
        assertThat(watch.version()).isEqualTo("34");
    }

    @Test
    void after_an_error_it_is_over() {
        SplicedWatch watch = new SplicedWatch("10", false);
        String error = "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}\n";
        assertThat(take(watch, error)).isEqualTo(error);
        assertThat(watch.canGoOn()).isFalse();
    }

    @Test
    void a_blank_that_keeps_the_connection_goes_through() {
        SplicedWatch watch = new SplicedWatch("10", false);
        assertThat(take(watch, " ")).isEqualTo(" ");
        assertThat(take(watch, " " + event("ADDED", "a", 11))).isEqualTo(" " + event("ADDED", "a", 11));
    }
}
