package io.quorate.persistence.raft;

import io.microraft.RaftEndpoint;
import io.quorate.persistence.contract.MemberId;

/** A member as the engine knows it. */
record RaftMemberEndpoint(MemberId member) implements RaftEndpoint {
    @Override
    public Object getId() {
        return member.toString();
    }

    static MemberId memberOf(RaftEndpoint endpoint) {
        return ((RaftMemberEndpoint) endpoint).member();
    }
}
