package io.quorate.control.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.resource.ResourceTypes;
import org.junit.jupiter.api.Test;

/** When a pod that is to end is told so. */
class WithdrawalTest {
    private static final String UID = "u-1";
    private static final long BEGAN = 1_700_000_000_000L;
    private static final long END = BEGAN + 30_000;

    private final ObjectBook book = ObjectBook.founded();

    private void slice(String name, boolean ready) {
        String object = """
                {"metadata": {"name": "%s"}, "addressType": "IPv4", "ports": [],
                 "endpoints": [{"addresses": ["127.64.0.1"], "targetRef": {"kind": "Pod", "name": "web-1", "uid": "%s"},
                  "conditions": {"ready": %s}}]}""".formatted(name, UID, ready);
        book.ask(new ObjectCommand.Create(
                ResourceTypes.ENDPOINT_SLICE.id(), "default", object.getBytes(UTF_8), book.request()));
    }

    private Withdrawal at(Withdrawal before, long afterMillis) {
        return before.next(book.state(), "default", UID, BEGAN + afterMillis);
    }

    @Test
    void one_that_no_service_names_is_told_at_once() {
        Withdrawal withdrawal = at(Withdrawal.begun(BEGAN), 0);
        assertThat(withdrawal.waits()).isFalse();
        assertThat(withdrawal.toldFromMillis(END)).isEqualTo(BEGAN);
    }

    @Test
    void one_that_clients_are_sent_to_waits_until_they_are_not_and_a_little_longer_for_the_other_nodes() {
        slice("web-a", true);
        Withdrawal before = at(Withdrawal.begun(BEGAN), 0);
        assertThat(before.waits()).isTrue();
        assertThat(before.toldFromMillis(END)).isEqualTo(BEGAN + Withdrawal.LONGEST_MILLIS);

        ObjectBook later = ObjectBook.founded();
        Withdrawal left = before.next(later.state(), "default", UID, BEGAN + 50);
        assertThat(left.waits()).isFalse();
        assertThat(left.toldFromMillis(END)).isEqualTo(BEGAN + 50 + Withdrawal.SETTLES_MILLIS);
    }

    @Test
    void one_that_is_named_as_ending_already_is_waited_with_for_the_other_nodes() {
        slice("web-a", false);
        Withdrawal withdrawal = at(Withdrawal.begun(BEGAN), 0);
        assertThat(withdrawal.waits()).isFalse();
        assertThat(withdrawal.toldFromMillis(END)).isEqualTo(BEGAN + Withdrawal.SETTLES_MILLIS);
    }

    @Test
    void half_of_the_time_that_a_pod_has_to_end_is_its_own() {
        slice("web-a", true);
        Withdrawal withdrawal = at(Withdrawal.begun(BEGAN), 0);
        assertThat(withdrawal.toldFromMillis(BEGAN + 1000)).isEqualTo(BEGAN + 500);
        assertThat(withdrawal.toldFromMillis(BEGAN - 1000)).isEqualTo(BEGAN);
    }
}
