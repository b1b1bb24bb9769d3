package io.quorate.node.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.Recorded;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressBookTest {
    private static final MemberId AS_LOGGED = MemberId.parse("n2#1@10.0.0.2:19001");

    private final Membership rules = new Membership("c", ClusterEpoch.FIRST, List.of());
    private int moves;
    private final AddressBook book = new AddressBook(() -> moves++);
    private MembershipState state = rules.empty();

    private void happens(MembershipEvent event) {
        state = rules.evolve(state, new Recorded(event, "node n2"), 1);
        book.decided(state);
    }

    private void joins() {
        happens(new MembershipEvent.NodeJoined(AS_LOGGED.toString(), "", "", "", ""));
    }

    @Test
    void a_member_is_where_the_log_named_it_until_something_else_is_decided() {
        assertThat(book.of(AS_LOGGED)).isEqualTo("10.0.0.2:19001");
        joins();
        happens(new MembershipEvent.NodeMoved("n2", "10.0.0.2:19001", "10.0.7.2:19001", "", ""));
        assertThat(book.of(AS_LOGGED)).isEqualTo("10.0.7.2:19001");
    }

    @Test
    void who_speaks_from_elsewhere_is_there_and_what_it_says_itself_counts_more_than_what_others_say() {
        joins();
        book.told(AS_LOGGED.at("10.0.8.2:19001"));
        assertThat(book.of(AS_LOGGED)).isEqualTo("10.0.8.2:19001");
        book.heard(AS_LOGGED.at("10.0.7.2:19001"));
        book.told(AS_LOGGED.at("10.0.8.2:19001"));
        assertThat(book.of(AS_LOGGED)).isEqualTo("10.0.7.2:19001");
        assertThat(book.heard()).extracting(MemberId::address).containsExactly("10.0.7.2:19001");
    }

    @Test
    void a_decision_that_is_news_is_newer_than_what_was_heard() {
        joins();
        book.heard(AS_LOGGED.at("10.0.7.2:19001"));
        happens(new MembershipEvent.NodeConfigured("n2", 1, 1));
        assertThat(book.of(AS_LOGGED)).as("nothing new of where it is").isEqualTo("10.0.7.2:19001");
        happens(new MembershipEvent.NodeMoved("n2", "10.0.0.2:19001", "10.0.9.2:19001", "", ""));
        assertThat(book.of(AS_LOGGED)).isEqualTo("10.0.9.2:19001");
        assertThat(book.heard()).isEmpty();
    }

    @Test
    void another_incarnation_is_another_member() {
        joins();
        book.heard(MemberId.parse("n2#2@10.0.7.2:19001"));
        assertThat(book.of(AS_LOGGED)).isEqualTo("10.0.0.2:19001");
    }

    @Test
    void it_says_when_a_member_is_found_elsewhere_and_only_then() {
        joins();
        assertThat(moves).isEqualTo(1);
        book.heard(AS_LOGGED);
        happens(new MembershipEvent.NodeConfigured("n2", 1, 1));
        assertThat(moves).as("that was known").isEqualTo(1);
        book.heard(AS_LOGGED.at("10.0.7.2:19001"));
        assertThat(moves).isEqualTo(2);
        book.told(AS_LOGGED.at("10.0.8.2:19001"));
        happens(new MembershipEvent.NodeMoved("n2", "10.0.0.2:19001", "10.0.7.2:19001", "", ""));
        assertThat(moves).as("nobody asks it elsewhere for that").isEqualTo(2);
    }

    @Test
    void an_address_is_left_once_its_member_is_elsewhere_and_until_a_member_is_there_again() {
        joins();
        assertThat(book.isLeft("10.0.0.2:19001")).isFalse();
        book.heard(AS_LOGGED.at("10.0.7.2:19001"));
        assertThat(book.isLeft("10.0.0.2:19001")).isTrue();
        assertThat(book.isLeft("10.0.7.2:19001")).isFalse();
        book.heard(MemberId.parse("n3#1@10.0.0.2:19001"));
        assertThat(book.isLeft("10.0.0.2:19001")).as("another is there").isFalse();
    }

    /** A node that hears of no leader asks again at every news: two contacts that know different things must not be news for ever. */
    @Test
    void who_a_node_was_before_is_no_news_of_who_it_is() {
        MemberId renewed = MemberId.parse("n2#2@10.0.0.2:19001");
        joins();
        book.told(renewed);
        int before = moves;
        book.told(AS_LOGGED);
        book.told(renewed);
        book.told(AS_LOGGED);
        assertThat(moves).isEqualTo(before);
        book.heard(AS_LOGGED);
        book.heard(renewed);
        book.heard(AS_LOGGED);
        assertThat(book.heard()).containsExactly(renewed);
    }

    @Test
    void where_a_worker_is_is_known_and_no_news_to_anybody() {
        MemberId worker = MemberId.parse("w1#1@10.0.0.9:19001");
        happens(new MembershipEvent.NodeJoined(worker.toString(), "", "", "", "worker"));
        happens(new MembershipEvent.NodeMoved("w1", "10.0.0.9:19001", "10.0.7.9:19001", "", ""));
        assertThat(book.of(worker)).isEqualTo("10.0.7.9:19001");
        assertThat(moves).isZero();
        happens(new MembershipEvent.NodeRemoved("w1", "gone"));
        assertThat(book.of(worker)).isEqualTo(worker.address());
    }

    @Test
    void an_answer_that_tells_of_many_is_news_once() {
        MemberId third = MemberId.parse("n3#1@10.0.0.3:19001");
        MemberId fourth = MemberId.parse("n4#1@10.0.0.4:19001");
        book.answered(AS_LOGGED, List.of(third, fourth));
        assertThat(moves).isEqualTo(1);
        assertThat(book.heard()).containsExactly(AS_LOGGED);
        book.answered(AS_LOGGED, List.of(third, fourth));
        assertThat(moves).isEqualTo(1);
        book.answered(AS_LOGGED, List.of(third.at("10.0.7.3:19001")));
        assertThat(moves).isEqualTo(2);
        assertThat(book.of(third)).isEqualTo("10.0.7.3:19001");
    }
}
