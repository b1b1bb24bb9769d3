package io.quorate.persistence.raft;

import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.groupop.UpdateRaftGroupMembersOp;
import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.model.log.RaftGroupMembersView;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The binary form of what an entry of the Raft log carries, on disk and on the wire: a batch of our operations as it is, or
 * a membership change of the engine's own. Kinds: 1 our bytes, 2 a membership change.
 */
final class LogOperationForm {
    static final RaftModelFactory MODEL = new DefaultRaftModelFactory();

    private static final int BATCH = 1;
    private static final int MEMBERSHIP = 2;

    private LogOperationForm() {}

    static void write(ByteWriter out, Object operation) {
        switch (operation) {
            case byte[] batch -> out.u8(BATCH).block(batch);
            case UpdateRaftGroupMembersOp change -> {
                out.u8(MEMBERSHIP).u8(change.getMode().ordinal());
                endpoint(out, change.getEndpoint());
                endpoints(out, change.getMembers());
                endpoints(out, change.getVotingMembers());
            }
            default -> throw new IllegalArgumentException("no form for an operation of " + operation.getClass());
        }
    }

    static Object read(ByteReader in) {
        int kind = in.u8();
        return switch (kind) {
            case BATCH -> in.block();
            case MEMBERSHIP -> {
                MembershipChangeMode mode = MembershipChangeMode.values()[in.u8()];
                RaftEndpoint endpoint = endpoint(in);
                List<RaftEndpoint> members = endpoints(in);
                yield MODEL.createUpdateRaftGroupMembersOpBuilder()
                        .setMode(mode)
                        .setEndpoint(endpoint)
                        .setMembers(members)
                        .setVotingMembers(endpoints(in))
                        .build();
            }
            default -> throw new IllegalArgumentException("unknown kind of log operation: " + kind);
        };
    }

    /** Upper bound of the bytes that {@link #write} takes. */
    static int sizeOf(Object operation) {
        return operation instanceof byte[] batch ? batch.length + 8 : 4096;
    }

    static void view(ByteWriter out, RaftGroupMembersView view) {
        out.varint(view.getLogIndex());
        endpoints(out, view.getMembers());
        endpoints(out, view.getVotingMembers());
    }

    static RaftGroupMembersView view(ByteReader in) {
        long index = in.varint();
        List<RaftEndpoint> members = endpoints(in);
        return MODEL.createRaftGroupMembersViewBuilder()
                .setLogIndex(index)
                .setMembers(members)
                .setVotingMembers(endpoints(in))
                .build();
    }

    static void endpoint(ByteWriter out, RaftEndpoint endpoint) {
        out.text(RaftMemberEndpoint.memberOf(endpoint).toString());
    }

    static RaftEndpoint endpoint(ByteReader in) {
        return new RaftMemberEndpoint(MemberId.parse(in.text()));
    }

    static void endpoints(ByteWriter out, Collection<RaftEndpoint> endpoints) {
        out.varint(endpoints.size());
        endpoints.forEach(endpoint -> endpoint(out, endpoint));
    }

    static List<RaftEndpoint> endpoints(ByteReader in) {
        int size = in.count();
        List<RaftEndpoint> endpoints = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            endpoints.add(endpoint(in));
        }
        return endpoints;
    }
}
