package io.quorate.node.recovery;

import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.DataFolder.ListedMember;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.Role;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A recovery by hand: which nodes belong to the cluster stands in a file, in the form of {@code backend/cluster.yaml}, and the node whose
 * data folder this is begins it anew. The other way to the same end as {@code quorate recover}; what it leaves to do is the same.
 */
public final class Reconfiguration {
    private static final int PAGE = 500;
    private static final int VOTES = 0;
    private static final int HIGHEST_ROLE = 2;

    private Reconfiguration() {}

    /**
     * Who belongs to the cluster, as the copy of the journal in a data folder has it. Nothing of the node may run.
     *
     * @throws io.quorate.persistence.store.StorageException when the copy is not whole
     */
    public static MembershipState known(DataFolder folder, StoreEngine engine, Identity identity) {
        try (KeyValueStore store = engine.open(folder.events());
                EventStore events = EventStore.open(store)) {
            return known(events, new Membership(identity.clusterId(), identity.epoch(), identity.founders()));
        }
    }

    static MembershipState known(EventStore events, Membership rules) {
        MembershipState state = rules.empty();
        long after = 0;
        List<StoredEvent> page;
        do {
            page = events.ask(new Query.EventsByPersistenceId(Membership.ID, after + 1, Long.MAX_VALUE, PAGE))
                    .items();
            for (StoredEvent stored : page) {
                state = rules.evolve(state, rules.read(stored), stored.sequenceNr());
                after = stored.sequenceNr();
            }
        } while (!page.isEmpty());
        return state;
    }

    /**
     * The plan that a file asks for. Pure.
     *
     * @param wanted what the file lists
     * @param known who belongs to the cluster until now
     * @param random tells this recovery from another one of the same epoch
     * @throws FolderException with everything that is wrong with the file, and what it wants
     */
    public static RecoveryPlan plan(
            List<ListedMember> wanted, Identity self, MembershipState known, int random, long atMillis) {
        List<String> problems = problems(wanted, self, known);
        if (!problems.isEmpty()) {
            throw new FolderException(String.join("; ", problems));
        }
        Set<String> names = names(wanted);
        String own = self.member().node();
        List<String> lost = known.nodes().values().stream()
                .filter(node ->
                        !node.isWorker() && !names.contains(node.member().node()))
                .map(node -> node.member().toString())
                .toList();
        List<String> kept = known.nodes().values().stream()
                .filter(node -> node.completed() && !node.isWorker() && node.role() != Role.SPARE)
                .map(node -> node.member().node())
                .filter(name -> names.contains(name) && !name.equals(own))
                .toList();
        String gone = lost.stream().map(member -> MemberId.parse(member).node()).collect(Collectors.joining(", "));
        return new RecoveryPlan(
                self.clusterId(),
                self.epoch().next(random).toString(),
                self.epoch().toString(),
                known.nextMember(self.member()).toString(),
                kept,
                lost,
                "quorate reconfigure on " + own,
                atMillis,
                0,
                "reconfigured by hand, with what " + own + " had"
                        + (gone.isEmpty() ? "" : "; what only " + gone + " had is not here"),
                false);
    }

    private static Set<String> names(List<ListedMember> wanted) {
        return wanted.stream()
                .map(one -> MemberId.parse(one.id()).node())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> problems(List<ListedMember> wanted, Identity self, MembershipState known) {
        List<String> problems = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        boolean here = false;
        for (ListedMember one : wanted) {
            MemberId member;
            try {
                member = MemberId.parse(one.id());
            } catch (IllegalArgumentException e) {
                problems.add("'" + one.id() + "' is no ID: it wants NAME#NUMBER@ADDRESS:PORT, as cluster.yaml has it");
                continue;
            }
            if (!names.add(member.node())) {
                problems.add(member.node() + " is listed twice");
            }
            if (!addresses.add(one.address())) {
                problems.add(one.address() + " is listed twice");
            }
            if (one.role() < VOTES || one.role() > HIGHEST_ROLE) {
                problems.add(member.node() + " has the role " + one.role() + ": 0 votes, 1 stands by, 2 is a spare");
            }
            if (!member.node().equals(self.member().node())) {
                if (!known.nodes().containsKey(member.node())) {
                    problems.add(member.node() + " is no member: nodes are added with `quorate add-node`, afterwards");
                }
                continue;
            }
            here = true;
            if (one.role() != VOTES) {
                problems.add(
                        member.node() + ", which is the node here, wants role 0: the cluster begins with its vote");
            }
            if (!one.address().equals(self.member().address())) {
                problems.add(member.node() + ", which is the node here, is at "
                        + self.member().address() + " and not at " + one.address());
            }
        }
        if (!here) {
            problems.add("the node here, " + self.member().node() + ", is not listed");
        }
        return problems;
    }
}
