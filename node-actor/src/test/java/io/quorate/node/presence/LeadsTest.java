package io.quorate.node.presence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeadsTest {
    private static final Leads OLD = new Leads("10.0.0.1:19001", 2);
    private static final Leads NEW = new Leads("10.0.0.2:19001", 3);

    @Test
    void the_later_term_holds_in_whichever_order_it_is_heard() {
        assertThat(OLD.after(NEW)).isEqualTo(NEW);
        assertThat(NEW.after(OLD)).isEqualTo(NEW);
    }

    @Test
    void a_later_term_in_which_nobody_leads_yet_ends_the_leader_of_before() {
        Leads election = new Leads("", 3);
        assertThat(OLD.after(election)).isEqualTo(election);
        assertThat(election.after(OLD)).isEqualTo(election);
        assertThat(election.after(NEW)).isEqualTo(NEW);
    }

    @Test
    void in_one_term_who_names_nobody_has_not_heard_of_the_leader_yet() {
        assertThat(NEW.after(new Leads("", 3))).isEqualTo(NEW);
    }

    @Test
    void a_leader_that_is_lost_is_found_again_in_its_term_and_an_older_one_is_not() {
        assertThat(NEW.lost().after(NEW)).isEqualTo(NEW);
        assertThat(NEW.lost().after(OLD)).isEqualTo(NEW.lost());
    }

    @Test
    void who_has_only_started_and_heard_nothing_takes_nothing_away() {
        assertThat(NEW.after(Leads.NOBODY)).isEqualTo(NEW);
        assertThat(Leads.NOBODY.after(NEW)).isEqualTo(NEW);
    }

    @Test
    void what_an_older_release_says_is_taken_for_it_names_no_term() {
        Leads word = new Leads("10.0.0.3:19001", 0);
        assertThat(NEW.after(word)).isEqualTo(word);
    }
}
