package io.quorate.node.membership;

import io.quorate.node.aggregate.Aggregate;
import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.MembershipEvent.NodeJoined;
import io.quorate.node.contract.MembershipEvent.RoleAssigned;
import io.quorate.node.contract.MembershipEvent.TokenIssued;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.MembershipMessage.Assign;
import io.quorate.node.contract.MembershipMessage.Done;
import io.quorate.node.contract.MembershipMessage.Found;
import io.quorate.node.contract.MembershipMessage.Granted;
import io.quorate.node.contract.MembershipMessage.IssueToken;
import io.quorate.node.contract.MembershipMessage.Join;
import io.quorate.node.contract.MembershipMessage.Refused;
import io.quorate.node.role.Role;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.StoredEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The rules of who belongs to the cluster. Pure. A token is spent by a join that succeeds and by nothing else; a join that was
 * granted and cut off is granted again in the same way.
 */
public final class Membership implements Aggregate<MembershipState, MembershipMessage, MembershipEvent> {
    private final String clusterId;
    private final List<MemberId> founders;

    /**
     * @param clusterId told to those who join
     * @param founders likewise
     */
    public Membership(String clusterId, List<MemberId> founders) {
        this.clusterId = clusterId;
        this.founders = List.copyOf(founders);
    }

    @Override
    public String persistenceId() {
        return "membership";
    }

    @Override
    public MembershipState empty() {
        return MembershipState.EMPTY;
    }

    @Override
    public Decision<MembershipEvent> decide(MembershipState state, MembershipMessage command) {
        return switch (command) {
            case Found(var member, var api, var join) ->
                state.nodes().isEmpty()
                        ? accepted(
                                new Done(),
                                new NodeJoined(member, api, join, ""),
                                new RoleAssigned(MemberId.parse(member).node(), "voter", "founded the cluster"))
                        : accepted(new Done());
            case IssueToken(var hash, var expires, var uses) ->
                uses < 1
                        ? refused("bad-uses", "a token wants one use or more, not " + uses)
                        : accepted(new Done(), new TokenIssued(hash, expires, uses));
            case Join join -> join(state, join);
            case Assign(var node, var role, var reason) -> {
                MembershipState.Node known = state.nodes().get(node);
                if (known == null) {
                    yield refused("unknown-node", "there is no node " + node + "; `quorate status` lists them");
                }
                if (Role.of(role).isEmpty()) {
                    yield refused("unknown-role", "there is no role " + role + ": a node is voter or standby");
                }
                yield known.role().equals(role)
                        ? accepted(new Done())
                        : accepted(new Done(), new RoleAssigned(node, role, reason));
            }
            case Done d -> throw new IllegalArgumentException("an answer is no command");
            case Granted g -> throw new IllegalArgumentException("an answer is no command");
            case Refused r -> throw new IllegalArgumentException("an answer is no command");
        };
    }

    private Decision<MembershipEvent> join(MembershipState state, Join join) {
        MembershipState.Node namesake = state.nodes().get(join.node());
        if (namesake != null
                && namesake.tokenHash().equals(join.tokenHash())
                && namesake.member().address().equals(join.address())) {
            return accepted(granted(state, namesake.member())); // the retry of a join that was cut off
        }
        MembershipState.Token token = state.tokens().get(join.tokenHash());
        if (token == null) {
            return refused(
                    "unknown-token",
                    "the token is not known here: it was mistyped, or issued by another cluster. Run `quorate add-node` on a"
                            + " member for a new one");
        }
        if (token.usesLeft() < 1) {
            return refused(
                    "used-token",
                    "the token has been used already: a node joined with it. Run `quorate add-node` on a member for a new one");
        }
        if (token.expiresAtMillis() < join.nowMillis()) {
            return refused(
                    "expired-token",
                    "the token expired " + (join.nowMillis() - token.expiresAtMillis()) / 1000
                            + " s ago. Run `quorate add-node` on a member for a new one");
        }
        if (namesake != null) {
            return refused(
                    "name-taken",
                    "a node named " + join.node() + " is a member already, at "
                            + namesake.member().address() + ". Start this one with another --name");
        }
        Optional<MembershipState.Node> neighbour = state.nodes().values().stream()
                .filter(node -> node.member().address().equals(join.address()))
                .findFirst();
        if (neighbour.isPresent()) {
            return refused(
                    "address-taken",
                    "the address " + join.address() + " belongs to the member "
                            + neighbour.get().member().node() + ". Start this node with another --address");
        }
        int incarnation = state.incarnations().getOrDefault(join.node(), 0) + 1;
        MemberId member = new MemberId(join.node(), incarnation, join.address());
        return accepted(
                granted(state, member),
                new NodeJoined(member.toString(), join.apiAddress(), join.joinAddress(), join.tokenHash()));
    }

    private Granted granted(MembershipState state, MemberId member) {
        return new Granted(
                member.toString(),
                clusterId,
                founders.stream().map(MemberId::toString).toList(),
                state.nodes().values().stream()
                        .map(node -> node.member().address())
                        .filter(address -> !address.equals(member.address()))
                        .toList());
    }

    @Override
    public MembershipState evolve(MembershipState state, MembershipEvent event, long sequenceNr) {
        Map<String, MembershipState.Node> nodes = new TreeMap<>(state.nodes());
        Map<String, MembershipState.Token> tokens = new HashMap<>(state.tokens());
        Map<String, Integer> incarnations = new HashMap<>(state.incarnations());
        switch (event) {
            case TokenIssued(var hash, var expires, var uses) ->
                tokens.put(hash, new MembershipState.Token(expires, uses));
            case NodeJoined(var text, var api, var join, var hash) -> {
                MemberId member = MemberId.parse(text);
                nodes.put(member.node(), new MembershipState.Node(member, api, join, "standby", hash));
                incarnations.merge(member.node(), member.incarnation(), Math::max);
                tokens.computeIfPresent(
                        hash, (h, token) -> new MembershipState.Token(token.expiresAtMillis(), token.usesLeft() - 1));
            }
            case RoleAssigned(var node, var role, var reason) ->
                nodes.computeIfPresent(
                        node,
                        (name, known) -> new MembershipState.Node(
                                known.member(), known.apiAddress(), known.joinAddress(), role, known.tokenHash()));
        }
        return new MembershipState(nodes, tokens, incarnations);
    }

    @Override
    public MembershipMessage readCommand(byte[] bytes) {
        return MembershipForm.read(bytes, MembershipMessage.class);
    }

    @Override
    public EventData write(MembershipEvent event) {
        return MembershipForm.write(event);
    }

    @Override
    public MembershipEvent read(StoredEvent event) {
        return MembershipForm.readEvent(event.event().payload().bytes());
    }

    private static Decision<MembershipEvent> accepted(MembershipMessage answer, MembershipEvent... events) {
        return new Decision<>(List.of(events), firstSequenceNr -> MembershipForm.bytes(answer));
    }

    private static Decision<MembershipEvent> refused(String kind, String message) {
        return Decision.answer(MembershipForm.bytes(new Refused(kind, message)));
    }
}
