package io.quorate.node.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.Recorded;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.presence.Leads;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ContactsTest {
    private static final MemberId SELF = MemberId.parse("n1#1@10.0.0.1:19001");
    private static final MemberId SPARE = MemberId.parse("n2#1@10.0.0.2:19001");
    private static final MemberId WORKER = MemberId.parse("w1#1@10.0.0.9:19001");

    private static MembershipState members() {
        Membership rules = new Membership("c", ClusterEpoch.FIRST, List.of(SELF));
        MembershipState state = rules.empty();
        for (MembershipEvent event : List.of(
                new MembershipEvent.NodeJoined(SELF.toString(), "", "", "", ""),
                new MembershipEvent.NodeJoined(SPARE.toString(), "", "", "", ""),
                new MembershipEvent.NodeJoined(WORKER.toString(), "", "", "", "worker"))) {
            state = rules.evolve(state, new Recorded(event, "admin ada"), 1);
        }
        return state;
    }

    @Test
    void who_has_spoken_is_somebody_to_ask_but_for_a_worker() {
        MembershipState state = members();
        Identity self = new Identity(
                "c", ClusterEpoch.FIRST, SELF, "", "", List.of(SELF), Identity.Replica.MEMBER, List.of(), "", "");
        Contacts contacts = new Contacts(
                new StillTimer(),
                1,
                List.of(),
                () -> self,
                () -> Leads.NOBODY,
                () -> state,
                (address, request) -> CompletableFuture.completedFuture(request),
                () -> {});
        contacts.heard(SPARE);
        contacts.heard(WORKER);
        assertThat(contacts.addresses()).containsExactly(SPARE.address());
        assertThat(contacts.book().heard()).containsExactly(SPARE);
    }
}
