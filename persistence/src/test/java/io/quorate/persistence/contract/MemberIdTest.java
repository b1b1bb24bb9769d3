package io.quorate.persistence.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemberIdTest {
    @Test
    void a_member_is_the_same_wherever_it_is_and_another_when_it_comes_back() {
        MemberId member = new MemberId("n1", 1, "10.0.0.1:19001");
        assertThat(member.at("10.0.7.1:19001")).isEqualTo(member).hasSameHashCodeAs(member);
        assertThat(member.at("10.0.7.1:19001").address()).isEqualTo("10.0.7.1:19001");
        assertThat(new MemberId("n1", 2, "10.0.0.1:19001")).isNotEqualTo(member);
        assertThat(new MemberId("n2", 1, "10.0.0.1:19001")).isNotEqualTo(member);
    }

    @Test
    void a_member_is_read_as_it_was_written() {
        MemberId member = new MemberId("k8s-2.rack-a", 3, "127.0.0.12:19001");
        assertThat(member.toString()).isEqualTo("k8s-2.rack-a#3@127.0.0.12:19001");
        assertThat(MemberId.parse(member.toString())).isEqualTo(member);
        assertThat(member.host()).isEqualTo("127.0.0.12");
        assertThat(member.port()).isEqualTo(19001);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", "A", "a_b", "a b", "a#b", "n1\n"})
    void a_name_that_breaks_its_form_is_refused_with_the_form(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemberId(name, 1, "h:1"))
                .withMessageContaining("1 to 63 lower-case letters");
    }

    @Test
    void a_name_has_at_most_63_characters() {
        assertThat(new MemberId("a".repeat(63), 1, "h:1").node()).hasSize(63);
        assertThatIllegalArgumentException().isThrownBy(() -> new MemberId("a".repeat(64), 1, "h:1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "n1", "n1#1", "n1@h:1", "n1#0@h:1", "n1#-1@h:1", "n1#x@h:1", "n1#1@h", "n1#1@:1", "#1@h:1"})
    void what_is_no_member_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> MemberId.parse(text));
    }
}
