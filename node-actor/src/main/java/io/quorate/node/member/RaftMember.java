package io.quorate.node.member;

import io.quorate.node.folder.Identity;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalCodec;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.Leadership;
import io.quorate.persistence.raft.RaftReplica;
import io.quorate.persistence.raft.RaftThread;
import io.quorate.persistence.raft.RaftTiming;
import io.quorate.persistence.raft.RaftTransport;
import io.quorate.persistence.raft.Walls;
import io.quorate.persistence.remote.Frame;
import io.quorate.persistence.remote.RemoteJournal;
import io.quorate.persistence.remote.RequestChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Identify;

/**
 * This node's member of the Raft group: the replica, and frames over Artery to and from the actor {@code /user/raft} of each
 * member.
 */
public final class RaftMember {
    private static final Duration STREAM_TIMEOUT = Duration.ofSeconds(5);

    private final ActorSystem system;
    private final RaftReplica replica;
    private final Function<MemberId, String> addressOf;
    private final Map<MemberId, Target> targets = new ConcurrentHashMap<>();
    private final Map<MemberId, Stream> streams = new ConcurrentHashMap<>();
    private final Set<String> greeted = ConcurrentHashMap.newKeySet();
    private final LongConsumer applied;
    private final Consumer<Leadership> leadership;

    private record Target(String address, ActorRef actor) {}

    private record Stream(String address, RequestChannel channel) {}

    /**
     * @param addressOf where a member is now: it may have moved since the log named it
     * @param applied told of each new applied index
     * @param leadership told of each change of leadership; both on the replica's thread
     */
    public RaftMember(
            ActorSystem system,
            Identity identity,
            RaftTiming timing,
            Stores stores,
            RaftThread thread,
            FailStop failStop,
            JournalMetrics metrics,
            Function<MemberId, String> addressOf,
            LongConsumer applied,
            Consumer<Leadership> leadership) {
        this.system = system;
        this.addressOf = addressOf;
        this.applied = applied;
        this.leadership = leadership;
        this.replica = RaftReplica.create(
                new RaftReplica.Settings(identity.groupId(), identity.member(), identity.founders(), timing, Walls.ALL),
                new RaftReplica.Ports(
                        stores.log(),
                        stores.events(),
                        thread,
                        new Frames(),
                        this::fetch,
                        System::nanoTime,
                        new Random(),
                        failStop,
                        metrics));
    }

    /** Completes when this member takes part: when the others have nothing against it. */
    public CompletionStage<Void> start() {
        replica.onApplied(applied);
        replica.onLeadership(leadership);
        return replica.start();
    }

    public RaftReplica replica() {
        return replica;
    }

    /**
     * Greets other nodes, each once, and is greeted back: with that the connections stand in both directions. Without it those between
     * two followers are made by the first vote, which would wait a second for its answer when the leader dies soon after a start or
     * a join.
     *
     * @param receiver the actor that frames come to
     * @param addresses {@code host:port} of the cluster ports
     */
    public void greet(ActorRef receiver, Collection<String> addresses) {
        for (String address : addresses) {
            if (greeted.add(address)) {
                RequestChannel.resolve(system, address, "/user/raft").tell(new Identify("greeting"), receiver);
            }
        }
    }

    public CompletionStage<Void> stop() {
        streams.values().forEach(stream -> stream.channel().close());
        return replica.stop();
    }

    private CompletionStage<Query.Entries> fetch(MemberId source, Query.EntriesAfter request) {
        String address = addressOf.apply(source);
        Stream stream = streams.compute(source, (member, known) -> {
            if (known != null && known.address().equals(address)) {
                return known;
            }
            if (known != null) {
                known.channel().close();
            }
            ActorRef target = RequestChannel.resolve(system, address, "/user/journal");
            return new Stream(address, new RequestChannel(system, () -> target, STREAM_TIMEOUT));
        });
        return stream.channel()
                .request(RemoteJournal.askRequest(request))
                .thenApply(body -> JournalCodec.readAnswer(new ByteReader(body), request));
    }

    private final class Frames implements RaftTransport {
        @Override
        public void send(MemberId target, byte[] frame) {
            String address = addressOf.apply(target);
            targets.compute(
                            target,
                            (member, known) -> known != null && known.address().equals(address)
                                    ? known
                                    : new Target(address, RequestChannel.resolve(system, address, "/user/raft")))
                    .actor()
                    .tell(new Frame(frame), ActorRef.noSender());
        }

        @Override
        public boolean isReachable(MemberId target) {
            return true;
        }
    }
}
